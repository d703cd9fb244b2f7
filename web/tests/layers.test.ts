import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Lowest first. */
const layers = ["lib", "api", "state", "sync", "i18n", "ui", "features", "app"];
/** Which slices a slice may import from. */
const slices: Record<string, string[]> = {
  settings: [],
  users: ["settings"],
  auth: ["settings", "users"],
  rooms: ["settings", "users", "auth"],
  presence: ["settings", "users", "auth", "rooms"],
  messages: ["settings", "users", "auth", "rooms"],
};
const features = Object.keys(slices).map((slice) => `features/${slice}`);
const folders = [...layers.filter((layer) => layer !== "features"), ...features];

function isAllowed(from: string, to: string): boolean {
  const [layer = "", slice] = from.split("/");
  const [target = "", neighbour] = to.split("/");
  if (from === to) return true;
  if (layer === target) return slices[slice ?? ""]?.includes(neighbour ?? "") ?? false;
  return layers.indexOf(target) < layers.indexOf(layer);
}

/** Each folder's probe imports one module of every folder, one a line, in every way there is. */
const ways = [
  (path: string) => `import { probe } from "${path}"; probe();`,
  (path: string) => `import type { Probe } from "${path}"; export const one = {} as Probe;`,
  (path: string) => `export const later = () => import("${path}");`,
  (path: string) => `export { probe } from "${path}";`,
];

let project = "";
let reported: string[] = [];

async function write(path: string, lines: string[]): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), lines.join("\n"));
}

/** What biome says of the project by these rules: the file, and the line that it is about. */
function lint(): Promise<string[]> {
  const biome = join(import.meta.dirname, "../node_modules/@biomejs/biome/bin/biome");
  const rules = ["--only=style/noRestrictedImports", "--only=suspicious/noImportCycles"];
  const options = ["lint", "src", ...rules, "--reporter=github", "--max-diagnostics=none"];
  return new Promise((resolve) => {
    execFile(process.execPath, [biome, ...options], { cwd: project }, (_, output) => {
      const lines = output.matchAll(/title=lint\/\w+\/(\w+),file=([^,]+),line=(\d+)/g);
      resolve(
        [...lines].map(
          ([, rule, file = "", line]) => `${rule} ${relative(join(project, "src"), file)} ${line}`,
        ),
      );
    });
  });
}

beforeAll(async () => {
  project = await mkdtemp(join(await realpath(tmpdir()), "layers-"));
  for (const file of ["biome.json", "layers.json"])
    await copyFile(join(import.meta.dirname, "..", file), join(project, file));
  for (const from of folders) {
    for (const [number, way] of ways.entries()) {
      const targets = folders.map((to) => (from === to ? "./other" : `${relative(from, to)}/other`));
      await write(`src/${from}/probe${number}.ts`, targets.map(way));
    }
  }
  await write("src/lib/first.ts", ['import type { Second } from "./second";', "export type First = Second;"]);
  await write("src/lib/second.ts", [
    'import type { First } from "./first";',
    "export type Second = First[];",
  ]);
  reported = await lint();
}, 60_000);

afterAll(() => rm(project, { recursive: true }));

test.each(folders)(
  "the lint lets %s import from the layers and slices below it, and from nothing else",
  (from) => {
    const forbidden = folders.flatMap((to, line) => (isAllowed(from, to) ? [] : [line + 1]));
    const expected = ways.flatMap((_, number) =>
      forbidden.map((line) => `noRestrictedImports ${from}/probe${number}.ts ${line}`),
    );
    const refused = reported.filter((line) => line.includes(` ${from}/probe`));
    expect(refused.sort()).toEqual(expected.sort());
  },
);

test("the lint refuses two modules that import one another, even if only types", () => {
  const cycles = reported.filter((line) => line.startsWith("noImportCycles")).sort();
  expect(cycles).toEqual(["noImportCycles lib/first.ts 1", "noImportCycles lib/second.ts 1"]);
});
