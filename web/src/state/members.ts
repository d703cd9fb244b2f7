import type { RoomEntry, RoomUsers, UserChanged, UserJoined } from "../api/contract";
import type { Member, Message } from "../api/names";
import { isMessage, type State } from "./model";

/** A page of a room's people; `more` says that it is a further one, to be added to those before. */
export type MembersPage = Pick<RoomUsers, "roomId" | "users"> & Partial<RoomUsers> & { more?: boolean };

/** The pages known so far with a new one. The first page, asked for again, keeps those behind it in the list. */
function withPage(state: State, { roomId, users, nextCursor, more }: MembersPage): State {
  const known = state.members[roomId] ?? [];
  const fresh = new Set(users.map((user) => user.userId));
  const others = more || (nextCursor && known.length > users.length) ? known : [];
  const rest = others.filter((user) => !fresh.has(user.userId));
  const list = more ? [...rest, ...users] : [...users, ...rest];
  const cursor = more || !rest.length ? (nextCursor ?? null) : (state.moreMembers[roomId] ?? null);
  return {
    ...state,
    members: { ...state.members, [roomId]: list },
    moreMembers: { ...state.moreMembers, [roomId]: cursor },
  };
}

export function membersListed(state: State, page: MembersPage): State {
  const { roomId, users, total } = page;
  const presence = { ...state.presence };
  const names = { ...state.names };
  const marks = { ...state.reads[roomId] };
  for (const user of users) {
    presence[user.userId] = { status: user.presence, lastSeen: user.lastSeen };
    names[user.userId] = user.name || user.username;
    const known = marks[user.userId]?.seq ?? 0;
    if (user.readSeq > known && user.userId !== state.me?.id)
      marks[user.userId] = { seq: user.readSeq, username: user.username };
  }
  const room = state.rooms[roomId];
  const rooms = room
    ? { ...state.rooms, [roomId]: { ...room, memberCount: total ?? users.length } }
    : state.rooms;
  const reads = { ...state.reads, [roomId]: marks };
  return { ...withPage(state, page), presence, names, rooms, reads };
}

export function subjectOf(entry: RoomEntry): string {
  return entry.subjectId ?? entry.actorId;
}

function withList(state: State, roomId: string, list: Member[]): State {
  return { ...state, members: { ...state.members, [roomId]: list } };
}

/** Somebody of whom an entry tells no more than the id: as another room's list has them, else a row that fills when
 * they are heard of. */
function newcomer(state: State, { roomId, seq }: RoomEntry, userId: string): Member {
  const lists = Object.entries(state.members).filter(([id]) => id !== roomId);
  const met = lists.flatMap(([, list]) => list).find((member) => member.userId === userId);
  const status = state.presence[userId]?.status ?? "offline";
  return {
    userId,
    username: met?.username ?? "",
    name: met?.name ?? "",
    nameKey: met?.nameKey ?? "",
    isOnline: status !== "offline",
    presence: status,
    role: "member",
    lastSeen: met?.lastSeen ?? null,
    readSeq: seq,
  };
}

/** True when the log says already what became of this person after the entry, which then came late. */
function isOutdated(state: State, entry: RoomEntry): boolean {
  const items = state.logs[entry.roomId]?.items ?? [];
  const subject = subjectOf(entry);
  return items.some((item) => item.seq > entry.seq && !isMessage(item) && subjectOf(item) === subject);
}

/** The list of a room's members after an entry of its log. A list that was not asked for stays unknown. */
export function membersAfter(state: State, entry: RoomEntry): State {
  const list = state.members[entry.roomId];
  if (!list || isOutdated(state, entry)) return state;
  const userId = subjectOf(entry);
  const isThere = list.some((member) => member.userId === userId);
  if (entry.kind === "joined" && !isThere)
    return withList(state, entry.roomId, [...list, newcomer(state, entry, userId)]);
  if (entry.kind === "left" && isThere)
    return withList(
      state,
      entry.roomId,
      list.filter((member) => member.userId !== userId),
    );
  return state;
}

type Person = Pick<UserChanged, "userId" | "name" | "username">;

function withPerson(state: State, person: Person, isMeant: (member: Member) => boolean): State {
  const { userId, name, username } = person;
  const rename = (member: Member) =>
    member.userId === userId && isMeant(member)
      ? { ...member, name, username, nameKey: member.name === name ? member.nameKey : "" }
      : member;
  const lists = Object.entries(state.members).map(([roomId, list]) => [roomId, list.map(rename)]);
  return { ...state, members: Object.fromEntries(lists) };
}

export function userChanged(state: State, person: UserChanged): State {
  const { userId, name, username } = person;
  return {
    ...withPerson(state, person, () => true),
    me: state.me?.id === userId ? { ...state.me, name, username } : state.me,
    names: userId in state.names ? { ...state.names, [userId]: name || username } : state.names,
  };
}

/** What people are called who joined while one was here: until then nobody has told. */
export function withNewcomer(state: State, person: Person): State {
  const { userId, name, username } = person;
  const known = state.names[userId];
  if ((known !== undefined && known !== username) || known === (name || username)) return state;
  const named = { ...state, names: { ...state.names, [userId]: name || username } };
  return withPerson(named, person, (member) => member.nameKey === "");
}

export function withAuthor(state: State, { userId, name, username }: Message): State {
  return withNewcomer(state, { userId, name, username });
}

/** Somebody began to listen to a room: they are here, and their handle is known. */
export function userJoined(state: State, { userId, username }: UserJoined): State {
  const named = withNewcomer(state, { userId, name: "", username });
  const status = state.presence[userId]?.status ?? "offline";
  if (status !== "offline") return named;
  return { ...named, presence: { ...named.presence, [userId]: { status: "online" } } };
}
