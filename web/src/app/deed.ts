import { useState } from "react";
import { CallError } from "../api/call";
import { useCountdown } from "./countdown";

export interface Deed {
  busy: boolean;
  error: unknown;
  /** The error, if the server gave it; it may be about a field. */
  refusal: CallError | null;
  /** Seconds until the server takes another try; 0 when it would. */
  seconds: number;
  /** Does it, unless it is being done; resolves to true when it went well. */
  run: (deed: () => Promise<unknown>) => Promise<boolean>;
}

/** One thing that a form or a button does: whether it is under way, why it failed, and when to try again. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [until, setUntil] = useState(0);
  const run = async (deed: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await deed();
      return true;
    } catch (problem) {
      setError(problem);
      if (problem instanceof CallError && problem.retryAfter) {
        setUntil(Date.now() + problem.retryAfter * 1_000);
      }
      return false;
    } finally {
      setBusy(false);
    }
  };
  const refusal = error instanceof CallError ? error : null;
  return { busy, error, refusal, seconds: useCountdown(until), run };
}
