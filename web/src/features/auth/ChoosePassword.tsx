import { useState } from "react";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { choosePassword, knownFirstPassword, signOut } from "../../sync/session";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { NewPasswordField } from "./NewPasswordField";

/** After a first password nothing else is allowed. Asks for that one again only when this page does not know it. */
export default function ChoosePassword() {
  const t = useT();
  const action = useAction();
  const [known] = useState(knownFirstPassword);
  const [first, setFirst] = useState(known);
  const [typed, setTyped] = useState("");

  const submit = () => action.run(() => choosePassword(first, typed));

  return (
    <Form action={action} onSubmit={() => void submit()}>
      {!known && (
        <PasswordField
          label={t("auth.firstPassword")}
          value={first}
          onChange={(event) => setFirst(event.target.value.trim())}
          autoComplete="one-time-code"
          autoFocus
        />
      )}
      <NewPasswordField value={typed} onChange={setTyped} error={action.error} autoFocus={Boolean(known)} />
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t("auth.savePassword")}
      </Submit>
      <button type="button" className="text-link self-center text-sm" onClick={() => void signOut()}>
        {t("auth.signOut")}
      </button>
    </Form>
  );
}
