import i18next from "i18next";
import type { Refusal } from "../api/contract";
import { currentVersion } from "../lib/modules";
import { CallError } from "../lib/refusal";
import { clockOf } from "./format";

/** Codes of what only a page that is out of order sends: nothing that a person typed is wrong. */
const faultsOfThePage = new Set([
  "address_too_long",
  "bad_cursor",
  "csrf_failed",
  "csrf_invalid",
  "csrf_missing",
  "method_not_allowed",
  "not_acceptable",
  "unknown_event",
  "unsupported_media_type",
]);

/** What the person is told of an error, in their language: by its code, else in the server's own words. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof CallError) || error.status === 0)
    return i18next.t(currentVersion() === "current" ? "app.unreachable" : "app.newVersion");
  if (error.code === "rate_limited" && error.retryAfter)
    return i18next.t("errors.wait", { time: clockOf(error.retryAfter) });
  const [field] = error.fields;
  return wordsOf(error, field ? [`errors.fields.${field}`] : []);
}

/** The same for a refusal on the socket; `first` names words that fit better than those of its code. */
export function wordsOf({ code, message }: Refusal, first: string[] = []): string {
  const keys = [...first, faultsOfThePage.has(code) ? "errors.page" : `errors.${code}`];
  return i18next.exists(keys) ? i18next.t(keys) : message;
}

/** The same, if it is about this field of the input. */
export function wordsAbout(error: unknown, field: string): string | undefined {
  return error instanceof CallError && error.fields.includes(field) ? wordsFor(error) : undefined;
}
