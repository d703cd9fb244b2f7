import { CallError } from "../api/call";
import type { Deed } from "../app/deed";
import { useT } from "../i18n";
import { wordsFor } from "../i18n/errors";

/** What went wrong, in the person's language, with the request id for whoever asks for it. */
export function Problem({ error }: { error: unknown }) {
  const t = useT();
  if (!error) return null;
  return (
    <div role="alert" className="rounded-s bg-surface-2 px-3 py-2 text-sm text-danger">
      {wordsFor(error)}
      {error instanceof CallError && error.requestId && (
        <details className="text-xs text-ink-3">
          <summary>{t("app.details")}</summary>
          {t("app.request", { id: error.requestId })}
        </details>
      )}
    </div>
  );
}

/** Why a form was not taken, unless that is said at one of its fields. */
export function FormProblem({ deed }: { deed: Deed }) {
  return deed.refusal?.fields.length ? null : <Problem error={deed.error} />;
}
