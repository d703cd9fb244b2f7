import { type ChangeEvent, type ComponentProps, useLayoutEffect, useRef } from "react";
import { useLanguage, useT } from "../i18n";
import { Field } from "./Field";
import { digitsOf, formatPhone, regionsFor } from "./phones";

/** A calling code and the shortest number that E.164 has behind one. */
const MIN_DIGITS = 7;

type PhoneFieldProps = Omit<ComponentProps<typeof Field>, "type" | "value" | "onChange"> & {
  value: string;
  onChange: (value: string) => void;
};

/** How far into the text its first `count` digits reach. */
function after(count: number, text: string): number {
  let seen = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (/\d/.test(text[index] ?? "")) seen += 1;
    if (seen === count) return count ? index + 1 : 1;
  }
  return text.length;
}

/** An international number: grouped while it is typed, its country named, the caret where it was. */
export function PhoneField({ value, onChange, hint, ...rest }: PhoneFieldProps) {
  const t = useT();
  const language = useLanguage();
  const field = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  const names = new Intl.DisplayNames(language, { type: "region" });
  const country = regionsFor(value)
    .map((region) => names.of(region))
    .join(" / ");

  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const { value: typed, selectionStart } = event.target;
    const atEnd = selectionStart === typed.length;
    caret.current = atEnd ? null : digitsOf(typed.slice(0, selectionStart ?? 0)).length;
    onChange(formatPhone(typed));
  };
  useLayoutEffect(() => {
    if (caret.current === null || document.activeElement !== field.current) return;
    const at = after(caret.current, value);
    field.current?.setSelectionRange(at, at);
  }, [value]);

  return (
    <Field
      ref={field}
      type="tel"
      inputMode="tel"
      wrong={digitsOf(value).length < MIN_DIGITS && t("errors.fields.phoneNumber")}
      dir="ltr"
      autoComplete="tel"
      hint={country || hint || t("auth.phoneHint")}
      required
      {...rest}
      value={value}
      onChange={change}
    />
  );
}
