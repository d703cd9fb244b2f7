import { beforeEach, expect, test, vi } from "vitest";

let jar: Map<string, string>;
let given: string[];

/** A browser with these cookies, and a server that puts each new token into a cookie of this name. */
async function csrfWith(
  cookies: Record<string, string>,
  name: string,
): Promise<typeof import("../src/api/csrf")> {
  jar = new Map(Object.entries(cookies));
  given = ["first", "second"];
  const write = (text: string) => {
    const [key = "", value] = (text.split(";")[0] ?? "").split("=");
    if (text.includes("max-age=0")) jar.delete(key);
    else jar.set(key, value ?? "");
  };
  vi.stubGlobal(
    "document",
    Object.defineProperty({}, "cookie", {
      get: () => [...jar].map(([key, value]) => `${key}=${value}`).join("; "),
      set: write,
    }),
  );
  vi.stubGlobal("location", { port: "8080" });
  vi.stubGlobal("fetch", async () => {
    const csrfToken = given.shift() ?? "";
    jar.set(name, csrfToken);
    return Response.json({ csrfToken });
  });
  vi.resetModules();
  return import("../src/api/csrf");
}

beforeEach(() => vi.unstubAllGlobals());

test("a browser without a cookie of ours has no session, and nothing is asked", async () => {
  const { csrfToken, mayHaveSession } = await csrfWith({ theme: "dark" }, "csrfToken");
  expect([mayHaveSession(), await csrfToken(), given.length]).toEqual([false, null, 2]);
});

test.each(["csrfToken", "csrfToken_8080"])(
  "the one token in sight is taken from %s without asking",
  async (name) => {
    const { csrfToken, mayHaveSession } = await csrfWith({ a: "b", [name]: "known" }, name);
    expect([mayHaveSession(), await csrfToken(), given.length]).toEqual([true, "known", 2]);
  },
);

test("beside the cookie of another server on this host, ours is the one with our port", async () => {
  const { csrfToken } = await csrfWith({ csrfToken: "theirs", csrfToken_8080: "ours" }, "csrfToken_8080");
  expect([await csrfToken(), given.length]).toEqual(["ours", 2]);
});

test("behind a proxy, where the server knows another port, ours is found by what it holds", async () => {
  const { csrfToken } = await csrfWith({ csrfToken: "theirs", csrfToken_3000: "old" }, "csrfToken_3000");
  expect(await csrfToken()).toBe("first");
  jar.set("csrfToken_3000", "renewed by another tab");
  expect(await csrfToken()).toBe("renewed by another tab");
  expect(given).toEqual(["second"]);
});

test("after signing out there is nothing to ask for", async () => {
  const { forgetCsrfToken, mayHaveSession } = await csrfWith({ csrfToken: "known" }, "csrfToken");
  forgetCsrfToken();
  expect(mayHaveSession()).toBe(false);
});
