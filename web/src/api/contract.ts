// Written by `make contract` from the server's operations and events. Do not edit.

/** Why something was refused. `code` is stable, `message` is for people, `retryAfter` is in seconds. */
export interface Refusal {
  code: string;
  message: string;
  retryAfter?: number;
}

/** The body of every refused HTTP call on the bare routes. */
export interface ErrorBody extends Refusal {
  error: string;
  requestId: string;
  errors?: Record<string, string[]>;
}

/** The event `error`: an event without an acknowledgement was refused. */
export interface ErrorNews extends Refusal {
  event?: string;
}

/** How an event with an acknowledgement is answered. */
export type Ack<T> = (answer: { ok: true; data: T } | { ok: false; error: Refusal }) => void;

/** Seed S1's answer: the new refresh token is in its cookie. */
export interface AccessRefreshed {
  accessToken: string;
  expiresIn: number;
}

/** Ask for a code to show that an address or a number is one's own; it then replaces the one of its kind. `currentPassword` may be left out for ten minutes after it was given. */
export interface AddIdentifier {
  email?: string | null;
  phoneNumber?: string | null;
  currentPassword?: string | null;
}

/** Look around for a day. `ageCategory` is what the guest says; it opens nothing by itself. */
export interface BecomeGuest {
  ageCategory?: string | null;
  cookies?: boolean;
}

/** Whether this server can write to an e-mail address and to a phone. */
export interface ByAddress {
  email: boolean;
  phone: boolean;
}

/** What works on this server, so that a client offers nothing else. */
export interface Capabilities {
  registration: WaysIn;
  passwordReset: ByAddress;
  identifiers: ByAddress;
}

/** Set a new password; every other session of the person ends. Without the present one: 403 `step_up_required`. */
export interface ChangeOwnPassword {
  currentPassword?: string | null;
  newPassword: string;
}

/** Set a new password by telling the present one, without being signed in. */
export interface ChangePassword {
  phoneNumber?: string | null;
  email?: string | null;
  currentPassword?: string | null;
  newPassword?: string | null;
}

/** What an admin may change of a person. */
export interface ChangePerson {
  name?: string | null;
  username?: string | null;
  /** A UUID, in any case; answers have it in lower case. */
  userId: string;
  status?: "active" | "suspended" | null;
}

/** Change what is given of a room; an empty topic or null takes the topic away. */
export interface ChangeRoom {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  topic?: string | null;
}

/** What to change; the rest stays. A username has 3 to 24 letters a-z, digits, `_` or `-`. */
export interface ChangeUser {
  name?: string | null;
  username?: string | null;
}

/** The code that arrived there. */
export interface ConfirmIdentifier {
  code: string;
}

/** Seed S1's answer: the tokens are in cookies. `phoneNumber` is masked. */
export interface CookiesSet {
  ok: boolean;
  mustChangePassword?: boolean;
  user: User;
}

/** Open a public lounge; you are its first member and its admin. */
export interface CreateLounge {
  name: string;
}

/** Open a room; you are its first member and its admin. */
export interface CreateRoom {
  name: string;
  isPrivate?: boolean;
}

/** Send it back as `X-CSRF-Token` with every request that changes something and that a cookie authenticates. */
export interface CsrfToken {
  /** Good for 24 hours in the browser that has it as its cookie. */
  csrfToken: string;
}

/** A signed-in device; `device` is what it says of itself, `current` the one that asks. */
export interface Device {
  id: string;
  device: string;
  address: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  current: boolean;
}

/** Every living session, the newest first; at most ten, so there is never a next page. */
export interface Devices {
  sessions: Device[];
  nextCursor: string | null;
}

/** It is done. */
export interface Done {
  ok: boolean;
}

/** An operation without input. */
export type Empty = Record<string, never>;

/** Hear a lounge, named by its id, its slug or its name; seed S0 sends the bare text. */
export interface EnterLounge {
  lounge: string;
}

/** Every entry of a room's log after a seq, oldest first. */
export interface EntriesPage {
  entries: (MessageReceived | RoomEntry)[];
  epoch: string;
  headSeq: number;
  hasMore: boolean;
}

/** Ask for a one-time code to set a new password with. */
export interface Forgot {
  email?: string | null;
  phoneNumber?: string | null;
}

/** A guest's only token, taken wherever a token is. */
export interface GuestToken {
  tempSessionToken: string;
  guestId: string;
  expiresAt: string;
  username: string;
  ageCategory: string;
}

/** You are seen. */
export interface Heartbeat {
  ok: boolean;
  presence: "online" | "away" | "offline";
}

/** Messages, oldest to newest. `nextCursor` leads to older ones (null at the beginning), `prevCursor` to newer. */
export interface HistoryPage {
  messages: MessageReceived[];
  nextCursor: string | null;
  prevCursor: string | null;
  hasMore: boolean;
  epoch: string;
  headSeq: number;
}

/** The room's invite; `url` opens the web client and joins. */
export interface Invite {
  inviteCode: string;
  url: string;
  expiresAt: string | null;
  maxUses: number | null;
  uses: number;
}

/** Make a new invite code for a room you created; the one before stops working. It lasts until `expiresAt`, or `expiresIn` seconds, or for ever. */
export interface IssueInvite {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  expiresAt?: string | null;
  expiresIn?: number | null;
  maxUses?: number | null;
}

/** Become a member of the room that an invite code names. */
export interface JoinByInvite {
  inviteCode: string;
}

/** Become a member. A private room asks for its invite code; an empty one is none, as forms send it. */
export interface JoinRoom {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  inviteCode?: string | null;
}

/** Ask for the members of a room, or for the page of them to which a cursor leads. */
export interface ListRoomUsers {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  cursor?: string | null;
  limit?: number;
}

/** `mine` are the rooms you are a member of, `public` those anybody may join, `all` both. */
export interface ListRooms {
  scope?: "mine" | "public" | "all";
  cursor?: string | null;
  limit?: number;
}

/** A page of people. */
export interface ListUsers {
  cursor?: string | null;
  limit?: number;
}

/** Sign in by e-mail or phone. `staySignedIn`: 30 days instead of one; where a seed has no such word, yes. */
export interface Login {
  email?: string | null;
  phoneNumber?: string | null;
  password?: string | null;
  staySignedIn?: boolean | null;
  cookies?: boolean;
}

/** A public room that everybody finds under a slug of its own. Nobody created those that the server brings along. */
export interface Lounge {
  id: string;
  name: string;
  slug: string;
  kind: "lounge";
  createdById: string | null;
  createdAt: string;
  memberCount: number;
}

/** Seed S0's answer: a token that lives as long as it is used once in 30 days. */
export interface LoungeToken {
  token: string;
  user: User;
}

/** I have read this room up to a message, named by its seq or its id. */
export interface MarkRead {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  seq?: number | null;
  messageId?: string | null;
}

/** A message was said in a room you listen to; your own come back too. `userId` and `senderId`, `timestamp` and `createdAt` are names of two seeds for one thing. With `format` the content is the JSON text of a value that is no text: a client of seed S0 said it. `messageType` is in capitals under `/api/v1` and in small letters everywhere else; `originalType` is what the sender called a type that is none of these. */
export interface MessageReceived {
  kind: "message";
  id: string;
  seq: number;
  epoch: string;
  roomId: string;
  senderId: string;
  userId: string;
  username: string;
  name: string;
  content: string;
  messageType: "text" | "image" | "video" | "link" | "system" | "TEXT" | "IMAGE" | "VIDEO" | "LINK" | "SYSTEM";
  originalType?: string;
  format?: "json";
  createdAt: string;
  timestamp: string;
  clientMsgId?: string;
}

/** Somebody has read a room you listen to, up to and including `seq`. */
export interface MessagesRead {
  roomId: string;
  userId: string;
  username: string;
  messageId: string | null;
  seq: number;
  readAt: string;
  timestamp: string;
}

/** Names a room. */
export interface OneRoom {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
}

/** One of one's own sessions. `currentPassword` may be left out for the present one, or after a fresh proof. */
export interface OneSession {
  sessionId: string;
  currentPassword?: string | null;
}

/** One person. */
export interface OneUser {
  /** A UUID, in any case; answers have it in lower case. */
  userId: string;
}

/** The new password counts from now on. */
export interface PasswordChanged {
  ok: boolean;
  message: string;
}

/** A person as admins see them. */
export interface PersonView {
  id: string;
  name: string;
  username: string;
  /** Equal for names that look alike: show `@username` beside a name where two people of a room have one. */
  nameKey: string;
  email?: string;
  phoneNumber?: string;
  kind: "member" | "guest";
  role: string;
  createdAt: string;
  status: "pending" | "active" | "suspended" | "banned" | "deleted";
}

/** What needs a proof may be asked for without one until then. */
export interface ProofGiven {
  ok: boolean;
  until: string;
}

/** Give the present password again, before what needs a fresh proof. */
export interface Prove {
  currentPassword: string;
}

/** A page of messages: the newest, the one a cursor leads to, or every entry after a seq. */
export interface ReadHistory {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  cursor?: string | null;
  after?: number | null;
  limit?: number;
}

/** Exchange a refresh token; on `/api` the cookie holds it. */
export interface Refresh {
  refreshToken?: string;
}

/** A new pair: the old refresh token has been used up. `expiresIn` is in seconds. */
export interface Refreshed {
  token: string;
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

/** Become a member by e-mail. `cookies` asks for HttpOnly cookies besides the tokens. */
export interface Register {
  name?: string | null;
  email: string;
  password: string;
  cookies?: boolean;
}

/** They cannot sign in any more. */
export interface Removed {
  ok: boolean;
}

/** The token under which a socket goes on. */
export interface RenewSocket {
  token: string;
}

/** Set a new password with a one-time code. This signs nobody in. */
export interface Reset {
  email?: string | null;
  phoneNumber?: string | null;
  code: string;
  newPassword: string;
}

/** Where a room's log stands; `epoch` is empty when the room is not yours to see. */
export interface ResetRoom {
  roomId: string;
  epoch: string;
  headSeq: number;
}

/** Ask what was missed in these rooms. */
export interface Resume {
  rooms: ResumePoint[];
}

/** The last entry of a room that a client has. */
export interface ResumePoint {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  epoch: string;
  lastSeq: number;
}

/** One answer per room, in the order of the question. */
export interface Resumed {
  rooms: ResumedRoom[];
}

/** The missed entries of a room, or `reset`: forget what you have and read the room anew. */
export interface ResumedRoom {
  roomId: string;
  epoch: string;
  headSeq: number;
  entries?: (MessageReceived | RoomEntry)[];
  hasMore?: boolean;
  reset?: true;
}

/** A room as the asking person may see it: `role` is theirs, the invite code is shown to its creator only. */
export interface Room {
  id: string;
  name: string;
  topic: string | null;
  isPrivate: boolean;
  kind: "room" | "lounge";
  createdById: string | null;
  createdAt: string;
  memberCount: number;
  role: "member" | "admin" | null;
  epoch: string;
  headSeq: number;
  readSeq?: number;
  lastMessage?: MessageReceived;
  inviteCode?: string;
}

/** Something other than a message took the next place in a room you listen to. */
export interface RoomEntry {
  roomId: string;
  epoch: string;
  seq: number;
  kind: "created" | "joined" | "left" | "changed";
  actorId: string;
  subjectId?: string;
  at: string;
  data?: Record<string, unknown>;
}

/** You listen to the room now; everything after `headSeq` will reach you. */
export interface RoomJoined {
  roomId: string;
  room: Room;
  epoch: string;
  headSeq: number;
  timestamp: string;
}

/** Rooms, newest first. */
export interface RoomPage {
  rooms: Room[];
  nextCursor: string | null;
}

/** A member of a room; `readSeq` is how far they have read it. `nameKey` is equal for names that look alike: show `@username` beside both. */
export interface RoomUser {
  userId: string;
  username: string;
  name: string;
  nameKey: string;
  isOnline: boolean;
  presence: "online" | "away" | "offline";
  role: "member" | "admin";
  lastSeen: string | null;
  readSeq: number;
}

/** Members of a room, those who are online first; `total` is how many there are, `nextCursor` leads to the rest. */
export interface RoomUsers {
  roomId: string;
  users: RoomUser[];
  total: number;
  nextCursor: string | null;
}

/** Something of yours about a room has changed, on whichever of your devices: your list of rooms may be stale. */
export interface RoomsChanged {
  roomId: string;
  change: "joined" | "left" | "created" | "changed" | "read";
}

/** What you missed in these rooms cannot be told: forget what you have and read them anew. */
export interface RoomsReset {
  rooms: ResetRoom[];
}

/** Say something in the default lounge. */
export interface SayInLobby {
  message: unknown;
}

/** Say any JSON value in a lounge, named by its id, slug or name. */
export interface SayInLounge {
  loungeId: string;
  message: unknown;
}

/** Say something in a room. A retry with the same `clientMsgId` gets the first answer. */
export interface SendMessage {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  content: string;
  messageType?: string;
  clientMsgId?: string | null;
}

/** If there is somebody to send it to, a code is on its way. */
export interface Sent {
  ok: boolean;
}

/** Sign up by phone, or by e-mail and password. */
export interface SignUp {
  phoneNumber?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  birthYear?: number | string | null;
  name?: string | null;
  email?: string | null;
  password?: string | null;
}

/** The superset that every seed's client finds its token in. `expiresIn` is in seconds. */
export interface SignedIn {
  id: string;
  name: string;
  email?: string;
  token: string;
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  mustChangePassword?: boolean;
  user: User;
}

/** The session has ended. */
export interface SignedOut {
  ok: boolean;
}

/** `message` and `userId` after a sign-up by phone, `id`, `email` and more after one by e-mail. */
export interface SignedUp {
  message?: string;
  userId?: string;
  id?: string;
  email?: string;
  name?: string;
  username?: string;
  createdAt?: string;
}

/** The socket lasts until its new token ends, if that ends at all. */
export interface SocketRenewed {
  expiresAt?: string;
}

/** I am typing in a room, or no longer. It ends by itself after six seconds. */
export interface Typing {
  /** A UUID, in any case; answers have it in lower case. */
  roomId: string;
  isTyping: boolean;
}

/** A person as others may see them; `email` and `phoneNumber` (its last four digits) are for oneself only. */
export interface User {
  id: string;
  name: string;
  username: string;
  /** Equal for names that look alike: show `@username` beside a name where two people of a room have one. */
  nameKey: string;
  email?: string;
  phoneNumber?: string;
  kind: "member" | "guest";
  role: string;
  createdAt: string;
}

/** You, or somebody whom you share a room with, goes by another name or handle now. */
export interface UserChanged {
  userId: string;
  name: string;
  username: string;
}

/** Somebody began to listen to a room you listen to. */
export interface UserJoined {
  userId: string;
  username: string;
  roomId: string;
  timestamp: string;
}

/** Somebody no longer listens to a room you listen to. */
export interface UserLeft {
  userId: string;
  username: string;
  roomId: string;
  timestamp: string;
}

/** People, the oldest first; `nextCursor` is null on the last page. */
export interface UserPage {
  users: PersonView[];
  nextCursor: string | null;
}

/** Somebody you share a room with came, went, or fell silent. `lastSeen` and `lastSeenAt` are two seeds' names. */
export interface UserStatus {
  userId: string;
  username: string;
  status: "online" | "offline";
  presence: "online" | "away" | "offline";
  lastSeen?: string;
  lastSeenAt?: string;
  timestamp: string;
}

/** Somebody else in a room you listen to is typing, or no longer. Seed S2 calls it `typing`. */
export interface UserTyping {
  userId: string;
  username: string;
  roomId: string;
  isTyping: boolean;
  timestamp: string;
}

/** Which ways to become somebody work. */
export interface WaysIn {
  email: boolean;
  phone: boolean;
  guest: boolean;
}

/** What the server tells. */
export interface ServerToClientEvents {
  error: (payload: ErrorNews) => void;
  messages_read: (payload: MessagesRead) => void;
  receive_message: (payload: MessageReceived) => void;
  reset: (payload: RoomsReset) => void;
  room_entry: (payload: RoomEntry) => void;
  room_joined: (payload: RoomJoined) => void;
  room_users: (payload: RoomUsers) => void;
  rooms_changed: (payload: RoomsChanged) => void;
  user_changed: (payload: UserChanged) => void;
  user_joined: (payload: UserJoined) => void;
  user_left: (payload: UserLeft) => void;
  user_status: (payload: UserStatus) => void;
  user_typing: (payload: UserTyping) => void;
}

/** What a client may emit. */
export interface ClientToServerEvents {
  auth_refresh: (payload: RenewSocket, ack: Ack<SocketRenewed>) => void;
  "chat message": (payload: SayInLobby, ack: Ack<MessageReceived>) => void;
  get_room_users: (payload: ListRoomUsers, ack: Ack<RoomUsers>) => void;
  heartbeat: (payload: Empty, ack: Ack<Heartbeat>) => void;
  "join-lounge": (payload: EnterLounge, ack: Ack<RoomJoined>) => void;
  join_room: (payload: OneRoom, ack: Ack<RoomJoined>) => void;
  leave_room: (payload: OneRoom, ack?: Ack<Done>) => void;
  mark_read: (payload: MarkRead, ack: Ack<MessagesRead>) => void;
  message: (payload: SayInLounge, ack: Ack<MessageReceived>) => void;
  resume: (payload: Resume, ack: Ack<Resumed>) => void;
  send_message: (payload: SendMessage, ack: Ack<MessageReceived>) => void;
  typing: (payload: Typing, ack?: Ack<Done>) => void;
}

/** Input and output of every HTTP operation; path parameters are fields of the input. */
export interface Operations {
  /** Become a member by e-mail; you are signed in at once. A guest stays the same person. */
  "auth.account.register": { input: Register; output: SignedIn };
  /** Sign up by phone or by e-mail, whichever the body names; nobody is signed in. */
  "auth.account.sign_up": { input: SignUp; output: SignedUp };
  /** Tell which ways to sign up, to reset a password and to change an address work here. Needs no token. */
  "auth.capabilities.show": { input: Empty; output: Capabilities };
  /** Exchange the refresh token in the cookie. */
  "auth.cookies.refresh": { input: Refresh; output: AccessRefreshed };
  /** Get a CSRF token; browsers also keep it as the readable cookie `csrfToken`, and get the one that they have. */
  "auth.csrf.issue": { input: Empty; output: CsrfToken };
  /** Be somebody for a day. */
  "auth.guest.create": { input: BecomeGuest; output: GuestToken };
  /** Send a code to an address or number that one wants to have. */
  "auth.identifier.begin": { input: AddIdentifier; output: Sent };
  /** Take the code that arrived there; the identifier replaces the one of its kind. */
  "auth.identifier.confirm": { input: ConfirmIdentifier; output: User };
  /** Change one's own name or handle. */
  "auth.me.change": { input: ChangeUser; output: User };
  /** Show the signed-in person to themselves, with their own address and the last digits of their number. */
  "auth.me.show": { input: Empty; output: User };
  /** Set a new password while signed in; every other session ends. The present one is asked for each time. */
  "auth.password.change": { input: ChangeOwnPassword; output: PasswordChanged };
  /** Have a code sent to whoever has an address or a number; the answer does not tell whether anybody has. */
  "auth.password.forget": { input: Forgot; output: Sent };
  /** Set a new password without being signed in; every session ends. */
  "auth.password.replace": { input: ChangePassword; output: PasswordChanged };
  /** Set a new password with the code that was sent; every session ends, and none begins. */
  "auth.password.reset": { input: Reset; output: PasswordChanged };
  /** Prove again who one is; this session may then do for ten minutes what asks for a proof. */
  "auth.proof.show": { input: Prove; output: ProofGiven };
  /** Sign in. */
  "auth.session.login": { input: Login; output: SignedIn };
  /** End the session that asks, or that of the refresh token, and its sockets. Twice, or without one, is fine. */
  "auth.session.logout": { input: Refresh; output: SignedOut };
  /** Sign in with a token that has no end of its own. */
  "auth.session.open_lounges": { input: Login; output: LoungeToken };
  /** Exchange a refresh token for a new pair. */
  "auth.session.refresh": { input: Refresh; output: Refreshed };
  /** Sign in by phone, the tokens in cookies. */
  "auth.session.sign_in": { input: Login; output: CookiesSet };
  /** End one of one's own sessions and its sockets; for another than this one, with a proof. */
  "auth.sessions.end": { input: OneSession; output: SignedOut };
  /** Show where one is signed in. */
  "auth.sessions.list": { input: Empty; output: Devices };
  /** Read a page of messages, or with `after` every entry since. */
  "messages.history": { input: ReadHistory; output: HistoryPage | EntriesPage };
  /** Move your read mark forward (the half that seed S4 leaves out); it never moves back. */
  "messages.read_mark.set": { input: MarkRead; output: MessagesRead };
  /** Say something in a room you are a member of; the answer comes after the commit. A guest joins by speaking. */
  "messages.send": { input: SendMessage; output: MessageReceived };
  /** Say that you are here; without a connection you are online by that, for ten minutes. */
  "presence.heartbeat": { input: Empty; output: Heartbeat };
  /** List the members of a room and who of them is here; for members only. */
  "presence.members.list": { input: ListRoomUsers; output: RoomUsers };
  /** Open a room; you are its first member, and its invite code is in the answer. */
  "rooms.create": { input: CreateRoom; output: Room };
  /** Make a new invite; the one before stops working. */
  "rooms.invite.issue": { input: IssueInvite; output: Invite };
  /** Become a member of the room that the code leads to. */
  "rooms.invite.join": { input: JoinByInvite; output: Room };
  /** Withdraw the invite. */
  "rooms.invite.revoke": { input: OneRoom; output: Done };
  /** Show the invite. */
  "rooms.invite.show": { input: OneRoom; output: Invite };
  /** Become a member; again is fine. */
  "rooms.join": { input: JoinRoom; output: Room };
  /** Stop being a member and listening. */
  "rooms.leave": { input: OneRoom; output: Done };
  /** List rooms, newest first. */
  "rooms.list": { input: ListRooms; output: Room[] };
  /** Open a lounge; you are its first member. A namesake gets a slug of its own. */
  "rooms.lounges.create": { input: CreateLounge; output: Lounge };
  /** List the lounges, newest first, at most 1 000. */
  "rooms.lounges.list": { input: Empty; output: Lounge[] };
  /** Show one room. */
  "rooms.show": { input: OneRoom; output: Room };
  /** Change settings of a room and tell those who listen; what is as it was already takes no entry. */
  "rooms.update": { input: ChangeRoom; output: Room };
  /** Rename a person, suspend them or let them in again. */
  "users.change": { input: ChangePerson; output: PersonView };
  /** Show everybody, the oldest first. */
  "users.list": { input: ListUsers; output: UserPage };
  /** Shut a person out for good: every session ends, and they leave every room. What they said stays. */
  "users.remove": { input: OneUser; output: Removed };
  /** Show a person; their address and number are their own business. */
  "users.show": { input: OneUser; output: PersonView };
}

/** Where an operation is reached over HTTP; `:name` parts of the path are taken from the input. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** True where the answer is `{status, message, data}`. */
  envelope?: true;
}

export const routes: Readonly<Record<keyof Operations, Route>> = {
  "auth.account.register": { method: "POST", path: "/api/auth/register" },
  "auth.account.sign_up": { method: "POST", path: "/api/auth/signup" },
  "auth.capabilities.show": { method: "GET", path: "/api/v1/capabilities", envelope: true },
  "auth.cookies.refresh": { method: "POST", path: "/api/auth/refresh" },
  "auth.csrf.issue": { method: "POST", path: "/api/auth/csrf" },
  "auth.guest.create": { method: "POST", path: "/api/auth/guest" },
  "auth.identifier.begin": { method: "POST", path: "/api/v1/users/me/identifiers", envelope: true },
  "auth.identifier.confirm": { method: "POST", path: "/api/v1/users/me/identifiers/confirm", envelope: true },
  "auth.me.change": { method: "PATCH", path: "/api/v1/users/me", envelope: true },
  "auth.me.show": { method: "GET", path: "/api/users/me" },
  "auth.password.change": { method: "POST", path: "/api/v1/users/me/password", envelope: true },
  "auth.password.forget": { method: "POST", path: "/api/v1/auth/password/forgot", envelope: true },
  "auth.password.replace": { method: "POST", path: "/api/auth/change-password" },
  "auth.password.reset": { method: "POST", path: "/api/v1/auth/password/reset", envelope: true },
  "auth.proof.show": { method: "POST", path: "/api/v1/users/me/proof", envelope: true },
  "auth.session.login": { method: "POST", path: "/api/auth/login" },
  "auth.session.logout": { method: "POST", path: "/api/auth/logout" },
  "auth.session.open_lounges": { method: "POST", path: "/auth/login" },
  "auth.session.refresh": { method: "POST", path: "/api/v1/auth/refresh", envelope: true },
  "auth.session.sign_in": { method: "POST", path: "/api/auth/signin" },
  "auth.sessions.end": { method: "DELETE", path: "/api/v1/auth/sessions/:sessionId", envelope: true },
  "auth.sessions.list": { method: "GET", path: "/api/v1/auth/sessions", envelope: true },
  "messages.history": { method: "GET", path: "/api/rooms/:roomId/messages" },
  "messages.read_mark.set": { method: "POST", path: "/api/rooms/:roomId/read" },
  "messages.send": { method: "POST", path: "/api/v1/rooms/:roomId/messages", envelope: true },
  "presence.heartbeat": { method: "POST", path: "/api/heartbeat" },
  "presence.members.list": { method: "GET", path: "/api/rooms/:roomId/users" },
  "rooms.create": { method: "POST", path: "/api/rooms" },
  "rooms.invite.issue": { method: "POST", path: "/api/rooms/:roomId/invite" },
  "rooms.invite.join": { method: "POST", path: "/api/rooms/join" },
  "rooms.invite.revoke": { method: "DELETE", path: "/api/rooms/:roomId/invite" },
  "rooms.invite.show": { method: "GET", path: "/api/rooms/:roomId/invite" },
  "rooms.join": { method: "POST", path: "/api/rooms/:roomId/join" },
  "rooms.leave": { method: "POST", path: "/api/rooms/:roomId/leave" },
  "rooms.list": { method: "GET", path: "/api/rooms" },
  "rooms.lounges.create": { method: "POST", path: "/lounges" },
  "rooms.lounges.list": { method: "GET", path: "/lounges" },
  "rooms.show": { method: "GET", path: "/api/v1/rooms/:roomId", envelope: true },
  "rooms.update": { method: "PATCH", path: "/api/v1/rooms/:roomId", envelope: true },
  "users.change": { method: "PATCH", path: "/api/v1/users/:userId", envelope: true },
  "users.list": { method: "GET", path: "/api/v1/users", envelope: true },
  "users.remove": { method: "DELETE", path: "/api/v1/users/:userId", envelope: true },
  "users.show": { method: "GET", path: "/api/v1/users/:userId", envelope: true },
};
