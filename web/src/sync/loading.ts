import { call, callRoute } from "../api/call";
import type { EntriesPage, HistoryPage, Route } from "../api/contract";
import type { RoomPage } from "../api/names";
import { hasGap } from "../state/log";
import { getState, publish } from "../state/store";

/** A gap longer than this is not read entry by entry: the newest page is loaded instead. */
const LONGEST_FILL = 500;
/** The bare surface answers a list of all rooms; this one pages. */
const roomPages: Route = { method: "GET", path: "/api/v1/rooms", envelope: true };
const ROOMS_PAGE = 50;

const filling = new Set<string>();

/** Reads the newest page of messages, or the one that a cursor leads to. One route answers both, hence the casts. */
async function readPage(roomId: string, cursor?: string): Promise<HistoryPage> {
  return (await call("messages.history", { roomId, cursor, limit: 50 })) as HistoryPage;
}

async function readSince(roomId: string, after: number): Promise<EntriesPage> {
  return (await call("messages.history", { roomId, after, limit: 100 })) as EntriesPage;
}

/** Loads the newest page of a room. */
export async function loadRoom(roomId: string): Promise<void> {
  publish("log_loading", { roomId });
  try {
    publish("page_loaded", { roomId, page: await readPage(roomId) });
    await fillGap(roomId);
  } catch {
    publish("log_failed", { roomId });
  }
}

/** Loads the page before the oldest known one; does nothing while that is under way or at the beginning. */
export async function loadOlder(roomId: string): Promise<void> {
  const log = getState().logs[roomId];
  if (!log?.olderCursor || log.older === "loading") return;
  publish("older_loading", { roomId });
  try {
    const page = await readPage(roomId, log.olderCursor);
    publish("older_loaded", { roomId, page });
  } catch {
    publish("older_failed", { roomId });
  }
}

/** Loads the people of a room: the first page, or the one that a cursor leads to. */
export async function loadMembers(roomId: string, cursor?: string): Promise<void> {
  const page = await call("presence.members.list", { roomId, cursor });
  publish("members_listed", { ...page, more: cursor !== undefined });
}

/** Reads the rooms of this person, or the public ones, by pages. */
export async function readRooms(scope: "mine" | "public", cursor?: string): Promise<RoomPage> {
  return (await callRoute(roomPages, { scope, cursor, limit: ROOMS_PAGE })) as RoomPage;
}

/** Loads the rooms of this person; the first page is shown while the others come. A failure keeps what is known. */
export async function loadRooms(): Promise<void> {
  try {
    let { rooms, nextCursor } = await readRooms("mine");
    while (nextCursor) {
      if (getState().roomsPhase !== "ready") publish("rooms_listed", { rooms });
      const next = await readRooms("mine", nextCursor);
      rooms = [...rooms, ...next.rooms];
      nextCursor = next.nextCursor;
    }
    publish("rooms_listed", { rooms });
  } catch {
    publish("rooms_failed", {});
  }
}

/** Reads what is missing behind the tail, until the log is whole. */
export async function fillGap(roomId: string): Promise<void> {
  if (filling.has(roomId)) return;
  filling.add(roomId);
  try {
    for (;;) {
      const { logs, rooms } = getState();
      const log = logs[roomId];
      const headSeq = rooms[roomId]?.headSeq ?? 0;
      if (!log || !hasGap(log, headSeq)) return;
      if (headSeq - log.tailSeq > LONGEST_FILL) {
        publish("page_loaded", { roomId, page: await readPage(roomId) });
        return;
      }
      const page = await readSince(roomId, log.tailSeq);
      if (page.epoch !== log.epoch) {
        publish("page_loaded", { roomId, page: await readPage(roomId) });
        return;
      }
      publish("gap_filled", { roomId, page });
      if (getState().logs[roomId]?.tailSeq === log.tailSeq) return;
    }
  } catch {
    // Not lost: the gap is still known, and the next entry or the next connect tries again.
  } finally {
    filling.delete(roomId);
  }
}
