import { EllipsisVertical, Link2, Lock, LogOut, Tag, Users } from "lucide-react";
import { useState } from "react";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { BackLink } from "../../ui/BackLink";
import { Foreign } from "../../ui/Foreign";
import { IconButton } from "../../ui/IconButton";
import { icon, smallIcon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/Menu";
import { InviteDialog } from "./InviteDialog";
import { LeaveDialog } from "./LeaveDialog";
import { TopicDialog } from "./TopicDialog";

interface RoomHeaderProps {
  room: Room;
  peopleShown: boolean;
  onPeople: () => void;
}

export function RoomHeader({ room, peopleShown, onPeople }: RoomHeaderProps) {
  const t = useT();
  const [dialog, setDialog] = useState<"invite" | "leave" | "topic" | null>(null);
  const isCreator = useStore((state) => state.me?.id === room.createdById);
  const mayChange = useStore(({ me }) => room.role === "admin" || (me?.role === "admin" && !room.isPrivate));
  const close = () => setDialog(null);
  return (
    <header className="shrink-0 border-b border-line px-1 tablet:px-4">
      {/* As wide as the column below it, so that both begin and end at one line. */}
      <div className="mx-auto flex h-14 w-full max-w-190 items-center gap-1 tablet:ps-2">
        <BackLink />
        <div className="flex min-w-0 flex-1 flex-col">
          <h1 className="flex items-center gap-2 leading-5 font-semibold">
            <Foreign text={room.name} />
            {room.isPrivate && (
              <Lock
                {...smallIcon}
                aria-hidden={false}
                aria-label={t("rooms.private")}
                className="shrink-0 text-ink-3"
              />
            )}
          </h1>
          <p className="flex gap-2 text-xs text-ink-3">
            <span className="shrink-0">{t("rooms.people", { count: room.memberCount })}</span>
            {room.topic !== null && <Foreign text={room.topic} className="text-ink-2" />}
          </p>
        </div>
        {isCreator && (
          <IconButton
            label={t("invite.title")}
            icon={<Link2 {...icon} />}
            onClick={() => setDialog("invite")}
          />
        )}
        <IconButton
          label={t(peopleShown ? "rooms.hidePeople" : "rooms.showPeople")}
          icon={<Users {...icon} />}
          aria-pressed={peopleShown}
          onClick={onPeople}
        />
        <Menu trigger={<IconButton label={t("rooms.menu")} icon={<EllipsisVertical {...icon} />} />}>
          {isCreator && (
            <MenuItem icon={<Link2 {...icon} />} onSelect={() => setDialog("invite")}>
              {t("invite.title")}
            </MenuItem>
          )}
          {mayChange && (
            <MenuItem icon={<Tag {...icon} />} onSelect={() => setDialog("topic")}>
              {t("rooms.setTopic")}
            </MenuItem>
          )}
          <MenuItem danger icon={<LogOut {...icon} className="points" />} onSelect={() => setDialog("leave")}>
            {t("rooms.leave")}
          </MenuItem>
        </Menu>
        {dialog === "invite" && <InviteDialog room={room} onClose={close} />}
        {dialog === "topic" && <TopicDialog room={room} onClose={close} />}
        {dialog === "leave" && <LeaveDialog room={room} onClose={close} />}
      </div>
    </header>
  );
}
