// Part of `npm run check`: each lab's solution earns every point, its starter less than 30 %, and each wrong solution
// loses the points it should and no others.

import type { Bench } from "../widgets/lab/bench.ts";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade } from "../widgets/lab/grader.ts";
import type { Report } from "../widgets/lab/report.ts";
import { labNames, loadLab, loadWrong, readFiles, wrongNames } from "./folders.ts";

/** The share that a starter stays below. */
const STARTER_SHARE = 0.3;
/** Fewer are no test of a rubric. */
const LEAST_WRONG = 5;

/** What is wrong with the lab in folder `name`, one sentence each; none is as it should be. */
export async function checkLab(name: string, bench: Bench): Promise<string[]> {
  const lab = await loadLab(name);
  const wrong = await loadWrong(name);
  const problems: string[] = [];
  if (lab.id !== name) problems.push(`lab.ts says its id is "${lab.id}"; expected the folder's name`);
  const solution = grade(lab, readFiles(lab, "solution"), bench);
  if (solution.earned !== solution.points) problems.push(`the solution loses ${lostItems(solution).join(", ")}`);
  const starter = grade(lab, readFiles(lab, "starter"), bench);
  if (starter.earned >= STARTER_SHARE * starter.points) problems.push(`the starter earns ${starter.earned} points`);
  const folders = wrongNames(name);
  if (folders.length < LEAST_WRONG) problems.push(`${folders.length} wrong solutions; expected ${LEAST_WRONG} or more`);
  for (const missing of Object.keys(wrong).filter((one) => !folders.includes(one))) {
    problems.push(`wrong.ts names "${missing}", which has no folder under wrong/`);
  }
  for (const folder of folders) {
    const report = grade(lab, readFiles(lab, `wrong/${folder}`), bench);
    const declared = wrong[folder];
    if (!declared) problems.push(`wrong/${folder} has no line in wrong.ts`);
    else if (lostItems(report).join() !== [...declared.items].sort().join()) {
      problems.push(
        `wrong/${folder} loses ${lostItems(report).join(", ")}; declared: ${[...declared.items].sort().join(", ")}`,
      );
    } else if (report.points - report.earned !== declared.points) {
      problems.push(`wrong/${folder} loses ${report.points - report.earned} points; declared: ${declared.points}`);
    }
  }
  return problems;
}

function lostItems(report: Report): string[] {
  const lost = report.rows.filter(({ state }) => state === "failed" || state === "not reached");
  return lost.map(({ id }) => id).sort();
}

if (import.meta.main) {
  const bench = await engineBench();
  for (const name of labNames()) {
    const problems = await checkLab(name, bench);
    for (const problem of problems) console.error(`labs/${name}: ${problem}`);
    if (problems.length) process.exitCode = 1;
  }
}
