import { beforeEach, expect, test, vi } from "vitest";

/** A browser's storage that may be blocked, full, or both at its time. */
class Disk {
  readonly entries = new Map<string, string>();
  full = false;
  getItem = (key: string) => this.entries.get(key) ?? null;
  removeItem = (key: string) => void this.entries.delete(key);
  setItem = (key: string, text: string) => {
    if (this.full) throw new DOMException("", "QuotaExceededError");
    this.entries.set(key, text);
  };
}

async function storageOn(disk: Disk | (() => never)): Promise<typeof import("../src/lib/storage")> {
  const own = typeof disk === "function" ? { get: disk } : { get: () => asKeys(disk) };
  vi.stubGlobal("window", Object.defineProperty({}, "localStorage", own));
  vi.resetModules();
  return import("../src/lib/storage");
}

/** As browsers do it: the keys are properties of the storage. */
function asKeys(disk: Disk): Storage {
  return new Proxy(disk, {
    ownKeys: () => [...disk.entries.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  }) as unknown as Storage;
}

beforeEach(() => vi.unstubAllGlobals());

test("what is kept can be read, listed and forgotten", async () => {
  const { keep, read, keysWith, forget, currentStoring } = await storageOn(new Disk());
  keep("chatroom.draft.ana.1", "hello");
  keep("chatroom.theme", "dark");
  expect([read("chatroom.draft.ana.1"), read("nothing")]).toEqual(["hello", null]);
  expect(keysWith("chatroom.draft.")).toEqual(["chatroom.draft.ana.1"]);
  forget("chatroom.draft.ana.1");
  expect(read("chatroom.draft.ana.1")).toBeNull();
  expect(currentStoring()).toBe("works");
});

test.each([
  () => {
    throw new DOMException("", "SecurityError");
  },
  () => null as never,
])("where storage is blocked everything works for the life of the page, and says so", async (blocked) => {
  const { keep, read, keysWith, forget, currentStoring } = await storageOn(blocked);
  expect(currentStoring()).toBe("blocked");
  expect(read("a")).toBeNull();
  keep("a", "1");
  expect([read("a"), keysWith("a")]).toEqual(["1", ["a"]]);
  forget("a");
  expect(read("a")).toBeNull();
});

test("a full storage keeps for the life of the page what it does not take, and works again when there is room", async () => {
  const disk = new Disk();
  const { keep, read, forget, currentStoring } = await storageOn(disk);
  keep("draft", "short");
  disk.full = true;
  keep("draft", "longer");
  expect([read("draft"), currentStoring()]).toEqual(["longer", "full"]);
  disk.full = false;
  keep("draft", "longer still");
  expect([disk.getItem("draft"), currentStoring()]).toEqual(["longer still", "works"]);
  disk.full = true;
  keep("other", "x");
  forget("other");
  expect(currentStoring()).toBe("works");
});

test("what a person wrote is forgotten, and nobody else's", async () => {
  const { keep, read, forgetPerson, prefixOf } = await storageOn(new Disk());
  for (const who of ["ana", "bo"])
    for (const kind of ["draft", "outbox"] as const) keep(`${prefixOf(kind, who)}1`, "x");
  keep("chatroom.theme", "dark");
  forgetPerson("ana");
  expect([read("chatroom.draft.ana.1"), read("chatroom.outbox.ana.1")]).toEqual([null, null]);
  expect([read("chatroom.draft.bo.1"), read("chatroom.outbox.bo.1")]).toEqual(["x", "x"]);
  expect(read("chatroom.theme")).toBe("dark");
});
