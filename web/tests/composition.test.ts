import { expect, test } from "vitest";
import { isComposing } from "../src/lib/composition";

test.each([
  [{ key: "Enter", keyCode: 13, isComposing: false }, false],
  [{ key: "Enter", keyCode: 13, isComposing: true }, true],
  // Safari: after compositionend.
  [{ key: "Enter", keyCode: 229, isComposing: false }, true],
  [{ key: "Process", keyCode: 229, isComposing: false }, true],
  [{ key: "Process", keyCode: 0, isComposing: false }, true],
  [{ key: "a", keyCode: 65, isComposing: false }, false],
])("an input method has the key %o: %s", (event, taken) => {
  expect(isComposing(event as KeyboardEvent)).toBe(taken);
});
