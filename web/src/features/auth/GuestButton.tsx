import { DoorOpen } from "lucide-react";
import { continueAsGuest } from "../../api/session";
import { useDeed } from "../../app/deed";
import { navigate, paths } from "../../app/router";
import { useT } from "../../i18n";
import { clockOf } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";

/** The shortest way in: no account, no address, one click. */
export function GuestButton() {
  const t = useT();
  const deed = useDeed();
  const visit = () => {
    // A guest has no rooms yet: those that are open to everybody come first.
    if (location.pathname === paths.home) navigate(paths.discover, "replace");
    return continueAsGuest();
  };
  return (
    <div className="flex flex-col gap-2">
      <Button
        busy={deed.busy}
        disabled={deed.seconds > 0}
        icon={<DoorOpen {...icon} />}
        className="h-11 w-full tabular-nums tablet:h-11"
        onClick={() => void deed.run(visit)}
      >
        {deed.seconds > 0 ? t("app.againIn", { time: clockOf(deed.seconds) }) : t("auth.guest")}
      </Button>
      <div className="min-h-8 text-center">
        {deed.error ? (
          <Problem error={deed.error} />
        ) : (
          <p className="text-xs text-ink-3">{t("auth.guestHint")}</p>
        )}
      </div>
    </div>
  );
}
