import { loadRooms } from "../../api/live";
import { Link } from "../../app/Link";
import { paths } from "../../app/router";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Button } from "../../ui/Button";
import { matching } from "./names";
import { RoomRow } from "./RoomRow";

function Skeletons() {
  return Array.from({ length: 5 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
    <div key={index} className="flex items-center gap-3 p-2" aria-hidden>
      <div className="skeleton size-9" />
      <div className="flex flex-1 flex-col gap-2">
        <div className="skeleton h-3 w-3/5" />
        <div className="skeleton h-2.5 w-4/5" />
      </div>
    </div>
  ));
}

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

  if (phase === "loading") return <Skeletons />;
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
