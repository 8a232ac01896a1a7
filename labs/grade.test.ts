// The grade command as an instructor runs it: a process of its own, on files as students hand them in.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade } from "../widgets/lab/grader.ts";
import { HANDIN_MAX_BYTES, writeHandIn } from "../widgets/lab/handin.ts";
import { canonical, type Report } from "../widgets/lab/report.ts";
import type { Files } from "../widgets/lab/rubric.ts";
import { loadLab, readFiles } from "./folders.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
// Each test starts a process of its own, and several may share two cores.
vi.setConfig({ testTimeout: 120_000 });
let folder: string;
let reports: Map<string, Report>;
let texts: Map<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ring-grade-"));
  const lab = await loadLab("02-boot-sector");
  const bench = await engineBench();
  reports = new Map();
  texts = new Map();
  for (const name of ["solution", "starter", "wrong/no-segments"]) {
    const files: Files = readFiles(lab, name);
    const report = grade(lab, files, bench);
    const key = name.replace("wrong/", "");
    reports.set(key, report);
    texts.set(key, writeHandIn(files, report, new Date(0)));
    writeFileSync(join(folder, `${key}.ring.json`), texts.get(key) as string);
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const result = spawnSync(process.execPath, [join(root, "labs/grade.ts"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: folder, NODE_NO_WARNINGS: "1" },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

test("three hand-ins: 100, less than 30, 90, each with the page's report", () => {
  const { code, out } = run("solution.ring.json", "starter.ring.json", "no-segments.ring.json");
  expect(out).toMatch(/solution\.ring\.json +02-boot-sector +100\/100 +same/);
  expect(out).toMatch(/starter\.ring\.json +02-boot-sector +[12]?\d\/100 .* same/);
  expect(out).toMatch(/no-segments\.ring\.json +02-boot-sector +90\/100 +segments +same/);
  expect(code).toBe(0);
});

test("the visible report is byte for byte the page's", () => {
  run("no-segments.ring.json", "--reports", "out");
  const again = readFileSync(join(folder, "out/no-segments.report.json"), "utf8");
  expect(again).toBe(canonical(reports.get("no-segments")));
});

test("a report that claims 100 points for a starter is not believed, and said to differ", () => {
  const handIn = JSON.parse(texts.get("starter") as string);
  handIn.report = reports.get("solution");
  writeFileSync(join(folder, "cheat.ring.json"), JSON.stringify(handIn));
  const { out } = run("cheat.ring.json");
  expect(out).toMatch(/cheat\.ring\.json +02-boot-sector +[12]?\d\/100 .* differs/);
});

test("--hidden adds its own points, and its checks see the lab's observations", () => {
  mkdirSync(join(folder, "hidden/02-boot-sector"), { recursive: true });
  writeFileSync(
    join(folder, "hidden/02-boot-sector/hidden.mjs"),
    `const down = { title: "DF = 1", at: 0x7c00, registers: [["EFLAGS", 0x402n]] };
    export const items = ({ observeRun }) => [{
      id: "direction", title: "Works with DF = 1", points: 20, dependsOn: ["message"],
      check(context) {
        const run = observeRun(context, "down", down);
        const passed = run.screen.some((row) => row.includes("Booted from 7C00"));
        return passed ? { passed } : { passed, expected: "the line with DF = 1", saw: run.screen.join("|") };
      },
    }];`,
  );
  const { out, code } = run("solution.ring.json", "starter.ring.json", "--hidden", "hidden");
  expect(out).toMatch(/solution\.ring\.json +02-boot-sector +100\/100 +20\/20 +same/);
  expect(out).toMatch(/starter\.ring\.json +02-boot-sector +[12]?\d\/100 +0\/20 .*hidden direction +same/);
  expect(code).toBe(0);
  expect(run("solution.ring.json", "--hidden", "nowhere")).toMatchObject({ code: 1 });
});

test("--csv is a head and a line a file; a name that begins with = is no formula", () => {
  writeFileSync(join(folder, "=HYPERLINK(1).ring.json"), texts.get("solution") as string);
  const { out } = run("--csv", "=HYPERLINK(1).ring.json", "solution.ring.json");
  const [head, first, second] = out.trim().split("\r\n");
  expect(head.split(",").slice(0, 6)).toEqual(["file", "lab", "version", "handed in", "points", "of"]);
  expect(first.startsWith("'=HYPERLINK(1).ring.json,02-boot-sector,1,")).toBe(true);
  expect(second).toContain(",100,100,");
});

test("a damaged file is named with its offset, the next one is graded, no stack trace, exit code 1", () => {
  const whole = texts.get("solution") as string;
  writeFileSync(join(folder, "cut.ring.json"), whole.slice(0, 300));
  writeFileSync(join(folder, "zip.ring.json"), "PK\u0003\u0004rest");
  writeFileSync(join(folder, "huge.ring.json"), Buffer.alloc(HANDIN_MAX_BYTES + 1, 0x20));
  writeFileSync(join(folder, "other.ring.json"), whole.replace('"lab": "02-boot-sector"', '"lab": "07-paging"'));
  mkdirSync(join(folder, "folder.ring.json"), { recursive: true });
  const files = ["cut", "zip", "huge", "other", "folder", "missing"].map((name) => `${name}.ring.json`);
  const { code, out, err } = run(...files, "solution.ring.json");
  expect(code).toBe(1);
  expect(out).toContain("cut.ring.json: offset 300 (line ");
  expect(out).toContain('zip.ring.json: offset 0 (line 1, column 1): expected a value, saw "P".');
  expect(out).toContain(`huge.ring.json: is ${HANDIN_MAX_BYTES + 1} bytes long; expected a hand-in of at most`);
  const labs = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((one) => one.isDirectory());
  const names = labs.map(({ name }) => name).sort();
  expect(out).toContain(`other.ring.json: field "lab": expected one of ${names.join(", ")}; saw "07-paging".`);
  expect(out).toContain("folder.ring.json: is a folder; expected a hand-in, a file.");
  expect(out).toContain("missing.ring.json: there is no such file.");
  expect(out).toMatch(/solution\.ring\.json +02-boot-sector +100\/100/);
  expect(out + err).not.toMatch(/ {4}at |node:internal|Error:/);
});

test("a hand-in whose source tries to be a bomb is graded, or refused, in seconds", () => {
  const handIn = JSON.parse(texts.get("starter") as string);
  const bombs = [
    ".rept 1000000000\nnop\n.endr",
    ".fill 0x7fffffff, 1, 0",
    ".macro m\nm\nm\n.endm\nm",
    '.include "/etc/passwd"',
  ];
  const names = bombs.map((source, i) => {
    handIn.files["boot.S"] = source;
    writeFileSync(join(folder, `bomb${i}.ring.json`), JSON.stringify(handIn));
    return `bomb${i}.ring.json`;
  });
  const { out, err } = run(...names);
  for (const name of names) expect(out).toMatch(new RegExp(`${name} +02-boot-sector +0/100`));
  expect(out + err).not.toContain("root:");
});

test("no files, and options that are not there, are one sentence", () => {
  expect(run()).toMatchObject({ code: 1, out: "", err: expect.stringContaining("No hand-ins were named.") });
  expect(run("--hiden", "x").err).toContain("--hiden: there is no such option.");
});
