import { expect, test } from "vitest";
import { buildRows, type Row, type Rows } from "../src/features/messages/rows";
import { entry, log, me, message, pending } from "./samples";

function all(rows: Rows): Row[] {
  return rows.parts.flatMap((part) => part.rows);
}

function sketch(rows: Rows): string[] {
  return all(rows).map((row) => {
    if (row.type !== "message") return row.type;
    return `${row.first ? row.message.name : "·"} ${row.message.content}`;
  });
}

test("messages of one person within five minutes stand under one name", () => {
  const items = [message(1), message(3), message(9), message(10, { userId: "bo", name: "Bo" })];
  expect(sketch(buildRows(log({ items, olderCursor: "x" }), [], undefined, me))).toEqual([
    "day",
    "Ana line 1",
    "· line 3",
    "Ana line 9",
    "Bo line 10",
  ]);
});

test("a room begins with its introduction once nothing older is left", () => {
  expect(sketch(buildRows(log(), [], undefined, me))).toEqual(["intro"]);
  expect(sketch(buildRows(log({ olderCursor: "x" }), [], undefined, me))).toEqual([]);
});

test("the unread line stands above the first message of others after the mark, and starts a group", () => {
  const items = [message(1), message(2, { userId: "me", name: "Me" }), message(3), message(4)];
  expect(sketch(buildRows(log({ items, olderCursor: "x" }), [], 1, me))).toEqual([
    "day",
    "Ana line 1",
    "Me line 2",
    "line",
    "Ana line 3",
    "· line 4",
  ]);
});

test("a new day starts a group of its own", () => {
  const tomorrow = new Date(2026, 4, 2, 0, 1).toISOString();
  const lastNight = new Date(2026, 4, 1, 23, 59).toISOString();
  const items = [message(1, { createdAt: lastNight }), message(2, { createdAt: tomorrow })];
  expect(sketch(buildRows(log({ items, olderCursor: "x" }), [], undefined, me))).toEqual([
    "day",
    "Ana line 1",
    "day",
    "Ana line 2",
  ]);
});

test("what is not confirmed yet comes last, whatever its time, and keeps its key when it is", () => {
  const waiting = buildRows(log({ items: [message(1)] }), [pending("c1")], undefined, me);
  const confirmed = buildRows(
    log({ items: [message(1), message(2, { userId: "me", clientMsgId: "c1" })] }),
    [],
    undefined,
    me,
  );
  expect(all(waiting).at(-1)?.key).toBe(all(confirmed).at(-1)?.key);
});

test("who came and went is told between the messages", () => {
  const rows = buildRows(log({ items: [entry(1, "joined"), message(2)] }), [], undefined, me);
  expect(sketch(rows)).toEqual(["intro", "day", "entry", "Ana line 2"]);
});

test("two people may choose the same id for a message, and no id is taken for a row of another kind", () => {
  const items = [
    message(1, { clientMsgId: "same" }),
    message(2, { userId: "bo", clientMsgId: "same" }),
    message(3, { clientMsgId: "intro" }),
    message(4, { clientMsgId: "line", userId: "bo" }),
    entry(5, "joined"),
    message(6, { clientMsgId: "entry 5" }),
  ];
  const keys = all(buildRows(log({ items }), [pending("same")], 1, me)).map((row) => row.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a clock that is behind brings a day twice, under two keys", () => {
  const tomorrow = new Date(2026, 4, 2, 0, 1).toISOString();
  const tonight = new Date(2026, 4, 1, 23, 59).toISOString();
  const items = [message(1, { createdAt: tonight }), message(2, { createdAt: tomorrow })];
  const rows = all(buildRows(log({ items }), [pending("c", { createdAt: tonight })], undefined, me));
  expect(rows.filter((row) => row.type === "day")).toHaveLength(3);
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});
