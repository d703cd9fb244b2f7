import type { Refusal, Room, RoomEntry, User } from "../api/contract";
import type { Entry, Member, Message } from "../api/names";

/** A message that was typed but not yet acknowledged by the server. */
export interface Pending {
  clientMsgId: string;
  roomId: string;
  content: string;
  createdAt: string;
  /** Set when the server refused for good; the person decides what happens next. */
  refusal?: Refusal;
}

/** Neighbouring entries of a log, in the order of `seq`. Never changed: a change makes another block. */
export interface Block {
  id: number;
  entries: readonly Entry[];
}

/** What this client knows of one room's log, in the order of `seq`. */
export interface RoomLog {
  epoch: string;
  blocks: readonly Block[];
  /** Every entry up to here that the client asked for is in `blocks`; a higher `seq` than the next one is a gap. */
  tailSeq: number;
  /** Leads to the page before; null at the beginning of the room. */
  olderCursor: string | null;
  phase: "loading" | "ready" | "failed";
  older: "idle" | "loading" | "failed";
}

export interface ReadMark {
  seq: number;
  username: string;
}

export interface Typist {
  username: string;
  until: number;
}

export interface Presence {
  status: "online" | "away" | "offline";
  lastSeen?: string | null;
}

/** `must-choose`: signed in with a first password, and nothing else is allowed before an own one is chosen. */
export type Phase = "starting" | "unreachable" | "signed-out" | "must-choose" | "signed-in";
/** Why one is on the sign-in page again without having asked for it. */
export type Farewell = "expired" | "dropped" | "ended" | "guest" | "tab";
export type Link = "connecting" | "online" | "lost";

export interface State {
  phase: Phase;
  farewell: Farewell | null;
  me: User | null;
  link: Link;
  /** True once the connection has been gone for so long that what is known of who is here no longer counts. */
  stale: boolean;
  rooms: Record<string, Room>;
  roomsPhase: "loading" | "ready" | "failed";
  logs: Record<string, RoomLog>;
  members: Record<string, Member[]>;
  /** Leads to the next page of a room's people; null where all are known. */
  moreMembers: Record<string, string | null>;
  presence: Record<string, Presence>;
  /** What people are called, of everybody met since signing in; who left a room keeps a name in its log. */
  names: Record<string, string>;
  typing: Record<string, Record<string, Typist>>;
  reads: Record<string, Record<string, ReadMark>>;
  outbox: Pending[];
  /** Epoch milliseconds before which a room takes no message from this person. */
  pausedUntil: Record<string, number>;
}

export const emptyState: State = {
  phase: "starting",
  farewell: null,
  me: null,
  link: "connecting",
  stale: false,
  rooms: {},
  roomsPhase: "loading",
  logs: {},
  members: {},
  moreMembers: {},
  presence: {},
  names: {},
  typing: {},
  reads: {},
  outbox: [],
  pausedUntil: {},
};

/** The topic that an entry has given a room, null when it took it away; undefined when it is about something else. */
export function topicOf({ kind, data }: RoomEntry): string | null | undefined {
  const topic = kind === "changed" ? data?.["topic"] : undefined;
  return typeof topic === "string" || topic === null ? topic : undefined;
}

export function isMessage(entry: Entry): entry is Message {
  return entry.kind === "message";
}
