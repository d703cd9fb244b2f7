import { type ReactNode, useEffect, useState } from "react";
import type { Room } from "../api/contract";
import { Announcer } from "../features/messages/Announcer";
import { Composer } from "../features/messages/Composer";
import { LogSkeleton } from "../features/messages/LogSkeleton";
import { MessageList } from "../features/messages/MessageList";
import { usePause } from "../features/messages/pause";
import { StatusLine } from "../features/messages/StatusLine";
import { Waiting } from "../features/messages/Waiting";
import { LinkBanner } from "../features/presence/LinkBanner";
import { MemberList } from "../features/presence/MemberList";
import { Typing } from "../features/presence/Typing";
import { useTypingSignal } from "../features/presence/typing";
import { RoomHeader } from "../features/rooms/RoomHeader";
import { useT } from "../i18n";
import { isWide, useWidth } from "../lib/media";
import { navigate, paths } from "../lib/router";
import { useStore } from "../state/store";
import { loadMembers, loadRoom } from "../sync/loading";
import { type Loading, stored, useQuery } from "../sync/query";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Loaded } from "../ui/Loaded";
import { StorageNote } from "../ui/StorageNote";

function Conversation({ room, status }: { room: Room; status: ReactNode }) {
  const t = useT();
  const log = useStore((state) => state.logs[room.id]);
  const known = log !== undefined;

  useEffect(() => {
    if (!known) void loadRoom(room.id);
  }, [room.id, known]);

  const query = stored(log?.phase, log, () => void loadRoom(room.id));
  return (
    <>
      <Loaded query={query} waiting={<LogSkeleton />} title={t("messages.failed")} look="view">
        {(ready) => <MessageList room={room} log={ready} status={status} />}
      </Loaded>
      {!query.data && <StatusLine status={status} />}
    </>
  );
}

interface PeopleProps {
  room: Room;
  query: Loading<void>;
  onClose: () => void;
}

/** Where there is room people stand beside the conversation, else they slide over it. */
function People({ room, query, onClose }: PeopleProps) {
  const t = useT();
  if (!useWidth("desktop")) {
    return (
      <Dialog title={t("rooms.peopleTitle")} place="side" onClose={onClose}>
        <div className="-mx-2">
          <MemberList room={room} query={query} />
        </div>
      </Dialog>
    );
  }
  return (
    <aside
      aria-label={t("rooms.peopleTitle")}
      className="flex w-72 flex-col overflow-y-auto border-s border-line px-3"
    >
      <h2 className="flex h-14 shrink-0 items-center px-2 font-semibold">{t("rooms.peopleTitle")}</h2>
      <MemberList room={room} query={query} />
    </aside>
  );
}

function OpenRoom({ room }: { room: Room }) {
  const [people, setPeople] = useState(() => isWide("desktop"));
  const counting = usePause(room.id);
  const tellTyping = useTypingSignal(room.id);
  const online = useStore((state) => state.link === "online");

  // Who is here is known only while connected, is asked again after each reconnect, and told to members only.
  const members = useQuery(() => loadMembers(room.id), online && room.role !== null);

  return (
    <div className="flex min-h-0 min-w-0 bg-surface-1">
      <main className="flex min-h-0 min-w-0 flex-1 flex-col">
        <RoomHeader room={room} peopleShown={people} onPeople={() => setPeople(!people)} />
        <LinkBanner />
        <StorageNote />
        <Conversation
          room={room}
          status={
            counting > 0 ? <Waiting roomId={room.id} seconds={counting} /> : <Typing roomId={room.id} />
          }
        />
        <div className="px-2 tablet:px-4">
          <Composer room={room} seconds={counting} onTyping={tellTyping} />
        </div>
        <Announcer roomId={room.id} />
      </main>
      {people && <People room={room} query={members} onClose={() => setPeople(false)} />}
    </div>
  );
}

export function RoomPage({ roomId }: { roomId: string }) {
  const t = useT();
  const room = useStore((state) => state.rooms[roomId]);
  const phase = useStore((state) => state.roomsPhase);
  if (room) return <OpenRoom key={roomId} room={room} />;
  if (phase === "loading")
    return (
      <main className="flex min-h-0 flex-col bg-surface-1 pt-14">
        <LogSkeleton />
      </main>
    );
  return (
    <main className="bg-surface-1">
      <Blank page title={t("rooms.gone")} hint={t("rooms.goneHint")}>
        <Button look="primary" onClick={() => navigate(paths.discover)}>
          {t("rooms.discover")}
        </Button>
      </Blank>
    </main>
  );
}
