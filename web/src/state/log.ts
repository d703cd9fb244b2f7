import type { HistoryPage } from "../api/contract";
import type { Entry } from "../api/names";
import type { Block, RoomLog } from "./model";

/** How many places of the log a block has: about a page of history. */
const BLOCK_SEQS = 64;

function blockIdOf(seq: number): number {
  return Math.floor(seq / BLOCK_SEQS);
}

/** The block with those of these entries that it does not have; the same block if it has them all. */
function mergedBlock(block: Block, fresh: Entry[]): Block {
  const known = new Set(block.entries.map((entry) => entry.seq));
  const missing = fresh.filter(({ seq }) => !known.has(seq) && known.add(seq));
  if (missing.length === 0) return block;
  return { id: block.id, entries: [...block.entries, ...missing].sort((a, b) => a.seq - b.seq) };
}

/** The blocks with `entries` at their places, each `seq` once. Only blocks that get an entry are new objects, so that
 * what was made of the others holds. */
export function withEntries(blocks: readonly Block[], entries: readonly Entry[]): readonly Block[] {
  const groups = new Map<number, Entry[]>();
  for (const entry of entries) {
    const id = blockIdOf(entry.seq);
    const group = groups.get(id);
    if (group) group.push(entry);
    else groups.set(id, [entry]);
  }
  let next = blocks;
  for (const [id, group] of groups) {
    const before = next.findLastIndex((block) => block.id <= id);
    const found = next[before];
    if (found?.id === id) next = next.with(before, mergedBlock(found, group));
    else next = next.toSpliced(before + 1, 0, mergedBlock({ id, entries: [] }, group));
  }
  return next;
}

/** What the log has behind a place, in order. Costs as much as there is behind it. */
export function entriesAfter(log: RoomLog, seq: number): Entry[] {
  const start = log.blocks.findLastIndex((block) => block.id <= blockIdOf(seq));
  const blocks = log.blocks.slice(Math.max(0, start));
  return blocks.flatMap((block) => block.entries.filter((entry) => entry.seq > seq));
}

export function hasEntry(log: RoomLog, seq: number): boolean {
  const block = log.blocks.findLast(({ id }) => id <= blockIdOf(seq));
  return block?.entries.some((entry) => entry.seq === seq) ?? false;
}

/** The places of the oldest and of the newest entry; 0 in an empty log. */
export function firstSeq(log: RoomLog): number {
  return log.blocks[0]?.entries[0]?.seq ?? 0;
}

export function lastSeq(log: RoomLog): number {
  return log.blocks.at(-1)?.entries.at(-1)?.seq ?? 0;
}

/** The log with `entries` at their places, the tail moved over what is now whole. */
export function insertEntries(log: RoomLog, entries: readonly Entry[]): RoomLog {
  const fresh = entries.filter((entry) => entry.epoch === log.epoch);
  const next = { ...log, blocks: withEntries(log.blocks, fresh) };
  for (const { seq } of entriesAfter(next, log.tailSeq)) {
    if (seq !== next.tailSeq + 1) break;
    next.tailSeq = seq;
  }
  return next;
}

/** A new log from the newest page. */
export function pageAsLog(page: HistoryPage): RoomLog {
  return {
    epoch: page.epoch,
    blocks: withEntries([], page.messages),
    tailSeq: page.headSeq,
    olderCursor: page.nextCursor,
    phase: "ready",
    older: "idle",
  };
}

/** The log with an older page before it; a page of another epoch is not of this log. */
export function withOlderPage(log: RoomLog, page: HistoryPage): RoomLog {
  if (page.epoch !== log.epoch) return { ...log, older: "idle" };
  const blocks = withEntries(log.blocks, page.messages);
  return { ...log, blocks, olderCursor: page.nextCursor, older: "idle" };
}

/** True when an entry is known to be missing between the tail and what came after it. */
export function hasGap(log: RoomLog, headSeq: number): boolean {
  return log.phase === "ready" && Math.max(headSeq, lastSeq(log)) > log.tailSeq;
}
