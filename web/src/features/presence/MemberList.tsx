import type { Room } from "../../api/contract";
import type { Member } from "../../api/names";
import { useT } from "../../i18n";
import { useToday } from "../../i18n/clock";
import { shortWhen } from "../../i18n/format";
import { useStore } from "../../state/store";
import { loadMembers } from "../../sync/loading";
import type { Loading } from "../../sync/query";
import { Foreign } from "../../ui/Foreign";
import { Loaded } from "../../ui/Loaded";
import { MoreButton } from "../../ui/MoreButton";
import { Skeletons } from "../../ui/Skeletons";
import { PersonPicture } from "./PersonPicture";

/** The names, by their look, that more than one of these people has; "" of those whose look is not known yet. */
function sharedNames(members: Member[]): Set<string> {
  const met = new Set([""]);
  return new Set(members.flatMap(({ nameKey }) => (met.size === met.add(nameKey).size ? [nameKey] : [])));
}

function MemberRow({ member, shared }: { member: Member; shared: boolean }) {
  const t = useT();
  const myId = useStore((state) => state.me?.id);
  const presence = useStore((state) => state.presence[member.userId]);
  const status = presence?.status ?? "offline";
  const seen = presence?.lastSeen ?? member.lastSeen;
  const name = member.name || member.username || t("messages.someone");
  const notes = [
    shared && member.name && member.username && `@${member.username}`,
    member.userId === myId && t("rooms.you"),
    member.role === "admin" && t("rooms.admin"),
    status === "offline" && seen && t("rooms.offlineSince", { time: shortWhen(seen) }),
  ].filter(Boolean);
  return (
    <li className="flex items-center gap-3 rounded-m px-2 py-1.5">
      <PersonPicture id={member.userId} name={name} status={status} />
      <span className="flex min-w-0 flex-1 flex-col">
        <Foreign text={name} className="text-sm" />
        {notes.length > 0 && <span className="truncate text-xs text-ink-3">{notes.join(" · ")}</span>}
      </span>
    </li>
  );
}

function Groups({ members }: { members: Member[] }) {
  const t = useT();
  useToday();
  const presence = useStore((state) => state.presence);
  const sorted = members.toSorted((a, b) => a.name.localeCompare(b.name));
  const shared = sharedNames(members);
  const isHere = (member: Member) => (presence[member.userId]?.status ?? "offline") !== "offline";
  const groups = [
    { title: t("rooms.here"), people: sorted.filter(isHere) },
    { title: t("rooms.away"), people: sorted.filter((member) => !isHere(member)) },
  ].filter((group) => group.people.length > 0);
  return groups.map(({ title, people }) => (
    <section key={title} className="pb-4">
      <h3 className="px-2 pb-1 text-xs font-semibold text-ink-3">
        {title} · {people.length}
      </h3>
      <ul>
        {people.map((member) => (
          <MemberRow key={member.userId} member={member} shared={shared.has(member.nameKey)} />
        ))}
      </ul>
    </section>
  ));
}

interface MemberListProps {
  room: Room;
  /** Loads the first page of them into the state. */
  query: Loading<void>;
}

/** Who is in the room: those who are here first, each group by name. */
export function MemberList({ room, query }: MemberListProps) {
  const t = useT();
  const members = useStore((state) => state.members[room.id]);
  const more = useStore((state) => state.moreMembers[room.id]);
  const waiting = (
    <Skeletons count={4} picture="size-9 rounded-full" lines={["h-3 w-28"]} className="px-2 py-1.5" />
  );
  return (
    <Loaded query={{ ...query, data: members }} waiting={waiting}>
      {(known) => (
        <>
          <Groups members={known} />
          {more && (
            <MoreButton load={() => loadMembers(room.id, more)} className="px-2 pb-4">
              {t("rooms.morePeople")}
            </MoreButton>
          )}
        </>
      )}
    </Loaded>
  );
}
