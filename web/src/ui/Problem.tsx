import { CallError } from "../api/call";
import { useT } from "../i18n";

/** What went wrong, in the server's words, with the request id for whoever asks for it. */
export function Problem({ error }: { error: unknown }) {
  const t = useT();
  if (!error) return null;
  const unreachable = !(error instanceof CallError) || error.status === 0;
  const wait = error instanceof CallError && error.retryAfter ? Math.ceil(error.retryAfter) : 0;
  const text = unreachable
    ? t("app.unreachable")
    : wait
      ? t("auth.waitSeconds", { count: wait })
      : error.message;
  return (
    <div role="alert" className="rounded-s bg-surface-2 px-3 py-2 text-sm text-danger">
      {text}
      {error instanceof CallError && error.requestId && (
        <details className="text-xs text-ink-3">
          <summary>{t("app.details")}</summary>
          {t("app.request", { id: error.requestId })}
        </details>
      )}
    </div>
  );
}
