import { useState } from "react";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { useAction } from "../../lib/action";
import { lengthOf } from "../../lib/text";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { FormProblem } from "../../ui/Problem";
import { Submit } from "../../ui/Submit";
import { setTopic } from "./actions";

const LONGEST = 256;

export function TopicDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const t = useT();
  const [topic, changeTopic] = useState(room.topic ?? "");
  const action = useAction();
  const submit = () =>
    action.run(async () => {
      await setTopic(room.id, topic.trim());
      onClose();
    });
  return (
    <Dialog title={t("rooms.setTopic")} onClose={onClose}>
      <Form action={action} onSubmit={() => void submit()}>
        <Field
          label={t("rooms.topic")}
          hint={t("rooms.topicHint")}
          problem={wordsAbout(action.error, "topic")}
          value={topic}
          onChange={(event) => changeTopic(event.target.value)}
          dir="auto"
          wrong={lengthOf(topic.trim()) > LONGEST && t("errors.tooLong", { max: LONGEST })}
          autoComplete="off"
          autoFocus
        />
        <FormProblem action={action} />
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Submit action={action}>{t("rooms.setTopic")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
