import { useEffect, useState, useSyncExternalStore } from "react";
import type { Room } from "../../api/contract";
import { ask } from "../../api/socket";
import { getState, publish, useStore } from "../../state/store";
import { getSocket } from "../../sync/live";
import { isUnread } from "../rooms/lists";

/** Several messages at once move the mark once. */
const SETTLE_MS = 300;

function subscribe(listener: () => void): () => void {
  const events = ["focus", "blur"] as const;
  for (const event of events) window.addEventListener(event, listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    for (const event of events) window.removeEventListener(event, listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

function isPresent(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** True while somebody can be looking at this page. */
function usePresent(): boolean {
  return useSyncExternalStore(subscribe, isPresent);
}

/** Where the unread line stands: above the first message of others after this `seq`. It is the read mark at the time
 * the room was opened, or what was seen when one looked away; it stays until one leaves the room. */
export function useUnreadLine(room: Room): number | undefined {
  const present = usePresent();
  const [line, setLine] = useState(() =>
    isUnread(room, getState().me?.id) ? (room.readSeq ?? 0) : undefined,
  );

  useEffect(() => {
    if (present) return;
    const seq = getState().logs[room.id]?.tailSeq ?? 0;
    return () => {
      const { rooms, me } = getState();
      const last = rooms[room.id]?.lastMessage;
      if (last && last.seq > seq && last.userId !== me?.id) setLine(seq);
    };
  }, [present, room.id]);
  return line;
}

/** Moves the read mark to the newest message while its end is looked at. */
export function useReadMark(roomId: string, atEnd: boolean): void {
  const present = usePresent();
  const seq = useStore((state) => state.logs[roomId]?.tailSeq ?? 0);
  const readSeq = useStore((state) => state.rooms[roomId]?.readSeq ?? 0);
  const online = useStore((state) => state.link === "online");

  useEffect(() => {
    if (!present || !atEnd || !online || seq <= readSeq) return;
    const timer = setTimeout(() => {
      const socket = getSocket();
      if (!socket) return;
      void ask(socket, "mark_read", { roomId, seq }).then((answer) => {
        if (answer?.ok) publish("read_by", { read: answer.data });
      });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [roomId, present, atEnd, online, seq, readSeq]);
}
