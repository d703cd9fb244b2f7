import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { useToday } from "../../i18n/clock";
import { shortWhen } from "../../i18n/format";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { bounded } from "../../lib/text";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { Foreign } from "../../ui/Foreign";
import { smallIcon } from "../../ui/icons";
import { isUnread } from "./lists";

/** The last words and whose they are. The name is isolated, so that the words alone decide the direction. */
function usePreview(room: Room): ReactNode {
  const t = useT();
  const typing = useStore((state) => Object.keys(state.typing[room.id] ?? {}).length > 0);
  const myId = useStore((state) => state.me?.id);
  if (typing) return t("rooms.typingShort");
  const last = room.lastMessage;
  if (!last) return t("rooms.people", { count: room.memberCount });
  return (
    <>
      <bdi>{last.userId === myId ? t("messages.you") : bounded(last.name || last.username)}</bdi>:{" "}
      {bounded(last.content)}
    </>
  );
}

export function RoomRow({ room, current }: { room: Room; current: boolean }) {
  const t = useT();
  const myId = useStore((state) => state.me?.id);
  useToday();
  const unread = !current && isUnread(room, myId);
  const preview = usePreview(room);
  return (
    <Link
      href={paths.room(room.id)}
      aria-current={current ? "page" : undefined}
      className={`flex items-center gap-3 rounded-m p-2 transition-colors duration-120 ${current ? "bg-surface-3" : "hover:bg-surface-2"}`}
    >
      <Avatar id={room.id} name={room.name} shape="square" />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-baseline gap-2">
          <Foreign text={room.name} className={`text-sm ${unread ? "font-semibold" : ""}`} />
          {room.isPrivate && (
            <Lock
              {...smallIcon}
              size={12}
              aria-hidden={false}
              aria-label={t("rooms.private")}
              className="shrink-0 self-center text-ink-3"
            />
          )}
          {room.lastMessage && (
            <time dateTime={room.lastMessage.createdAt} className="ms-auto shrink-0 text-xs text-ink-3">
              {shortWhen(room.lastMessage.createdAt)}
            </time>
          )}
        </span>
        <span className="flex items-center gap-2">
          <span
            dir="auto"
            className={`min-w-0 flex-1 truncate text-xs ${unread ? "text-ink-1" : "text-ink-2"}`}
          >
            {preview}
          </span>
          {unread && (
            <span
              role="img"
              aria-label={t("rooms.unread")}
              className="size-2 shrink-0 rounded-full bg-accent"
            />
          )}
        </span>
      </span>
    </Link>
  );
}
