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

export function isWide(screen: keyof typeof queries): boolean {
  return queries[screen].matches;
}
