import { call } from "../../api/call";
import type { Room } from "../../api/contract";
import { CallError } from "../../lib/refusal";
import { navigate, paths } from "../../lib/router";
import { getState, publish } from "../../state/store";
import { forgetDraft } from "../../sync/drafts";
import { learnRoom, listenTo } from "../../sync/live";
import { tellTabs, whenTabsTell } from "../../sync/tabs";

function enter(room: Room, how: "push" | "replace" = "push"): void {
  publish("room_known", { room });
  void listenTo(room.id);
  navigate(paths.room(room.id), how);
  tellTabs({ joined: room.id });
}

whenTabsTell((news) => {
  if ("joined" in news) void learnRoom(news.joined).catch(() => undefined);
});

/** `created` is called before the new room is shown. */
export async function createRoom(name: string, isPrivate: boolean, created: () => void): Promise<void> {
  const room = await call("rooms.create", { name, isPrivate });
  created();
  enter(room);
}

/** Guests only visit: they go in by listening, and members by becoming one of the room. */
export async function joinRoom(roomId: string): Promise<void> {
  if (getState().me?.kind !== "guest") return enter(await call("rooms.join", { roomId }));
  const answer = await listenTo(roomId);
  if (answer?.ok) return enter(answer.data.room);
  throw new CallError(answer ? 403 : 0, answer?.error ?? { code: "unreachable", message: "No connection." });
}

/** The invite's address leaves the history: going back must not join again. */
export async function joinByInvite(inviteCode: string): Promise<void> {
  enter(await call("rooms.invite.join", { inviteCode }), "replace");
}

/** An empty topic takes the topic away. */
export async function setTopic(roomId: string, topic: string): Promise<void> {
  publish("room_known", { room: await call("rooms.update", { roomId, topic }) });
}

export async function leaveRoom(roomId: string): Promise<void> {
  await call("rooms.leave", { roomId });
  navigate(paths.home, "replace");
  publish("room_gone", { roomId });
  forgetDraft(getState().me?.id ?? "", roomId);
}
