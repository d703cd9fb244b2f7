import { useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";
import { isMessage } from "../../state/model";
import { useStore } from "../../state/store";

/** Reads new messages of others out to a screen reader: who, then what. Scrolling through history says nothing. */
export function Announcer({ roomId }: { roomId: string }) {
  const t = useT();
  const log = useStore((state) => state.logs[roomId]);
  const myId = useStore((state) => state.me?.id);
  const heardUpTo = useRef<number | null>(null);
  const [said, setSaid] = useState("");

  useEffect(() => {
    if (log?.phase !== "ready") return;
    const last = log.items.findLast(isMessage);
    const seq = last?.seq ?? 0;
    if (heardUpTo.current !== null && last && seq > heardUpTo.current && last.userId !== myId) {
      setSaid(t("messages.spoken", { name: last.name || last.username, text: last.content }));
    }
    heardUpTo.current = seq;
  }, [log, myId, t]);

  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
