import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { useT } from "../i18n";
import { Field } from "./Field";
import { icon } from "./icons";
import { strengthOf } from "./passwords";
import { Strength } from "./Strength";

type PasswordFieldProps = Omit<ComponentProps<typeof Field>, "type" | "trailing" | "value"> & {
  value: string;
  /** True for a password that is being chosen: its rules and its strength are shown. */
  fresh?: boolean;
};

/** A password that one may look at while typing it. */
export function PasswordField({ value, fresh, ...rest }: PasswordFieldProps) {
  const t = useT();
  const [shown, setShown] = useState(false);
  const level = strengthOf(value);
  const wrong = level === "short" ? t("errors.passwordShort") : level === "long" && t("errors.passwordLong");
  const label = t(shown ? "auth.hidePassword" : "auth.showPassword");
  return (
    <div className="flex flex-col gap-1">
      <Field
        dir="ltr"
        autoComplete={fresh ? "new-password" : "current-password"}
        autoCapitalize="none"
        spellCheck={false}
        hint={fresh ? t("auth.passwordRules") : undefined}
        required
        noteLines={fresh ? 2 : 1}
        wrong={fresh && wrong}
        {...rest}
        value={value}
        type={shown ? "text" : "password"}
        trailing={
          <button
            type="button"
            aria-label={label}
            title={label}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="inline-flex size-9 items-center justify-center rounded-s text-ink-2 hover:bg-surface-2 hover:text-ink-1"
          >
            {shown ? <EyeOff {...icon} /> : <Eye {...icon} />}
          </button>
        }
      />
      {fresh && (
        <div className={value ? "" : "invisible"}>
          <Strength level={level} />
        </div>
      )}
    </div>
  );
}
