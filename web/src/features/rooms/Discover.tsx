import { ChevronRight, DoorOpen } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { call } from "../../api/call";
import type { Lounge, Room } from "../../api/contract";
import { useDeed } from "../../app/deed";
import { Link } from "../../app/Link";
import { Page } from "../../app/Page";
import { paths } from "../../app/router";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { Blank } from "../../ui/Blank";
import { Button } from "../../ui/Button";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";
import { Skeletons } from "../../ui/Skeletons";
import { joinRoom } from "./deeds";

function PublicRoom({ room }: { room: Room | Lounge }) {
  const t = useT();
  const joined = useStore((state) => room.id in state.rooms);
  const deed = useDeed();
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
          <Button busy={deed.busy} onClick={() => void deed.run(() => joinRoom(room.id))}>
            {t("rooms.join")}
          </Button>
        )}
      </div>
      <Problem error={deed.error} />
    </li>
  );
}

interface Offer {
  title: string;
  rooms: (Room | Lounge)[];
}

/** Lounges are open to everybody and come first, those that the server brought along before all others. */
function offersOf(lounges: Lounge[], rooms: Room[], t: ReturnType<typeof useT>): Offer[] {
  const brought = (lounge: Lounge) => Number(lounge.createdById === null);
  return [
    { title: t("rooms.lounges"), rooms: lounges.toSorted((a, b) => brought(b) - brought(a)) },
    { title: t("rooms.rooms"), rooms: rooms.filter((room) => room.kind === "room") },
  ].filter((offer) => offer.rooms.length > 0);
}

function useOffers() {
  const t = useT();
  const [found, setFound] = useState<[Lounge[], Room[]] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(() => {
    setError(null);
    const asked = [call("rooms.list_lounges", {}), call("rooms.list_rooms", { scope: "public" })] as const;
    Promise.all(asked).then(setFound, setError);
  }, []);
  useEffect(load, [load]);
  return { offers: found && offersOf(...found, t), error, load };
}

/** The public rooms of this server. */
export function Discover() {
  const t = useT();
  const { offers, error, load } = useOffers();
  return (
    <Page title={t("rooms.discover")} hint={t("rooms.discoverHint")} back={{}}>
      {error ? (
        <div className="flex flex-col items-start gap-3 px-3 pt-4">
          <Problem error={error} />
          <Button onClick={load}>{t("app.tryAgain")}</Button>
        </div>
      ) : !offers ? (
        <div aria-busy className="pt-8">
          <Skeletons count={4} lines={["h-3 w-40", "h-2.5 w-20"]} className="px-3 py-3" />
        </div>
      ) : offers.length === 0 ? (
        <Blank picture={<DoorOpen {...icon} size={32} />} title={t("rooms.noPublic")} />
      ) : (
        offers.map((offer) => (
          <section key={offer.title} className="pt-4">
            <h2 className="px-3 pb-1 text-xs font-semibold text-ink-3">{offer.title}</h2>
            <ul>
              {offer.rooms.map((room) => (
                <PublicRoom key={room.id} room={room} />
              ))}
            </ul>
          </section>
        ))
      )}
    </Page>
  );
}
