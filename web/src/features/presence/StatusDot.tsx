import { useT } from "../../i18n";
import type { Presence } from "../../state/model";
import { useStore } from "../../state/store";

const looks: Record<Presence["status"] | "unknown", string> = {
  online: "bg-ok",
  away: "bg-warn dot-away",
  offline: "border-2 border-ink-3",
  unknown: "border-2 border-dotted border-ink-3",
};

/** A dot, a crescent or a ring: told apart without colour as well. While the connection is gone nobody knows. */
export function StatusDot({ status }: { status: Presence["status"] }) {
  const t = useT();
  const stale = useStore((state) => state.stale);
  const shown = stale ? "unknown" : status;
  return (
    <span
      role="img"
      aria-label={t(`presence.${shown}`)}
      className="inline-block size-3 shrink-0 rounded-full bg-surface-1 ring-2 ring-surface-1"
    >
      <span className={`block size-full rounded-full ${looks[shown]}`} />
    </span>
  );
}
