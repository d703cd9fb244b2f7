import { useCountdown } from "../../lib/countdown";
import { useStore } from "../../state/store";

/** Seconds until a room takes a waiting message of ours; 0 when it would, or when none waits. */
export function usePause(roomId: string): number {
  const seconds = useCountdown(useStore((state) => state.pausedUntil[roomId] ?? 0));
  const waits = useStore((state) => state.outbox.some((one) => one.roomId === roomId && !one.refusal));
  return waits ? seconds : 0;
}
