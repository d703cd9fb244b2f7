import { useState } from "react";
import { resetPassword } from "../../api/passwords";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import type { StepProps } from "./AuthPage";
import { CodeField } from "./CodeField";
import { IdentifierField } from "./IdentifierField";
import { namedBy, shownAs } from "./identifiers";
import { NewPasswordField } from "./NewPasswordField";
import { goTo } from "./steps";

/** The code and a new password. It does not sign in by itself: the next step is signing in. */
export default function Reset({ identifier, setIdentifier, setNote }: StepProps) {
  const t = useT();
  const deed = useDeed();
  const [asked] = useState(identifier.email || identifier.phone.length > 4);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");

  const submit = async () => {
    if (!(await deed.run(() => resetPassword(namedBy(identifier), code, password)))) return;
    setNote(t("auth.resetDone"));
    goTo("sign-in");
  };
  return (
    <Form deed={deed} onSubmit={() => void submit()}>
      {/* For password managers: whose new password this is. */}
      {asked && <input hidden readOnly autoComplete="username" value={shownAs(identifier)} />}
      {!asked && <IdentifierField value={identifier} onChange={setIdentifier} error={deed.error} autoFocus />}
      <CodeField value={code} onChange={setCode} error={deed.error} autoFocus={Boolean(asked)} />
      <NewPasswordField value={password} onChange={setPassword} error={deed.error} />
      <FormProblem deed={deed} />
      <Submit deed={deed} className="h-11 tablet:h-11">
        {t("auth.setPassword")}
      </Submit>
      <button type="button" className="text-link self-center text-sm" onClick={() => goTo("forgot")}>
        {t("auth.sendAgain")}
      </button>
    </Form>
  );
}
