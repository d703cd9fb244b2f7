import type {
  EntriesPage,
  HistoryPage,
  MessagesRead,
  Refusal,
  Room,
  RoomEntry,
  User,
  UserChanged,
  UserJoined,
  UserStatus,
  UserTyping,
} from "../api/contract";
import type { Entry, Message } from "../api/names";
import { hasEntry, insertEntries, pageAsLog, withOlderPage } from "./log";
import {
  type MembersPage,
  membersAfter,
  membersListed,
  subjectOf,
  userChanged,
  userJoined,
  withAuthor,
} from "./members";
import {
  emptyState,
  type Farewell,
  isMessage,
  type Link,
  type Pending,
  type Phase,
  type RoomLog,
  type State,
  topicOf,
} from "./model";

/** Everything that can happen to the state. Server events and own actions take the same path. */
export interface News {
  phase_changed: { phase: Phase };
  signed_in: { me: User; outbox: Pending[] };
  signed_out: { farewell: Farewell | null };
  me_changed: { me: User };
  link_changed: { link: Link };
  link_stale: Record<never, never>;
  rooms_listed: { rooms: Room[] };
  rooms_failed: Record<never, never>;
  room_known: { room: Room };
  room_gone: { roomId: string };
  log_loading: { roomId: string };
  log_failed: { roomId: string };
  page_loaded: { roomId: string; page: HistoryPage };
  older_loading: { roomId: string };
  older_failed: { roomId: string };
  older_loaded: { roomId: string; page: HistoryPage };
  gap_filled: { roomId: string; page: EntriesPage };
  received: { entry: Entry };
  typing_changed: { typing: UserTyping; until: number };
  typing_expired: { now: number };
  status_changed: { status: UserStatus };
  members_listed: MembersPage;
  user_joined: UserJoined;
  user_changed: UserChanged;
  read_by: { read: MessagesRead };
  queued: { pending: Pending };
  requeued: { clientMsgId: string };
  refused: { clientMsgId: string; refusal: Refusal };
  unqueued: { clientMsgId: string };
  paused: { roomId: string; until: number };
}

type Reducers = { [Kind in keyof News]: (state: State, news: News[Kind]) => State };

function withLog(state: State, roomId: string, change: (log: RoomLog) => RoomLog): State {
  const log = state.logs[roomId];
  return log ? { ...state, logs: { ...state.logs, [roomId]: change(log) } } : state;
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}

function byId(rooms: Room[]): Record<string, Room> {
  return Object.fromEntries(rooms.map((room) => [room.id, room]));
}

const memberDelta: Record<RoomEntry["kind"], number> = { created: 0, joined: 1, left: -1, changed: 0 };

function roomAfter(room: Room, entry: Entry, me: User | null): Room {
  if (entry.seq <= room.headSeq && entry.epoch === room.epoch) return room;
  const next = { ...room, headSeq: entry.seq, epoch: entry.epoch };
  if (!isMessage(entry)) {
    next.memberCount = Math.max(1, room.memberCount + memberDelta[entry.kind]);
    const topic = topicOf(entry);
    if (topic !== undefined) next.topic = topic;
    return next;
  }
  next.lastMessage = entry;
  if (entry.userId === me?.id) next.readSeq = Math.max(room.readSeq ?? 0, entry.seq);
  return next;
}

function stopTyping(state: State, entry: Message): State["typing"] {
  const here = state.typing[entry.roomId];
  return here?.[entry.userId]
    ? { ...state.typing, [entry.roomId]: without(here, entry.userId) }
    : state.typing;
}

/** True for an entry that this client has not had yet, in its place or a later one. */
function isNews(state: State, entry: Entry): boolean {
  const log = state.logs[entry.roomId];
  if (log?.phase === "ready" && log.epoch === entry.epoch) return !hasEntry(log, entry.seq);
  const room = state.rooms[entry.roomId];
  return room !== undefined && (room.epoch !== entry.epoch || room.headSeq < entry.seq);
}

/** What an entry about the room itself changes beside the log. */
function entryTaken(before: State, state: State, entry: RoomEntry): State {
  if (!isNews(before, entry)) return state;
  const room = state.rooms[entry.roomId];
  const comesIn = entry.kind === "joined" && subjectOf(entry) === state.me?.id;
  const known = comesIn && room ? { ...room, role: room.role ?? ("member" as const) } : room;
  const rooms = known ? { ...state.rooms, [known.id]: known } : state.rooms;
  return membersAfter({ ...state, rooms }, entry);
}

function received(state: State, { entry }: News["received"]): State {
  const room = state.rooms[entry.roomId];
  const next = room
    ? { ...state, rooms: { ...state.rooms, [room.id]: roomAfter(room, entry, state.me) } }
    : state;
  const logged = withLog(next, entry.roomId, (log) => insertEntries(log, [entry]));
  if (!isMessage(entry)) return entryTaken(state, logged, entry);
  const mine = entry.clientMsgId !== undefined && entry.userId === state.me?.id;
  return {
    ...withAuthor(logged, entry),
    typing: stopTyping(state, entry),
    outbox: mine ? state.outbox.filter((item) => item.clientMsgId !== entry.clientMsgId) : state.outbox,
  };
}

function typingChanged(state: State, { typing, until }: News["typing_changed"]): State {
  if (typing.userId === state.me?.id) return state;
  const here = without(state.typing[typing.roomId] ?? {}, typing.userId);
  if (typing.isTyping) here[typing.userId] = { username: typing.username, until };
  return { ...state, typing: { ...state.typing, [typing.roomId]: here } };
}

function typingExpired(state: State, { now }: News["typing_expired"]): State {
  const rooms = Object.entries(state.typing).map(([roomId, typists]) => [
    roomId,
    Object.fromEntries(Object.entries(typists).filter(([, typist]) => typist.until > now)),
  ]);
  return { ...state, typing: Object.fromEntries(rooms) };
}

function readBy(state: State, { read }: News["read_by"]): State {
  if (read.userId === state.me?.id) {
    const room = state.rooms[read.roomId];
    if (!room || (room.readSeq ?? 0) >= read.seq) return state;
    return { ...state, rooms: { ...state.rooms, [room.id]: { ...room, readSeq: read.seq } } };
  }
  const here = state.reads[read.roomId] ?? {};
  if ((here[read.userId]?.seq ?? 0) >= read.seq) return state;
  const mark = { seq: read.seq, username: read.username };
  return { ...state, reads: { ...state.reads, [read.roomId]: { ...here, [read.userId]: mark } } };
}

function setRefusal(state: State, clientMsgId: string, refusal?: Refusal): State {
  const outbox = state.outbox.map((item) => (item.clientMsgId === clientMsgId ? { ...item, refusal } : item));
  return { ...state, outbox };
}

const loadingLog: RoomLog = {
  epoch: "",
  blocks: [],
  tailSeq: 0,
  olderCursor: null,
  phase: "loading",
  older: "idle",
};

const reducers: Reducers = {
  phase_changed: (state, { phase }) => ({ ...state, phase }),
  signed_in: (state, { me, outbox }) => ({ ...state, phase: "signed-in", farewell: null, me, outbox }),
  signed_out: (_, { farewell }) => ({ ...emptyState, phase: "signed-out", farewell }),
  me_changed: (state, { me }) => ({ ...state, me }),
  link_changed: (state, { link }) => ({ ...state, link, stale: state.stale && link === "lost" }),
  link_stale: (state) => ({ ...state, stale: state.link === "lost" }),
  rooms_listed: (state, { rooms }) => ({ ...state, rooms: byId(rooms), roomsPhase: "ready" }),
  rooms_failed: (state) => ({ ...state, roomsPhase: state.roomsPhase === "ready" ? "ready" : "failed" }),
  room_known: (state, { room }) => ({ ...state, rooms: { ...state.rooms, [room.id]: room } }),
  room_gone: (state, { roomId }) => ({
    ...state,
    rooms: without(state.rooms, roomId),
    logs: without(state.logs, roomId),
    members: without(state.members, roomId),
    moreMembers: without(state.moreMembers, roomId),
    typing: without(state.typing, roomId),
  }),
  log_loading: (state, { roomId }) => ({ ...state, logs: { ...state.logs, [roomId]: loadingLog } }),
  log_failed: (state, { roomId }) => withLog(state, roomId, (log) => ({ ...log, phase: "failed" })),
  page_loaded: (state, { roomId, page }) => ({
    ...state,
    logs: { ...state.logs, [roomId]: pageAsLog(page) },
  }),
  older_loading: (state, { roomId }) => withLog(state, roomId, (log) => ({ ...log, older: "loading" })),
  older_failed: (state, { roomId }) => withLog(state, roomId, (log) => ({ ...log, older: "failed" })),
  older_loaded: (state, { roomId, page }) => withLog(state, roomId, (log) => withOlderPage(log, page)),
  gap_filled: (state, { roomId, page }) => {
    const filled = page.entries.reduce((next, entry) => received(next, { entry }), state);
    return withLog(filled, roomId, (log) =>
      page.hasMore ? log : insertEntries({ ...log, tailSeq: Math.max(log.tailSeq, page.headSeq) }, []),
    );
  },
  received,
  typing_changed: typingChanged,
  typing_expired: typingExpired,
  status_changed: (state, { status }) => ({
    ...state,
    presence: {
      ...state.presence,
      [status.userId]: { status: status.presence ?? status.status, lastSeen: status.lastSeen },
    },
  }),
  members_listed: membersListed,
  user_joined: userJoined,
  user_changed: userChanged,
  read_by: readBy,
  queued: (state, { pending }) => ({ ...state, outbox: [...state.outbox, pending] }),
  requeued: (state, { clientMsgId }) => setRefusal(state, clientMsgId),
  refused: (state, { clientMsgId, refusal }) => setRefusal(state, clientMsgId, refusal),
  unqueued: (state, { clientMsgId }) => ({
    ...state,
    outbox: state.outbox.filter((item) => item.clientMsgId !== clientMsgId),
  }),
  paused: (state, { roomId, until }) => ({
    ...state,
    pausedUntil: { ...state.pausedUntil, [roomId]: until },
  }),
};

/** The state after one piece of news. Pure: the only place where the state changes. */
export function apply<Kind extends keyof News>(state: State, kind: Kind, news: News[Kind]): State {
  return reducers[kind](state, news);
}
