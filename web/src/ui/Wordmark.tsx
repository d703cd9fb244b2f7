import { useT } from "../i18n";

/** The sign and the name. */
export function Wordmark() {
  const t = useT();
  return (
    <span className="flex items-center gap-2 text-md font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <path
          className="fill-accent-ink"
          d="M9 10.5h14a1.5 1.5 0 0 1 1.5 1.5v7.5a1.5 1.5 0 0 1-1.5 1.5h-7l-4.5 3.5v-3.5H9a1.5 1.5 0 0 1-1.5-1.5V12A1.5 1.5 0 0 1 9 10.5Z"
        />
      </svg>
      {t("app.name")}
    </span>
  );
}
