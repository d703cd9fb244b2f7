import { call } from "../../api/call";
import type { Room } from "../../api/contract";
import { listenTo } from "../../api/live";
import { navigate, paths } from "../../app/router";
import { publish } from "../../state/store";

function enter(room: Room, how: "push" | "replace" = "push"): void {
  publish("room_known", { room });
  void listenTo(room.id);
  navigate(paths.room(room.id), how);
}

export async function createRoom(name: string, isPrivate: boolean): Promise<void> {
  enter(await call("rooms.create", { name, isPrivate }));
}

export async function joinRoom(roomId: string): Promise<void> {
  enter(await call("rooms.join", { roomId }));
}

/** The invite's address leaves the history: going back must not join again. */
export async function joinByInvite(inviteCode: string): Promise<void> {
  enter(await call("rooms.join_by_invite", { inviteCode }), "replace");
}

export async function leaveRoom(roomId: string): Promise<void> {
  await call("rooms.leave", { roomId });
  navigate(paths.home, "replace");
  publish("room_gone", { roomId });
}
