import { useSyncExternalStore } from "react";
import { go } from "./overlays";

export type Route =
  | { page: "home" }
  | { page: "discover" }
  | { page: "people" }
  | { page: "you" }
  | { page: "devices" }
  | { page: "room"; roomId: string }
  | { page: "invite"; inviteCode: string }
  | { page: "unknown" };

/** The address of a route, the other way round than `routeOf`. */
export const paths = {
  home: "/",
  discover: "/discover",
  people: "/people",
  you: "/you",
  devices: "/you/devices",
  room: (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`,
};

const plain: Record<string, Route> = {
  "": { page: "home" },
  [paths.discover]: { page: "discover" },
  [paths.people]: { page: "people" },
  [paths.you]: { page: "you" },
  [paths.devices]: { page: "devices" },
};

/** The parts of a path; none that is anywhere for one that is not well formed. */
function partsOf(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return [path];
  }
}

export function routeOf(path: string): Route {
  const [first = "", second, ...rest] = partsOf(path);
  if (rest.length) return { page: "unknown" };
  if (first === "rooms" && second) return { page: "room", roomId: second };
  if (first === "invite" && second) return { page: "invite", inviteCode: second };
  return plain[path.replace(/\/+$/, "")] ?? { page: "unknown" };
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (path === location.pathname) return;
  go(path, how, () => {
    for (const listener of listeners) listener();
  });
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}
