import type { HistoryPage } from "../api/contract";
import type { Entry } from "../api/names";
import type { RoomLog } from "./model";

/** The log with `entries` at their places: each `seq` once, ascending, the tail moved over what is now whole. */
export function insertEntries(log: RoomLog, entries: Entry[]): RoomLog {
  const fresh = entries.filter((entry) => entry.epoch === log.epoch);
  const items = fresh.length ? merged(log.items, fresh) : log.items;
  let tailSeq = log.tailSeq;
  for (const item of items) {
    if (item.seq === tailSeq + 1) tailSeq = item.seq;
  }
  return { ...log, items, tailSeq };
}

function merged(items: Entry[], fresh: Entry[]): Entry[] {
  const last = items.at(-1)?.seq ?? 0;
  const [only] = fresh;
  if (fresh.length === 1 && only && only.seq > last) return [...items, only];
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  for (const entry of fresh) {
    if (!bySeq.has(entry.seq)) bySeq.set(entry.seq, entry);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** A new log from the newest page. */
export function pageAsLog(page: HistoryPage): RoomLog {
  return {
    epoch: page.epoch,
    items: page.messages,
    tailSeq: page.headSeq,
    olderCursor: page.nextCursor,
    phase: "ready",
    older: "idle",
  };
}

/** The log with an older page before it; a page of another epoch is not of this log. */
export function withOlderPage(log: RoomLog, page: HistoryPage): RoomLog {
  if (page.epoch !== log.epoch) return { ...log, older: "idle" };
  const items = merged(log.items, page.messages);
  return { ...log, items, olderCursor: page.nextCursor, older: "idle" };
}

/** True when an entry is known to be missing between the tail and what came after it. */
export function hasGap(log: RoomLog, headSeq: number): boolean {
  return log.phase === "ready" && Math.max(headSeq, log.items.at(-1)?.seq ?? 0) > log.tailSeq;
}
