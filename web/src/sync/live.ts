import { call, endSession, getAccessToken, renewSession } from "../api/call";
import type { ResumedRoom, RoomJoined, RoomsChanged } from "../api/contract";
import type { Entry } from "../api/names";
import { type Answer, ask, type ChatSocket, openSocket } from "../api/socket";
import { CallError } from "../lib/refusal";
import { hasGap } from "../state/log";
import { subjectOf } from "../state/members";
import { isMessage } from "../state/model";
import { getState, publish } from "../state/store";
import { fillGap, loadRoom, loadRooms } from "./loading";
import { nameNewcomers } from "./newcomers";

/** Rooms of one `resume`; more go in further calls. */
const RESUME_BATCH = 50;
/** 20 a second: the server takes 30 events a second from one connection. */
const JOIN_BATCH = 20;
const JOIN_PAUSE_MS = 1_000;
/** The server ends a typing state by itself; this is for the news of it that got lost. */
const TYPING_SHOWN_MS = 6_000;

/** How long a click waits for the connection that is being made. */
const CONNECT_PATIENCE_MS = 5_000;
/** Before trying again at a server that refused the connection of a session that is alive. */
const REFUSED_PAUSE_MS = 2_000;

/** How long a connection may take to show that it still carries anything. */
const PROBE_MS = 3_000;
/** After this long without a connection nobody knows any more who is here. */
const STALE_MS = 3_000;

let socket: ChatSocket | null = null;
let afterConnect: () => void = () => {};

/** The connected socket, or null while there is none. */
export function getSocket(): ChatSocket | null {
  return socket?.connected ? socket : null;
}

/** Sets what else is done after each connect, once the rooms are listened to. */
export function whenConnected(listener: () => void): void {
  afterConnect = listener;
}

function take(entry: Entry): void {
  publish("received", { entry });
  const { logs, rooms, me } = getState();
  const { roomId } = entry;
  const log = logs[roomId];
  if (log && log.epoch !== "" && log.epoch !== entry.epoch) void loadRoom(roomId);
  else if (log && hasGap(log, rooms[roomId]?.headSeq ?? 0)) void fillGap(roomId);
  if (isMessage(entry)) return;
  if (entry.kind === "joined") nameNewcomers(roomId);
  if (entry.kind === "left" && subjectOf(entry) === me?.id) publish("room_gone", { roomId });
}

async function resume(active: ChatSocket): Promise<void> {
  const { logs, rooms } = getState();
  const points = Object.entries(logs)
    .filter(([roomId, log]) => log.phase === "ready" && roomId in rooms)
    .map(([roomId, log]) => ({ roomId, epoch: log.epoch, lastSeq: log.tailSeq }));
  for (let start = 0; start < points.length; start += RESUME_BATCH) {
    const answer = await ask(active, "resume", { rooms: points.slice(start, start + RESUME_BATCH) });
    if (answer?.ok) answer.data.rooms.forEach(takeResumed);
  }
}

function takeResumed({ roomId, reset, entries, epoch, headSeq, hasMore }: ResumedRoom): void {
  if (reset) {
    void loadRoom(roomId);
    return;
  }
  publish("gap_filled", {
    roomId,
    page: { entries: entries ?? [], epoch, headSeq, hasMore: hasMore ?? false },
  });
  if (hasMore) void fillGap(roomId);
}

/** Listens to one room; for members that is about listening only, their membership is made over HTTP. */
export async function listenTo(roomId: string): Promise<Answer<RoomJoined> | null> {
  const active = getSocket() ?? (await connecting());
  if (!active) return null;
  const answer = await ask(active, "join_room", { roomId });
  if (answer && !answer.ok && answer.error.retryAfter !== undefined) {
    setTimeout(() => void listenTo(roomId), answer.error.retryAfter * 1_000);
  }
  if (answer?.ok) void catchUp(roomId, answer.data.epoch, answer.data.headSeq).catch(() => undefined);
  return answer;
}

/** The socket once it is connected; null when that takes too long. Somebody who just came in may click before it is. */
function connecting(): Promise<ChatSocket | null> {
  const active = socket;
  return new Promise((resolve) => {
    if (!active) return resolve(null);
    const timer = setTimeout(() => resolve(null), CONNECT_PATIENCE_MS);
    active.once("connect", () => {
      clearTimeout(timer);
      resolve(active);
    });
  });
}

/** Learns of what was said between the listing of the rooms and the first moment of listening to this one. */
async function catchUp(roomId: string, epoch: string, headSeq: number): Promise<void> {
  const isNews = (seq: number): boolean => {
    const known = getState().rooms[roomId];
    return known !== undefined && (known.epoch !== epoch || known.headSeq < seq);
  };
  if (!isNews(headSeq)) return;
  const room = await call("rooms.show", { roomId });
  if (isNews(room.headSeq)) publish("room_known", { room });
  await fillGap(roomId);
}

/** Learns of a room that this client does not know yet: it was joined or made elsewhere. */
export async function learnRoom(roomId: string): Promise<void> {
  if (!getState().me || roomId in getState().rooms) return;
  publish("room_known", { room: await call("rooms.show", { roomId }) });
  await listenTo(roomId);
}

/** Does here what was done on another device. Read marks come as an event of their own. */
async function follow({ roomId, change }: RoomsChanged): Promise<void> {
  if (change === "left") publish("room_gone", { roomId });
  else if (!(roomId in getState().rooms)) await learnRoom(roomId);
  else if (change === "changed") publish("room_known", { room: await call("rooms.show", { roomId }) });
}

/** Listens to these rooms, few enough at a time for the server's limit. */
async function listenToEach(active: ChatSocket, roomIds: string[]): Promise<void> {
  for (let start = 0; start < roomIds.length && active.connected; start += JOIN_BATCH) {
    if (start > 0) await new Promise((resolve) => setTimeout(resolve, JOIN_PAUSE_MS));
    await Promise.all(roomIds.slice(start, start + JOIN_BATCH).map(listenTo));
  }
}

/** First the rooms whose messages are here, so that they are whole soon; then those that only wait in the list. */
async function onConnect(active: ChatSocket): Promise<void> {
  await loadRooms();
  const { rooms, logs } = getState();
  const [open, others] = [true, false].map((known) =>
    Object.keys(rooms).filter((id) => id in logs === known),
  );
  await listenToEach(active, open ?? []);
  await resume(active);
  for (const roomId of open ?? []) if (logs[roomId]?.phase === "failed") void loadRoom(roomId);
  if (!active.connected) return;
  publish("link_changed", { link: "online" });
  afterConnect();
  await listenToEach(active, others ?? []);
}

/** The server said no. A call finds out why, renews the session where that helps, and ends it where nothing does. */
async function connectAgain(active: ChatSocket): Promise<void> {
  const over = await call("auth.me.show", {}).then(
    () => false,
    (error: unknown) => error instanceof CallError && (error.status === 401 || error.status === 403),
  );
  if (!over) setTimeout(() => active === socket && !active.active && active.connect(), REFUSED_PAUSE_MS);
}

/** Goes on with a new token before the server closes a connection whose token is over. */
async function renewConnection(active: ChatSocket): Promise<void> {
  const renewed = await renewSession().catch(() => null);
  const token = getAccessToken();
  if (renewed === false) endSession("expired");
  else if (renewed && token) await ask(active, "auth_refresh", { token });
}

let stale: ReturnType<typeof setTimeout> | undefined;

function lose(): void {
  if (getState().link === "lost") return;
  publish("link_changed", { link: "lost" });
  clearTimeout(stale);
  stale = setTimeout(() => publish("link_stale", {}), STALE_MS);
}

/** Asks for a sign of life where the connection may have died without a word: the network went, or the machine slept.
 * One that gives none is dropped, and the library connects again. */
async function probe(): Promise<void> {
  const active = getSocket();
  if (!active) return;
  const answer = await ask(active, "heartbeat", {}, PROBE_MS);
  if (active !== socket || !active.connected) return;
  if (!answer) active.io.engine.close();
  else if (getState().link === "lost") publish("link_changed", { link: "online" });
}

function onRefused(active: ChatSocket): void {
  lose();
  // `active` is true while the library itself tries again (the server is away); false means the server said no.
  if (!active.active) void connectAgain(active);
}

function onLost(active: ChatSocket, reason: string): void {
  lose();
  // Only after this reason does the library not reconnect by itself.
  if (reason === "io server disconnect") void connectAgain(active);
}

function listen(active: ChatSocket): void {
  active.on("connect", () => void onConnect(active));
  active.on("connect_error", () => onRefused(active));
  active.on("disconnect", (reason) => onLost(active, reason));
  active.on("receive_message", (message) => take({ ...message, kind: "message" }));
  active.on("room_entry", take);
  active.on("user_typing", (typing) => {
    publish("typing_changed", { typing, until: Date.now() + TYPING_SHOWN_MS });
    setTimeout(() => publish("typing_expired", { now: Date.now() }), TYPING_SHOWN_MS + 50);
  });
  active.on("error", ({ code }) => void (code === "token_expired" && renewConnection(active)));
  active.on("user_joined", (news) => publish("user_joined", news));
  active.on("user_status", (status) => publish("status_changed", { status }));
  active.on("room_users", (page) => publish("members_listed", page));
  active.on("rooms_changed", (news) => void follow(news).catch(() => undefined));
  active.on("user_changed", (person) => publish("user_changed", person));
  active.on("messages_read", (read) => publish("read_by", { read }));
}

/** Connects, and from then on keeps the state current. */
export function startLive(): void {
  stopLive();
  socket = openSocket();
  listen(socket);
  socket.connect();
}

export function stopLive(): void {
  socket?.removeAllListeners();
  socket?.disconnect();
  socket = null;
}

/** Tries at once instead of at the next turn of the back-off (the person asked, or the network came back). */
export function reconnectNow(): void {
  if (socket && !socket.connected) socket.disconnect().connect();
}

window.addEventListener("online", () => {
  reconnectNow();
  void probe();
});
window.addEventListener("offline", () => {
  if (!getSocket()) return;
  lose();
  void probe();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void probe();
});
