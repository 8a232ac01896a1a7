/** The labs as they lie on disk, for Node: the grade command, the check and the tests. A page has labs/page.ts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Files, Lab, WrongSolutions } from "../widgets/lab/rubric.ts";

const root = new URL("./", import.meta.url);

/** The folders that hold a lab, in order. */
export function labNames(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/lab.ts`, root)))
    .map(({ name }) => name)
    .sort();
}

/** A lab by its folder. */
export async function loadLab(name: string): Promise<Lab> {
  const { lab } = (await import(new URL(`${name}/lab.ts`, root).href)) as { lab: Lab };
  return lab;
}

/** What the lab's wrong solutions must lose. */
export async function loadWrong(name: string): Promise<WrongSolutions> {
  const { wrong } = (await import(new URL(`${name}/wrong.ts`, root).href)) as { wrong: WrongSolutions };
  return wrong;
}

/** Names of the lab's wrong solutions: the folders under wrong/, and with `wrong` also what it describes as a change. */
export function wrongNames(lab: string, wrong: WrongSolutions = {}): string[] {
  const folder = new URL(`${lab}/wrong/`, root);
  const changes = Object.keys(wrong).filter((name) => wrong[name].change);
  return [...new Set([...(existsSync(folder) ? readdirSync(folder) : []), ...changes])].sort();
}

/** A wrong solution's files: its folder's, or the solution's with its change made. */
export function readWrong(lab: Lab, name: string, wrong: WrongSolutions): Files {
  const { change } = wrong[name] ?? {};
  if (!change) return readFiles(lab, `wrong/${name}`);
  const files = readFiles(lab, "solution");
  const file = lab.files.find((one) => files[one].includes(change[0]));
  if (file === undefined) throw new Error(`${name}: “${change[0]}” stands in no file of the solution`);
  return { ...files, [file]: files[file].replace(change[0], () => change[1]) };
}

/** The lab's files out of one of its folders: "starter", "solution", "wrong/no-signature". */
export function readFiles(lab: Lab, folder: string): Files {
  const read = (file: string) => readFileSync(new URL(`${lab.id}/${folder}/${file}`, root), "utf8");
  return Object.fromEntries(lab.files.map((file) => [file, read(file)]));
}
