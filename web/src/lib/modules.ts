import { useSyncExternalStore } from "react";
import { currentStoring } from "./storage";

/** Whether the server has the code of this page still: `new` when it has another version by now. */
export type Version = "current" | "new" | "loading";

/** Long enough to read why the page loads again. */
const NOTICE_MS = 1_500;
/** The version that has loaded the page anew already: none does so twice, whatever a cache in between answers. */
const RELOADED = "chatroom.reloaded";

let version: Version = "current";
const listeners = new Set<() => void>();

function report(now: Version): void {
  version = now;
  for (const listener of listeners) listener();
}

/** The script that this page runs: its name has a hash of its content, so it names the version. */
function ownScript(): string | null {
  const script = document.querySelector<HTMLScriptElement>("script[type=module][src]");
  return script && new URL(script.src).pathname;
}

/** True when the server answers with a page that runs another script. */
async function isReplaced(own: string): Promise<boolean> {
  const answer = await fetch("/", { cache: "no-cache" }).catch(() => null);
  if (!answer?.ok) return false;
  const page = await answer.text().catch(() => own);
  return !page.includes(own);
}

/** True once for each version; never where the browser cannot remember it. */
function isFirstReload(own: string): boolean {
  try {
    if (sessionStorage.getItem(RELOADED) === own) return false;
    sessionStorage.setItem(RELOADED, own);
    return true;
  } catch {
    return false;
  }
}

let holds = 0;

/** Asks before a reload from now on: something was typed that the page alone has. Returns what ends that. */
export function holdReload(): () => void {
  holds += 1;
  return () => {
    holds -= 1;
  };
}

/** What stands in a form is not kept anywhere; a draft is. */
function isFormFilled(): boolean {
  const typed = "input:not([type=radio], [type=checkbox], [type=search], [readonly], [hidden])";
  return [...document.querySelectorAll<HTMLInputElement>(typed)].some((field) => field.value !== "");
}

let asked: Promise<void> | null = null;

async function lookForNewVersion(): Promise<void> {
  const own = ownScript();
  if (!own || !(await isReplaced(own))) return;
  const alone = currentStoring() === "works" && holds === 0 && !isFormFilled() && isFirstReload(own);
  report(alone ? "loading" : "new");
  if (alone) setTimeout(() => location.reload(), NOTICE_MS);
}

/** Fetches a part of this page's code. After an upgrade of the server it is gone: then the page says so and loads anew.
 * Raises what `load` raises. */
export async function fetchCode<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    asked ??= lookForNewVersion().finally(() => {
      asked = null;
    });
    await asked;
    throw error;
  }
}

export function currentVersion(): Version {
  return version;
}

export function useVersion(): Version {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentVersion);
}
