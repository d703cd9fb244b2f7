/** Which cookie holds the token: the server may add its port to the name, so that servers on one host do not share it. */
let cookieName: string | null = null;

/** None in a frame that may not have any: there it throws to ask. */
function readable(): string {
  try {
    return document.cookie;
  } catch {
    return "";
  }
}

function cookies(): Map<string, string> {
  const pairs = readable()
    .split("; ")
    .map((pair) => pair.split("=") as [string, string?]);
  return new Map(pairs.map(([name, value = ""]) => [name, value]));
}

/** Gets a new token, and finds the cookie that the server has put it into: the one with this value. */
export async function renewCsrfToken(): Promise<string | null> {
  const answer = await fetch("/api/auth/csrf", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => null);
  if (!answer?.ok) return null;
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  cookieName = [...cookies()].find(([, value]) => value === csrfToken)?.[0] ?? null;
  return csrfToken;
}

/** The readable cookies that may be ours; a session's own cookie is out of a page's sight, and never without one. */
function candidates(): string[] {
  return [...cookies().keys()].filter((name) => /csrf/i.test(name));
}

/** What the server wants back in a header when a cookie carries the session; null where no cookie can. Until a token was
 * given to this page it is the one in sight: behind a proxy the server may know another port than this page does. */
export async function csrfToken(): Promise<string | null> {
  if (cookieName !== null && cookies().has(cookieName)) return cookies().get(cookieName) ?? null;
  const names = candidates();
  const ours = names.length > 1 ? names.find((name) => name.endsWith(`_${location.port}`)) : names[0];
  if (ours !== undefined) return cookies().get(ours) ?? null;
  return names.length ? renewCsrfToken() : null;
}

/** Whether a cookie may carry a session, so that asking for it makes sense. */
export function mayHaveSession(): boolean {
  return candidates().length > 0;
}

/** After signing out there is no session to ask for. */
export function forgetCsrfToken(): void {
  // The Cookie Store API is for https only, and not in every browser.
  // biome-ignore lint/suspicious/noDocumentCookie: see above.
  for (const name of candidates()) document.cookie = `${name}=; path=/; max-age=0`;
  cookieName = null;
}
