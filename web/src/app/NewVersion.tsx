import { RefreshCw } from "lucide-react";
import { useT } from "../i18n";
import { useVersion } from "../lib/modules";
import { Button } from "../ui/Button";
import { icon } from "../ui/icons";

/** The server was upgraded, and a part of this page's code is no longer there. */
export function NewVersion() {
  const t = useT();
  const version = useVersion();
  if (version === "current") return null;
  return (
    <div
      role="alert"
      className="fixed inset-x-0 top-0 z-(--z-toast) mx-auto mt-2 flex w-fit max-w-[calc(100%-16px)] items-center gap-3 rounded-m border border-line bg-surface-1 py-2 ps-4 pe-2 text-sm shadow-float"
    >
      <RefreshCw {...icon} className="shrink-0 text-accent" />
      <span className="py-1.5 pe-2">
        {t("app.newVersion")} {t(version === "loading" ? "app.newVersionLoading" : "app.newVersionHint")}
      </span>
      {version === "new" && (
        <Button look="primary" onClick={() => location.reload()}>
          {t("app.reload")}
        </Button>
      )}
    </div>
  );
}
