import { beforeEach, expect, test, vi } from "vitest";

let entries: { state: unknown; path: string }[];
let at: number;
let onPop: () => void;

/** A browser's history, which goes back later, as browsers do. */
async function overlays(): Promise<typeof import("../src/lib/overlays")> {
  entries = [{ state: null, path: "/" }];
  at = 0;
  const move = (step: number) =>
    setTimeout(() => {
      if (!entries[at + step]) return;
      at += step;
      onPop();
    });
  const history = {
    get state() {
      return entries[at]?.state;
    },
    pushState: (state: unknown, _: string, path = entries[at]?.path ?? "") => {
      entries = [...entries.slice(0, at + 1), { state, path }];
      at += 1;
    },
    replaceState: (state: unknown, _: string, path = entries[at]?.path ?? "") => {
      entries[at] = { state, path };
    },
    back: () => move(-1),
    forward: () => move(1),
  };
  vi.stubGlobal("history", history);
  vi.stubGlobal("window", { addEventListener: (_: string, listener: () => void) => (onPop = listener) });
  vi.resetModules();
  return import("../src/lib/overlays");
}

const still = () => vi.advanceTimersByTimeAsync(50);
const paths = () => entries.slice(0, at + 1).map(({ path }) => path);

beforeEach(() => {
  vi.unstubAllGlobals();
  vi.useFakeTimers();
});

test("Back closes what lies over the page, and the page stays", async () => {
  const { openOverlay, go, isCovered } = await overlays();
  go("/rooms/1", "push", () => undefined);
  const closed = vi.fn();
  openOverlay(closed);
  history.back();
  await still();
  expect(closed).toHaveBeenCalledOnce();
  expect([paths(), isCovered()]).toEqual([["/", "/rooms/1"], false]);
});

test("closed otherwise, it leaves nothing in the history, and Forward brings nothing back", async () => {
  const { openOverlay } = await overlays();
  openOverlay(vi.fn())();
  await still();
  expect(paths()).toEqual(["/"]);
  history.forward();
  await still();
  expect(paths()).toEqual(["/"]);
});

test.each([0, 5])(
  "a menu whose item opens a dialog %i ms later: one Back closes the dialog",
  async (pause) => {
    const { openOverlay } = await overlays();
    const closed = vi.fn();
    openOverlay(vi.fn())();
    await vi.advanceTimersByTimeAsync(pause);
    openOverlay(closed);
    await still();
    expect([closed.mock.calls.length, paths()]).toEqual([0, ["/", "/"]]);
    history.back();
    await still();
    expect([closed.mock.calls.length, paths()]).toEqual([1, ["/"]]);
  },
);

test("a dialog that opens while the entry before it is going stays open", async () => {
  const { openOverlay } = await overlays();
  const closed = vi.fn();
  const close = openOverlay(vi.fn());
  close();
  setTimeout(() => openOverlay(closed));
  await still();
  expect(closed).not.toHaveBeenCalled();
});

test("a dialog that leads to a new page is not in the way back from there", async () => {
  const { openOverlay, go } = await overlays();
  const close = openOverlay(vi.fn());
  close();
  go("/rooms/new", "push", () => undefined);
  await still();
  expect(paths()).toEqual(["/", "/rooms/new"]);
});

test("a dialog whose page is given up for another takes its own entry along", async () => {
  const { openOverlay, go } = await overlays();
  go("/rooms/1", "push", () => undefined);
  const [closed, done] = [vi.fn(), vi.fn()];
  openOverlay(closed);
  go("/discover", "replace", done);
  await still();
  expect(paths()).toEqual(["/", "/discover"]);
  expect([closed.mock.calls.length, done.mock.calls.length]).toEqual([1, 1]);
});
