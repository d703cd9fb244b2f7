import type { Refusal } from "../api/contract";
import type { Message } from "../api/names";
import { ask } from "../api/socket";
import { forget, keep, keysWith, prefixOf, read } from "../lib/storage";
import type { Pending } from "../state/model";
import { getState, publish, subscribe } from "../state/store";
import { getSocket, whenConnected } from "./live";

/** One stored item per message, so that two tabs of a person never overwrite each other's list. */
const prefix = (userId: string) => prefixOf("outbox", userId);
/** After an answer that did not come, or a server that asked for patience without saying how much. */
const RETRY_MS = 2_000;
const FOR_LATER = new Set(["rate_limited", "unavailable", "internal", "timeout", "slow_mode"]);

const draining = new Set<string>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** What this person typed on this device and the server has not confirmed, oldest first. */
export function loadOutbox(userId: string): Pending[] {
  const found = keysWith(prefix(userId)).map((key) => pendingIn(read(key)));
  return found.filter((one) => one !== null).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** A stored message; null for what is none: the storage belongs to the person, who may write there what they like. */
function pendingIn(stored: string | null): Pending | null {
  try {
    const one = JSON.parse(stored ?? "null") as Partial<Pending> | null;
    const texts = [one?.clientMsgId, one?.roomId, one?.content, one?.createdAt];
    return texts.every((text) => typeof text === "string") ? (one as Pending) : null;
  } catch {
    return null;
  }
}

function newId(): string {
  // Not crypto.randomUUID: that exists on https and loopback only, and a house network is neither. The time comes first,
  // for ids that grow cost the server's index of repeats next to nothing.
  const random = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return Date.now().toString(16).padStart(12, "0") + random.join("");
}

/** Shows a message at once and sends it as soon as the room takes it; the order of a room is kept. */
export function send(roomId: string, content: string): void {
  const { me } = getState();
  if (!me) return;
  const pending: Pending = { clientMsgId: newId(), roomId, content, createdAt: new Date().toISOString() };
  keep(prefix(me.id) + pending.clientMsgId, JSON.stringify(pending));
  publish("queued", { pending });
  void drain(roomId);
}

export function retry(pending: Pending): void {
  publish("requeued", { clientMsgId: pending.clientMsgId });
  void drain(pending.roomId);
}

/** Forgets an unsent message for good. */
export function discard(pending: Pending): void {
  publish("unqueued", { clientMsgId: pending.clientMsgId });
}

function later(roomId: string, delayMs: number): void {
  clearTimeout(timers.get(roomId));
  timers.set(
    roomId,
    setTimeout(() => void drain(roomId), delayMs),
  );
}

function sent(pending: Pending, message: Message): void {
  publish("received", { entry: { ...message, kind: "message", clientMsgId: pending.clientMsgId } });
  publish("unqueued", { clientMsgId: pending.clientMsgId });
}

/** True when the next message may go. */
function refused(pending: Pending, refusal: Refusal): boolean {
  if (refusal.retryAfter === undefined && !FOR_LATER.has(refusal.code)) {
    publish("refused", { clientMsgId: pending.clientMsgId, refusal });
    return true;
  }
  const delayMs = refusal.retryAfter === undefined ? RETRY_MS : Math.ceil(refusal.retryAfter * 1_000);
  publish("paused", { roomId: pending.roomId, until: Date.now() + delayMs });
  later(pending.roomId, delayMs);
  return false;
}

async function sendNext(roomId: string): Promise<boolean> {
  const { outbox, pausedUntil, rooms } = getState();
  const pending = outbox.find((item) => item.roomId === roomId && !item.refusal);
  const socket = getSocket();
  if (!pending || !socket) return false;
  const wait = (pausedUntil[roomId] ?? 0) - Date.now();
  if (wait > 0) {
    later(roomId, wait);
    return false;
  }
  const { clientMsgId, content } = pending;
  const answer = await ask(socket, "send_message", { roomId, content, messageType: "text", clientMsgId });
  if (!answer) {
    if (rooms[roomId]) later(roomId, RETRY_MS);
    return false;
  }
  if (!answer.ok) return refused(pending, answer.error);
  sent(pending, answer.data);
  return true;
}

/** Sends the waiting messages of a room one after the other; the same id makes a repeated one harmless. */
async function drain(roomId: string): Promise<void> {
  if (draining.has(roomId)) return;
  draining.add(roomId);
  try {
    while (await sendNext(roomId));
  } finally {
    draining.delete(roomId);
  }
}

let known: Pending[] = [];

/** Whatever leaves the queue, by whichever way, leaves the storage; signing out leaves both alone. */
subscribe(() => {
  const { outbox, me } = getState();
  if (outbox === known) return;
  if (me) {
    const left = new Set(outbox.map((item) => item.clientMsgId));
    for (const item of known) {
      if (!left.has(item.clientMsgId)) forget(prefix(me.id) + item.clientMsgId);
    }
  }
  known = outbox;
});

whenConnected(() => {
  for (const roomId of new Set(getState().outbox.map((item) => item.roomId))) void drain(roomId);
});
