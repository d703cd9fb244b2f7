import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const source = join(import.meta.dirname, "../src");
const css = readFileSync(join(source, "styles/tokens.css"), "utf8");

type Theme = "light" | "dark" | "contrast";

/** sRGB luminance of an OKLCH colour, by Björn Ottosson's matrices; WCAG 2.2 contrast needs nothing else. */
function luminance(text: string): number {
  const [l = 0, c = 0, h = 0] = (/oklch\(([^)/]+)/.exec(text)?.[1] ?? "").trim().split(/\s+/).map(Number);
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short;
  const green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short;
  const blue = -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short;
  const clip = (part: number) => Math.min(1, Math.max(0, part));
  return 0.2126 * clip(red) + 0.7152 * clip(green) + 0.0722 * clip(blue);
}

function declared(block: string, name: string): string | undefined {
  return new RegExp(`--${name}: ([^;]+);`).exec(block)?.[1];
}

function colour(name: string, theme: Theme): string {
  const contrast = css.slice(css.indexOf('[data-theme="contrast"]'));
  const own = theme === "contrast" ? declared(contrast, name) : undefined;
  const value = own ?? declared(css, name);
  if (!value) throw new Error(`--${name} is not declared`);
  const pair = /^light-dark\((oklch\([^)]+\)), (oklch\([^)]+\))\)$/.exec(value);
  return pair ? (pair[theme === "light" ? 1 : 2] ?? value) : value;
}

function contrastOf(ink: string, paper: string, theme: Theme): number {
  const [darker = 0, lighter = 0] = [luminance(colour(ink, theme)), luminance(colour(paper, theme))].sort(
    (a, b) => a - b,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

const onSurfaces = ["surface-0", "surface-1", "surface-2", "surface-3"];
const pairs = [
  ...["ink-1", "ink-2", "ink-3"].flatMap((ink) => onSurfaces.map((paper) => [ink, paper])),
  ...["accent", "danger", "warn"].flatMap((ink) => onSurfaces.slice(0, 3).map((paper) => [ink, paper])),
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["surface-1", "danger"],
  ["surface-1", "ink-1"],
] as [string, string][];

/** The tones of avatars are turned through every hue; lightness and chroma stay. */
function turned(name: string, theme: Theme, hue: number): number {
  const [l, c] = (/oklch\(([^)]+)/.exec(colour(name, theme))?.[1] ?? "").split(/\s+/);
  return luminance(`oklch(${l} ${c} ${hue})`);
}

const hues = Array.from({ length: 72 }, (_, index) => index * 5);

describe.each(["light", "dark", "contrast"] as Theme[])("in the %s theme", (theme) => {
  test.each(pairs)("%s is readable on %s", (ink, paper) => {
    expect(contrastOf(ink, paper, theme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ["avatar-ink-tone", "avatar-tone"],
    ["avatar-off-ink", "avatar-off-tone"],
  ])("initials in %s are readable on %s, whatever the hue", (ink, tone) => {
    for (const hue of hues) {
      const [darker = 0, lighter = 0] = [turned(ink, theme, hue), turned(tone, theme, hue)].sort(
        (a, b) => a - b,
      );
      expect((lighter + 0.05) / (darker + 0.05), String(hue)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(onSurfaces.slice(0, 3))("the edge of a field can be told from %s", (paper) => {
    expect(contrastOf("edge", paper, theme)).toBeGreaterThanOrEqual(3);
  });

  test.each(["ok", "warn", "ink-3"])("the %s of a presence can be told from the panes", (ink) => {
    for (const paper of ["surface-0", "surface-1"])
      expect(contrastOf(ink, paper, theme)).toBeGreaterThanOrEqual(3);
  });

  test("the dot of who is online can be told from the pane", () => {
    expect(contrastOf("ok", "surface-1", theme)).toBeGreaterThanOrEqual(3);
  });
});

test("colours are written in tokens.css and nowhere else", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const raw = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\((?!from )/i;
  const guilty = files
    .filter((file) => /\.(?:css|tsx?)$/.test(file) && !file.endsWith("tokens.css"))
    .filter((file) => raw.test(readFileSync(join(source, file), "utf8")));
  expect(guilty).toEqual([]);
});

test("whatever one types into has an edge that can be seen", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".tsx"),
  );
  const fields = files.flatMap((file) => {
    const text = readFileSync(join(source, file), "utf8");
    return [...text.matchAll(/<(?:input|textarea)\b[\s\S]*?\/>/g)].map(([tag]) => [file, tag, text] as const);
  });
  const bare = fields.filter(([, tag, text]) => {
    const unseen = /sr-only|\bhidden\b|type="checkbox"/.test(tag);
    return !unseen && !tag.includes("border-edge") && !text.includes("border border-edge");
  });
  expect(fields.length).toBeGreaterThan(4);
  expect(bare.map(([file]) => file)).toEqual([]);
});

test("nothing is made pale by seeing through it: the contrast of its text would be anybody's guess", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".tsx"),
  );
  const guilty = files.filter((file) =>
    /(?<!(?:disabled|hover):)\bopacity-(?!0\b|100\b)\d+/.test(readFileSync(join(source, file), "utf8")),
  );
  expect(guilty).toEqual([]);
});
