import { useEffect, useState } from "react";
import { useCountdown } from "./countdown";
import { CallError } from "./refusal";

export interface Action {
  busy: boolean;
  error: unknown;
  /** The error, if the server gave it; it may be about a field. */
  refusal: CallError | null;
  /** Seconds until the server takes another try; 0 when it would. */
  seconds: number;
  /** Does it, unless it is being done; resolves to true when it went well. */
  run: (action: () => Promise<unknown>) => Promise<boolean>;
  /** Forgets why it failed; what has to be waited for stays. */
  clear: () => void;
}

/** One thing that a form or a button does: whether it is under way, why it failed, and when to try again. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [until, setUntil] = useState(0);
  const run = async (action: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await action();
      return true;
    } catch (problem) {
      setError(problem);
      if (problem instanceof CallError && problem.until) setUntil(problem.until);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const seconds = useCountdown(until);
  const refusal = error instanceof CallError ? error : null;
  const waited = refusal?.until !== undefined && seconds === 0;
  useEffect(() => {
    if (waited) setError(null);
  }, [waited]);
  const clear = () => {
    if (!refusal?.until) setError(null);
  };
  return { busy, error, refusal, seconds, run, clear };
}
