import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findViolations, type Violation } from "./layers.ts";

// A small house with one plant of every kind, beside imports that are fine.
const plants: Record<string, string> = {
  "engine/wasm/builder.ts": "export const builder = 1;\n",
  "engine/isa/upward.ts": 'import { cpu } from "../cpu/cpu.ts";\nexport const a = cpu;\n',
  "engine/isa/typeonly.ts": 'import type { Cpu } from "../cpu/cpu.ts";\nexport const b: Cpu | 0 = 0;\n',
  "engine/cpu/cpu.ts":
    'import { builder } from "../wasm/builder.ts";\nexport const cpu = builder;\nexport type Cpu = typeof cpu;\n',
  "engine/cpu/ring.ts": 'import { round } from "./round.ts";\nexport const ring = () => round;\n',
  "engine/cpu/round.ts": 'import { ring } from "./ring.ts";\nexport const round = () => ring;\n',
  "engine/cpu/disk.ts": 'import { readFileSync } from "node:fs";\nexport const disk = readFileSync;\n',
  "engine/machine/client.ts": 'export const w = new URL("../cli/main.ts", import.meta.url);\n',
  "engine/cli/main.ts":
    'import { readFileSync } from "node:fs";\nexport { cpu } from "../cpu/cpu.ts";\nexport { readFileSync };\n',
  "engine/index.ts": 'export { cpu } from "./cpu/cpu.ts";\n',
  "widgets/good.ts": 'import { cpu } from "../engine/index.ts";\nexport const good = cpu;\n',
  "widgets/back-door.ts": 'import { cpu } from "../engine/cpu/cpu.ts";\nexport const door = cpu;\n',
  "widgets/good.test.ts": 'import { cpu } from "../engine/cpu/cpu.ts";\nexport const t = cpu;\n',
  "widgets/up.ts": 'import { page } from "../site/page.ts";\nexport const up = page;\n',
  "widgets/text.ts": 'import text from "../lessons/00/index.mdx?raw";\nexport const t = text;\n',
  "lessons/00/index.mdx": 'import Page from "../../site/Page.astro";\n\n# Title\n',
  "site/page.ts": 'import { good } from "../widgets/good.ts";\nexport const page = good;\n',
  "site/Page.astro": '---\nimport { good } from "../widgets/good.ts";\n---\n{good}\n',
};

const base = `${mkdtempSync(join(tmpdir(), "ring-layers-"))}/`;
for (const [file, text] of Object.entries(plants)) {
  mkdirSync(dirname(base + file), { recursive: true });
  writeFileSync(base + file, text);
}
writeFileSync(`${base}tsconfig.json`, '{ "compilerOptions": { "allowImportingTsExtensions": true, "noEmit": true } }');
afterAll(() => rmSync(base, { recursive: true }));

let found: Violation[] = [];
const from = (file: string) => found.filter((violation) => violation.from === file).map((violation) => violation.rule);

test("a house with planted imports is searched", () => {
  found = findViolations(base);
  expect(found.length).toBeGreaterThan(0);
});

test("an import of a higher floor is found, also of its types only", () => {
  expect(from("engine/isa/upward.ts")).toContain("engine floor: isa is below");
  expect(from("engine/isa/typeonly.ts")).toContain("engine floor: isa is below");
  expect(from("widgets/up.ts")).toContain("floor: widgets is below");
});

test("two files that import each other are found", () => {
  expect([...from("engine/cpu/ring.ts"), ...from("engine/cpu/round.ts")]).toContain("no circles");
});

test("a worker's URL and an import in MDX are seen", () => {
  expect(from("engine/machine/client.ts")).toContain("engine floor: machine, vmm, debug is below");
  expect(from("lessons/00/index.mdx")).toContain("floor: lessons, labs is below");
});

test("the engine is entered by engine/index.ts alone", () => {
  expect(from("widgets/back-door.ts")).toEqual(["the engine is entered by its front door"]);
});

test("Node's modules stop at engine/cli", () => {
  expect(from("engine/cpu/disk.ts")).toEqual(["only engine/cli and tests use Node's modules"]);
  expect(from("engine/cli/main.ts")).toEqual([]);
});

test("imports down, tests, and source read as text are free", () => {
  for (const file of ["engine/cpu/cpu.ts", "engine/index.ts", "widgets/good.ts", "widgets/good.test.ts"]) {
    expect(from(file), file).toEqual([]);
  }
  for (const file of ["widgets/text.ts", "site/page.ts", "site/Page.astro"]) expect(from(file), file).toEqual([]);
});
