import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { PasswordField } from "../../ui/PasswordField";

interface NewPasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  error: unknown;
  autoFocus?: boolean;
}

/** The password that takes the place of another. */
export function NewPasswordField({ value, onChange, error, autoFocus }: NewPasswordFieldProps) {
  const t = useT();
  return (
    <PasswordField
      fresh
      label={t("auth.newPassword")}
      problem={wordsAbout(error, "newPassword") ?? wordsAbout(error, "password")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      autoFocus={autoFocus}
    />
  );
}
