import { useEffect, useRef } from "react";
import { useStore } from "../state/store";

/** Loads again what has failed, as soon as the server or the network is back. */
export function useRecovery(failed: boolean, load: () => void): void {
  const online = useStore((state) => state.link === "online");
  const latest = useRef(load);
  latest.current = load;
  const wasOnline = useRef(online);
  useEffect(() => {
    const back = online && !wasOnline.current;
    wasOnline.current = online;
    if (failed && back) latest.current();
  }, [failed, online]);
  useEffect(() => {
    if (!failed) return;
    const onNetwork = () => latest.current();
    window.addEventListener("online", onNetwork);
    return () => window.removeEventListener("online", onNetwork);
  }, [failed]);
}
