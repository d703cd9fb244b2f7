import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { useStore } from "../../state/store";
import { loadRooms } from "../../sync/loading";
import { stored } from "../../sync/query";
import { Loaded } from "../../ui/Loaded";
import { Skeletons } from "../../ui/Skeletons";
import { matching } from "./lists";
import { RoomRow } from "./RoomRow";

function Note({ children }: { children: React.ReactNode }) {
  return <div className="flex flex-col items-start gap-3 px-2 py-4 text-sm text-ink-2">{children}</div>;
}

interface RoomListProps {
  search: string;
  currentId: string | undefined;
}

function Rooms({ rooms, search, currentId }: RoomListProps & { rooms: Room[] }) {
  const t = useT();
  const found = matching(rooms, search);
  if (rooms.length === 0) {
    return (
      <Note>
        <p>{t("rooms.none")}</p>
        <Link href={paths.discover} className="font-semibold text-accent hover:underline tablet:hidden">
          {t("rooms.noneAction")}
        </Link>
      </Note>
    );
  }
  if (found.length === 0) return <Note>{t("rooms.noMatch")}</Note>;
  return (
    <ul className="flex flex-col gap-0.5">
      {found.map((room) => (
        <li key={room.id}>
          <RoomRow room={room} current={room.id === currentId} />
        </li>
      ))}
    </ul>
  );
}

/** The rooms one is in. */
export function RoomList(props: RoomListProps) {
  const t = useT();
  const phase = useStore((state) => state.roomsPhase);
  const rooms = useStore((state) => state.rooms);
  const query = stored(phase, Object.values(rooms), () => void loadRooms());
  const waiting = <Skeletons count={5} lines={["h-3 w-3/5", "h-2.5 w-4/5"]} className="p-2" />;
  return (
    <Loaded query={query} waiting={waiting} title={t("rooms.failed")}>
      {(known) => <Rooms rooms={known} {...props} />}
    </Loaded>
  );
}
