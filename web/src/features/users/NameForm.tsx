import { useState } from "react";
import { call } from "../../api/call";
import type { User } from "../../api/contract";
import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { useAction } from "../../lib/action";
import { lengthOf } from "../../lib/text";
import { publish } from "../../state/store";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";

/** What others see. */
export function NameForm({ me }: { me: User }) {
  const t = useT();
  const action = useAction();
  const [name, setName] = useState(me.name);
  const [saved, setSaved] = useState(false);
  const wanted = name.trim();
  const isNew = wanted !== "" && wanted !== me.name;

  const submit = async () => {
    const done = await action.run(async () => {
      publish("me_changed", { me: await call("auth.me.change", { name: wanted }) });
    });
    setSaved(done);
  };
  return (
    <Form action={action} onSubmit={() => void submit()} className="flex flex-col gap-1 px-3 pt-5">
      <Field
        label={t("auth.name")}
        hint={t(saved && !isNew ? "you.saved" : "auth.nameHint")}
        problem={wordsAbout(action.error, "name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        dir="auto"
        autoComplete="name"
        wrong={lengthOf(wanted) > 64 && t("errors.tooLong", { max: 64 })}
        required
      />
      <FormProblem action={action} />
      {(isNew || action.busy) && (
        <Submit action={action} className="self-start">
          {t("you.saveName")}
        </Submit>
      )}
    </Form>
  );
}
