import { useState } from "react";
import { call } from "../../api/call";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { publish } from "../../state/store";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { CodeField } from "./CodeField";
import { IdentifierInput } from "./IdentifierField";
import { blankIdentifier, type Identifier, namedBy, shownAs } from "./identifiers";
import { CurrentPasswordField } from "./ProofDialog";

interface IdentifierDialogProps {
  kind: Identifier["kind"];
  onClose: () => void;
}

/** First the address or number and the password of now, then the code that was sent to it. */
export function IdentifierDialog({ kind, onClose }: IdentifierDialogProps) {
  const t = useT();
  const action = useAction();
  const [identifier, setIdentifier] = useState(() => blankIdentifier(kind));
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const [code, setCode] = useState("");

  const send = async () => {
    if (
      await action.run(() =>
        call("auth.identifier.begin", { ...namedBy(identifier), currentPassword: password }),
      )
    )
      setSent(true);
  };
  const confirm = async () => {
    const done = await action.run(async () => {
      await call("auth.identifier.confirm", { code });
      publish("me_changed", { me: await call("auth.me.show", {}) });
    });
    if (done) onClose();
  };
  return (
    <Dialog title={t(kind === "email" ? "you.email" : "you.phone")} onClose={onClose}>
      <Form key={String(sent)} action={action} onSubmit={() => void (sent ? confirm() : send())}>
        <p className="text-sm text-ink-2">
          {sent ? t("you.confirmHint", { to: shownAs(identifier) }) : t("you.addHint")}
        </p>
        {sent ? (
          <CodeField value={code} onChange={setCode} error={action.error} autoFocus />
        ) : (
          <>
            <IdentifierInput value={identifier} onChange={setIdentifier} error={action.error} />
            <CurrentPasswordField value={password} onChange={setPassword} action={action} />
          </>
        )}
        {action.refusal?.code !== "invalid_credentials" && <FormProblem action={action} />}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit action={action}>{t(sent ? "you.confirm" : "auth.sendCode")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
