import { expect, test } from "vitest";
import { addressesIn } from "../src/features/messages/links";
import { withLinks } from "../src/features/messages/text";

test.each([
  ["see https://example.org/a_(b), then", "https://example.org/a_(b)"],
  ["https://en.wikipedia.org/wiki/Mercury_(planet)", "https://en.wikipedia.org/wiki/Mercury_(planet)"],
  ["(https://example.org)", "https://example.org"],
  ["(see https://example.org/a_(b))", "https://example.org/a_(b)"],
  ["[https://example.org/a[1]]", "https://example.org/a[1]"],
  ["https://example.org/path?x=1.", "https://example.org/path?x=1"],
  ["https://example.org/a?b#c!", "https://example.org/a?b#c"],
  ["'https://example.org'", "https://example.org"],
  ["<https://example.org/a>", "https://example.org/a"],
  ["http://localhost:3000/rooms/1", "http://localhost:3000/rooms/1"],
  ["http://[::1]:3000/", "http://[::1]:3000/"],
  ["HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG"],
  ["https://例え.jp/道", "https://例え.jp/道"],
  ["見てhttps://example.org/a。次の文", "https://example.org/a"],
  ["（见https://example.org/a）后面", "https://example.org/a"],
  ["https://ja.wikipedia.org/wiki/水星（惑星）", "https://ja.wikipedia.org/wiki/水星（惑星）"],
  ["https://ja.wikipedia.org/wiki/ハリー・ポッター、", "https://ja.wikipedia.org/wiki/ハリー・ポッター"],
  ["「https://example.org/a」", "https://example.org/a"],
  ["https://example.org/नमस्ते।", "https://example.org/नमस्ते"],
  ["انظر https://example.org/مرحبا؟", "https://example.org/مرحبا"],
  ["https://example.org/مرحبا، ثم", "https://example.org/مرحبا"],
  ["https://he.wikipedia.org/wiki/צה״ל.", "https://he.wikipedia.org/wiki/צה״ל"],
  ["https://en.wikipedia.org/wiki/A–B", "https://en.wikipedia.org/wiki/A–B"],
  ["“https://example.org/L’Équipe”", "https://example.org/L’Équipe"],
  ["https://example.org/ሰላም።", "https://example.org/ሰላም"],
  ["https://example.org/a…", "https://example.org/a"],
])("a web address in %j is %j, and nothing around it is lost", (text, href) => {
  expect(addressesIn(text).map((one) => one.href)).toEqual([href]);
  const shown = withLinks(text).map((part) =>
    typeof part === "string" ? part : (part as { props: { children: string } }).props.children,
  );
  expect(shown.join("")).toBe(text);
});

test.each([
  ["https://example.org/\u202egpj.exe", "https://example.org/gpj.exe"],
  ["https://example.org/\u2066a\u2069b", "https://example.org/ab"],
  ["https://exa\u00admple.org/a\u200bb", "https://example.org/ab"],
  ["https://a\u202eb", "https://ab"],
  ["https://example.org/\u{e0041}x", "https://example.org/x"],
])("the address %j is shown as what it leads to", (text, address) => {
  expect(addressesIn(text)).toEqual([{ start: 0, end: text.length, href: address, shown: address }]);
});

test("a joiner that a Persian word is spelt with stays where the link leads, and is not shown", () => {
  const text = "https://fa.wikipedia.org/wiki/می\u200cخواهم";
  expect(addressesIn(text)).toMatchObject([{ href: text, shown: text.replace("\u200c", "") }]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "no address at all",
  "https://",
  "xhttps://example.org",
  "mailto:ana@example.org",
  "//example.org",
  "example.org",
])("%j holds no link", (text) => {
  expect(withLinks(text)).toEqual([text]);
});

test("ten thousand characters of brackets cost no time", () => {
  const before = performance.now();
  addressesIn(`https://example.org/${"(".repeat(8_000)}`);
  addressesIn(`https://example.org/${"「（".repeat(4_000)}`);
  addressesIn("https://".repeat(1_000));
  expect(performance.now() - before).toBeLessThan(1_000);
});
