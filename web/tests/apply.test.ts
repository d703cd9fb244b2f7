import { describe, expect, test } from "vitest";
import type { Room, RoomUser, User } from "../src/api/contract";
import { apply } from "../src/state/apply";
import { hasGap } from "../src/state/log";
import { emptyState, type State } from "../src/state/model";
import { entry, log, message, pending, room } from "./samples";

const user: User = {
  id: "me",
  name: "Me",
  username: "me",
  nameKey: "me",
  kind: "member",
  role: "user",
  createdAt: "",
};
const kitchen: Room = {
  id: room,
  name: "Kitchen",
  topic: null,
  isPrivate: false,
  kind: "room",
  createdById: "ana",
  createdAt: "",
  memberCount: 2,
  role: "member",
  epoch: "e1",
  headSeq: 2,
  readSeq: 2,
};
const open: State = {
  ...emptyState,
  phase: "signed-in",
  me: user,
  rooms: { [room]: kitchen },
  logs: { [room]: log({ items: [message(1), message(2)], tailSeq: 2 }) },
};

const seqs = (state: State) =>
  state.logs[room]?.blocks.flatMap((block) => block.entries.map((item) => item.seq));
const typing = (userId: string, isTyping: boolean) => ({
  typing: { userId, username: userId, roomId: room, isTyping, timestamp: "" },
  until: 1_000,
});

describe("a message that arrives", () => {
  test("takes its place at the end and moves the head", () => {
    const next = apply(open, "received", { entry: message(3) });
    expect(seqs(next)).toEqual([1, 2, 3]);
    expect(next.rooms[room]).toMatchObject({ headSeq: 3, lastMessage: { seq: 3 }, readSeq: 2 });
  });

  test("counts once, however often it comes", () => {
    const once = apply(open, "received", { entry: message(3) });
    expect(seqs(apply(once, "received", { entry: message(3) }))).toEqual([1, 2, 3]);
  });

  test("shows a gap when one before it is missing, and closes it when that comes late", () => {
    const early = apply(open, "received", { entry: message(4) });
    expect(early.logs[room] && hasGap(early.logs[room], 4)).toBe(true);
    const late = apply(early, "received", { entry: message(3) });
    expect(seqs(late)).toEqual([1, 2, 3, 4]);
    expect(late.logs[room]).toMatchObject({ tailSeq: 4 });
  });

  test("of another epoch does not enter the log", () => {
    expect(seqs(apply(open, "received", { entry: message(3, { epoch: "e2" }) }))).toEqual([1, 2]);
  });

  test("ends the typing of its author", () => {
    const busy = apply(open, "typing_changed", typing("ana", true));
    expect(apply(busy, "received", { entry: message(3) }).typing[room]).toEqual({});
  });

  test("takes the own pending one out of the queue, even before the answer", () => {
    const waiting = { ...open, outbox: [pending("c1"), pending("c2")] };
    const echo = message(3, { userId: "me", clientMsgId: "c1" });
    const next = apply(waiting, "received", { entry: echo });
    expect(next.outbox.map((item) => item.clientMsgId)).toEqual(["c2"]);
    expect(next.rooms[room]).toMatchObject({ readSeq: 3 });
  });

  test("of somebody else with the same client id leaves the own one alone", () => {
    const waiting = { ...open, outbox: [pending("c1")] };
    expect(apply(waiting, "received", { entry: message(3, { clientMsgId: "c1" }) }).outbox).toHaveLength(1);
  });
});

describe("a topic", () => {
  const changed = (seq: number, data: Record<string, unknown>) => ({ ...entry(seq, "changed"), data });

  test("is the one that was set last, and none when it was taken away", () => {
    const set = apply(open, "received", { entry: changed(3, { topic: "Tea" }) });
    expect(set.rooms[room]).toMatchObject({ topic: "Tea", headSeq: 3, memberCount: 2 });
    const again = apply(set, "received", { entry: changed(3, { topic: "Late" }) });
    expect(again.rooms[room]).toMatchObject({ topic: "Tea" });
    const gone = apply(set, "received", { entry: changed(4, { topic: null }) });
    expect(gone.rooms[room]).toMatchObject({ topic: null });
  });

  test("stays when something else has changed", () => {
    const set = apply(open, "received", { entry: changed(3, { topic: "Tea" }) });
    const other = apply(set, "received", { entry: changed(4, { slowModeSeconds: 5 }) });
    expect(other.rooms[room]).toMatchObject({ topic: "Tea", headSeq: 4 });
  });
});

describe("a gap", () => {
  test("is filled by what the server says came after, and the tail moves over holes", () => {
    const page = { entries: [entry(3, "joined"), message(5)], epoch: "e1", headSeq: 5, hasMore: false };
    const next = apply(open, "gap_filled", { roomId: room, page });
    expect(seqs(next)).toEqual([1, 2, 3, 5]);
    expect(next.logs[room]).toMatchObject({ tailSeq: 5 });
    expect(next.rooms[room]).toMatchObject({ memberCount: 3 });
  });
});

describe("an older page", () => {
  const page = {
    messages: [message(1)],
    nextCursor: null,
    prevCursor: null,
    hasMore: false,
    epoch: "e1",
    headSeq: 3,
  };

  test("comes before what is known", () => {
    const state = { ...open, logs: { [room]: log({ items: [message(2)], tailSeq: 2, olderCursor: "x" }) } };
    const next = apply(state, "older_loaded", { roomId: room, page });
    expect(seqs(next)).toEqual([1, 2]);
    expect(next.logs[room]).toMatchObject({ olderCursor: null, older: "idle" });
  });

  test("of another epoch is not believed", () => {
    const next = apply(open, "older_loaded", { roomId: room, page: { ...page, epoch: "e2" } });
    expect(seqs(next)).toEqual([1, 2]);
  });
});

describe("typing", () => {
  test("of oneself is never shown", () => {
    expect(apply(open, "typing_changed", typing("me", true)).typing).toEqual({});
  });

  test("ends by itself", () => {
    const busy = apply(open, "typing_changed", typing("ana", true));
    expect(apply(busy, "typing_expired", { now: 999 }).typing[room]).toHaveProperty("ana");
    expect(apply(busy, "typing_expired", { now: 1_000 }).typing[room]).toEqual({});
  });
});

describe("a read mark", () => {
  const read = (userId: string, seq: number) => ({
    read: { roomId: room, userId, username: userId, messageId: null, seq, readAt: "", timestamp: "" },
  });

  test("never moves back", () => {
    const ahead = apply(open, "read_by", read("ana", 2));
    expect(apply(ahead, "read_by", read("ana", 1)).reads[room]).toEqual({ ana: { seq: 2, username: "ana" } });
    expect(apply(open, "read_by", read("me", 1)).rooms[room]).toMatchObject({ readSeq: 2 });
  });
});

describe("a refused message", () => {
  test("stays, with the reason, until it is tried again or deleted", () => {
    const refusal = { code: "forbidden", message: "No." };
    const refused = apply({ ...open, outbox: [pending("c1")] }, "refused", { clientMsgId: "c1", refusal });
    expect(refused.outbox[0]).toMatchObject({ refusal });
    expect(apply(refused, "requeued", { clientMsgId: "c1" }).outbox[0]?.refusal).toBeUndefined();
    expect(apply(refused, "unqueued", { clientMsgId: "c1" }).outbox).toEqual([]);
  });
});

describe("the list of a room's members", () => {
  const member = (userId: string, fields: Partial<RoomUser>): RoomUser => ({
    userId,
    username: userId,
    name: userId,
    nameKey: userId,
    isOnline: true,
    presence: "online",
    role: "member",
    lastSeen: null,
    readSeq: 0,
    ...fields,
  });
  const listed = (users: RoomUser[], state: State = open) =>
    apply(state, "members_listed", { roomId: room, users });

  test("tells who is here but away", () => {
    expect(listed([member("bo", { presence: "away" })]).presence).toMatchObject({ bo: { status: "away" } });
  });

  test("tells how far the others have read, never less than is known, and nothing about oneself", () => {
    const first = listed([member("bo", { readSeq: 2 }), member("me", { readSeq: 2 }), member("cy", {})]);
    expect(first.reads[room]).toEqual({ bo: { seq: 2, username: "bo" } });
    expect(listed([member("bo", { readSeq: 1 })], first).reads[room]).toEqual(first.reads[room]);
  });
});

test("signing out forgets everything that was on the screen", () => {
  const farewell = "expired" as const;
  expect(apply(open, "signed_out", { farewell })).toEqual({ ...emptyState, phase: "signed-out", farewell });
});

describe("the people of a large room", () => {
  const person = (userId: string): RoomUser => ({
    userId,
    username: userId,
    name: userId.toUpperCase(),
    nameKey: userId,
    role: "member",
    isOnline: false,
    presence: "offline",
    lastSeen: null,
    readSeq: 0,
  });
  const page = (ids: string, fields: object = {}) => ({
    roomId: room,
    users: [...ids].map(person),
    ...fields,
  });
  const ids = (state: State) => state.members[room]?.map(({ userId }) => userId).join("");

  test("come in pages, each person once, and count as many as the server says", () => {
    const first = apply(open, "members_listed", page("abc", { total: 5, nextCursor: "x" }));
    expect([ids(first), first.moreMembers[room], first.rooms[room]?.memberCount]).toEqual(["abc", "x", 5]);
    const all = apply(first, "members_listed", page("cde", { total: 5, nextCursor: null, more: true }));
    expect([ids(all), all.moreMembers[room]]).toEqual(["abcde", null]);
  });

  test("stay when the first page comes again, but for who left", () => {
    const first = apply(open, "members_listed", page("abc", { total: 5, nextCursor: "x" }));
    const all = apply(first, "members_listed", page("de", { total: 5, nextCursor: null, more: true }));
    const left = apply(all, "received", { entry: entry(3, "left", "d") });
    const again = apply(left, "members_listed", page("bfa", { total: 5, nextCursor: "y" }));
    expect([ids(again), again.moreMembers[room]]).toEqual(["bface", null]);
  });

  test("are a whole list where the server does not page", () => {
    const whole = apply(open, "members_listed", page("ab"));
    expect([ids(whole), whole.moreMembers[room], whole.rooms[room]?.memberCount]).toEqual(["ab", null, 2]);
    expect(ids(apply(whole, "members_listed", page("a")))).toBe("a");
  });

  test("get their new names everywhere, oneself included", () => {
    const known = apply(open, "members_listed", page("ab"));
    const renamed = apply(known, "user_changed", { userId: "a", name: "Anna", username: "anna" });
    expect([renamed.names["a"], renamed.members[room]?.[0]?.name]).toEqual(["Anna", "Anna"]);
    expect(apply(open, "user_changed", { userId: "me", name: "Mine", username: "me" }).me?.name).toBe("Mine");
  });
});

test("presence counts for nothing once the connection has been gone for a while, and again when it is back", () => {
  const lost = apply(open, "link_changed", { link: "lost" });
  expect(lost.stale).toBe(false);
  const stale = apply(lost, "link_stale", {});
  expect(stale.stale).toBe(true);
  expect(apply(stale, "link_changed", { link: "online" }).stale).toBe(false);
  expect(apply(open, "link_stale", {}).stale).toBe(false);
});
