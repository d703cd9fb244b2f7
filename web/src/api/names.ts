import type { MessageReceived, RoomEntry, RoomUser } from "./contract";

/** Short names for what the contract calls by the server's names. */
export type Message = MessageReceived;
export type Member = RoomUser;
export type Entry = MessageReceived | RoomEntry;
