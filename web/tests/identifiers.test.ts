import { expect, test } from "vitest";
import { agentOf } from "../src/features/auth/agents";
import { namedBy } from "../src/features/auth/identifiers";
import { strengthOf } from "../src/ui/passwords";
import { digitsOf, formatPhone, localPrefix, regionsFor } from "../src/ui/phones";

test.each([
  ["+4915123456789", "+49 151 234 567 89"],
  ["0049 151-2345", "+49 151 2345"],
  ["+1 (415) 555-2671", "+1 415 555 2671"],
  ["+49 +33612345678", "+33 612 345 678"],
  ["٠٠٩٦٦٥٠١٢٣٤", "+966 501 234"],
  ["", "+"],
  ["0151", "+0151"],
])("a number typed as %j is shown as %j", (typed, shown) => {
  expect(formatPhone(typed)).toBe(shown);
  expect(formatPhone(shown)).toBe(shown);
});

test("a number has no more digits than E.164 allows", () => {
  expect(digitsOf("+1234567890123456789")).toHaveLength(15);
});

test.each([
  ["+49", ["DE"]],
  ["+1 415", ["US", "CA"]],
  ["+998", ["UZ"]],
  ["+99", []],
  ["+", []],
])("%j belongs to %j", (text, regions) => {
  expect(regionsFor(text)).toEqual(regions);
});

test.each([
  ["de-DE", "+49 "],
  ["pt-BR", "+55 "],
  ["hi", "+91 "],
  ["en-US", "+1 "],
  ["en-US@posix", "+"],
  ["", "+"],
])("a browser that speaks %s starts a number with %j", (language, prefix) => {
  expect(localPrefix(language)).toBe(prefix);
});

test("the server gets a bare address, or a number without its groups", () => {
  const typed = { email: " ana@example.org ", phone: "+49 151 2345" };
  expect(namedBy({ kind: "email", ...typed })).toEqual({ email: "ana@example.org" });
  expect(namedBy({ kind: "phone", ...typed })).toEqual({ phoneNumber: "+491512345" });
});

test.each([
  ["short", "short"],
  ["aaaaaaaaaaaaaaaaaaaa", "weak"],
  ["12345678", "weak"],
  ["abcdefgh1234", "weak"],
  ["tulip-harbour", "fair"],
  ["a walk by the cold river", "strong"],
  ["密码密码密码密码".repeat(4), "long"],
])("%j is %s", (password, level) => {
  expect(strengthOf(password)).toBe(level);
});

const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
test.each([
  [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`, "Chrome", "Linux", false],
  [`Mozilla/5.0 (Windows NT 10.0) ${chrome} Safari/537.36 Edg/141.0.0.0`, "Edge", "Windows", false],
  [`Mozilla/5.0 (Linux; Android 14; Pixel) ${chrome} Mobile Safari/537.36`, "Chrome", "Android", true],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
    "Safari",
    "iPhone",
    true,
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Firefox/140.0", "Firefox", "macOS", false],
])("%s is named", (userAgent, browser, system, handheld) => {
  expect(agentOf(userAgent)).toMatchObject({ browser, system, handheld });
});

test("a program is called what it calls itself", () => {
  expect(agentOf("curl/8.5.0")).toMatchObject({ program: "curl", handheld: false });
  expect(agentOf("")).toEqual({ handheld: false });
});
