import { DatabaseZap, X } from "lucide-react";
import { useState } from "react";
import { useT } from "../i18n";
import { useStoring } from "../lib/storage";
import { icon } from "./icons";

/** Says that the browser keeps nothing for this page, or nothing more, and what that means. */
export function StorageNote() {
  const t = useT();
  const storing = useStoring();
  const [read, setRead] = useState<string | null>(null);
  if (storing === "works" || storing === read) return null;
  return (
    <div className="flex min-h-10 shrink-0 items-center justify-center gap-3 bg-surface-3 ps-4 pe-2 text-sm text-ink-1">
      <DatabaseZap {...icon} className="shrink-0 text-warn" />
      <span role="status" className="py-1">
        {t(storing === "full" ? "app.storageFull" : "app.storageBlocked")}
      </span>
      <button
        type="button"
        aria-label={t("app.close")}
        title={t("app.close")}
        onClick={() => setRead(storing)}
        className="inline-flex size-9 shrink-0 items-center justify-center rounded-s text-ink-2 hover:text-ink-1"
      >
        <X {...icon} />
      </button>
    </div>
  );
}
