import { useEffect } from "react";
import { getSocket } from "../../sync/live";

/** Often enough to stay ahead of the five minutes after which the server takes somebody for away. */
const PAUSE_MS = 60_000;
const signs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"] as const;

/** Tells the server that somebody is at this screen, whenever they show it, at most once a minute. */
export function useHeartbeat(): void {
  useEffect(() => {
    let toldAt = 0;
    const tell = () => {
      const socket = getSocket();
      if (!socket || Date.now() - toldAt < PAUSE_MS) return;
      toldAt = Date.now();
      socket.emit("heartbeat", {}, () => undefined);
    };
    for (const sign of signs) window.addEventListener(sign, tell, { passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, tell);
    };
  }, []);
}
