import type { ComponentProps, ReactNode } from "react";

const looks = {
  primary: "bg-accent text-accent-ink hover:bg-accent-hover",
  soft: "bg-surface-2 text-ink-1 hover:bg-surface-3",
  quiet: "text-ink-2 hover:bg-surface-2 hover:text-ink-1",
  undo: "text-danger hover:bg-surface-2",
  danger: "bg-danger text-surface-1 hover:opacity-90",
} as const;

type ButtonProps = ComponentProps<"button"> & { look?: keyof typeof looks; busy?: boolean; icon?: ReactNode };

/** A button with a word in it; `busy` keeps its size and refuses a second press. */
export function Button({
  look = "soft",
  busy,
  icon,
  className = "",
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      disabled={disabled || busy}
      aria-busy={busy}
      className={`inline-flex h-10 items-center justify-center gap-2 rounded-s px-4 text-sm font-semibold whitespace-nowrap transition-colors duration-120 disabled:opacity-55 tablet:h-9 ${looks[look]} ${className}`}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}
