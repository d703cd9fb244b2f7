/** What lies over the page (dialogs, menus) has an entry of the history each, so that Back closes it and no page is left.
 *
 * An entry's state names its overlay. Closed by Back, the entry is gone already; closed otherwise, `history.back` takes
 * it out, which the browser does later (`leaving`): until then nothing may be pushed. The next overlay, or the next page,
 * takes over an entry whose overlay is closed. After a reload nothing is open, and an entry left over is a plain one.
 */
interface Overlay {
  id: number;
  close: () => void;
  /** False until the history was still and took its entry. */
  entered: boolean;
}

const open: Overlay[] = [];
const waiting: (() => void)[] = [];
let lastId = 0;
let leaving = false;

function topId(): number | undefined {
  return (history.state as { overlay?: number } | null)?.overlay;
}

function onPopState(): void {
  leaving = false;
  const id = topId();
  for (const one of open.filter(({ entered }) => entered).reverse()) {
    if (one.id === id) break;
    open.splice(open.indexOf(one), 1);
    one.close();
  }
  for (const run of waiting.splice(0)) run();
  // Forward, to where something lay that is closed.
  if (id !== undefined && topId() === id && open.length === 0) leaveEntry(id);
}

/** Runs this now, or once the history stands still. */
function whenStill(run: () => void): void {
  if (leaving) waiting.push(run);
  else run();
}

function leaveEntry(id: number): void {
  if (leaving || topId() !== id) return;
  leaving = true;
  history.back();
}

/** True while something lies over the page, whose keys then are not the page's. */
export function isCovered(): boolean {
  return open.length > 0;
}

/** Gives an overlay its entry; `close` is called when Back is pressed. Returns what to call when it closed otherwise. */
export function openOverlay(close: () => void): () => void {
  lastId += 1;
  const overlay = { id: lastId, close, entered: false };
  open.push(overlay);
  whenStill(() => {
    if (!open.includes(overlay)) return;
    overlay.entered = true;
    const taken = topId() !== undefined && !open.some((one) => one.id === topId());
    if (taken) history.replaceState({ overlay: overlay.id }, "");
    else history.pushState({ overlay: overlay.id }, "");
  });
  return () => {
    const at = open.indexOf(overlay);
    if (at < 0) return;
    open.splice(at, 1);
    // Later: what closes one overlay may open another, or go to a page.
    setTimeout(() => leaveEntry(overlay.id));
  };
}

/** Changes the address, then calls `done`. A new page takes over the entry of an overlay; one that takes the place of
 * the page below waits until that entry is gone. */
export function go(path: string, how: "push" | "replace", done: () => void): void {
  const change = () => {
    if (how === "push" && topId() === undefined) history.pushState(null, "", path);
    else history.replaceState(null, "", path);
    done();
  };
  whenStill(() => {
    const id = topId();
    if (how === "push" || id === undefined) return change();
    waiting.push(change);
    leaveEntry(id);
  });
}

if (typeof window !== "undefined") {
  window.addEventListener("popstate", onPopState);
  if (topId() !== undefined) history.replaceState(null, "");
}
