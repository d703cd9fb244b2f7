import type { Room } from "../../api/contract";

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

/** The rooms with these words in their name, in the same order; all of them for no words. */
export function matching(rooms: Room[], search: string): Room[] {
  const wanted = search.trim().toLocaleLowerCase();
  return byActivity(rooms.filter((room) => room.name.toLocaleLowerCase().includes(wanted)));
}
