import { ChevronDown } from "lucide-react";
import type { ReactElement } from "react";
import { smallIcon } from "./icons";

interface SelectProps<T extends string> {
  label: string;
  icon: ReactElement;
  value: T;
  choices: Record<T, string>;
  onChoose: (value: T) => void;
  /** True where a phone has room for the icon alone. */
  compact?: boolean;
}

/** The browser's own list: at home on every phone, and it costs a stranger's first page nothing. */
export function Select<T extends string>({ label, icon, value, choices, onChoose, compact }: SelectProps<T>) {
  return (
    <span className="relative inline-flex items-center text-ink-2 hover:text-ink-1">
      <span className="pointer-events-none absolute start-3">{icon}</span>
      <select
        aria-label={label}
        title={label}
        value={value}
        onChange={(event) => onChoose(event.target.value as T)}
        className={`h-11 w-full appearance-none rounded-s bg-transparent ps-9 pe-8 text-sm transition-colors duration-120 hover:bg-surface-2 tablet:h-9 ${compact ? "max-tablet:w-11 max-tablet:ps-11 max-tablet:pe-0" : ""}`}
      >
        {(Object.entries(choices) as [T, string][]).map(([key, name]) => (
          <option key={key} value={key} className="bg-surface-1 text-ink-1">
            {name}
          </option>
        ))}
      </select>
      <ChevronDown
        {...smallIcon}
        className={`pointer-events-none absolute end-2.5 ${compact ? "max-tablet:hidden" : ""}`}
      />
    </span>
  );
}
