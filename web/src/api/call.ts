import { CallError } from "../lib/refusal";
import { type ErrorBody, type Operations, type Route, routes } from "./contract";
import { csrfToken, renewCsrfToken } from "./csrf";

type Name = keyof Operations;
type Json = Record<string, unknown>;

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

/** A server that takes a call and never answers counts as one that cannot be reached: nothing may wait for ever. */
const PATIENCE_MS = 30_000;
const patience = () => AbortSignal.timeout(PATIENCE_MS);

async function request(route: Route, input: Json): Promise<Response> {
  const { path, rest } = pathAndRest(route, input);
  const headers: Record<string, string> = { accept: "application/json" };
  const token = accessToken;
  if (token) headers["authorization"] = `Bearer ${token}`;
  if (route.method === "GET") return fetch(path + query(rest), { headers, signal: patience() });
  const proof = token ? null : await csrfToken();
  if (proof) headers["x-csrf-token"] = proof;
  headers["content-type"] = "application/json";
  const body = JSON.stringify(rest);
  return fetch(path, { method: route.method, headers, signal: patience(), body });
}

function refusalOf(status: number, body: unknown): CallError {
  const flat = (body ?? {}) as Partial<ErrorBody> & { data?: Partial<ErrorBody> };
  const code = flat.code ?? flat.data?.code ?? `http_${status}`;
  const message = flat.message ?? flat.error ?? String(status);
  return new CallError(status, { ...flat.data, ...flat, code, message });
}

async function once(route: Route, input: Json): Promise<unknown> {
  let response: Response;
  try {
    response = await request(route, input);
  } catch {
    throw new CallError(0, { code: "unreachable", message: "The server cannot be reached." });
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(response.status, body);
  return route.envelope ? (body as { data: unknown }).data : body;
}

/** Why a session is over: its time was up, or somebody ended it. */
export type Ending = "expired" | "ended";

interface Watcher {
  /** Whether there is a session to renew; a stranger has none. */
  isKnown: () => boolean;
  ended: (why: Ending) => void;
  mustChoose: () => void;
}

let watcher: Watcher = { isKnown: () => false, ended: () => {}, mustChoose: () => {} };

/** Sets what happens when the server no longer knows this session, or wants an own password chosen first. */
export function watchSession(by: Watcher): void {
  watcher = by;
}

const renewal: Route = { method: "POST", path: "/api/auth/refresh" };
/** Codes of a 401 that is about the session, not about a password that was just typed. */
const sessionCodes = new Set(["unauthorized", "invalid_token", "token_expired"]);
let renewing: Promise<boolean> | null = null;

async function renewOnce(): Promise<boolean> {
  try {
    const answer = (await once(renewal, {})) as { accessToken: string };
    accessToken = answer.accessToken;
    return true;
  } catch (error) {
    if (error instanceof CallError && error.status >= 400 && error.status < 404) return false;
    throw error;
  }
}

/** Gets a new token for the refresh cookie; callers at the same time share one question. False: the session is over.
 * Raises CallError when the server cannot say. */
export function renewSession(): Promise<boolean> {
  renewing ??= renewOnce().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** Says that a session is over, after a renewal that failed. */
export function endSession(why: Ending): void {
  accessToken = null;
  watcher.ended(why);
}

/** True when the obstacle is out of the way and the same call may be made once more. */
async function mended(error: CallError): Promise<boolean> {
  if (error.code.startsWith("csrf_")) return (await renewCsrfToken()) !== null;
  if (error.code === "password_change_required") watcher.mustChoose();
  if (error.status !== 401 || !sessionCodes.has(error.code) || !watcher.isKnown()) return false;
  if (await renewSession()) return true;
  endSession(error.code === "invalid_token" ? "ended" : "expired");
  return false;
}

/** Calls a route; a session that can be renewed is renewed without a word. Raises CallError. */
export async function callRoute(route: Route, input: Json): Promise<unknown> {
  try {
    return await once(route, input);
  } catch (error) {
    if (!(error instanceof CallError) || !(await mended(error))) throw error;
    return once(route, input);
  }
}

/** Calls one operation of the contract. Raises CallError; an ended session leads back to signing in. */
export async function call<N extends Name>(
  name: N,
  input: Operations[N]["input"],
): Promise<Operations[N]["output"]> {
  return (await callRoute(routes[name], input as Json)) as Operations[N]["output"];
}
