import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { reconnectNow } from "../../sync/live";
import { icon } from "../../ui/icons";

/** A short break is nobody's business; most heal within this time. */
const QUIET_MS = 1_200;

/** Says that the connection is gone, and that nothing is lost. */
export function LinkBanner() {
  const t = useT();
  const lost = useStore((state) => state.link === "lost");
  const [shown, setShown] = useState(false);

  useEffect(() => {
    if (!lost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [lost]);

  if (!shown) return null;
  return (
    <div
      role="status"
      className="flex min-h-10 items-center justify-center gap-3 bg-surface-3 px-4 py-1 text-sm text-ink-1"
    >
      <WifiOff {...icon} className="shrink-0 text-warn" />
      <span>{t("presence.lost")}</span>
      <button
        type="button"
        className="shrink-0 rounded-s px-2 py-1 font-semibold text-accent hover:underline"
        onClick={reconnectNow}
      >
        {t("presence.reconnect")}
      </button>
    </div>
  );
}
