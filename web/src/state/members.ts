import type { RoomEntry, RoomUsers, UserChanged, UserJoined } from "../api/contract";
import type { Member, Message } from "../api/names";
import { entriesAfter } from "./log";
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
    name: met?.name ?? state.names[userId] ?? "",
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
  const log = state.logs[entry.roomId];
  const subject = subjectOf(entry);
  const later = log ? entriesAfter(log, entry.seq) : [];
  return later.some((item) => !isMessage(item) && subjectOf(item) === subject);
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

function withRows(state: State, userId: string, change: (member: Member) => Member): State {
  const lists = Object.entries(state.members).map(([roomId, list]) => [
    roomId,
    list.map((member) => (member.userId === userId ? change(member) : member)),
  ]);
  return { ...state, members: Object.fromEntries(lists) };
}

/** A new name may look like somebody else's: the handle stands beside it until the server has told its look. */
export function userChanged(state: State, { userId, name, username }: UserChanged): State {
  const renamed = withRows(state, userId, (member) => {
    const nameKey = member.name === name ? member.nameKey : "";
    return { ...member, name, username, nameKey };
  });
  return {
    ...renamed,
    me: state.me?.id === userId ? { ...state.me, name, username } : state.me,
    names: userId in state.names ? { ...state.names, [userId]: name || username } : state.names,
  };
}

/** Whoever joined while one was here has no name until it is told, and their first message tells it. */
export function withAuthor(state: State, { userId, name, username }: Message): State {
  const known = state.names[userId];
  const shown = name || username;
  if (known === shown || (known !== undefined && known !== username)) return state;
  const named = { ...state, names: { ...state.names, [userId]: shown } };
  return withRows(named, userId, (member) => (member.nameKey ? member : { ...member, name, username }));
}

/** Somebody began to listen to a room: they are here, and their handle is known. */
export function userJoined(state: State, { userId, username, roomId }: UserJoined): State {
  const status = state.presence[userId]?.status ?? "offline";
  const lacksHandle = (member: Member) => member.userId === userId && !member.username;
  const isNews = status === "offline" || !(userId in state.names) || state.members[roomId]?.some(lacksHandle);
  if (!isNews) return state;
  const here = status === "offline" ? "online" : status;
  const named = withRows(state, userId, (member) => (member.username ? member : { ...member, username }));
  return {
    ...named,
    names: { ...state.names, [userId]: state.names[userId] ?? username },
    presence: { ...state.presence, [userId]: { status: here } },
  };
}
