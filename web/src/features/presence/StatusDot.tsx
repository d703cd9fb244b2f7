import { useT } from "../../i18n";
import type { Presence } from "../../state/model";

const looks: Record<Presence["status"], string> = {
  online: "bg-ok",
  away: "bg-warn",
  offline: "border-2 border-ink-3 bg-surface-1",
};

/** Full, or a ring: told apart without colour as well. */
export function StatusDot({ status }: { status: Presence["status"] }) {
  const t = useT();
  return (
    <span
      role="img"
      aria-label={t(`presence.${status}`)}
      className={`inline-block size-3 shrink-0 rounded-full ring-2 ring-surface-1 ${looks[status]}`}
    />
  );
}
