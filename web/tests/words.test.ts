import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { routeOf } from "../src/app/router";
import { isEmojiOnly, withLinks } from "../src/features/messages/text";

const folder = join(import.meta.dirname, "../src/i18n");
const plural = /_(?:zero|one|two|few|many|other)$/;

function keys(file: string): Set<string> {
  const walk = (node: object, path: string): string[] =>
    Object.entries(node).flatMap(([key, value]) =>
      typeof value === "string"
        ? [`${path}${key}`.replace(plural, "")]
        : walk(value as object, `${path}${key}.`),
    );
  return new Set(walk(JSON.parse(readFileSync(join(folder, file), "utf8")) as object, ""));
}

test("every language says everything", () => {
  const english = keys("en.json");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    expect([...keys(file)].sort(), file).toEqual([...english].sort());
  }
});

test.each([
  ["see https://example.org/a_(b), then", "https://example.org/a_(b"],
  ["https://example.org/path?x=1.", "https://example.org/path?x=1"],
  ["(https://example.org)", "https://example.org"],
])("a web address in %j is a link to %j", (text, href) => {
  const link = withLinks(text).find((part) => typeof part === "object");
  expect(link).toMatchObject({ props: { href } });
});

test.each(["javascript:alert(1)", "data:text/html,x", "no address at all"])("%j holds no link", (text) => {
  expect(withLinks(text)).toEqual([text]);
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
  ["/rooms/1/2", { page: "unknown" }],
  ["/nothing", { page: "unknown" }],
])("%s leads to %o", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
