import { useT } from "../../i18n";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { useStore } from "../../state/store";
import { loadRooms } from "../../sync/loading";
import { Button } from "../../ui/Button";
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

/** The rooms one is in. */
export function RoomList({ search, currentId }: RoomListProps) {
  const t = useT();
  const phase = useStore((state) => state.roomsPhase);
  const known = useStore((state) => state.rooms);
  const rooms = Object.values(known);
  const found = matching(rooms, search);

  if (phase === "loading")
    return <Skeletons count={5} lines={["h-3 w-3/5", "h-2.5 w-4/5"]} className="p-2" />;
  if (phase === "failed") {
    return (
      <Note>
        <p role="alert">{t("rooms.failed")}</p>
        <Button onClick={() => void loadRooms()}>{t("app.tryAgain")}</Button>
      </Note>
    );
  }
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
