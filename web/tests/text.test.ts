import { describe, expect, test } from "vitest";
import { bounded, graphemes, initialsOf, isolated, shortened } from "../src/lib/text";

const names: [string, 1 | 2, string][] = [
  ["Ana Ribeiro", 2, "AR"],
  ["ana", 2, "A"],
  ["Ana Maria Ribeiro", 2, "AR"],
  ["𝕏 news", 1, "𝕏"],
  ["🎉 party", 1, "🎉"],
  ["👩🏽‍🚀 crew", 1, "👩🏽‍🚀"],
  ["👨‍👩‍👧‍👦", 2, "👨‍👩‍👧‍👦"],
  ["🇧🇷 Brasil", 2, "🇧🇷B"],
  ["🇧🇷🇩🇪", 1, "🇧🇷"],
  ["❤️ hearts", 1, "❤️"],
  ["#general", 1, "G"],
  ["(room) 2", 2, "R2"],
  ["\u200bhidden", 1, "H"],
  ["\u202eevil", 1, "E"],
  ["e\u0301toile", 1, "E\u0301"],
  ["美玲 陈", 2, "美陈"],
  ["नमस्ते", 1, "न"],
  ["غرفة الحديث", 2, "غا"],
  ["!?", 1, "!"],
  ["", 1, ""],
];

describe.each([
  ["with Intl.Segmenter", undefined],
  ["without it", null],
] as const)("%s", (_, split) => {
  test.each(names)("the initials of %j (%i) are %j", (name, count, initials) => {
    expect(initialsOf(name, count, split)).toBe(initials);
  });

  test("a text in characters is the whole text", () => {
    const text = "a\u0301👩🏽‍🚀🇧🇷1️⃣\n\u0301x";
    expect(graphemes(text, split).join("")).toBe(text);
  });
});

test("a tower of marks is cut, and no script's own marks are", () => {
  expect(bounded(`Z${"\u0335".repeat(40)}a`)).toBe(`Z${"\u0335".repeat(4)}a`);
  for (const text of ["Việt Nam", "e\u0302\u0323", "בְּרֵאשִׁ֖ית", "ที่นี่", "བསྒྲུབས", "क्षत्रिय", "مُحَمَّدٌ"])
    expect(bounded(text)).toBe(text);
});

test("a name keeps its direction to itself in a sentence", () => {
  expect(isolated("Ana")).toBe("Ana");
  expect(isolated("ليلى")).toBe("\u2068ليلى\u2069");
  expect(isolated("\u202eanA")).toBe("\u2068\u202eanA\u2069");
});

test("a long name is cut between characters", () => {
  expect(shortened("short", 28)).toBe("short");
  expect(shortened("🇧🇷".repeat(30), 28)).toBe(`${"🇧🇷".repeat(27)}…`);
});
