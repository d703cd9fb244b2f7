import { useT } from "../i18n";
import { wordsFor } from "../i18n/errors";
import { clockOf } from "../i18n/format";
import type { Action } from "../lib/action";
import { useCountdown } from "../lib/countdown";
import { CallError } from "../lib/refusal";

/** For how long still. It counts down for the eye alone: read out each second it would drown everything else. */
function Wait({ until, words }: { until: number; words: string }) {
  const t = useT();
  const seconds = useCountdown(until);
  return (
    <>
      <span aria-hidden className="tabular-nums">
        {t("errors.wait", { time: clockOf(seconds) })}
      </span>
      <span className="sr-only">{words}</span>
    </>
  );
}

/** What went wrong, in the person's language. A fault of the server has the request's id for whoever asks for it. */
export function Problem({ error }: { error: unknown }) {
  const t = useT();
  if (!error) return null;
  const refusal = error instanceof CallError ? error : null;
  const words = wordsFor(error);
  return (
    <div role="alert" className="text-sm text-danger wrap-anywhere">
      {refusal?.code === "rate_limited" && refusal.until ? (
        <Wait until={refusal.until} words={words} />
      ) : (
        words
      )}
      {refusal?.requestId && refusal.status >= 500 && (
        <details className="ms-2 inline-block align-top text-xs leading-5 text-ink-3">
          <summary>{t("app.details")}</summary>
          {t("app.request", { id: refusal.requestId })}
        </details>
      )}
    </div>
  );
}

/** Why a form was not taken, unless that is said at one of its fields. The room for it is always there, so that
 * neither the form nor its button moves. */
export function FormProblem({ action, said }: { action: Action; said?: boolean }) {
  return (
    <div className="flex min-h-10 items-center">
      {!said && !action.refusal?.fields.length && <Problem error={action.error} />}
    </div>
  );
}
