import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark" | "contrast";

/** Read by public/theme.js before the first paint. */
const storageKey = "chatroom.theme";
const listeners = new Set<() => void>();

function current(): Theme {
  return (document.documentElement.dataset["theme"] as Theme | undefined) ?? "system";
}

export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") {
    delete root.dataset["theme"];
    localStorage.removeItem(storageKey);
  } else {
    root.dataset["theme"] = theme;
    localStorage.setItem(storageKey, theme);
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}
