import type { MessageReceived, Room, RoomEntry, RoomUser } from "./contract";

/** Short names for what the contract calls by the server's names. */
export type Message = MessageReceived;
export type Member = RoomUser;
export type Entry = MessageReceived | RoomEntry;

/** A page of rooms, the newest first. */
export interface RoomPage {
  rooms: Room[];
  nextCursor: string | null;
}

/** An e-mail address or a phone number, as the server takes them. */
export type Named = { email: string } | { phoneNumber: string };
