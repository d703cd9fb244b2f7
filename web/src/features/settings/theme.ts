import { useSyncExternalStore } from "react";
import { forget, keep } from "../../lib/storage";

const themes = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof themes)[number];

/** Read by public/theme.js before the first paint. */
const storageKey = "chatroom.theme";
const listeners = new Set<() => void>();

function current(): Theme {
  const named = document.documentElement.dataset["theme"];
  return themes.find((theme) => theme === named) ?? "system";
}

export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") {
    delete root.dataset["theme"];
    forget(storageKey);
  } else {
    root.dataset["theme"] = theme;
    keep(storageKey, theme);
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
