import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { nameOf } from "../users/names";

/** The names of who types in a room, joined by a line break so that the selection is comparable. */
function useTypists(roomId: string): string[] {
  const names = useStore((state) =>
    Object.entries(state.typing[roomId] ?? {})
      .map(([userId, typist]) => nameOf(state, userId) ?? typist.username)
      .join("\n"),
  );
  return names ? names.split("\n") : [];
}

/** Who types, in the line under the messages. */
export function Typing({ roomId }: { roomId: string }) {
  const t = useT();
  const [a, b, ...more] = useTypists(roomId);
  const text = more.length
    ? t("presence.typingMany")
    : b
      ? t("presence.typing2", { a, b })
      : a && t("presence.typing1", { a });
  return (
    <div role="status" className="flex min-w-0 items-center gap-2">
      {text && (
        <>
          <span aria-hidden className="flex gap-0.5 text-accent">
            <span className="typing-dot size-1 rounded-full bg-current" />
            <span className="typing-dot size-1 rounded-full bg-current" />
            <span className="typing-dot size-1 rounded-full bg-current" />
          </span>
          <span className="truncate">{text}</span>
        </>
      )}
    </div>
  );
}
