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

/** Names of the folders under wrong/. */
export function wrongNames(lab: string): string[] {
  return readdirSync(new URL(`${lab}/wrong/`, root)).sort();
}

/** The lab's files out of one of its folders: "starter", "solution", "wrong/no-signature". */
export function readFiles(lab: Lab, folder: string): Files {
  const read = (file: string) => readFileSync(new URL(`${lab.id}/${folder}/${file}`, root), "utf8");
  return Object.fromEntries(lab.files.map((file) => [file, read(file)]));
}
