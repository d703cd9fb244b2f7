import { type ComponentProps, useContext, useId, useState } from "react";
import { useT } from "../i18n";
import { directionOf } from "../lib/text";
import { Attempted } from "./Form";

type FieldProps = ComponentProps<"input"> & {
  label: string;
  value: string;
  hint?: string;
  /** Why the server refused it. */
  problem?: string;
  /** What is wrong with it as it stands, if anything is. Said once one has left the field, until it is right. */
  wrong?: string | false;
  trailing?: React.ReactNode;
  /** How many lines the note below may need; so much room is kept for it. */
  noteLines?: 1 | 2;
};

const rooms = { 1: "min-h-4", 2: "min-h-8" };

/** A labelled input. What is wrong takes the place of the hint, and both have their room: nothing ever moves. */
export function Field({ label, hint, problem, wrong, trailing, noteLines = 1, ...rest }: FieldProps) {
  const t = useT();
  const id = useId();
  const attempted = useContext(Attempted);
  const [left, setLeft] = useState(false);
  const { value, required, dir, onBlur } = rest;
  const own = required && !value.trim() ? t("errors.required") : wrong || undefined;
  const told = problem ?? (attempted || (left && value !== "") ? own : undefined);
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-semibold text-ink-1">
        {label}
      </label>
      {/* What stands inside the field stands at the end of its own text, not of the page's. */}
      <div dir={dir === "ltr" ? "ltr" : undefined} className="relative flex">
        <input
          {...rest}
          id={id}
          dir={dir === "auto" ? directionOf(value) : dir}
          data-wrong={own ? "" : undefined}
          aria-invalid={told ? true : undefined}
          aria-describedby={`${id}-note`}
          onBlur={(event) => {
            setLeft(true);
            onBlur?.(event);
          }}
          className={`h-11 w-full min-w-0 rounded-s border bg-surface-1 px-3 text-md text-ink-1 transition-colors duration-120 placeholder:text-ink-3 hover:border-ink-2 ${told ? "border-danger" : "border-edge"} ${trailing ? "pe-12" : ""}`}
        />
        {trailing && <div className="absolute inset-y-0 end-1 flex items-center">{trailing}</div>}
      </div>
      <p
        id={`${id}-note`}
        aria-live="polite"
        className={`${rooms[noteLines]} text-xs ${told ? "text-danger" : "text-ink-3"}`}
      >
        {told ?? hint}
      </p>
    </div>
  );
}
