import { type ComponentProps, useId } from "react";

type FieldProps = ComponentProps<"input"> & {
  label: string;
  hint?: string;
  problem?: string;
  trailing?: React.ReactNode;
};

/** A labelled input; the problem takes the place of the hint, so that nothing moves. */
export function Field({ label, hint, problem, trailing, ...rest }: FieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-semibold text-ink-1">
        {label}
      </label>
      {/* What stands inside the field stands at the end of its own text, not of the page's. */}
      <div dir={rest.dir === "ltr" ? "ltr" : undefined} className="relative flex">
        <input
          id={id}
          aria-invalid={problem ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          className={`h-11 w-full min-w-0 rounded-s border bg-surface-1 px-3 text-md text-ink-1 transition-colors duration-120 placeholder:text-ink-3 hover:border-ink-3 ${problem ? "border-danger" : "border-line"} ${trailing ? "pe-12" : ""}`}
          {...rest}
        />
        {trailing && <div className="absolute inset-y-0 end-1 flex items-center">{trailing}</div>}
      </div>
      {note && (
        <p id={`${id}-note`} className={`text-xs ${problem ? "text-danger" : "text-ink-3"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
