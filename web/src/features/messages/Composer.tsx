import { ArrowUp } from "lucide-react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { hasKeyboard } from "../../lib/media";
import { directionOf, shortened } from "../../lib/text";
import { useStore } from "../../state/store";
import { useDraft } from "../../sync/drafts";
import { send } from "../../sync/outbox";
import { icon } from "../../ui/icons";

/** What the server takes in one message. */
const MAX_LENGTH = 8_000;

/** Empty lines around the text and blanks at its end; what the first line is indented by is part of it. */
const OUTER_BLANKS = /^(?:[^\S\n]*\n)+|\s+$/g;

/** A placeholder of a text area is cut in the middle of a letter, so a long name is cut before. */
const NAME_SHOWN = 28;

/** A printable key pressed anywhere but in a field goes to the composer. */
function useTypeAnywhere(field: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const busy = target.closest("input, textarea, select, dialog, [role=menu], [contenteditable]");
      const plain =
        event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && !busy) field.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [field]);
}

/** Whoever comes into a room may write at once. */
function useArrival(field: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (hasKeyboard()) field.current?.focus({ preventScroll: true });
  }, [field]);
}

/** One line that grows with what is written, up to 40 % of the height. */
function useGrowing(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides the height.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}

interface SendButtonProps {
  seconds: number;
  disabled: boolean;
}

/** The countdown of a rate limit stands inside the button, where one looks; it never stops one from writing on. */
function SendButton({ seconds, disabled }: SendButtonProps) {
  const t = useT();
  const counting = seconds > 0;
  return (
    <button
      type="submit"
      aria-label={counting ? t("messages.waitLabel", { count: seconds }) : t("messages.send")}
      title={counting ? t("messages.waitLabel", { count: seconds }) : t("messages.sendHint")}
      disabled={disabled}
      className={`flex size-9 shrink-0 items-center justify-center rounded-s text-sm font-semibold tabular-nums transition-colors duration-120 ${counting ? "bg-surface-3 text-ink-1" : disabled ? "bg-surface-3 text-ink-3" : "bg-accent text-accent-ink hover:bg-accent-hover"}`}
    >
      {counting ? t("messages.wait", { count: seconds }) : <ArrowUp {...icon} strokeWidth={2.25} />}
    </button>
  );
}

interface ComposerProps {
  room: Room;
  /** How long the room takes nothing from this person. */
  seconds: number;
  onTyping: (isTyping: boolean) => void;
}

export function Composer({ room, seconds, onTyping }: ComposerProps) {
  const t = useT();
  const me = useStore((state) => state.me);
  const [text, setText] = useDraft(me?.id ?? "", room.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const excess = [...text].length - MAX_LENGTH;
  const sendable = text.trim() !== "" && excess <= 0;
  useArrival(field);
  useTypeAnywhere(field);
  useGrowing(field, text);

  const write = (next: string) => {
    setText(next);
    onTyping(next.trim() !== "");
  };
  const submit = () => {
    if (!sendable) return;
    send(room.id, text.replace(OUTER_BLANKS, ""));
    write("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // A touch keyboard has no Shift+Enter; there the button sends. With Ctrl or Cmd, Enter sends everywhere.
    const sends = event.ctrlKey || event.metaKey || (hasKeyboard() && !event.shiftKey);
    if (event.key !== "Enter" || !sends) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className="mx-auto w-full max-w-190 px-2 pb-[max(12px,env(safe-area-inset-bottom))] tablet:pb-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex items-end gap-2 rounded-l border border-edge bg-surface-1 p-1.5 ps-4 shadow-float focus-within:border-accent">
        <textarea
          ref={field}
          rows={1}
          dir={directionOf(text)}
          value={text}
          aria-label={t("messages.composer", { name: room.name })}
          placeholder={t("messages.composer", { name: shortened(room.name, NAME_SHOWN) })}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint={hasKeyboard() ? "send" : "enter"}
          className="max-h-[40dvh] min-w-0 flex-1 resize-none bg-transparent py-1.5 text-md text-ink-1 outline-none placeholder:truncate placeholder:text-ink-3"
        />
        <SendButton seconds={seconds} disabled={!sendable} />
      </div>
      {excess > 0 && (
        <p role="alert" className="pt-1 ps-4 text-xs text-danger">
          {t("messages.tooLong", { count: excess })}
        </p>
      )}
    </form>
  );
}
