import { Globe, Lock } from "lucide-react";
import { type ReactNode, useState } from "react";
import { flushSync } from "react-dom";
import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { useAction } from "../../lib/action";
import { lengthOf } from "../../lib/text";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { icon } from "../../ui/icons";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { createRoom } from "./actions";

interface ChoiceProps {
  chosen: boolean;
  onChoose: () => void;
  picture: ReactNode;
  title: string;
  hint: string;
}

function Choice({ chosen, onChoose, picture, title, hint }: ChoiceProps) {
  return (
    <label
      className={`flex cursor-pointer items-start gap-3 rounded-m border p-3 transition-colors duration-120 focus-within:outline-2 focus-within:outline-focus ${chosen ? "border-accent bg-surface-2" : "border-edge hover:bg-surface-2"}`}
    >
      <input type="radio" name="visibility" checked={chosen} onChange={onChoose} className="sr-only" />
      <span className={`pt-px ${chosen ? "text-accent" : "text-ink-3"}`}>{picture}</span>
      <span className="flex flex-col">
        <span className="text-sm font-semibold">{title}</span>
        <span className="text-xs text-ink-2">{hint}</span>
      </span>
    </label>
  );
}

export function CreateRoom({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [name, setName] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const action = useAction();
  // The dialog goes first: while it is there nothing behind it can take the focus, and the new room does.
  const close = () => flushSync(onClose);
  const submit = () => action.run(() => createRoom(name.trim(), isPrivate, close));

  return (
    <Dialog title={t("rooms.create")} onClose={onClose}>
      <Form action={action} onSubmit={() => void submit()}>
        <Field
          label={t("rooms.name")}
          hint={t("rooms.createHint")}
          problem={wordsAbout(action.error, "name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          dir="auto"
          wrong={lengthOf(name.trim()) > 80 && t("errors.tooLong", { max: 80 })}
          autoComplete="off"
          required
          autoFocus
        />
        <fieldset className="mt-1 grid gap-2">
          <legend className="sr-only">{t("rooms.whoMayJoin")}</legend>
          <Choice
            chosen={!isPrivate}
            onChoose={() => setPrivate(false)}
            picture={<Globe {...icon} />}
            title={t("rooms.public")}
            hint={t("rooms.publicHint")}
          />
          <Choice
            chosen={isPrivate}
            onChoose={() => setPrivate(true)}
            picture={<Lock {...icon} />}
            title={t("rooms.private")}
            hint={t("rooms.privateHint")}
          />
        </fieldset>
        <FormProblem action={action} />
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit action={action}>{t("rooms.createAction")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
