import { useT } from "../../i18n";
import { signOut } from "../../sync/session";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";

interface SignOutDialogProps {
  /** How many messages were not sent. */
  unsent: number;
  onClose: () => void;
}

/** Asked only where signing out would lose words. */
export function SignOutDialog({ unsent, onClose }: SignOutDialogProps) {
  const t = useT();
  return (
    <Dialog title={t("you.signOutQuestion")} onClose={onClose}>
      <p className="text-sm text-ink-2">{t("you.unsent", { count: unsent })}</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          {t("app.cancel")}
        </Button>
        <Button look="danger" onClick={() => void signOut()}>
          {t("auth.signOut")}
        </Button>
      </div>
    </Dialog>
  );
}
