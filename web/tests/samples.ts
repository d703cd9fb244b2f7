import type { RoomEntry } from "../src/api/contract";
import type { Entry, Message } from "../src/api/names";
import { withEntries } from "../src/state/log";
import type { Pending, RoomLog } from "../src/state/model";

export const room = "room-1";
export const me = { id: "me", name: "Me" };

/** A message `minute` minutes after ten. */
export function message(seq: number, fields: Partial<Message> = {}): Message {
  const createdAt = new Date(2026, 4, 1, 10, seq).toISOString();
  return {
    kind: "message",
    id: `id-${seq}`,
    seq,
    epoch: "e1",
    roomId: room,
    senderId: "ana",
    userId: "ana",
    username: "ana",
    name: "Ana",
    content: `line ${seq}`,
    messageType: "text",
    createdAt,
    timestamp: createdAt,
    ...fields,
  };
}

export function entry(seq: number, kind: RoomEntry["kind"], actorId = "bo"): RoomEntry {
  return { kind, roomId: room, epoch: "e1", seq, actorId, at: new Date(2026, 4, 1, 10, seq).toISOString() };
}

export function pending(clientMsgId: string, fields: Partial<Pending> = {}): Pending {
  const createdAt = new Date(2026, 4, 1, 11).toISOString();
  return { clientMsgId, roomId: room, content: clientMsgId, createdAt, ...fields };
}

export function log({ items = [], ...fields }: Partial<RoomLog> & { items?: Entry[] } = {}): RoomLog {
  const blocks = withEntries([], items);
  return { epoch: "e1", blocks, tailSeq: 0, olderCursor: null, phase: "ready", older: "idle", ...fields };
}
