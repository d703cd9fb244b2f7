import { useSyncExternalStore } from "react";
import type { Identifier } from "./identifiers";

const steps = ["sign-in", "sign-up", "first-password", "forgot", "reset"] as const;
/** What the sign-in page is about. `choose` is no address: the server asks for it. */
export type Step = (typeof steps)[number] | "choose";

/** What the steps hand on to each other. */
export interface StepProps {
  identifier: Identifier;
  setIdentifier: (identifier: Identifier) => void;
  /** Says something above the next form. */
  setNote: (note: string) => void;
}

function current(): Step {
  const named = location.hash.slice(1);
  return steps.find((step) => step === named) ?? "sign-in";
}

/** The step is the address's fragment: going back works, and an invite's path stays to lead on to its room. */
export function useStep(): Step {
  return useSyncExternalStore((listener) => {
    window.addEventListener("hashchange", listener);
    return () => window.removeEventListener("hashchange", listener);
  }, current);
}

export function goTo(step: Step): void {
  location.hash = step === "sign-in" ? "" : step;
}

/** Whoever is inside has left the steps behind. */
export function leaveSteps(): void {
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
}
