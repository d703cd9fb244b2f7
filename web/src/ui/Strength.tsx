import { useT } from "../i18n";
import type { Strength as Level } from "./passwords";

const looks: Record<Level, { bars: number; colour: string }> = {
  short: { bars: 0, colour: "" },
  long: { bars: 0, colour: "" },
  weak: { bars: 1, colour: "bg-danger" },
  fair: { bars: 2, colour: "bg-warn" },
  strong: { bars: 3, colour: "bg-ok" },
};

/** How hard a password is to guess, as three bars and a word. */
export function Strength({ level }: { level: Level }) {
  const t = useT();
  const { bars, colour } = looks[level];
  return (
    <div className="flex items-center gap-3">
      <span aria-hidden className="flex flex-1 gap-1">
        {[1, 2, 3].map((bar) => (
          <span
            key={bar}
            className={`h-1 flex-1 rounded-full transition-colors duration-120 ${bar <= bars ? colour : "bg-surface-3"}`}
          />
        ))}
      </span>
      <span role="status" className="text-xs text-ink-2">
        {t(`strength.${level}`)}
      </span>
    </div>
  );
}
