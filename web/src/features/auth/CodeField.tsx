import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { Field } from "../../ui/Field";

interface CodeFieldProps {
  value: string;
  onChange: (value: string) => void;
  error: unknown;
  autoFocus?: boolean;
}

/** The code that was sent to an address or a number. */
export function CodeField({ value, onChange, error, autoFocus }: CodeFieldProps) {
  const t = useT();
  return (
    <Field
      label={t("auth.code")}
      problem={wordsAbout(error, "code")}
      value={value}
      onChange={(event) => onChange(event.target.value.trim())}
      dir="ltr"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      autoFocus={autoFocus}
    />
  );
}
