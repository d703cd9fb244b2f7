import type { FormEvent } from "react";
import { askForReset } from "../../api/passwords";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await deed.run(() => askForReset(namedBy(identifier)))) goTo("reset");
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      <IdentifierField value={identifier} onChange={setIdentifier} error={deed.error} autoFocus />
      <FormProblem deed={deed} />
      <Submit deed={deed} className="h-11 tablet:h-11">
        {t("auth.sendCode")}
      </Submit>
    </form>
  );
}
