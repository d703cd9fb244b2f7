import { expect, test } from "vitest";
import { buildRows, type Row } from "../src/features/messages/rows";
import { entry, log, me, message, pending } from "./samples";

function sketch(rows: Row[]): string[] {
  return rows.map((row) => {
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
  expect(waiting.at(-1)?.key).toBe("c1");
  expect(confirmed.at(-1)?.key).toBe("c1");
});

test("who came and went is told between the messages", () => {
  const rows = buildRows(log({ items: [entry(1, "joined"), message(2)] }), [], undefined, me);
  expect(sketch(rows)).toEqual(["intro", "day", "entry", "Ana line 2"]);
});
