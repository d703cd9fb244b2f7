/** The key code of each key that an input method takes for itself (UI Events, section 7.3.1). */
const TAKEN = 229;

/** True while an input method has this key. Safari reports the Enter that ends a composition after `compositionend`,
 * with `isComposing` already false; the key code alone still tells. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === TAKEN || event.key === "Process";
}

/** Keeps the keys of an input method from everything that acts on keys, wherever in the page that is: an Enter that
 * picks a word must not send, an Escape that drops one must not close. The input method itself is not disturbed. */
export function shieldComposition(target: Pick<Window, "addEventListener">): void {
  const shield = (event: KeyboardEvent) => {
    if (isComposing(event)) event.stopImmediatePropagation();
  };
  for (const kind of ["keydown", "keyup"] as const) target.addEventListener(kind, shield, { capture: true });
}
