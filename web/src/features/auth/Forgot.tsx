import { askForReset } from "../../api/passwords";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { IdentifierField } from "./IdentifierField";
import { namedBy } from "./identifiers";
import { goTo, type StepProps } from "./steps";

/** Asks for a code. The answer is the same whether there is such an account or not. */
export default function Forgot({ identifier, setIdentifier }: StepProps) {
  const t = useT();
  const action = useAction();
  const submit = async () => {
    if (await action.run(() => askForReset(namedBy(identifier)))) goTo("reset");
  };
  return (
    <Form action={action} onSubmit={() => void submit()}>
      <IdentifierField value={identifier} onChange={setIdentifier} error={action.error} autoFocus />
      <FormProblem action={action} />
      <Submit action={action} className="h-11 tablet:h-11">
        {t("auth.sendCode")}
      </Submit>
    </Form>
  );
}
