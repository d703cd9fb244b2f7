import { useSyncExternalStore } from "react";

/** The widths of tokens.css at which the layout changes. */
const queries = {
  tablet: window.matchMedia("(min-width: 720px)"),
  desktop: window.matchMedia("(min-width: 1100px)"),
};

/** True when the window is at least as wide as this kind of screen. */
export function useWidth(screen: keyof typeof queries): boolean {
  const query = queries[screen];
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => query.matches,
  );
}

/** True where a keyboard is at hand, and none comes up over the page when a field takes the focus. */
export function hasKeyboard(): boolean {
  return window.matchMedia("(hover: hover) and (pointer: fine)").matches;
}

export function isWide(screen: keyof typeof queries): boolean {
  return queries[screen].matches;
}
