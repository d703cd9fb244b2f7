import { useT } from "../../i18n";
import { wordsAbout } from "../../i18n/errors";
import { Field } from "../../ui/Field";
import { PhoneField } from "../../ui/PhoneField";
import { Segments } from "../../ui/Segments";
import type { Identifier } from "./identifiers";

interface IdentifierFieldProps {
  value: Identifier;
  onChange: (value: Identifier) => void;
  error: unknown;
  autoFocus?: boolean;
}

/** The field for an identifier of the kind that is chosen: an e-mail address or a phone number. */
export function IdentifierInput({ value, onChange, error, autoFocus }: IdentifierFieldProps) {
  const t = useT();
  return value.kind === "email" ? (
    <Field
      key="email"
      label={t("auth.email")}
      problem={wordsAbout(error, "email")}
      wrong={!/^[^\s@]+@[^\s@]+$/u.test(value.email.trim()) && t("errors.fields.email")}
      type="email"
      dir="ltr"
      value={value.email}
      onChange={(event) => onChange({ ...value, email: event.target.value })}
      autoComplete="username"
      required
      autoFocus={autoFocus}
    />
  ) : (
    <PhoneField
      key="phone"
      label={t("auth.phone")}
      problem={wordsAbout(error, "phoneNumber")}
      value={value.phone}
      onChange={(phone) => onChange({ ...value, phone })}
      autoFocus={autoFocus}
    />
  );
}

/** E-mail address or phone number, whichever one chooses; the other keeps what was typed. */
export function IdentifierField(props: IdentifierFieldProps) {
  const t = useT();
  const { value, onChange } = props;
  return (
    <>
      <Segments
        label={t("auth.identifier")}
        value={value.kind}
        choices={{ email: t("auth.byEmail"), phone: t("auth.byPhone") }}
        onChoose={(kind) => onChange({ ...value, kind })}
      />
      <IdentifierInput {...props} />
    </>
  );
}
