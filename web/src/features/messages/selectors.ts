import { useMemo } from "react";
import { useLanguage } from "../../i18n";
import type { RoomLog } from "../../state/model";
import { useStore } from "../../state/store";
import { nameOf } from "../users/names";
import { buildRows, type Row } from "./rows";

export function useRows(roomId: string, log: RoomLog, line: number | undefined): Row[] {
  const me = useStore((state) => state.me);
  const outbox = useStore((state) => state.outbox);
  return useMemo(() => {
    const pending = outbox.filter((item) => item.roomId === roomId);
    return buildRows(log, pending, line, { id: me?.id ?? "", name: me?.name ?? "" });
  }, [roomId, log, outbox, line, me]);
}

/** Who has read the last own message: the row it belongs to, and their names. */
export function useReaders(roomId: string, rows: Row[]): { key: string; names: string[] } | null {
  const language = useLanguage();
  const myId = useStore((state) => state.me?.id);
  const last = rows.findLast((row) => row.type === "message" && row.message.userId === myId);
  const seq = last?.type === "message" ? last.message.seq : undefined;
  const key = last?.key;
  const names = useStore((state) =>
    Object.entries(state.reads[roomId] ?? {})
      .filter(([, mark]) => seq !== undefined && mark.seq >= seq)
      .map(([userId, mark]) => nameOf(state, userId) ?? mark.username)
      .sort((a, b) => a.localeCompare(b, language))
      .join("\n"),
  );
  return useMemo(() => (key && names ? { key, names: names.split("\n") } : null), [key, names]);
}
