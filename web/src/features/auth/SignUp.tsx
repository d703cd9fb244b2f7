import { useState } from "react";
import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { useAction } from "../../lib/action";
import { lengthOf } from "../../lib/text";
import { signUp, signUpByPhone } from "../../sync/session";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { IdentifierField } from "./IdentifierField";
import { type Identifier, namedBy } from "./identifiers";

interface SignUpProps {
  identifier: Identifier;
  setIdentifier: (identifier: Identifier) => void;
  /** Called when an SMS with the first password is on its way. */
  onSent: () => void;
  /** What a guest is called already. */
  initialName?: string;
}

/** By e-mail one chooses a password and is inside; by phone the first password comes by SMS. */
export function SignUp({ identifier, setIdentifier, onSent, initialName = "" }: SignUpProps) {
  const t = useT();
  const action = useAction();
  const [name, setName] = useState(initialName);
  const [password, setPassword] = useState("");
  const byPhone = identifier.kind === "phone";

  const submit = async () => {
    const named = namedBy(identifier);
    const done = await action.run(() =>
      "email" in named ? signUp(name, named.email, password) : signUpByPhone(name, named.phoneNumber),
    );
    if (done && byPhone) onSent();
  };

  return (
    <Form action={action} onSubmit={() => void submit()}>
      <Field
        label={t("auth.name")}
        hint={t("auth.nameHint")}
        problem={wordsAbout(action.error, "name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        dir="auto"
        autoComplete="name"
        wrong={lengthOf(name.trim()) > 64 && t("errors.tooLong", { max: 64 })}
        required
        autoFocus
      />
      <IdentifierField value={identifier} onChange={setIdentifier} error={action.error} />
      {byPhone ? (
        <p className="pb-2 text-sm text-ink-2">{t("auth.phoneSignUpHint")}</p>
      ) : (
        <PasswordField
          fresh
          label={t("auth.password")}
          problem={wordsAbout(action.error, "password")}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t(byPhone ? "auth.sendPassword" : action.busy ? "auth.signingUp" : "auth.signUp")}
      </Submit>
    </Form>
  );
}
