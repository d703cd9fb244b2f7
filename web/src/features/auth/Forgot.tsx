import { askForReset } from "../../api/passwords";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import type { StepProps } from "./AuthPage";
import { IdentifierField } from "./IdentifierField";
import { namedBy } from "./identifiers";
import { goTo } from "./steps";

/** Asks for a code. The answer is the same whether there is such an account or not. */
export default function Forgot({ identifier, setIdentifier }: StepProps) {
  const t = useT();
  const deed = useDeed();
  const submit = async () => {
    if (await deed.run(() => askForReset(namedBy(identifier)))) goTo("reset");
  };
  return (
    <Form deed={deed} onSubmit={() => void submit()}>
      <IdentifierField value={identifier} onChange={setIdentifier} error={deed.error} autoFocus />
      <FormProblem deed={deed} />
      <Submit deed={deed} className="h-11 tablet:h-11">
        {t("auth.sendCode")}
      </Submit>
    </Form>
  );
}
