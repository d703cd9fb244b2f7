import { ChevronRight, DoorOpen } from "lucide-react";
import { call } from "../../api/call";
import type { Lounge, Room } from "../../api/contract";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { useStore } from "../../state/store";
import { readRooms } from "../../sync/loading";
import { useQuery } from "../../sync/query";
import { Avatar } from "../../ui/Avatar";
import { Blank } from "../../ui/Blank";
import { Button } from "../../ui/Button";
import { Foreign } from "../../ui/Foreign";
import { icon } from "../../ui/icons";
import { Loaded } from "../../ui/Loaded";
import { MoreButton } from "../../ui/MoreButton";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Skeletons } from "../../ui/Skeletons";
import { joinRoom } from "./actions";

function PublicRoom({ room }: { room: Room | Lounge }) {
  const t = useT();
  const joined = useStore((state) => room.id in state.rooms);
  const action = useAction();
  return (
    <li className="flex flex-col gap-2 rounded-m px-3 py-3 hover:bg-surface-2/60">
      <div className="flex items-center gap-3">
        <Avatar id={room.id} name={room.name} shape="square" />
        <div className="flex min-w-0 flex-1 flex-col">
          <Foreign text={room.name} className="font-semibold" />
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
          <Button busy={action.busy} onClick={() => void action.run(() => joinRoom(room.id))}>
            {t("rooms.join")}
          </Button>
        )}
      </div>
      <Problem error={action.error} />
    </li>
  );
}

interface Offer {
  title: string;
  rooms: (Room | Lounge)[];
}

interface Found {
  lounges: Lounge[];
  rooms: Room[];
  more: string | null;
}

/** Lounges are open to everybody and come first, those that the server brought along before all others. */
function offersOf({ lounges, rooms }: Found, t: ReturnType<typeof useT>): Offer[] {
  const brought = (lounge: Lounge) => Number(lounge.createdById === null);
  return [
    { title: t("rooms.lounges"), rooms: lounges.toSorted((a, b) => brought(b) - brought(a)) },
    { title: t("rooms.rooms"), rooms: rooms.filter((room) => room.kind === "room") },
  ].filter((offer) => offer.rooms.length > 0);
}

async function look(): Promise<Found> {
  const [lounges, page] = await Promise.all([call("rooms.lounges.list", {}), readRooms("public")]);
  return { lounges, rooms: page.rooms, more: page.nextCursor };
}

/** What anybody may join, by kind. */
function Offers({ offers }: { offers: Offer[] }) {
  const t = useT();
  if (offers.length === 0)
    return <Blank picture={<DoorOpen {...icon} size={32} />} title={t("rooms.noPublic")} />;
  return offers.map((offer) => (
    <section key={offer.title} className="pt-4">
      <h2 className="px-3 pb-1 text-xs font-semibold text-ink-3">{offer.title}</h2>
      <ul>
        {offer.rooms.map((room) => (
          <PublicRoom key={room.id} room={room} />
        ))}
      </ul>
    </section>
  ));
}

/** The public rooms of this server. */
export function Discover() {
  const t = useT();
  const query = useQuery(look);
  const loadMore = async (found: Found, cursor: string) => {
    const page = await readRooms("public", cursor);
    query.set({ ...found, rooms: [...found.rooms, ...page.rooms], more: page.nextCursor });
  };
  const waiting = (
    <div aria-busy className="pt-8">
      <Skeletons count={4} lines={["h-3 w-40", "h-2.5 w-20"]} className="px-3 py-3" />
    </div>
  );
  return (
    <Page title={t("rooms.discover")} hint={t("rooms.discoverHint")} back={{}}>
      <Loaded query={query} waiting={waiting}>
        {(found) => (
          <>
            <Offers offers={offersOf(found, t)} />
            {found.more !== null && (
              <MoreButton load={() => loadMore(found, found.more ?? "")} className="px-3 pt-4">
                {t("rooms.moreRooms")}
              </MoreButton>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
