import { useState } from "react";
import { call } from "../../api/call";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
import { publish } from "../../state/store";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { CodeField } from "../auth/CodeField";
import { WayField } from "../auth/IdentifierField";
import { blankIdentifier, type Identifier, namedBy, shownAs } from "../auth/identifiers";
import { CurrentPasswordField } from "../auth/ProofDialog";

interface WayDialogProps {
  way: Identifier["way"];
  onClose: () => void;
}

/** First the address or number and the password of now, then the code that was sent to it. */
export function WayDialog({ way, onClose }: WayDialogProps) {
  const t = useT();
  const deed = useDeed();
  const [identifier, setIdentifier] = useState(() => blankIdentifier(way));
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const [code, setCode] = useState("");

  const send = async () => {
    if (
      await deed.run(() =>
        call("auth.identifier.begin", { ...namedBy(identifier), currentPassword: password }),
      )
    )
      setSent(true);
  };
  const confirm = async () => {
    const done = await deed.run(async () => {
      await call("auth.identifier.confirm", { code });
      publish("me_changed", { me: await call("auth.me.show", {}) });
    });
    if (done) onClose();
  };
  return (
    <Dialog title={t(way === "email" ? "you.email" : "you.phone")} onClose={onClose}>
      <Form key={String(sent)} deed={deed} onSubmit={() => void (sent ? confirm() : send())}>
        <p className="text-sm text-ink-2">
          {sent ? t("you.confirmHint", { to: shownAs(identifier) }) : t("you.addHint")}
        </p>
        {sent ? (
          <CodeField value={code} onChange={setCode} error={deed.error} autoFocus />
        ) : (
          <>
            <WayField value={identifier} onChange={setIdentifier} error={deed.error} />
            <CurrentPasswordField value={password} onChange={setPassword} deed={deed} />
          </>
        )}
        {deed.refusal?.code !== "invalid_credentials" && <FormProblem deed={deed} />}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit deed={deed}>{t(sent ? "you.confirm" : "auth.sendCode")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
