import { ArrowDown } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "../../i18n";
import { entriesAfter } from "../../state/log";
import { isMessage, type RoomLog } from "../../state/model";
import { smallIcon } from "../../ui/icons";

interface JumpButtonProps {
  log: RoomLog;
  atEnd: boolean;
  onJump: () => void;
}

/** The way back to the end, and how much was said there since one scrolled up. It stands below the messages, at the end
 * of the line that says who types, and covers nothing. */
export function JumpButton({ log, atEnd, onJump }: JumpButtonProps) {
  const t = useT();
  const [seenSeq, setSeenSeq] = useState(log.tailSeq);

  useEffect(() => {
    if (atEnd) setSeenSeq(log.tailSeq);
  }, [atEnd, log.tailSeq]);

  if (atEnd) return null;
  const count = entriesAfter(log, seenSeq).filter(isMessage).length;
  return (
    <button
      type="button"
      onClick={onJump}
      className="flex h-7 max-w-full items-center gap-1.5 rounded-full bg-surface-2 ps-2.5 pe-3 text-xs font-semibold whitespace-nowrap text-ink-1 hover:bg-surface-3"
    >
      <ArrowDown {...smallIcon} className={count ? "text-accent" : "text-ink-2"} />
      {count ? t("messages.jumpNew", { count }) : t("messages.jump")}
    </button>
  );
}
