import { type ErrorBody, type Operations, type Refusal, type Route, routes } from "./contract";
import { csrfToken, renewCsrfToken } from "./csrf";

type Name = keyof Operations;
type Json = Record<string, unknown>;

/** A call that the server refused, or that never reached it (`code` is then "unreachable", `status` 0). */
export class CallError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly string[];

  constructor(status: number, refusal: Refusal & Partial<ErrorBody>) {
    super(refusal.message);
    this.status = status;
    this.code = refusal.code;
    this.retryAfter = refusal.retryAfter;
    this.requestId = refusal.requestId;
    this.fields = Object.keys(refusal.errors ?? {});
  }

  /** What the server says about one field of the input, if that is what it refused. */
  about(field: string): string | undefined {
    return this.fields.includes(field) ? this.message : undefined;
  }
}

let accessToken: string | null = null;

/** The token of this page's session, in memory only; null when a cookie carries the session. */
export function getAccessToken(): string | null {
  return accessToken;
}

export function setAccessToken(token: string | null): void {
  accessToken = token;
}

function pathAndRest(route: Route, input: Json): { path: string; rest: Json } {
  const rest = { ...input };
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  return { path, rest };
}

function query(rest: Json): string {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : "";
}

async function request(route: Route, input: Json): Promise<Response> {
  const { path, rest } = pathAndRest(route, input);
  const headers: Record<string, string> = { accept: "application/json" };
  if (accessToken) headers["authorization"] = `Bearer ${accessToken}`;
  if (route.method === "GET") return fetch(path + query(rest), { headers });
  const proof = accessToken ? null : csrfToken();
  if (proof) headers["x-csrf-token"] = proof;
  headers["content-type"] = "application/json";
  return fetch(path, { method: route.method, headers, body: JSON.stringify(rest) });
}

function refusalOf(status: number, body: unknown): CallError {
  const flat = (body ?? {}) as Partial<ErrorBody> & { data?: Partial<ErrorBody> };
  const code = flat.code ?? flat.data?.code ?? `http_${status}`;
  const message = flat.message ?? flat.error ?? String(status);
  return new CallError(status, { ...flat.data, ...flat, code, message });
}

async function once<N extends Name>(
  name: N,
  input: Operations[N]["input"],
): Promise<Operations[N]["output"]> {
  const route = routes[name];
  let response: Response;
  try {
    response = await request(route, input as Json);
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError(0, { code: "unreachable", message: "The server cannot be reached." });
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(response.status, body);
  return (route.envelope ? (body as { data: unknown }).data : body) as Operations[N]["output"];
}

/** False only when the server said that it does not know this session any more. */
export function isSessionAlive(): Promise<boolean> {
  return once("auth.me", {}).then(
    () => true,
    (error: unknown) => !(error instanceof CallError && error.status === 401),
  );
}

let onSignedOut: () => void = () => {};

/** Sets what happens when the server no longer knows this session. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** To be called when the session turned out to be over. */
export function endSession(): void {
  onSignedOut();
}

/** Calls one operation of the contract. Raises CallError; an ended session leads back to signing in. */
export async function call<N extends Name>(
  name: N,
  input: Operations[N]["input"],
): Promise<Operations[N]["output"]> {
  try {
    return await once(name, input);
  } catch (error) {
    if (error instanceof CallError && error.code.startsWith("csrf_") && (await renewCsrfToken())) {
      return once(name, input);
    }
    if (error instanceof CallError && error.status === 401 && !name.startsWith("auth.")) endSession();
    throw error;
  }
}
