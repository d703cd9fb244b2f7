import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { isValidElement, type ReactElement } from "react";
import { expect, test } from "vitest";
import { formatted, isEmojiOnly } from "../src/features/messages/text";
import { languages } from "../src/i18n";
import { wordsOf } from "../src/i18n/errors";
import { routeOf } from "../src/lib/router";

const folder = join(import.meta.dirname, "../src/i18n");
const plural = /_(?:zero|one|two|few|many|other)$/;

function entries(file: string): Map<string, string> {
  const walk = (node: object, path: string): [string, string][] =>
    Object.entries(node).flatMap(([key, value]) =>
      typeof value === "string"
        ? [[`${path}${key}`, value] as [string, string]]
        : walk(value as object, `${path}${key}.`),
    );
  return new Map(walk(JSON.parse(readFileSync(join(folder, file), "utf8")) as object, ""));
}

function keys(file: string): Set<string> {
  return new Set([...entries(file).keys()].map((key) => key.replace(plural, "")));
}

const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("the product speaks eight languages", () => {
  expect(files.map((file) => file.replace(".json", "")).sort()).toEqual(Object.keys(languages).sort());
});

test.each(files)("%s says everything that English says, with the same names in it", (file) => {
  expect([...keys(file)].sort()).toEqual([...keys("en.json")].sort());
  const english = entries("en.json");
  for (const [key, text] of entries(file)) {
    const names = new Set(text.match(/{{\w+}}/g));
    const meant = new Set(
      (english.get(key) ?? english.get(key.replace(plural, "_other")))?.match(/{{\w+}}/g),
    );
    // "One" and "two" may be said without the number.
    names.add("{{count}}");
    meant.add("{{count}}");
    expect([...names].sort(), key).toEqual([...meant].sort());
  }
});

test.each(files)("%s has a form for every number of its grammar", (file) => {
  const forms = new Intl.PluralRules(file.replace(".json", "")).resolvedOptions().pluralCategories;
  const known = new Set(entries(file).keys());
  const counted = [...known].filter((key) => plural.test(key)).map((key) => key.replace(plural, ""));
  for (const key of new Set(counted)) {
    for (const form of forms) expect(known, key).toContain(`${key}_${form}`);
  }
});

const catalogue = readFileSync(join(import.meta.dirname, "../../docs/reference/errors.md"), "utf8");
const codes = [...catalogue.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = ""]) => code);

test.each(files)("%s has words for every error of the server", async (file) => {
  const lng = file.replace(".json", "");
  const translation = JSON.parse(readFileSync(join(folder, file), "utf8")) as object;
  await i18next.init({ lng, fallbackLng: false, resources: { [lng]: { translation } } });
  const message = "The server's own words.";
  expect(codes).toContain("bad_input");
  expect(codes.filter((code) => wordsOf({ code, message }) === message)).toEqual([]);
});

test.each([
  ["run `make test` first", ["make test"]],
  ["```\nno language\n```", ["no language"]],
  ["so:\n```python\nif x:\n    y()\n```\nand `z`", ["if x:\n    y()", "z"]],
  ["```one line```", ["one line"]],
  ["`https://example.org` is no link in code", ["https://example.org"]],
  ["it costs 5` and 6\n`", []],
  ["```never closed", []],
  ["plain", []],
])("%j holds the code %j", (text, pieces) => {
  const found = formatted(text).filter((part) => isValidElement(part) && part.type === "code");
  expect(found.map((part) => (part as ReactElement<{ children: string }>).props.children)).toEqual(pieces);
});

test.each([
  ["🎉", true],
  ["👩🏽‍🚀 👍", true],
  ["1", false],
  ["nice 🎉", false],
  ["", false],
])("%j is nothing but emoji: %s", (text, expected) => {
  expect(isEmojiOnly(text)).toBe(expected);
});

test.each([
  ["/", { page: "home" }],
  ["/discover", { page: "discover" }],
  ["/rooms/1", { page: "room", roomId: "1" }],
  ["/invite/a%2Db", { page: "invite", inviteCode: "a-b" }],
  ["/you", { page: "you" }],
  ["/you/devices", { page: "devices" }],
  ["/people", { page: "people" }],
  ["/rooms/1/2", { page: "unknown" }],
  ["/nothing", { page: "unknown" }],
  ["/rooms/%zz", { page: "unknown" }],
])("%s leads to %o", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
