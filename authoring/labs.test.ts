// One case a rule for labs: a lab that is whole, with one thing changed.
import { expect, test } from "vitest";
import type { Report, ReportRow } from "../widgets/lab/report.ts";
import type { Lab } from "../widgets/lab/rubric.ts";
import { type LabFolder, labRules } from "./rules/labs.ts";

const item = (id: string, points: number) => ({ id, title: id, points, check: () => ({ passed: true }) as const });
const lab: Lab = {
  id: "03-lab",
  version: 1,
  title: "A lab",
  files: ["boot.S"],
  hints: ["Look at AX."],
  source: () => ({ text: "", request: { file: "boot.S" } }),
  configuration: () => ({}),
  scenarios: { plain: { title: "As it is", at: 0x7c00 } },
  items: [item("sum", 60), item("halts", 40)],
  later: [],
  budget: 1000,
};
const row = (id: string, points: number, passed: boolean): ReportRow => ({
  id,
  title: id,
  points,
  earned: passed ? points : 0,
  state: passed ? "passed" : "failed",
  expected: "2",
  saw: "3",
});
const report = (sum: boolean, halts: boolean): Report => ({
  format: "ring-report",
  lab: "03-lab",
  labVersion: 1,
  engine: "e",
  earned: (sum ? 60 : 0) + (halts ? 40 : 0),
  points: 100,
  rows: [row("sum", 60, sum), row("halts", 40, halts)],
});
const reports: Record<string, Report | string> = {
  solution: report(true, true),
  starter: report(false, false),
  "wrong/a": report(false, true),
  "wrong/b": report(true, false),
  "wrong/c": report(false, false),
};
const whole: LabFolder = {
  name: "03-lab",
  path: (file) => `labs/03-lab/${file}`,
  has: () => true,
  lineOf: () => 7,
  lab,
  fault: undefined,
  wrong: {
    a: { items: ["sum"], points: 60 },
    b: { items: ["halts"], points: 40 },
    c: { items: ["sum", "halts"], points: 100 },
  },
  folders: ["a", "b", "c"],
  report: (which) => reports[which],
  again: () => report(true, true),
};
const graded = (which: string, as: Report | string): Partial<LabFolder> => ({
  report: (one) => (one === which ? as : reports[one]),
});

const cases: readonly (readonly [string, Partial<LabFolder>, RegExp])[] = [
  ["lab-loads", { lab: undefined, fault: { file: "lab.ts", message: "it exports no lab" } }, /^lab.ts cannot be used/],
  ["lab-schema", { lab: { ...lab, title: "", version: 0 } }, /^“version” is wrong.*\n“title” is wrong/],
  ["lab-id", { lab: { ...lab, id: "03-lba" } }, /^The id is 03-lba. Write id: "03-lab"/],
  ["lab-statement", { has: (file) => file !== "statement.mdx" }, /^The lab has no statement.mdx/],
  ["lab-hints", { lab: { ...lab, hints: [] } }, /^The lab has no hints/],
  ["lab-files", { has: (file) => file !== "starter/boot.S" }, /^There is no starter\/boot.S/],
  ["lab-grades", graded("wrong/b", "the check “sum” broke"), /^wrong\/b cannot be graded: the check “sum” broke/],
  [
    "lab-solution",
    graded("solution", report(false, true)),
    /^The solution loses 60 for sum \(failed\). Expected 2; saw 3/,
  ],
  ["lab-starter", graded("starter", report(false, true)), /^The starter earns 40 of 100: halts/],
  ["lab-repeatable", { again: () => report(true, false) }, /^The solution's second report differs/],
  ["lab-wrong-count", { folders: ["a", "b"] }, /^There are 2 wrong solutions; expected 3 or more/],
  ["lab-wrong-named", { folders: ["a", "b", "d"] }, /^wrong\/d has no line in wrong.ts.*\nThere is no folder wrong\/c/],
  ["lab-wrong-loses", graded("wrong/a", report(false, false)), /^a loses halts, sum. wrong.ts says sum/],
  [
    "lab-wrong-loses",
    { wrong: { ...whole.wrong, a: { items: ["sum"], points: 50 } } },
    /^a loses 60 points. wrong.ts says 50/,
  ],
  [
    "lab-wrong-loses",
    { wrong: { ...whole.wrong, a: { items: ["sums"], points: 60 } } },
    /^a: there is no item sums. Did you mean sum\?/,
  ],
];

test("a whole lab has nothing to mend", () => {
  expect(labRules.flatMap(({ check }) => [...check(whole)])).toEqual([]);
});

test.each(cases)("%s", (name, change, said) => {
  const rule = labRules.find((one) => one.name === name)!;
  expect([...rule.check({ ...whole, ...change })].map(({ message, hint }) => `${message} ${hint}`).join("\n")).toMatch(
    said,
  );
});

test("every rule has a case", () => {
  const tried = new Set(cases.map(([name]) => name));
  expect(labRules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});
