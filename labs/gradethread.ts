/**
 * The thread in which `npm run grade` grades: whatever a hand-in makes the engine do, the command can end it. Nothing of
 * a hand-in is run as JavaScript; hidden checks are the instructor's, and are.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade, gradeHidden } from "../widgets/lab/grader.ts";
import type { Report } from "../widgets/lab/report.ts";
import type { Files, Item } from "../widgets/lab/rubric.ts";
import { loadLab } from "./folders.ts";

export interface ThreadRequest {
  readonly lab: string;
  readonly files: Files;
  /** The folder that `--hidden` gave. */
  readonly hidden: string | undefined;
}

export type ThreadReply = { readonly report: Report; readonly hidden?: Report } | { readonly problem: string };

/**
 * The hidden items of a lab: `items` of hidden.ts or hidden.mjs in its folder; undefined where there are none. A function
 * gets the lab's observe.ts, so that a hidden check looks at a machine with the same eyes as the rubric; that of a lab
 * which has none gets the questions of simple.ts.
 */
export async function loadHidden(folder: string, lab: string): Promise<readonly Item[] | undefined> {
  const path = ["hidden.ts", "hidden.mjs"].map((name) => `${folder}/${lab}/${name}`).find((one) => existsSync(one));
  if (!path) return undefined;
  const { items } = (await import(pathToFileURL(path).href)) as { items?: unknown };
  const observe = new URL(`${lab}/observe.ts`, import.meta.url);
  const eyes = existsSync(observe) ? observe : new URL("simple.ts", import.meta.url);
  const made = typeof items === "function" ? items(await import(eyes.href)) : items;
  if (!Array.isArray(made)) throw new Error(`${path}: expected an export "items", a list of checks`);
  return made;
}

async function answer({ lab: name, files, hidden }: ThreadRequest): Promise<ThreadReply> {
  try {
    const lab = await loadLab(name);
    const bench = await engineBench();
    const report = grade(lab, files, bench);
    const items = hidden === undefined ? undefined : await loadHidden(hidden, name);
    return items ? { report, hidden: gradeHidden(lab, items, files, bench) } : { report };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", async (request: ThreadRequest) => parentPort?.postMessage(await answer(request)));
