import { useId } from "react";

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  choices: Record<T, string>;
  onChoose: (value: T) => void;
}

/** One of two or three, all of them in view. Radio buttons underneath: the arrow keys move between them. */
export function Segments<T extends string>({ label, value, choices, onChoose }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset className="mb-1 flex rounded-m bg-surface-2 p-1">
      <legend className="sr-only">{label}</legend>
      {(Object.entries(choices) as [T, string][]).map(([key, text]) => (
        <label
          key={key}
          className={`flex h-9 flex-1 cursor-pointer items-center justify-center rounded-s px-3 text-sm transition-colors duration-120 has-focus-visible:outline-2 has-focus-visible:outline-focus tablet:h-8 ${key === value ? "bg-surface-1 font-semibold text-ink-1 ring-1 ring-line" : "text-ink-2 hover:text-ink-1"}`}
        >
          <input
            type="radio"
            name={name}
            checked={key === value}
            onChange={() => onChoose(key)}
            className="sr-only"
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
