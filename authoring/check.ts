// Part of `npm run check`: every lesson, lab and the guide against the rules of rules/. `node authoring/check.ts NAME…`
// looks at those folders alone, `--rules` lists what is looked for. Warnings do not fail.
import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLocalEngine, openBench } from "../engine/index.ts";
import { labNames } from "../labs/folders.ts";
import { lessons as planned } from "../site/course.ts";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { type Document, type Kind, readDocument } from "./document.ts";
import { type Problem, problemText } from "./problem.ts";
import { rules } from "./rules/index.ts";
import { labRules, readLabFolder } from "./rules/labs.ts";
import { addressOf } from "./rules/prose.ts";
import type { Rule, World } from "./rules/rule.ts";
import { Stage } from "./stage.ts";
import { readVocabulary } from "./vocabulary.ts";

export const root: string = fileURLToPath(new URL("../", import.meta.url));

const places: readonly (readonly [Kind, string])[] = [
  ["lesson", "lessons/*/index.mdx"],
  ["statement", "labs/*/statement.mdx"],
  ["guide", "authoring/guide/index.mdx"],
];

/** Every document of the checkout. */
export function readDocuments(): Document[] {
  return places.flatMap(([kind, pattern]) =>
    globSync(pattern, { cwd: root })
      .sort()
      .map((file) => readDocument(readFileSync(root + file, "utf8"), file.replaceAll("\\", "/"), kind)),
  );
}

/** What rules look at beside the document that they judge. */
export async function makeWorld(
  documents: readonly Document[],
): Promise<World & { close(document: Document): Promise<void> }> {
  const stages = new Map<Document, Stage>();
  const engine = await createLocalEngine();
  const pages = new Set([...documents.map(addressOf), ...sitePages()]);
  return {
    root,
    documents,
    engine,
    bench: await openBench(),
    vocabulary: await readVocabulary(root),
    planned: planned.map(({ number }) => number),
    firmware: globSync("engine/firmware/*.S", { cwd: root }).map((file) => file.replace(/.*[\\/]/, "")),
    hasPage: (address) => pages.has(address) || existsSync(`${root}public${address}`),
    stage(document) {
      const stage = stages.get(document) ?? new Stage(document, root, engine);
      stages.set(document, stage);
      return stage;
    },
    async close(document) {
      await stages.get(document)?.close();
      stages.delete(document);
    },
  };
}

/** Addresses of the pages under site/pages/ that are one file each. */
function sitePages(): string[] {
  const files = globSync("site/pages/**/*.astro", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return files
    .filter((file) => !file.includes("["))
    .map((file) => `/${file.replace(/^site\/pages\//, "").replace(/(?:index)?\.astro$/, "")}/`.replace("//", "/"));
}

/** What is wrong with a document by these rules, in the order of its lines. */
export async function checkDocument(document: Document, world: World, by: readonly Rule[] = rules): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { name, severity = "error", only, check } of by) {
    if (only && !only.includes(document.kind)) continue;
    // Of a text that cannot be read nothing else is known.
    if (document.fault && name !== "mdx" && name !== "head") continue;
    for (const finding of await check(document, world))
      problems.push({ file: document.file, ...finding, rule: name, severity });
  }
  return problems.sort((a, b) => a.line - b.line);
}

/** What is wrong with the lab in folder `name`. */
export async function checkLab(name: string): Promise<Problem[]> {
  const folder = await readLabFolder(root, name, await engineBench());
  const problems: Problem[] = [];
  for (const { name: rule, severity = "error", check } of labRules)
    for (const finding of check(folder)) problems.push({ file: folder.path("lab.ts"), ...finding, rule, severity });
  return problems;
}

/** `name`, as it stands on the command line, is that of a folder. */
const isNamed = (name: string, folder: string) => name.replace(/\/$/, "").endsWith(folder);

/** Of the names, those that are of no lesson, lab or guide. */
export function unknownNames(names: readonly string[]): string[] {
  const folders = [...readDocuments().map(({ folder }) => folder), ...labNames()];
  return names.filter((name) => !folders.some((folder) => isNamed(name, folder)));
}

/** Everything, or the folders named. */
export async function checkAll(names: readonly string[] = []): Promise<Problem[]> {
  const wanted = (folder: string) => names.length === 0 || names.some((name) => isNamed(name, folder));
  const documents = readDocuments();
  const world = await makeWorld(documents);
  const problems: Problem[] = [];
  for (const document of documents.filter(({ folder }) => wanted(folder))) {
    problems.push(...(await checkDocument(document, world)));
    await world.close(document);
  }
  for (const name of labNames().filter(wanted)) problems.push(...(await checkLab(name)));
  return problems;
}

function printRules(): void {
  const width = Math.max(...[...rules, ...labRules].map(({ name }) => name.length));
  for (const { name, says, severity } of [...rules, ...labRules])
    console.log(`${name.padEnd(width)}  ${says}${severity ? " (a warning)" : ""}`);
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const unknown = unknownNames(names);
  if (names.includes("--rules")) printRules();
  else if (unknown.length > 0) {
    console.error(`There is no lesson or lab ${unknown.join(", ")}: expected a folder of lessons/ or labs/.`);
    process.exitCode = 1;
  } else {
    const from = performance.now();
    const problems = await checkAll(names);
    let file = "";
    for (const problem of problems) {
      if (problem.file !== file) console.error(`\n${(file = problem.file)}`);
      console.error(`  ${problem.severity === "warning" ? "warning: " : ""}${problemText(problem)}`);
    }
    const errors = problems.filter(({ severity }) => severity === "error").length;
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(
      `${rules.length + labRules.length} rules: ${errors} problems, ${problems.length - errors} warnings (${seconds} s)`,
    );
    process.exitCode = errors ? 1 : 0;
  }
}
