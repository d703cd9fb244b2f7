import { useState } from "react";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { signIn } from "../../sync/session";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { IdentifierField } from "./IdentifierField";
import { namedBy } from "./identifiers";
import { goTo, type StepProps } from "./steps";

export function SignIn({ identifier, setIdentifier }: StepProps) {
  const t = useT();
  const action = useAction();
  const [typed, setTyped] = useState("");
  const [stay, setStay] = useState(true);

  const submit = () => action.run(() => signIn(namedBy(identifier), typed, stay));

  return (
    <Form action={action} onSubmit={() => void submit()}>
      <IdentifierField value={identifier} onChange={setIdentifier} error={action.error} autoFocus />
      <PasswordField
        label={t("auth.password")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm">
        <label className="flex cursor-pointer items-center gap-2 text-ink-2">
          <input
            type="checkbox"
            checked={stay}
            onChange={(event) => setStay(event.target.checked)}
            className="size-4 accent-(--accent)"
          />
          {t("auth.staySignedIn")}
        </label>
        <button type="button" className="text-link" onClick={() => goTo("forgot")}>
          {t("auth.forgot")}
        </button>
      </div>
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t(action.busy ? "auth.signingIn" : "auth.signIn")}
      </Submit>
    </Form>
  );
}
