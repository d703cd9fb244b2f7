import { UsersRound } from "lucide-react";
import type { Room } from "../../api/contract";
import type { Member } from "../../api/names";
import { useT } from "../../i18n";
import { listOf } from "../../i18n/format";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { getState, useStore } from "../../state/store";
import { loadMembers } from "../../sync/loading";
import { useQuery } from "../../sync/query";
import { Blank } from "../../ui/Blank";
import { Foreign } from "../../ui/Foreign";
import { icon } from "../../ui/icons";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { Skeletons } from "../../ui/Skeletons";
import { byActivity } from "../rooms/lists";
import { PersonPicture } from "./PersonPicture";

/** The people of this many rooms are asked for, those with the latest news first. */
const ROOMS_ASKED = 20;

interface Acquaintance {
  person: Member;
  roomIds: string[];
}

/** Everybody but oneself, each with the rooms one shares with them. */
function acquaintances(members: Record<string, Member[]>, myId: string | undefined): Acquaintance[] {
  const known = new Map<string, Acquaintance>();
  for (const [roomId, people] of Object.entries(members)) {
    for (const person of people) {
      if (person.userId === myId) continue;
      const met = known.get(person.userId) ?? { person, roomIds: [] };
      met.roomIds.push(roomId);
      known.set(person.userId, met);
    }
  }
  return [...known.values()].sort((a, b) => a.person.name.localeCompare(b.person.name));
}

/** Asks who is in these rooms, one after the other. Raises what the last one raised if none could be asked. */
async function askEach(rooms: Room[], signal: AbortSignal): Promise<true> {
  let failure: unknown = null;
  let answered = rooms.length === 0;
  for (const room of rooms) {
    if (signal.aborted) return true;
    await loadMembers(room.id).then(
      () => {
        answered = true;
      },
      (problem) => {
        failure = problem;
      },
    );
  }
  if (!answered) throw failure;
  return true;
}

function PersonRow({ person, roomIds }: Acquaintance) {
  const t = useT();
  const status = useStore((state) => state.presence[person.userId]?.status ?? "offline");
  const rooms = useStore((state) => state.rooms);
  const name = person.name || person.username;
  const shared = roomIds.map((id) => rooms[id]).filter((room) => room !== undefined);
  const [first] = byActivity(shared);
  return (
    <li>
      <Link
        href={first ? paths.room(first.id) : paths.home}
        className="flex items-center gap-3 rounded-m px-3 py-2 hover:bg-surface-2"
      >
        <PersonPicture id={person.userId} name={name} status={status} />
        <span className="flex min-w-0 flex-1 flex-col">
          <Foreign text={name} className="text-sm" />
          <span className="truncate text-xs text-ink-3">
            {t("people.in", { rooms: listOf(shared.map((room) => room.name)) })}
          </span>
        </span>
      </Link>
    </li>
  );
}

interface Group {
  title: string;
  people: Acquaintance[];
}

function Groups({ groups }: { groups: Group[] }) {
  const t = useT();
  if (groups.length === 0) {
    return (
      <Blank
        picture={<UsersRound {...icon} size={32} />}
        title={t("people.none")}
        hint={t("people.noneHint")}
      />
    );
  }
  return groups.map((group) => (
    <section key={group.title} className="pt-4">
      <h2 className="px-3 pb-1 text-xs font-semibold text-ink-3">
        {group.title} · {group.people.length}
      </h2>
      <ul>
        {group.people.map((one) => (
          <PersonRow key={one.person.userId} {...one} />
        ))}
      </ul>
    </section>
  ));
}

/** Everybody one shares a room with, those who are here first. */
export default function PeoplePage() {
  const t = useT();
  const members = useStore((state) => state.members);
  const presence = useStore((state) => state.presence);
  const myId = useStore((state) => state.me?.id);
  const online = useStore((state) => state.link === "online");
  const query = useQuery((signal) => {
    const rooms = byActivity(Object.values(getState().rooms));
    return askEach(rooms.slice(0, ROOMS_ASKED), signal);
  }, online);
  const people = acquaintances(members, myId);
  const isHere = ({ person }: Acquaintance) => (presence[person.userId]?.status ?? "offline") !== "offline";
  const groups = [
    { title: t("rooms.here"), people: people.filter(isHere) },
    { title: t("rooms.away"), people: people.filter((one) => !isHere(one)) },
  ].filter((group) => group.people.length > 0);
  const known = groups.length > 0 || query.data ? groups : undefined;
  const waiting = (
    <Skeletons
      count={4}
      picture="size-9 rounded-full"
      lines={["h-3 w-28", "h-2.5 w-40"]}
      className="px-3 py-2"
    />
  );
  return (
    <Page title={t("people.title")} hint={t("people.hint")}>
      <Loaded query={{ ...query, data: known }} waiting={waiting}>
        {(shown) => <Groups groups={shown} />}
      </Loaded>
    </Page>
  );
}
