import { useEffect, useState } from "react";
import { useStore } from "../../state/store";

/** Whole seconds until `until`, counting down; 0 when it has passed. */
function useCountdown(until: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, Math.ceil((until - now) / 1_000));
}

/** Seconds until a room takes a waiting message of ours; 0 when it would, or when none waits. */
export function usePause(roomId: string): number {
  const seconds = useCountdown(useStore((state) => state.pausedUntil[roomId] ?? 0));
  const waits = useStore((state) => state.outbox.some((one) => one.roomId === roomId && !one.refusal));
  return waits ? seconds : 0;
}
