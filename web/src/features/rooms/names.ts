import type { Room } from "../../api/contract";
import { isMessage, type State } from "../../state/model";

/** What a person is called in a room, if this client has met them there. */
export function nameIn(state: State, roomId: string, userId: string): string | undefined {
  if (state.me?.id === userId) return state.me.name;
  const member = state.members[roomId]?.find((one) => one.userId === userId);
  if (member) return member.name || member.username;
  const said = state.logs[roomId]?.items.findLast((item) => isMessage(item) && item.userId === userId);
  return said && isMessage(said) ? said.name || said.username : undefined;
}

/** True when somebody else wrote something after the own read mark. It follows from one number and cannot stick. */
export function isUnread(room: Room, myId: string | undefined): boolean {
  const last = room.lastMessage;
  return !!last && last.userId !== myId && last.seq > (room.readSeq ?? 0);
}

/** The rooms by what happened last in them. */
export function byActivity(rooms: Room[]): Room[] {
  const when = (room: Room) => room.lastMessage?.createdAt ?? room.createdAt;
  return rooms.toSorted((a, b) => when(b).localeCompare(when(a)));
}
