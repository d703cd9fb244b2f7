import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { CallError } from "../../api/call";
import { signIn, signUp } from "../../api/session";
import { useT } from "../../i18n";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { IconButton } from "../../ui/IconButton";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";

export function AuthForm({ mode }: { mode: "signIn" | "signUp" }) {
  const t = useT();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const refusal = error instanceof CallError ? error : null;
  const isNew = mode === "signUp";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await (isNew ? signUp(name, email, password) : signIn(email, password));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      {isNew && (
        <Field
          label={t("auth.name")}
          hint={t("auth.nameHint")}
          problem={refusal?.about("name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="name"
          maxLength={80}
          required
          autoFocus
        />
      )}
      <Field
        label={t("auth.email")}
        problem={refusal?.about("email")}
        type="email"
        dir="ltr"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        autoComplete="email"
        required
        autoFocus={!isNew}
      />
      <Field
        label={t("auth.password")}
        hint={isNew ? t("auth.passwordHint") : undefined}
        problem={refusal?.about("password")}
        type={shown ? "text" : "password"}
        dir="ltr"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        autoComplete={isNew ? "new-password" : "current-password"}
        required
        trailing={
          <IconButton
            label={t(shown ? "auth.hidePassword" : "auth.showPassword")}
            icon={shown ? <EyeOff {...icon} /> : <Eye {...icon} />}
            onClick={() => setShown(!shown)}
          />
        }
      />
      {!refusal?.fields.length && <Problem error={error} />}
      <Button type="submit" look="primary" busy={busy} className="mt-1 h-11 tablet:h-11">
        {busy ? t(isNew ? "auth.signingUp" : "auth.signingIn") : t(`auth.${mode}`)}
      </Button>
    </form>
  );
}
