import { useLayoutEffect, useRef } from "react";
import { openOverlay } from "../lib/overlays";

/** Lets Back close what lies over the page while it is open. */
export function useOverlay(isOpen: boolean, onClose: () => void): void {
  const latest = useRef(onClose);
  latest.current = onClose;
  useLayoutEffect(() => (isOpen ? openOverlay(() => latest.current()) : undefined), [isOpen]);
}
