import { useState } from "react";
import { resetPassword } from "../../api/passwords";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { CodeField } from "./CodeField";
import { IdentifierField } from "./IdentifierField";
import { namedBy, shownAs } from "./identifiers";
import { NewPasswordField } from "./NewPasswordField";
import { goTo, type StepProps } from "./steps";

/** The code and a new password. It does not sign in by itself: the next step is signing in. */
export default function Reset({ identifier, setIdentifier, setNote }: StepProps) {
  const t = useT();
  const action = useAction();
  const [asked] = useState(identifier.email || identifier.phone.length > 4);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");

  const submit = async () => {
    if (!(await action.run(() => resetPassword(namedBy(identifier), code, password)))) return;
    setNote(t("auth.resetDone"));
    goTo("sign-in");
  };
  return (
    <Form action={action} onSubmit={() => void submit()}>
      {/* For password managers: whose new password this is. */}
      {asked && <input hidden readOnly autoComplete="username" value={shownAs(identifier)} />}
      {!asked && (
        <IdentifierField value={identifier} onChange={setIdentifier} error={action.error} autoFocus />
      )}
      <CodeField value={code} onChange={setCode} error={action.error} autoFocus={Boolean(asked)} />
      <NewPasswordField value={password} onChange={setPassword} error={action.error} />
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t("auth.setPassword")}
      </Submit>
      <button type="button" className="text-link self-center text-sm" onClick={() => goTo("forgot")}>
        {t("auth.sendAgain")}
      </button>
    </Form>
  );
}
