import { useState } from "react";
import { changePassword } from "../../api/passwords";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { useStore } from "../../state/store";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { NewPasswordField } from "./NewPasswordField";

interface PasswordDialogProps {
  onClose: () => void;
  onChanged: () => void;
}

export function PasswordDialog({ onClose, onChanged }: PasswordDialogProps) {
  const t = useT();
  const email = useStore((state) => state.me?.email ?? "");
  const action = useAction();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const wrong = action.refusal?.code === "invalid_credentials";
  const submit = async () => {
    if (await action.run(() => changePassword(current, next))) onChanged();
  };
  return (
    <Dialog title={t("you.changePassword")} onClose={onClose}>
      <Form action={action} onSubmit={() => void submit()}>
        <p className="text-sm text-ink-2">{t("you.changePasswordHint")}</p>
        {/* For password managers: whose new password this is. */}
        <input hidden readOnly autoComplete="username" value={email} />
        <PasswordField
          label={t("auth.currentPassword")}
          problem={wrong ? t("errors.fields.currentPassword") : undefined}
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <NewPasswordField value={next} onChange={setNext} error={action.error} />
        <FormProblem action={action} said={wrong} />
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit action={action}>{t("auth.savePassword")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
