import { useState } from "react";
import { signIn } from "../../api/session";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
import { Form } from "../../ui/Form";
import { PasswordField } from "../../ui/PasswordField";
import { PhoneField } from "../../ui/PhoneField";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import type { StepProps } from "./AuthPage";
import { namedBy } from "./identifiers";

/** The password that came by SMS. It leads to choosing one's own. */
export default function FirstPassword({ identifier, setIdentifier }: Omit<StepProps, "setNote">) {
  const t = useT();
  const deed = useDeed();
  const [typed, setTyped] = useState("");
  const phone = { ...identifier, way: "phone" as const };

  const submit = () => deed.run(() => signIn(namedBy(phone), typed, true));

  return (
    <Form deed={deed} onSubmit={() => void submit()}>
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
      <FormProblem deed={deed} />
      <Submit deed={deed} className="h-11 tablet:h-11">
        {t("auth.continue")}
      </Submit>
    </Form>
  );
}
