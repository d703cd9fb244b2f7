import { type FormEvent, useState } from "react";
import { call } from "../../api/call";
import { useT } from "../../i18n";
import { type Action, useAction } from "../../lib/action";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";

interface CurrentPasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  action: Action;
}

/** The password of now, with what the server says of it. */
export function CurrentPasswordField({ value, onChange, action }: CurrentPasswordFieldProps) {
  const t = useT();
  const wrong = action.refusal?.code === "invalid_credentials";
  return (
    <PasswordField
      label={t("auth.currentPassword")}
      problem={wrong ? t("errors.fields.currentPassword") : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** Whether the server wants to be shown again who this is, before it does what was asked. */
export function needsProof(action: Action): boolean {
  return action.refusal?.code === "step_up_required";
}

/** Asks for the password; the server then takes for ten minutes what it had refused. */
export function ProofDialog({ onProven, onClose }: { onProven: () => void; onClose: () => void }) {
  const t = useT();
  const action = useAction();
  const [password, setPassword] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await action.run(() => call("auth.proof.show", { currentPassword: password }))) onProven();
  };
  return (
    <Dialog title={t("auth.proof")} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <CurrentPasswordField value={password} onChange={setPassword} action={action} />
        {action.refusal?.code !== "invalid_credentials" && <FormProblem action={action} />}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit action={action}>{t("you.confirm")}</Submit>
        </div>
      </form>
    </Dialog>
  );
}
