import { memo } from "react";
import type { Refusal } from "../../api/contract";
import { useT } from "../../i18n";
import { wordsOf } from "../../i18n/errors";
import { dateAndTimeOf, listOf, shortTimeOf, timeOf } from "../../i18n/format";
import type { Pending } from "../../state/model";
import { Avatar } from "../../ui/Avatar";
import { discard, retry } from "./outbox";
import type { Shown } from "./rows";
import { formatted, isEmojiOnly } from "./text";

const action = "rounded-s font-semibold underline-offset-2 hover:underline";

function NotSent({ pending, refusal }: { pending: Pending; refusal: Refusal }) {
  const t = useT();
  return (
    <p role="alert" className="flex flex-wrap gap-x-3 text-xs text-danger">
      <span>
        {t("messages.notSentBecause", { reason: wordsOf(refusal, [`messages.refused.${refusal.code}`]) })}
      </span>
      <button type="button" className={action} onClick={() => retry(pending)}>
        {t("messages.retry")}
      </button>
      <button
        type="button"
        className={action}
        onClick={() => void navigator.clipboard?.writeText(pending.content)}
      >
        {t("messages.copy")}
      </button>
      <button type="button" className={action} onClick={() => discard(pending)}>
        {t("messages.delete")}
      </button>
    </p>
  );
}

function ReadBy({ readers }: { readers: string[] }) {
  const t = useT();
  const rest = readers.length - 3;
  const text =
    rest > 0
      ? t("messages.readByMany", { names: readers.slice(0, 3).join(", "), count: rest })
      : t("messages.readBy", { names: listOf(readers) });
  return <p className="text-xs text-ink-3">{text}</p>;
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
            <span dir="auto" className="truncate font-semibold text-ink-1">
              {name}
            </span>
            <time
              dateTime={createdAt}
              title={dateAndTimeOf(createdAt)}
              className="shrink-0 text-xs text-ink-3"
            >
              {timeOf(createdAt)}
            </time>
          </header>
        )}
        <p
          dir="auto"
          aria-busy={waiting}
          className={`whitespace-pre-wrap wrap-anywhere text-ink-1 ${waiting ? "pending-text" : ""} ${pending?.refusal ? "text-ink-3" : ""} ${isEmojiOnly(content) ? "text-[2rem] leading-10" : ""}`}
        >
          {formatted(content)}
        </p>
        {waiting && <span className="sr-only">{t("messages.pending")}</span>}
        {pending?.refusal && <NotSent pending={pending} refusal={pending.refusal} />}
        {readers && readers.length > 0 && <ReadBy readers={readers} />}
      </div>
    </article>
  );
});
