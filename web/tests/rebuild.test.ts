import { expect, test } from "vitest";
import { buildRows, lastOwn, lineIndex, type Row, type Rows, rowAt } from "../src/features/messages/rows";
import { insertEntries, withOlderPage } from "../src/state/log";
import type { RoomLog } from "../src/state/model";
import { entry, log, me, message, pending, room } from "./samples";

/** What a block has of rows, and a day, a line and an introduction beside them. */
const ONE_BLOCK = 64 + 3;
const SIZE = 100_000;

const tens = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    const createdAt = new Date(2026, 0, 1, 0, 0, seq * 20).toISOString();
    return message(seq, { createdAt, userId: seq % 7 ? "ana" : "bo" });
  });
const long = log({ items: tens(SIZE), tailSeq: SIZE, olderCursor: "x" });

function all(rows: Rows): Row[] {
  return rows.parts.flatMap((part) => part.rows);
}

/** How many rows are other objects than before: those that are built, and drawn, anew. */
function rebuilt(before: Rows, after: Rows): number {
  const known = new Set(all(before));
  return all(after).filter((row) => !known.has(row)).length;
}

function rowsOf(of: RoomLog, line?: number): Rows {
  return buildRows(of, [], line, me);
}

test("a new message at the end of a long conversation builds the rows of one block", () => {
  const before = rowsOf(long);
  const after = rowsOf(insertEntries(long, tens(1, SIZE + 1)));
  expect(after.length).toBe(before.length + 1);
  expect(rebuilt(before, after)).toBeLessThanOrEqual(ONE_BLOCK);
});

test("what is typed and not confirmed builds its own row alone", () => {
  const waiting = buildRows(long, [pending("c1")], undefined, me);
  expect(rebuilt(rowsOf(long), waiting)).toBeLessThanOrEqual(2);
});

test("a message that came late builds the rows of its block", () => {
  const gap = log({ items: [...tens(50_000), ...tens(SIZE - 50_001, 50_002)], olderCursor: "x" });
  const before = rowsOf(gap);
  const after = rowsOf(insertEntries(gap, tens(1, 50_001)));
  expect(after.length).toBe(before.length + 1);
  expect(rebuilt(before, after)).toBeLessThanOrEqual(ONE_BLOCK);
});

test("an edit of one message touches its block and no other", () => {
  const before = rowsOf(long);
  const blocks = long.blocks.map((block) =>
    block.entries.some(({ seq }) => seq === 50_001)
      ? {
          ...block,
          entries: block.entries.map((one) => (one.seq === 50_001 ? { ...one, content: "edited" } : one)),
        }
      : block,
  );
  const after = rowsOf({ ...long, blocks });
  expect(after.parts.filter((part, index) => part !== before.parts[index] && part.rows.length)).toHaveLength(
    1,
  );
  expect(rebuilt(before, after)).toBeLessThanOrEqual(ONE_BLOCK);
});

test("an older page builds its own rows, and those of the block that it meets", () => {
  const newest = log({ items: tens(SIZE - 1_000, 1_001), olderCursor: "x" });
  const before = rowsOf(newest);
  const page = {
    roomId: room,
    epoch: "e1",
    messages: tens(50, 951),
    nextCursor: "y",
    prevCursor: null,
    hasMore: true,
    headSeq: SIZE,
  };
  const after = rowsOf(withOlderPage(newest, page));
  expect(after.length).toBe(before.length + 50);
  expect(rebuilt(before, after)).toBeLessThanOrEqual(50 + ONE_BLOCK);
});

test("rows built by blocks are those that are built at once", () => {
  const items = [...tens(200), entry(201, "joined"), ...tens(300, 202)];
  let grown = log({ items: items.slice(0, 1) });
  for (const item of items.slice(1)) {
    grown = insertEntries(grown, [item]);
    rowsOf(grown, 130);
  }
  expect(all(rowsOf(grown, 130))).toEqual(all(rowsOf(log({ items }), 130)));
});

test("a row is found by its index, the unread line and the last own message without looking at each", () => {
  const items = [...tens(300), message(301, { userId: "me" }), ...tens(300, 302)];
  const rows = rowsOf(log({ items }), 450);
  const flat = all(rows);
  expect(flat.map((_, index) => rowAt(rows, index))).toEqual(flat);
  expect([rowAt(rows, -1), rowAt(rows, rows.length)]).toEqual([undefined, undefined]);
  expect(lineIndex(rows)).toBe(flat.findIndex((row) => row.type === "line"));
  expect(lastOwn(rows)?.seq).toBe(301);
  expect([lineIndex(rowsOf(long)), lastOwn(rowsOf(long))]).toEqual([-1, null]);
});
