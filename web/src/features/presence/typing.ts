import { useEffect, useRef } from "react";
import { getSocket } from "../../sync/live";

/** Repeated while somebody keeps typing, so that a lost event heals. */
const REPEAT_MS = 3_000;
/** Silence after which one is no longer typing. */
const IDLE_MS = 2_000;

/** Tells the room that one is typing, and that one stopped: after a pause, when sent, when emptied, when leaving. */
export function useTypingSignal(roomId: string): (isTyping: boolean) => void {
  const toldAt = useRef(0);
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = (isTyping: boolean) => {
    clearTimeout(idle.current);
    const now = Date.now();
    if (isTyping) idle.current = setTimeout(() => tell(false), IDLE_MS);
    if (isTyping ? now - toldAt.current < REPEAT_MS : toldAt.current === 0) return;
    toldAt.current = isTyping ? now : 0;
    getSocket()?.emit("typing", { roomId, isTyping });
  };

  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => () => latest.current(false), []);
  return tell;
}
