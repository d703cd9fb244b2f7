import type { MessageReceived, Room, RoomEntry, RoomUser, RoomUsers } from "./contract";

/** Short names for what the contract calls by the server's names. */
export type Message = MessageReceived;
export type Member = RoomUser;
export type Entry = MessageReceived | RoomEntry;

/** People of a room, those who are here first. A large room comes in pages: how many there are in all, and where to
 * go on. */
export type MemberPage = RoomUsers & { total?: number; nextCursor?: string | null };

/** A page of rooms, the newest first. */
export interface RoomPage {
  rooms: Room[];
  nextCursor: string | null;
}

/** News of a person's own account, for all of their connections: what was done on another device. */
export interface AccountEvents {
  rooms_changed: (payload: {
    roomId: string;
    change: "joined" | "left" | "created" | "changed" | "read";
  }) => void;
  user_changed: (payload: { userId: string; name: string; username: string }) => void;
}

/** An e-mail address or a phone number, as the server takes them. */
export type Named = { email: string } | { phoneNumber: string };
