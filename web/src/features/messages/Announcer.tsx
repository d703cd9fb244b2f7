import { useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";
import { shortened } from "../../lib/text";
import { entriesAfter, lastSeq } from "../../state/log";
import { isMessage } from "../../state/model";
import { useStore } from "../../state/store";

/** As many lines stay in the page; a screen reader reads what is added, not what is there. */
const KEPT = 12;
/** Nobody listens to a whole page in one go; it is there to be read. */
const SPOKEN_CHARACTERS = 500;

interface Line {
  seq: number;
  text: string;
}

/** Reads new messages of others out to a screen reader, each one: who, then what. Scrolling through history says
 * nothing. */
export function Announcer({ roomId }: { roomId: string }) {
  const t = useT();
  const log = useStore((state) => state.logs[roomId]);
  const myId = useStore((state) => state.me?.id);
  const heardUpTo = useRef<number | null>(null);
  const [lines, setLines] = useState<Line[]>([]);

  useEffect(() => {
    if (log?.phase !== "ready") return;
    const last = heardUpTo.current;
    heardUpTo.current = lastSeq(log);
    if (last === null) return;
    const fresh = entriesAfter(log, last)
      .filter(isMessage)
      .filter((item) => item.userId !== myId)
      .map(({ seq, name, username, content }) => {
        const text = shortened(content.slice(0, 4 * SPOKEN_CHARACTERS), SPOKEN_CHARACTERS);
        return { seq, text: t("messages.spoken", { name: name || username, text }) };
      });
    if (fresh.length) setLines((now) => [...now, ...fresh].slice(-KEPT));
  }, [log, myId, t]);

  return (
    <div aria-live="polite" aria-relevant="additions" aria-atomic="false" className="sr-only">
      {lines.map(({ seq, text }) => (
        <p key={seq}>{text}</p>
      ))}
    </div>
  );
}
