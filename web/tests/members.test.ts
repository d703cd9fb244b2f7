import { expect, test } from "vitest";
import type { RoomUser } from "../src/api/contract";
import { apply } from "../src/state/apply";
import { emptyState, type State } from "../src/state/model";
import { entry, log, message, room } from "./samples";

function person(userId: string, fields: Partial<RoomUser> = {}): RoomUser {
  return {
    userId,
    username: `${userId}-1`,
    name: userId.toUpperCase(),
    nameKey: userId,
    isOnline: true,
    presence: "online",
    role: "member",
    lastSeen: null,
    readSeq: 0,
    ...fields,
  };
}

const quiet: State = { ...emptyState, logs: { [room]: log({ items: [message(1)], tailSeq: 1 }) } };
const open = apply(quiet, "members_listed", { roomId: room, users: [person("ana"), person("cy")] });

const ids = (state: State) => state.members[room]?.map(({ userId }) => userId);
const row = (state: State, userId: string) => state.members[room]?.find((one) => one.userId === userId);

test("who joins is added to the list once, and who leaves is taken out", () => {
  const joined = apply(open, "received", { entry: entry(2, "joined") });
  expect(ids(joined)).toEqual(["ana", "cy", "bo"]);
  expect(ids(apply(joined, "received", { entry: entry(2, "joined") }))).toEqual(["ana", "cy", "bo"]);
  expect(ids(apply(joined, "received", { entry: entry(3, "left") }))).toEqual(["ana", "cy"]);
});

test("an entry that comes late does not undo what came after it", () => {
  const left = apply(open, "received", { entry: entry(3, "left", "cy") });
  expect(ids(apply(left, "received", { entry: entry(2, "joined", "cy") }))).toEqual(["ana"]);
  const back = apply(left, "received", { entry: entry(4, "joined", "cy") });
  expect(ids(apply(back, "received", { entry: entry(3, "left", "cy") }))).toEqual(["ana", "cy"]);
});

test("entries of a gap change the list as those that come by themselves", () => {
  const page = {
    entries: [entry(2, "joined"), entry(3, "left", "cy")],
    epoch: "e1",
    headSeq: 3,
    hasMore: false,
  };
  expect(ids(apply(open, "gap_filled", { roomId: room, page }))).toEqual(["ana", "bo"]);
});

test("a list that nobody asked for stays unknown", () => {
  expect(apply(quiet, "received", { entry: entry(2, "joined") }).members).toEqual({});
});

test("a newcomer is called what another room's list calls them", () => {
  const met = apply(open, "members_listed", { roomId: "other", users: [person("bo", { presence: "away" })] });
  const joined = apply(met, "received", { entry: entry(2, "joined") });
  expect(row(joined, "bo")).toMatchObject({ name: "BO", username: "bo-1", nameKey: "bo", presence: "away" });
});

test("a newcomer whom nobody knows is named by what is heard of them: first the handle, then the name", () => {
  const joined = apply(open, "received", { entry: entry(2, "joined") });
  expect(row(joined, "bo")).toMatchObject({ name: "", username: "" });
  const news = { userId: "bo", username: "bo-1", roomId: room, timestamp: "" };
  const here = apply(joined, "user_joined", news);
  expect(row(here, "bo")).toMatchObject({ name: "", username: "bo-1" });
  expect([here.names["bo"], here.presence["bo"]]).toEqual(["bo-1", { status: "online" }]);
  const said = message(3, { userId: "bo", username: "bo-1", name: "Bo" });
  const heard = apply(here, "received", { entry: said });
  // Its look is not known, so the handle stands beside the name until the list is loaded.
  expect(row(heard, "bo")).toMatchObject({ name: "Bo", username: "bo-1", nameKey: "" });
  expect(heard.names["bo"]).toBe("Bo");
});

test("who comes back is called as before", () => {
  const left = apply(open, "received", { entry: entry(2, "left", "cy") });
  const back = apply(left, "received", { entry: entry(3, "joined", "cy") });
  expect(row(back, "cy")?.name).toBe("CY");
  const here = apply(back, "user_joined", { userId: "cy", username: "cy-1", roomId: room, timestamp: "" });
  expect(row(here, "cy")).toMatchObject({ name: "CY", username: "cy-1" });
});

test("an old message takes no name back", () => {
  const renamed = apply(open, "user_changed", { userId: "ana", name: "Anna", username: "ana-1" });
  const late = message(2, { userId: "ana", username: "ana-1", name: "Ana" });
  const next = apply(renamed, "received", { entry: late });
  expect([next.names["ana"], row(next, "ana")?.name]).toEqual(["Anna", "Anna"]);
});

test("a new name has an unknown look, whoever it resembles", () => {
  const renamed = apply(open, "user_changed", { userId: "cy", name: "ANA", username: "cy-1" });
  expect(row(renamed, "cy")).toMatchObject({ name: "ANA", nameKey: "" });
});

test("somebody who listens is here; who is here but away stays that", () => {
  const news = { userId: "cy", username: "cy-1", roomId: room, timestamp: "" };
  const away = apply(open, "members_listed", { roomId: room, users: [person("cy", { presence: "away" })] });
  expect(apply(away, "user_joined", news).presence["cy"]?.status).toBe("away");
  const gone = apply(open, "members_listed", {
    roomId: room,
    users: [person("cy", { presence: "offline" })],
  });
  expect(apply(gone, "user_joined", news).presence["cy"]?.status).toBe("online");
});
