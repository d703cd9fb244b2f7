import { useSyncExternalStore } from "react";
import { apply, type News } from "./apply";
import { emptyState, type State } from "./model";

let state: State = emptyState;
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

/** Applies one piece of news and tells whoever watches, if anything changed. */
export function publish<Kind extends keyof News>(kind: Kind, news: News[Kind]): void {
  const next = apply(state, kind, news);
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A part of the state; `select` must return the same reference while that part is unchanged. */
export function useStore<T>(select: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}
