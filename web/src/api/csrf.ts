function cookie(name: string): string | null {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(document.cookie)?.[1] ?? null;
}

/** A cookie that this page may read; the server wants it back in a header when a cookie carries the session.
 *
 * Its name has the port, for a browser shares cookies among all ports of a host. Behind a proxy that asks for another
 * port than this page did, the server may know another one, or none.
 */
export function csrfToken(): string | null {
  return cookie(`csrfToken_${location.port}`) ?? cookie("csrfToken") ?? cookie("csrfToken_\\d+");
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
