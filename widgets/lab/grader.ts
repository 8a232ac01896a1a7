/**
 * Runs a rubric: builds the student's files, asks each item in turn, and adds up. Nothing here waits, looks at a clock
 * or draws a random number, so a grade is a function of files, lab version, engine build and hidden items.
 */
import { type Bench, limitBench } from "./bench.ts";
import type { Report, ReportRow } from "./report.ts";
import type { Context, Files, Finding, Item, Lab, Place } from "./rubric.ts";

/** A check that threw: a fault of the lab (or of a hidden check), not of the student. */
export class CheckError extends Error {
  constructor(lab: string, item: string, cause: unknown) {
    super(`${lab}: the check "${item}" broke: ${cause instanceof Error ? cause.message : String(cause)}`);
    this.name = "CheckError";
  }
}

/**
 * Grades `files`; the answer is what the page shows and a hand-in carries. Items that are checked after hand-in have
 * their row and no points. Throws a CheckError where a check itself is broken.
 */
export function grade(lab: Lab, files: Files, bench: Bench): Report {
  const context = makeContext(lab, files, bench);
  const rows = judge(lab.id, lab.items, context);
  const later = lab.later.map(
    ({ id, title }): ReportRow => ({ id, title, points: 0, earned: 0, state: "after hand-in" }),
  );
  return makeReport(lab, bench, [...rows, ...later]);
}

/** Grades by `hidden` items alone, in a run of their own. They may depend on the lab's items by name. */
export function gradeHidden(lab: Lab, hidden: readonly Item[], files: Files, bench: Bench): Report {
  const context = makeContext(lab, files, bench);
  const visible = judge(lab.id, lab.items, context);
  return makeReport(lab, bench, judge(lab.id, hidden, context, visible));
}

function makeReport(lab: Lab, bench: Bench, rows: readonly ReportRow[]): Report {
  return {
    format: "ring-report",
    lab: lab.id,
    labVersion: lab.version,
    engine: bench.engine,
    earned: rows.reduce((sum, row) => sum + row.earned, 0),
    points: rows.reduce((sum, row) => sum + row.points, 0),
    rows,
  };
}

function makeContext(lab: Lab, files: Files, whole: Bench): Context {
  const bench = limitBench(whole, lab.budget);
  const { text, request } = lab.source(files);
  const build = bench.assemble(text, request);
  const known = new Map<unknown, unknown>();
  const context: Context = {
    files,
    build,
    lab,
    bench,
    once<T>(observe: (context: Context) => T): T {
      if (!known.has(observe)) known.set(observe, observe(context));
      return known.get(observe) as T;
    },
    placeOf(address): Place | undefined {
      const found = build.lines.find((line) => address >= line.address && address < line.address + line.length);
      // What a lab gives beside the student's files is not theirs to mend.
      return found && lab.files.includes(found.file) ? { file: found.file, line: found.line } : undefined;
    },
  };
  return context;
}

function judge(lab: string, items: readonly Item[], context: Context, before: readonly ReportRow[] = []): ReportRow[] {
  const states = new Map(before.map((row) => [row.id, row.state]));
  return items.map((item) => {
    const missing = item.dependsOn?.find((id) => states.get(id) !== "passed");
    const row = toRow(item, missing === undefined ? ask(lab, item, context) : { blockedBy: missing });
    states.set(item.id, row.state);
    return row;
  });
}

function ask(lab: string, item: Item, context: Context): Finding {
  try {
    return item.check(context);
  } catch (cause) {
    throw new CheckError(lab, item.id, cause);
  }
}

function toRow(item: Item, finding: Finding): ReportRow {
  const { id, title, points } = item;
  if ("blockedBy" in finding) {
    return { id, title, points, earned: 0, state: "not reached", blockedBy: finding.blockedBy };
  }
  if (finding.passed) {
    return { id, title, points, earned: points, state: "passed", ...(finding.saw ? { saw: finding.saw } : {}) };
  }
  const { expected, saw, moment, place } = finding;
  return { id, title, points, earned: 0, state: "failed", expected, saw, ...moment, ...place };
}
