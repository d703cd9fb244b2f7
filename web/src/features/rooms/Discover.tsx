import { ChevronRight, DoorOpen } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { call } from "../../api/call";
import type { Room } from "../../api/contract";
import { Link } from "../../app/Link";
import { paths } from "../../app/router";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { Blank } from "../../ui/Blank";
import { Button } from "../../ui/Button";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";
import { BackLink } from "./BackLink";
import { joinRoom } from "./deeds";

function PublicRoom({ room }: { room: Room }) {
  const t = useT();
  const joined = useStore((state) => room.id in state.rooms);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const join = () => {
    setBusy(true);
    setError(null);
    joinRoom(room.id).catch((problem: unknown) => {
      setError(problem);
      setBusy(false);
    });
  };

  return (
    <li className="flex flex-col gap-2 rounded-m px-3 py-3 hover:bg-surface-2/60">
      <div className="flex items-center gap-3">
        <Avatar id={room.id} name={room.name} shape="square" />
        <div className="flex min-w-0 flex-1 flex-col">
          <span dir="auto" title={room.name} className="truncate font-semibold">
            {room.name}
          </span>
          <span className="text-xs text-ink-2">{t("rooms.people", { count: room.memberCount })}</span>
        </div>
        {joined ? (
          <Link
            href={paths.room(room.id)}
            className="inline-flex h-10 items-center gap-1 rounded-s px-3 text-sm font-semibold text-ink-2 hover:bg-surface-2 hover:text-ink-1 tablet:h-9"
          >
            {t("rooms.open")}
            <ChevronRight {...icon} className="points" />
          </Link>
        ) : (
          <Button busy={busy} onClick={join}>
            {t("rooms.join")}
          </Button>
        )}
      </div>
      <Problem error={error} />
    </li>
  );
}

function Skeletons() {
  return Array.from({ length: 4 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
    <li key={index} aria-hidden className="flex items-center gap-3 px-3 py-3">
      <div className="skeleton size-9" />
      <div className="flex flex-1 flex-col gap-2">
        <div className="skeleton h-3 w-40" />
        <div className="skeleton h-2.5 w-20" />
      </div>
    </li>
  ));
}

/** The public rooms of this server. */
export function Discover() {
  const t = useT();
  const [rooms, setRooms] = useState<Room[] | null>(null);
  const [error, setError] = useState<unknown>(null);

  const load = useCallback(() => {
    setError(null);
    call("rooms.list_rooms", { scope: "public" }).then(setRooms, setError);
  }, []);
  useEffect(load, [load]);

  return (
    <main className="flex min-h-0 flex-col overflow-y-auto bg-surface-1">
      <header className="flex h-14 shrink-0 items-center px-1 tablet:h-10">
        <BackLink />
      </header>
      <div className="mx-auto flex w-full max-w-190 flex-1 flex-col px-3 tablet:px-5">
        <h1 className="px-3 text-lg font-semibold tracking-tight">{t("rooms.discover")}</h1>
        <p className="px-3 pt-1 pb-4 text-sm text-ink-2">{t("rooms.discoverHint")}</p>
        {error ? (
          <div className="flex flex-col items-start gap-3 px-3">
            <Problem error={error} />
            <Button onClick={load}>{t("app.tryAgain")}</Button>
          </div>
        ) : rooms?.length === 0 ? (
          <Blank picture={<DoorOpen {...icon} size={32} />} title={t("rooms.noPublic")} />
        ) : (
          <ul aria-busy={!rooms}>
            {rooms ? rooms.map((room) => <PublicRoom key={room.id} room={room} />) : <Skeletons />}
          </ul>
        )}
      </div>
    </main>
  );
}
