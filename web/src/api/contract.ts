/** Types of everything that crosses the wire. */

export interface User {
  id: string;
  name: string;
  username: string;
  email?: string;
  kind?: string;
  createdAt?: string;
}

export interface RegisterInput {
  name: string;
  email: string;
  password: string;
  cookies?: boolean;
}

export interface LoginInput {
  email: string;
  password: string;
  cookies?: boolean;
}

export interface SignedIn {
  token: string;
  accessToken: string;
  expiresIn: number;
  user: User;
}

export interface Ok {
  ok: true;
}

export type MessageType = "text" | "image" | "video" | "link" | "system";

export interface Message {
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
  messageType: MessageType;
  createdAt: string;
  timestamp: string;
  clientMsgId?: string;
}

export interface RoomEntry {
  kind: string;
  roomId: string;
  epoch: string;
  seq: number;
  actorId: string;
  subjectId?: string;
  at: string;
  data?: Record<string, unknown>;
}

export type Entry = Message | RoomEntry;

export interface Room {
  id: string;
  name: string;
  isPrivate: boolean;
  kind: string;
  createdById: string;
  createdAt: string;
  memberCount: number;
  role: string | null;
  epoch: string;
  headSeq: number;
  readSeq?: number;
  lastMessage?: Message | null;
  inviteCode?: string;
}

export interface Member {
  userId: string;
  username: string;
  name: string;
  isOnline: boolean;
  role: string;
  lastSeen?: string | null;
}

export interface RoomUsers {
  roomId: string;
  users: Member[];
}

export interface Invite {
  inviteCode: string;
  url: string;
  expiresAt: string | null;
  maxUses: number | null;
  uses: number;
}

export interface HistoryPage {
  messages: Message[];
  nextCursor: string | null;
  prevCursor: string | null;
  hasMore: boolean;
  epoch: string;
  headSeq: number;
}

export interface EntriesPage {
  entries: Entry[];
  epoch: string;
  headSeq: number;
  hasMore: boolean;
}

export interface ResumePoint {
  roomId: string;
  epoch: string;
  lastSeq: number;
}

export interface ResumedRoom {
  roomId: string;
  epoch: string;
  headSeq: number;
  entries?: Entry[];
  hasMore?: boolean;
  reset?: true;
}

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

export type Ack<T> = (answer: { ok: true; data: T } | { ok: false; error: Refusal }) => void;

export interface TypingNews {
  userId: string;
  username: string;
  roomId: string;
  isTyping: boolean;
  timestamp: string;
}

export interface UserInRoom {
  userId: string;
  username: string;
  roomId: string;
  timestamp: string;
}

export interface UserStatus {
  userId: string;
  username: string;
  status: "online" | "offline";
  presence?: "online" | "away" | "offline";
  lastSeen?: string | null;
  timestamp: string;
}

export interface RoomJoined {
  roomId: string;
  room: Room;
  epoch: string;
  headSeq: number;
  timestamp: string;
}

export interface MessagesRead {
  roomId: string;
  userId: string;
  username: string;
  messageId?: string | null;
  seq: number;
  readAt: string;
}

export interface Reset {
  rooms: { roomId: string; epoch: string; headSeq: number }[];
}

export interface ErrorNews extends Refusal {
  event?: string;
}

export interface SendMessage {
  roomId: string;
  content: string;
  messageType?: MessageType;
  clientMsgId?: string;
}

export interface ServerToClientEvents {
  receive_message: (payload: Message) => void;
  room_entry: (payload: RoomEntry) => void;
  user_joined: (payload: UserInRoom) => void;
  user_left: (payload: UserInRoom) => void;
  user_typing: (payload: TypingNews) => void;
  user_status: (payload: UserStatus) => void;
  room_joined: (payload: RoomJoined) => void;
  room_users: (payload: RoomUsers) => void;
  messages_read: (payload: MessagesRead) => void;
  error: (payload: ErrorNews) => void;
  reset: (payload: Reset) => void;
}

export interface ClientToServerEvents {
  join_room: (payload: { roomId: string }, ack: Ack<RoomJoined>) => void;
  leave_room: (payload: { roomId: string }, ack: Ack<{ roomId: string }>) => void;
  send_message: (payload: SendMessage, ack: Ack<Message>) => void;
  typing: (payload: { roomId: string; isTyping: boolean }) => void;
  get_room_users: (payload: { roomId: string }, ack: Ack<RoomUsers>) => void;
  mark_read: (payload: { roomId: string; seq: number }, ack: Ack<{ roomId: string; seq: number }>) => void;
  resume: (payload: { rooms: ResumePoint[] }, ack: Ack<{ rooms: ResumedRoom[] }>) => void;
}

/** Input and output of every HTTP operation; path parameters are fields of the input. */
export interface Operations {
  "auth.register": { input: RegisterInput; output: SignedIn };
  "auth.login": { input: LoginInput; output: SignedIn };
  "auth.refresh": { input: Record<string, never>; output: { accessToken: string } };
  "auth.logout": { input: Record<string, never>; output: Ok };
  "auth.csrf": { input: Record<string, never>; output: { csrfToken: string } };
  "users.me": { input: Record<string, never>; output: User };
  "rooms.list": { input: { scope?: "mine" | "public" | "all" }; output: Room[] };
  "rooms.create": { input: { name: string; isPrivate?: boolean }; output: Room };
  "rooms.get": { input: { roomId: string }; output: Room };
  "rooms.join": { input: { roomId: string; inviteCode?: string }; output: Room };
  "rooms.join_by_invite": { input: { inviteCode: string }; output: Room };
  "rooms.leave": { input: { roomId: string }; output: Ok };
  "rooms.members": { input: { roomId: string }; output: RoomUsers };
  "invites.create": { input: { roomId: string }; output: Invite };
  "invites.get": { input: { roomId: string }; output: Invite };
  "invites.revoke": { input: { roomId: string }; output: Ok };
  "messages.history": { input: { roomId: string; cursor?: string; limit?: number }; output: HistoryPage };
  "messages.after": { input: { roomId: string; after: number; limit?: number }; output: EntriesPage };
}

export interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `:name` parts are taken from the input. */
  path: string;
  /** True where the answer is `{status, message, data}`. */
  envelope?: true;
}

export const routes: Readonly<Record<keyof Operations, Route>> = {
  "auth.register": { method: "POST", path: "/api/auth/register" },
  "auth.login": { method: "POST", path: "/api/auth/login" },
  "auth.refresh": { method: "POST", path: "/api/auth/refresh" },
  "auth.logout": { method: "POST", path: "/api/auth/logout" },
  "auth.csrf": { method: "POST", path: "/api/auth/csrf" },
  "users.me": { method: "GET", path: "/api/v1/users/me", envelope: true },
  "rooms.list": { method: "GET", path: "/api/rooms" },
  "rooms.create": { method: "POST", path: "/api/rooms" },
  "rooms.get": { method: "GET", path: "/api/rooms/:roomId" },
  "rooms.join": { method: "POST", path: "/api/rooms/:roomId/join" },
  "rooms.join_by_invite": { method: "POST", path: "/api/rooms/join" },
  "rooms.leave": { method: "POST", path: "/api/rooms/:roomId/leave" },
  "rooms.members": { method: "GET", path: "/api/rooms/:roomId/users" },
  "invites.create": { method: "POST", path: "/api/rooms/:roomId/invite" },
  "invites.get": { method: "GET", path: "/api/rooms/:roomId/invite" },
  "invites.revoke": { method: "DELETE", path: "/api/rooms/:roomId/invite" },
  "messages.history": { method: "GET", path: "/api/rooms/:roomId/messages" },
  "messages.after": { method: "GET", path: "/api/rooms/:roomId/messages" },
};
