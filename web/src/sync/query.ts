import { useCallback, useEffect, useRef, useState } from "react";
import { CallError } from "../lib/refusal";
import { useRecovery } from "./recovery";

/** Something that is loaded: whether it is here, whether it is on its way, and why it did not come. */
export interface Loading<T> {
  /** The newest answer; it stays while a newer one is on its way, or fails. Undefined until there is one. */
  data: T | undefined;
  /** Why the last attempt failed; null when it did not. */
  error: unknown;
  busy: boolean;
  /** Asks again. The answer to an earlier question no longer counts. */
  load: () => void;
}

export interface Query<T> extends Loading<T> {
  /** Puts what is known otherwise in the place of the answer. */
  set: (data: T) => void;
}

/** A server that refused will refuse again; one that could not be reached, or failed, may be back later. */
function mayPass(error: unknown): boolean {
  return error !== null && !(error instanceof CallError && error.status >= 400 && error.status < 500);
}

/** Loads something for a component: as soon as it is `wanted`, again each time that it becomes so, and after a failure
 * as soon as the server or the network is back. `signal` ends when nobody waits for the answer any more.
 *
 * It belongs to the component: for another room, or another invite, the component has another key. */
export function useQuery<T>(ask: (signal: AbortSignal) => Promise<T>, wanted = true): Query<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(wanted);
  const latest = useRef(ask);
  latest.current = ask;
  const running = useRef<AbortController>(null);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
  }, []);
  const load = useCallback(() => {
    stop();
    const attempt = new AbortController();
    running.current = attempt;
    setBusy(true);
    setError(null);
    const end = (take: () => void) => {
      if (attempt.signal.aborted) return;
      stop();
      setBusy(false);
      take();
    };
    latest.current(attempt.signal).then(
      (answer) => end(() => setData(() => answer)),
      (problem) => end(() => setError(problem)),
    );
  }, [stop]);
  const recover = useCallback(() => {
    if (!running.current) load();
  }, [load]);
  const set = useCallback((known: T) => setData(() => known), []);

  useEffect(() => {
    if (wanted) load();
    return stop;
  }, [wanted, load, stop]);
  useRecovery(wanted && mayPass(error), recover);
  return { data, error, busy, load, set };
}

/** The same view of what the state holds, which the live connection loads and keeps current by itself. */
export function stored<T>(
  phase: "loading" | "ready" | "failed" | undefined,
  data: T | undefined,
  load: () => void,
): Loading<T> {
  return {
    data: phase === "ready" ? data : undefined,
    error: phase === "failed" ? phase : null,
    busy: phase === "loading",
    load,
  };
}
