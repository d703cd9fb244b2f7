import { useMemo } from "react";
import { useLanguage } from "../../i18n";
import type { RoomLog } from "../../state/model";
import { useStore } from "../../state/store";
import { nameOf } from "../users/names";
import { buildRows, lastOwn, type Rows } from "./rows";

export function useRows(roomId: string, log: RoomLog, line: number | undefined): Rows {
  const me = useStore((state) => state.me);
  const outbox = useStore((state) => state.outbox);
  return useMemo(() => {
    const pending = outbox.filter((item) => item.roomId === roomId);
    return buildRows(log, pending, line, { id: me?.id ?? "", name: me?.name ?? "" });
  }, [roomId, log, outbox, line, me]);
}

/** Who has read the last own message: the row it belongs to, and their names. */
export function useReaders(roomId: string, rows: Rows): { key: string; names: string[] } | null {
  const language = useLanguage();
  const own = lastOwn(rows);
  const seq = own?.seq;
  const key = own?.key;
  const names = useStore((state) =>
    Object.entries(state.reads[roomId] ?? {})
      .filter(([, mark]) => seq !== undefined && mark.seq >= seq)
      .map(([userId, mark]) => nameOf(state, userId) ?? mark.username)
      .sort((a, b) => a.localeCompare(b, language))
      .join("\n"),
  );
  return useMemo(() => (key && names ? { key, names: names.split("\n") } : null), [key, names]);
}
