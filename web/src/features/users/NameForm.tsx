import { type FormEvent, useState } from "react";
import { call } from "../../api/call";
import type { User } from "../../api/contract";
import { useDeed } from "../../app/deed";
import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { publish } from "../../state/store";
import { Field } from "../../ui/Field";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";

/** What others see. */
export function NameForm({ me }: { me: User }) {
  const t = useT();
  const deed = useDeed();
  const [name, setName] = useState(me.name);
  const [saved, setSaved] = useState(false);
  const wanted = name.trim();
  const isNew = wanted !== "" && wanted !== me.name;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await deed.run(async () => {
      publish("me_changed", { me: await call("auth.change_me", { name: wanted }) });
    });
    setSaved(done);
  };
  return (
    <form className="flex flex-col gap-3 px-3 pt-5" onSubmit={(event) => void submit(event)}>
      <Field
        label={t("auth.name")}
        hint={t(saved && !isNew ? "you.saved" : "auth.nameHint")}
        problem={wordsAbout(deed.error, "name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        dir="auto"
        autoComplete="name"
        maxLength={64}
        required
      />
      <FormProblem deed={deed} />
      {(isNew || deed.busy) && (
        <Submit deed={deed} className="self-start">
          {t("you.saveName")}
        </Submit>
      )}
    </form>
  );
}
