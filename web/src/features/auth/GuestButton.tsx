import { DoorOpen } from "lucide-react";
import { useT } from "../../i18n";
import { clockOf } from "../../i18n/format";
import { useAction } from "../../lib/action";
import { navigate, paths } from "../../lib/router";
import { continueAsGuest } from "../../sync/session";
import { Button } from "../../ui/Button";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";

/** The shortest way in: no account, no address, one click. */
export function GuestButton() {
  const t = useT();
  const action = useAction();
  const visit = () => {
    // A guest has no rooms yet: those that are open to everybody come first.
    if (location.pathname === paths.home) navigate(paths.discover, "replace");
    return continueAsGuest();
  };
  return (
    <div className="flex flex-col gap-2">
      <Button
        busy={action.busy}
        disabled={action.seconds > 0}
        icon={<DoorOpen {...icon} />}
        className="h-11 w-full tabular-nums tablet:h-11"
        onClick={() => void action.run(visit)}
      >
        {action.seconds > 0 ? t("app.againIn", { time: clockOf(action.seconds) }) : t("auth.guest")}
      </Button>
      <div className="min-h-8 text-center">
        {action.error ? (
          <Problem error={action.error} />
        ) : (
          <p className="text-xs text-ink-3">{t("auth.guestHint")}</p>
        )}
      </div>
    </div>
  );
}
