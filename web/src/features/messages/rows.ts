import type { RoomEntry } from "../../api/contract";
import type { Entry, Message } from "../../api/names";
import { dayKey } from "../../i18n/format";
import { type Block, isMessage, type Pending, type RoomLog } from "../../state/model";

/** What a message row shows, whether the server has it or not yet. */
export interface Shown {
  key: string;
  userId: string;
  name: string;
  content: string;
  createdAt: string;
  seq?: number;
  pending?: Pending;
}

export type Row =
  | { type: "intro"; key: string; empty: boolean }
  | { type: "day"; key: string; iso: string }
  | { type: "line"; key: string }
  | { type: "entry"; key: string; entry: RoomEntry }
  | { type: "message"; key: string; message: Shown; first: boolean };

/** Messages of one person within this time stand under one name. */
const GROUP_MS = 5 * 60_000;

interface Author {
  id: string;
  name: string;
}

/** What the rows of a block depend on beside its entries: what stands before it. */
interface Before {
  day: string;
  /** Who said the last thing, and when; "" where no message stands right before. */
  author: string;
  at: number;
  /** The unread line is due above the first message of others after this `seq`; null when it stands, or there is none. */
  lineSeq: number | null;
  myId: string;
}

/** The rows of one block, and what stands before the next. */
interface Part {
  before: Before;
  rows: Row[];
  /** The last message of one's own among them. */
  lastOwn: Shown | null;
  after: Before;
}

/** The rows of a conversation, in parts of which most are shared with the rows of a moment ago. */
export type Rows = {
  parts: readonly Part[];
  /** The index of each part's first row. */
  starts: readonly number[];
  length: number;
};

/** A sender chooses the id, and two may choose the same. The key outlives the answer of the server, so that a sent
 * message is not drawn anew. */
function keyOf(userId: string, id: string): string {
  return `message ${userId} ${id}`;
}

function shownMessage(message: Message): Shown {
  const { id, clientMsgId, userId, name, username, content, createdAt, seq } = message;
  return { key: keyOf(userId, clientMsgId ?? id), userId, name: name || username, content, createdAt, seq };
}

function shownPending(pending: Pending, me: Author): Shown {
  const { clientMsgId, content, createdAt } = pending;
  return { key: keyOf(me.id, clientMsgId), userId: me.id, name: me.name, content, createdAt, pending };
}

function isSame(a: Before, b: Before): boolean {
  return (
    a.day === b.day && a.author === b.author && a.at === b.at && a.lineSeq === b.lineSeq && a.myId === b.myId
  );
}

function buildPart(items: readonly (Shown | RoomEntry)[], before: Before): Part {
  const part: Part = { before, rows: [], lastOwn: null, after: { ...before } };
  const { rows, after } = part;
  // The clock of a device may be behind, and a day come twice: what stands below tells the one from the other.
  const openDay = (iso: string, key: string) => {
    if (dayKey(iso) === after.day) return;
    after.day = dayKey(iso);
    after.author = "";
    rows.push({ type: "day", key: `day before ${key}`, iso });
  };
  const addMessage = (message: Shown) => {
    const { key, userId, createdAt, seq = 0 } = message;
    openDay(createdAt, key);
    if (after.lineSeq !== null && userId !== after.myId && seq > after.lineSeq) {
      rows.push({ type: "line", key: "line" });
      after.lineSeq = null;
      after.author = "";
    }
    const at = Date.parse(createdAt);
    const continues = after.author === userId && at - after.at < GROUP_MS;
    rows.push({ type: "message", key, message, first: !continues });
    after.author = userId;
    after.at = at;
    if (userId === after.myId) part.lastOwn = message;
  };
  for (const item of items) {
    if ("createdAt" in item) addMessage(item);
    else {
      const key = `entry ${item.seq}`;
      openDay(item.at, key);
      after.author = "";
      rows.push({ type: "entry", key, entry: item });
    }
  }
  return part;
}

const built = new WeakMap<Block, Part>();

/** The rows of a block: those of before, unless it is another block now or something else stands before it. */
function partOf(block: Block, before: Before): Part {
  const known = built.get(block);
  if (known && isSame(known.before, before)) return known;
  const shown = (entry: Entry) => (isMessage(entry) ? shownMessage(entry) : entry);
  const part = buildPart(block.entries.map(shown), before);
  built.set(block, part);
  return part;
}

/** The rows of a conversation: days, the unread line, groups, and at the end what is not confirmed yet. */
export function buildRows(log: RoomLog, pending: Pending[], lineSeq: number | undefined, me: Author): Rows {
  const start: Before = { day: "", author: "", at: 0, lineSeq: lineSeq ?? null, myId: me.id };
  const empty = pending.length === 0 && !log.blocks.some((block) => block.entries.some(isMessage));
  const intro: Row[] = log.olderCursor ? [] : [{ type: "intro", key: "intro", empty }];
  const parts: Part[] = [{ before: start, rows: intro, lastOwn: null, after: start }];
  let before = start;
  for (const block of log.blocks) {
    const part = partOf(block, before);
    parts.push(part);
    before = part.after;
  }
  const waiting = pending.map((one) => shownPending(one, me));
  parts.push(buildPart(waiting, before));
  const starts: number[] = [];
  let length = 0;
  for (const { rows } of parts) {
    starts.push(length);
    length += rows.length;
  }
  return { parts, starts, length };
}

/** The row at an index, if there is one. */
export function rowAt({ parts, starts }: Rows, index: number): Row | undefined {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return parts[low]?.rows[index - (starts[low] ?? 0)];
}

/** Where the unread line stands; -1 where there is none. */
export function lineIndex({ parts, starts }: Rows): number {
  for (const [number, { rows }] of parts.entries()) {
    const found = rows.findIndex((row) => row.type === "line");
    if (found >= 0) return found + (starts[number] ?? 0);
  }
  return -1;
}

/** The last message of one's own, sent or not. */
export function lastOwn({ parts }: Rows): Shown | null {
  return parts.findLast((part) => part.lastOwn)?.lastOwn ?? null;
}
