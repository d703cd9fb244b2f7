import { useState } from "react";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { signIn } from "../../sync/session";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { PhoneField } from "../../ui/PhoneField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { namedBy } from "./identifiers";
import type { StepProps } from "./steps";

/** The password that came by SMS. It leads to choosing one's own. */
export default function FirstPassword({ identifier, setIdentifier }: Omit<StepProps, "setNote">) {
  const t = useT();
  const action = useAction();
  const [typed, setTyped] = useState("");
  const phone = { ...identifier, kind: "phone" as const };

  const submit = () => action.run(() => signIn(namedBy(phone), typed, true));

  return (
    <Form action={action} onSubmit={() => void submit()}>
      <PhoneField
        label={t("auth.phone")}
        value={identifier.phone}
        onChange={(text) => setIdentifier({ ...phone, phone: text })}
      />
      <PasswordField
        label={t("auth.firstPassword")}
        value={typed}
        onChange={(event) => setTyped(event.target.value.trim())}
        autoComplete="one-time-code"
        autoFocus
      />
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t("auth.continue")}
      </Submit>
    </Form>
  );
}
