import { useSyncExternalStore } from "react";

/** Timers sleep with the machine, so the time is looked at, not waited for. */
const LOOK_MS = 30_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function look(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", look);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

/** The local day: what calls a day "Today", or gives a time without its day, is drawn anew when it is over. */
export function useToday(): string {
  return useSyncExternalStore(subscribe, () => new Date().toDateString());
}
