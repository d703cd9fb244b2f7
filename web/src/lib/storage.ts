import { useSyncExternalStore } from "react";

/** `blocked`: the browser gives this page no storage. `full`: it takes nothing more just now. */
export type Storing = "works" | "blocked" | "full";

/** What the browser did not take. It lasts as long as the page, and stands before what is stored under the key. */
const memory = new Map<string, string>();
const listeners = new Set<() => void>();

/** Even to touch `localStorage` throws where cookies are blocked; in some web views it is null. */
function opened(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

const local = opened();
let storing: Storing = local ? "works" : "blocked";

function report(now: Storing): void {
  if (now === storing) return;
  storing = now;
  for (const listener of listeners) listener();
}

function stored(key: string): string | null {
  try {
    return local?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** The text under a key; null where there is none. */
export function read(key: string): string | null {
  return memory.get(key) ?? stored(key);
}

/** Keeps a text: in the browser's storage, or for the life of the page where that is blocked or full. */
export function keep(key: string, text: string): void {
  try {
    if (!local) throw new DOMException("", "SecurityError");
    local.setItem(key, text);
    memory.delete(key);
    if (memory.size === 0) report("works");
  } catch (error) {
    memory.set(key, text);
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    report(full ? "full" : "blocked");
  }
}

export function forget(key: string): void {
  memory.delete(key);
  try {
    local?.removeItem(key);
  } catch {
    // What cannot be written was not written: there is nothing to remove.
  }
  if (storing === "full" && memory.size === 0) report("works");
}

/** Every key that begins with these letters. */
export function keysWith(prefix: string): string[] {
  const keys = new Set(memory.keys());
  try {
    for (const key of Object.keys(local ?? {})) keys.add(key);
  } catch {
    // Blocked since the page was opened.
  }
  return [...keys].filter((key) => key.startsWith(prefix));
}

export function currentStoring(): Storing {
  return storing;
}

/** Whether what is kept outlasts the page. */
export function useStoring(): Storing {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentStoring);
}

const ofPeople = ["draft", "outbox"] as const;

/** What the keys begin with under which something of one person is kept. */
export function prefixOf(kind: (typeof ofPeople)[number], userId: string): string {
  return `chatroom.${kind}.${userId}.`;
}

/** Forgets everything that a person wrote on this device and that the server does not have. */
export function forgetPerson(userId: string): void {
  for (const kind of ofPeople) for (const key of keysWith(prefixOf(kind, userId))) forget(key);
}
