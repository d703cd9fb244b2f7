import { Clock3 } from "lucide-react";
import { memo } from "react";
import type { Refusal } from "../../api/contract";
import { useT } from "../../i18n";
import { wordsOf } from "../../i18n/errors";
import { dateAndTimeOf, listOf, shortTimeOf, timeOf } from "../../i18n/format";
import { bounded } from "../../lib/text";
import type { Pending } from "../../state/model";
import { discard, retry } from "../../sync/outbox";
import { Avatar } from "../../ui/Avatar";
import { Foreign } from "../../ui/Foreign";
import { smallIcon } from "../../ui/icons";
import { Collapsible, mayBeHigh } from "./Collapsible";
import type { Shown } from "./rows";
import { formatted, isEmojiOnly } from "./text";

const choice = "rounded-s font-semibold underline-offset-2 hover:underline";

function NotSent({ pending, refusal }: { pending: Pending; refusal: Refusal }) {
  const t = useT();
  return (
    <p role="alert" className="flex flex-wrap gap-x-3 text-xs text-danger">
      <span>
        {t("messages.notSentBecause", { reason: wordsOf(refusal, [`messages.refused.${refusal.code}`]) })}
      </span>
      <button type="button" className={choice} onClick={() => retry(pending)}>
        {t("messages.retry")}
      </button>
      <button
        type="button"
        className={choice}
        onClick={() => void navigator.clipboard?.writeText(pending.content)}
      >
        {t("messages.copy")}
      </button>
      <button type="button" className={choice} onClick={() => discard(pending)}>
        {t("messages.delete")}
      </button>
    </p>
  );
}

/** Beside its colour: what is on its way has a clock. */
function sending(t: ReturnType<typeof useT>) {
  const label = t("messages.pending");
  const className = "pending-glyph ms-1.5 inline size-3.5 align-[-2px]";
  return { role: "img", "aria-hidden": false, "aria-label": label, className } as const;
}

function ReadBy({ readers }: { readers: string[] }) {
  const t = useT();
  const rest = readers.length - 3;
  const text =
    rest > 0
      ? t("messages.readByMany", { names: readers.slice(0, 3).join(", "), count: rest })
      : t("messages.readBy", { names: listOf(readers) });
  return <p className="overflow-clip text-xs text-ink-3">{text}</p>;
}

interface MessageRowProps {
  message: Shown;
  first: boolean;
  /** Who has read it; given for the last own message only. */
  readers?: string[];
}

export const MessageRow = memo(function MessageRow({ message, first, readers }: MessageRowProps) {
  const t = useT();
  const { userId, name, content, createdAt, pending } = message;
  const waiting = pending && !pending.refusal;
  const words = (
    <p
      dir="auto"
      aria-busy={waiting}
      className={`overflow-clip whitespace-pre-wrap wrap-anywhere text-ink-1 ${waiting ? "pending-text" : ""} ${pending?.refusal ? "text-ink-3" : ""} ${isEmojiOnly(content) ? "text-[2rem] leading-10" : ""}`}
    >
      {formatted(bounded(content))}
      {waiting && <Clock3 {...smallIcon} {...sending(t)} />}
    </p>
  );
  return (
    <article
      aria-label={name}
      className={`group grid grid-cols-[36px_minmax(0,1fr)] gap-x-3 rounded-s px-2 py-0.5 hover:bg-surface-2/60 ${first ? "mt-3" : ""}`}
    >
      {first ? (
        <div className="pt-0.5">
          <Avatar id={userId} name={name} />
        </div>
      ) : (
        <time
          dateTime={createdAt}
          className="self-start pt-1 text-end text-xs whitespace-nowrap text-ink-3 opacity-0 group-hover:opacity-100"
        >
          {shortTimeOf(createdAt)}
        </time>
      )}
      <div className="min-w-0">
        {first && (
          <header className="flex items-baseline gap-2">
            <Foreign text={name} className="font-semibold text-ink-1" />
            <time
              dateTime={createdAt}
              title={dateAndTimeOf(createdAt)}
              className="shrink-0 text-xs text-ink-3"
            >
              {timeOf(createdAt)}
            </time>
          </header>
        )}
        {mayBeHigh(content) ? <Collapsible>{words}</Collapsible> : words}
        {pending?.refusal && <NotSent pending={pending} refusal={pending.refusal} />}
        {readers && readers.length > 0 && <ReadBy readers={readers} />}
      </div>
    </article>
  );
});
