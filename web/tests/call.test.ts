import { beforeEach, expect, test, vi } from "vitest";
import { call, setAccessToken, watchSession } from "../src/api/call";

type Answer = { status: number; body: object };

const me = { status: 200, body: { id: "me" } };
const expired = { status: 401, body: { code: "token_expired", message: "" } };
const ended = { status: 401, body: { code: "invalid_token", message: "" } };
const renewed = { status: 200, body: { accessToken: "new" } };
const told: string[] = [];
let asked: string[] = [];

/** A server that answers each path with the next of its answers; what it was asked is kept with the token. */
function serve(answers: Record<string, Answer[]>): void {
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    const proof = headers.get("authorization") ?? headers.get("x-csrf-token") ?? "";
    asked.push(`${init.method ?? "GET"} ${path} ${proof}`.trim());
    const { status, body } = answers[path]?.shift() ?? {
      status: 500,
      body: { code: "internal", message: "" },
    };
    return new Response(JSON.stringify(body), { status });
  });
}

beforeEach(() => {
  asked = [];
  told.length = 0;
  setAccessToken("old");
  vi.stubGlobal("document", { cookie: "" });
  watchSession({
    isKnown: () => true,
    ended: (why) => told.push(why),
    mustChoose: () => told.push("must choose"),
  });
});

test("a token that ran out is renewed once, and the call made again with the new one", async () => {
  serve({ "/api/users/me": [expired, me], "/api/auth/refresh": [renewed] });
  await expect(call("auth.me.show", {})).resolves.toEqual({ id: "me" });
  expect(asked).toEqual([
    "GET /api/users/me Bearer old",
    "POST /api/auth/refresh Bearer old",
    "GET /api/users/me Bearer new",
  ]);
});

test("several calls at the same time share one renewal", async () => {
  serve({ "/api/users/me": [expired, expired, me, me], "/api/auth/refresh": [renewed] });
  await Promise.all([call("auth.me.show", {}), call("auth.me.show", {})]);
  expect(asked.filter((line) => line.includes("refresh"))).toHaveLength(1);
});

test.each([
  [expired, "expired"],
  [ended, "ended"],
])("a session that cannot be renewed is over, and why is told", async (refusal, why) => {
  serve({ "/api/users/me": [refusal], "/api/auth/refresh": [ended] });
  await expect(call("auth.me.show", {})).rejects.toMatchObject({ status: 401 });
  expect(told).toEqual([why]);
});

test("a renewal that the server cannot answer just now ends no session", async () => {
  serve({ "/api/users/me": [expired], "/api/auth/refresh": [{ status: 503, body: { code: "busy" } }] });
  await expect(call("auth.me.show", {})).rejects.toMatchObject({ status: 503 });
  expect(told).toEqual([]);
});

test("a wrong password is no reason to renew anything", async () => {
  serve({ "/api/auth/login": [{ status: 401, body: { code: "invalid_credentials", message: "" } }] });
  await expect(call("auth.session.login", { email: "a@b.c", password: "x" })).rejects.toMatchObject({
    status: 401,
  });
  expect(asked).toHaveLength(1);
});

test("a stranger has nothing to renew", async () => {
  watchSession({ isKnown: () => false, ended: (why) => told.push(why), mustChoose: () => undefined });
  serve({ "/api/users/me": [{ status: 401, body: { code: "unauthorized", message: "" } }] });
  await expect(call("auth.me.show", {})).rejects.toMatchObject({ status: 401 });
  expect([asked.length, told]).toEqual([1, []]);
});

test("a cookie's unsafe call sends the CSRF token back, and gets a new one when that is refused", async () => {
  setAccessToken(null);
  vi.stubGlobal("location", { port: "3001" });
  vi.stubGlobal("document", {
    cookie: "a=b; csrfToken=anothers; csrfToken_3000=x; csrfToken_3001=first.one",
  });
  const refusal = { status: 403, body: { code: "csrf_invalid", message: "" } };
  serve({
    "/api/rooms": [refusal, { status: 201, body: {} }],
    "/api/auth/csrf": [{ status: 200, body: { csrfToken: "second.one" } }],
  });
  await call("rooms.create", { name: "Kitchen" });
  expect(asked).toEqual(["POST /api/rooms first.one", "POST /api/auth/csrf", "POST /api/rooms first.one"]);
});

test("a first password leads to choosing an own one, from wherever it is noticed", async () => {
  serve({ "/api/rooms": [{ status: 403, body: { code: "password_change_required", message: "" } }] });
  await expect(call("rooms.list", {})).rejects.toMatchObject({ status: 403 });
  expect(told).toEqual(["must choose"]);
});

test("a server that never answers cannot be reached", async () => {
  const waited: number[] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((patience) => {
    waited.push(patience);
    return AbortSignal.abort();
  });
  vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
    return new Promise((_answer, refuse) => signal?.aborted && refuse(signal.reason));
  });
  await expect(call("auth.me.show", {})).rejects.toMatchObject({ status: 0, code: "unreachable" });
  await expect(call("auth.session.logout", {})).rejects.toMatchObject({ status: 0, code: "unreachable" });
  expect(waited).toEqual([30_000, 30_000]);
  vi.restoreAllMocks();
});
