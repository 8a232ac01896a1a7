// Rules for labs: the rubric's shape, and what grading makes of the solution, the starter and the wrong solutions.
import { existsSync, readFileSync } from "node:fs";
import { z } from "astro/zod";
import { loadLab, loadWrong, readFiles, readWrong, wrongNames } from "../../labs/folders.ts";
import type { Bench } from "../../widgets/lab/bench.ts";
import { grade } from "../../widgets/lab/grader.ts";
import { canonical, type Report } from "../../widgets/lab/report.ts";
import type { Files, Lab, WrongSolutions } from "../../widgets/lab/rubric.ts";
import { suggestion } from "../nearest.ts";
import type { Finding } from "../problem.ts";

/** The share that a starter stays below. */
const starterShare = 0.3;
/** Fewer wrong solutions are no test of a rubric. */
const leastWrong = 3;

/** A lab's folder, read and graded as far as it goes. */
export interface LabFolder {
  readonly name: string;
  /** Path from the checkout of one of its files. */
  path(file: string): string;
  has(file: string): boolean;
  /** The line of lab.ts or wrong.ts where a text stands first; 1 where it does not. */
  lineOf(file: string, text: string): number;
  readonly lab: Lab | undefined;
  /** Why lab.ts, or wrong.ts, cannot be used. */
  readonly fault: { readonly file: string; readonly message: string } | undefined;
  readonly wrong: WrongSolutions;
  /** Names of wrong solutions that there are: folders, and changes that wrong.ts describes. */
  readonly folders: readonly string[];
  /** The grade of "starter", "solution" or "wrong/NAME"; a sentence where it cannot be graded. */
  report(of: string): Report | string;
  /** The solution's grade, worked out once more. */
  again(): Report;
}

/** One thing that a lab must hold to. */
export interface LabRule {
  readonly name: string;
  readonly says: string;
  readonly severity?: "warning";
  check(folder: LabFolder): Iterable<Finding>;
}

const kebab = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "small letters and digits with dashes");
const isFunction = z.custom((value) => typeof value === "function", "a function");
/** What lab.ts exports as `lab`; what a lab has beyond it is its own. */
export const labSchema = z.looseObject({
  id: kebab,
  version: z.int().min(1),
  title: z.string().min(1),
  files: z.array(z.string().min(1)),
  hints: z.array(z.string().min(1)),
  scenarios: z.record(z.string(), z.looseObject({ title: z.string().min(1), at: z.int().min(0) })),
  items: z
    .array(
      z.looseObject({
        id: kebab,
        title: z.string().min(1),
        points: z.int().min(1).max(100),
        dependsOn: z.array(z.string()).optional(),
        check: isFunction,
      }),
    )
    .min(2),
  later: z.array(z.looseObject({ id: kebab, title: z.string().min(1) })),
  budget: z.int().min(1),
});

/** Reads a lab. Never throws for what an author wrote. */
export async function readLabFolder(root: string, name: string, bench: Bench): Promise<LabFolder> {
  const path = (file: string) => `labs/${name}/${file}`;
  let fault: LabFolder["fault"];
  const load = async <T>(file: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      fault ??= { file, message: (error as Error).message.split("\n")[0].replaceAll(root, "") };
      return undefined;
    }
  };
  const lab = await load("lab.ts", () => loadLab(name));
  const wrong = (lab && (await load("wrong.ts", () => loadWrong(name)))) ?? {};
  if (lab === undefined) fault ??= { file: "lab.ts", message: "it exports no lab" };
  const graded = new Map<string, Report | string>();
  const filesOf = (of: string): Files =>
    of.startsWith("wrong/") ? readWrong(lab!, of.slice(6), wrong) : readFiles(lab!, of);
  return {
    name,
    path,
    has: (file) => existsSync(root + path(file)),
    lab,
    fault,
    wrong,
    folders: lab ? wrongNames(name, wrong) : [],
    lineOf(file, text) {
      if (!existsSync(root + path(file))) return 1;
      const lines = readFileSync(root + path(file), "utf8").split("\n");
      return lines.findIndex((line) => line.includes(text)) + 1 || 1;
    },
    again: () => grade(lab!, filesOf("solution"), bench),
    report(of) {
      const known = graded.get(of);
      if (known !== undefined) return known;
      let report: Report | string;
      try {
        report = grade(lab!, filesOf(of), bench);
      } catch (error) {
        report = (error as Error).message.split("\n")[0].replaceAll(root, "");
      }
      graded.set(of, report);
      return report;
    },
  };
}

const lost = (report: Report) =>
  report.rows
    .filter(({ state }) => state === "failed" || state === "not reached")
    .map(({ id }) => id)
    .sort();

/** A rule for labs that could be read. */
function rule(name: string, says: string, check: (folder: LabFolder & { lab: Lab }) => Iterable<Finding>): LabRule {
  return {
    name,
    says,
    check: (folder) => (folder.lab && !folder.fault ? check(folder as LabFolder & { lab: Lab }) : []),
  };
}

export const labRules: readonly LabRule[] = [
  {
    name: "lab-loads",
    says: "lab.ts exports a lab and wrong.ts its wrong solutions.",
    *check({ fault, path }) {
      if (fault)
        yield {
          file: path(fault.file),
          line: 1,
          message: `${fault.file} cannot be used: ${fault.message}.`,
          hint: "labs/README.md shows one.",
        };
    },
  },
  rule("lab-schema", "A lab has what its schema asks for: titles, points, checks.", function* ({ lab, path, lineOf }) {
    for (const issue of labSchema.safeParse(lab).error?.issues ?? []) {
      const at = issue.path.map(String).join(".");
      yield {
        file: path("lab.ts"),
        line: lineOf("lab.ts", `${String(issue.path[0])}:`),
        message: `“${at}” is wrong: ${issue.message.replace(/^Invalid input: /, "")}.`,
        hint: "widgets/lab/rubric.ts says what each is.",
      };
    }
  }),
  rule("lab-id", "A lab's id is its folder's name.", function* ({ lab, name, path, lineOf }) {
    if (lab.id !== name)
      yield {
        file: path("lab.ts"),
        line: lineOf("lab.ts", "id:"),
        message: `The id is ${lab.id}.`,
        hint: `Write id: "${name}".`,
      };
  }),
  rule("lab-statement", "A lab has a statement.", function* ({ has, path, lineOf }) {
    if (!has("statement.mdx"))
      yield {
        file: path("lab.ts"),
        line: lineOf("lab.ts", "id:"),
        message: "The lab has no statement.mdx.",
        hint: "Say what to build.",
      };
  }),
  rule("lab-hints", "A lab has hints, from the gentlest on.", function* ({ lab, path, lineOf }) {
    if (lab.hints.length === 0)
      yield {
        file: path("lab.ts"),
        line: lineOf("lab.ts", "hints"),
        message: "The lab has no hints.",
        hint: "Say where one might look first.",
      };
  }),
  rule("lab-files", "The starter and the solution have each of the lab's files.", function* ({ lab, has, path }) {
    for (const which of ["starter", "solution"])
      for (const file of lab.files)
        if (!has(`${which}/${file}`))
          yield {
            file: path("lab.ts"),
            line: 1,
            message: `There is no ${which}/${file}.`,
            hint: `The lab's files are ${lab.files.join(", ")}.`,
          };
  }),
  rule(
    "lab-grades",
    "Every check answers, whatever it is given: the starter, the solution, each wrong solution.",
    function* ({ report, folders, path }) {
      for (const which of ["starter", "solution", ...folders.map((one) => `wrong/${one}`)]) {
        const graded = report(which);
        if (typeof graded === "string")
          yield {
            file: path("lab.ts"),
            line: 1,
            message: `${which} cannot be graded: ${graded}.`,
            hint: "A check answers passed, or what it expected and saw.",
          };
      }
    },
  ),
  rule("lab-solution", "The solution earns every point.", function* ({ report, path, lineOf }) {
    const graded = report("solution");
    if (typeof graded === "string") return;
    for (const { id, state, expected = "", saw = "", points, earned } of graded.rows)
      if (earned < points)
        yield {
          file: path("lab.ts"),
          line: lineOf("lab.ts", `"${id}"`),
          message: `The solution loses ${points} for ${id} (${state}).`,
          hint: expected ? `Expected ${expected}; saw ${saw}.` : "See what it waits for.",
        };
  }),
  rule("lab-starter", `The starter earns less than ${starterShare * 100} %.`, function* ({ report, path }) {
    const graded = report("starter");
    if (typeof graded === "string" || graded.earned < starterShare * graded.points) return;
    const earned = graded.rows.filter(({ earned }) => earned > 0).map(({ id }) => id);
    yield {
      file: path("lab.ts"),
      line: 1,
      message: `The starter earns ${graded.earned} of ${graded.points}: ${earned.join(", ")}.`,
      hint: "Leave more to do, or ask for more.",
    };
  }),
  rule("lab-repeatable", "Grading twice gives the same report, byte for byte.", function* ({ report, again, path }) {
    const first = report("solution");
    if (typeof first === "string" || canonical(again()) === canonical(first)) return;
    yield {
      file: path("lab.ts"),
      line: 1,
      message: "The solution's second report differs from its first.",
      hint: "No check may keep anything, or ask for time or chance.",
    };
  }),
  rule("lab-wrong-count", `There are at least ${leastWrong} wrong solutions.`, function* ({ folders, path }) {
    if (folders.length < leastWrong)
      yield {
        file: path("wrong.ts"),
        line: 1,
        message: `There are ${folders.length} wrong solutions; expected ${leastWrong} or more.`,
        hint: "What do students get wrong?",
      };
  }),
  rule(
    "lab-wrong-named",
    "wrong.ts says of each wrong solution what it loses, and of no other.",
    function* ({ folders, wrong, path, lineOf }) {
      const declared = Object.keys(wrong);
      for (const one of folders)
        if (!wrong[one])
          yield {
            file: path("wrong.ts"),
            line: 1,
            message: `wrong/${one} has no line in wrong.ts.`,
            hint: suggestion(one, declared, "Say which items it loses, and how many points."),
          };
      for (const one of declared)
        if (!folders.includes(one))
          yield {
            file: path("wrong.ts"),
            line: lineOf("wrong.ts", one),
            message: `There is no folder wrong/${one}, and no change.`,
            hint: suggestion(one, folders, 'Write change: ["what stands in the solution", "what is wrong"].'),
          };
    },
  ),
  rule(
    "lab-wrong-loses",
    "Each wrong solution loses what wrong.ts says and nothing else.",
    function* ({ folders, wrong, report, path, lineOf, lab }) {
      const ids = lab.items.map(({ id }) => id);
      for (const one of folders) {
        const graded = report(`wrong/${one}`);
        if (!wrong[one] || typeof graded === "string") continue;
        const declared = [...wrong[one].items].sort();
        const at = { file: path("wrong.ts"), line: lineOf("wrong.ts", one) };
        const stray = declared.find((id) => !ids.includes(id));
        const points = graded.points - graded.earned;
        if (stray !== undefined)
          yield {
            ...at,
            message: `${one}: there is no item ${stray}.`,
            hint: suggestion(stray, ids, `The items are ${ids.join(", ")}.`),
          };
        else if (lost(graded).join() !== declared.join())
          yield {
            ...at,
            message: `${one} loses ${lost(graded).join(", ") || "nothing"}.`,
            hint: `wrong.ts says ${declared.join(", ") || "nothing"}.`,
          };
        else if (points !== wrong[one].points)
          yield { ...at, message: `${one} loses ${points} points.`, hint: `wrong.ts says ${wrong[one].points}.` };
      }
    },
  ),
];
