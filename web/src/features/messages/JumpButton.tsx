import { ArrowDown } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "../../i18n";
import { isMessage, type RoomLog } from "../../state/model";
import { icon } from "../../ui/icons";

interface JumpButtonProps {
  log: RoomLog;
  atEnd: boolean;
  onJump: () => void;
}

/** The way back to the end, and how much was said there since one scrolled up. */
export function JumpButton({ log, atEnd, onJump }: JumpButtonProps) {
  const t = useT();
  const [seenSeq, setSeenSeq] = useState(log.tailSeq);

  useEffect(() => {
    if (atEnd) setSeenSeq(log.tailSeq);
  }, [atEnd, log.tailSeq]);

  if (atEnd) return null;
  const count = log.items.filter((item) => isMessage(item) && item.seq > seenSeq).length;
  return (
    <button
      type="button"
      onClick={onJump}
      className="absolute end-4 bottom-2 z-(--z-pinned) flex h-9 items-center gap-2 rounded-full border border-line bg-surface-1 px-3 text-sm font-semibold text-ink-1 shadow-float hover:bg-surface-2"
    >
      <ArrowDown {...icon} className={count ? "text-accent" : "text-ink-2"} />
      {count ? t("messages.jumpNew", { count }) : t("messages.jump")}
    </button>
  );
}
