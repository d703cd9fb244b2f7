/** A cookie that this page may read; the server wants it back in a header when a cookie carries the session. */
export function csrfToken(): string | null {
  return /(?:^|;\s*)csrfToken=([^;]+)/.exec(document.cookie)?.[1] ?? null;
}

/** Gets a new one; false when the server gives none. */
export async function renewCsrfToken(): Promise<boolean> {
  return fetch("/api/auth/csrf", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).then(
    (answer) => answer.ok,
    () => false,
  );
}
