// `npm run check`, lessons: what docs and builds cannot see. Each lesson has the length and the live parts that a lesson
// needs, its sources assemble, and what its elements name is there. Cells compile when the site is built, and
// predictions are measured then (site/recorded/).
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBench, type Workbench } from "../engine/index.ts";
import { parseUntil } from "../widgets/model/until.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Something an author should mend. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface Tag {
  readonly name: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const words = { least: 1500, most: 4000 };
const viewNames = /^ring-(?:machine|screen|console|registers|disassembly|source|memory|timeline)$/;
const places = ["until", "at", "data-at"] as const;

/** What is wrong with the lesson in `text`; `file` names it. */
export function checkLesson(text: string, file: string, bench: Pick<Workbench, "assemble">): Problem[] {
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const tags = findTags(text, lineOf);
  const sources = [...text.matchAll(/^```asm (?:cell|name)=(\w+)(.*)\n([\s\S]*?)^```/gm)];
  const problems: Problem[] = [];
  const report = (line: number, message: string) => problems.push({ file, line, message });

  const count = prose(text).split(/\s+/).filter(Boolean).length;
  if (count < words.least || count > words.most) {
    report(1, `${count} words; a lesson has ${words.least} to ${words.most}`);
  }
  const views =
    tags.filter(({ name }) => viewNames.test(name)).length + [...text.matchAll(/^```(?:js|ts) cell/gm)].length;
  if (views < 3) report(1, `${views} live machines, views or cells; a lesson has at least 3`);
  const predictions = tags.filter(({ name }) => name === "ring-predict");
  const promised = Number(/^predictions: (\d+)$/m.exec(text)?.[1] ?? 0);
  if (predictions.length < 3) report(1, `${predictions.length} predictions; a lesson has at least 3`);
  if (predictions.length !== promised) {
    report(1, `${predictions.length} predictions, but the head says ${promised}: progress is counted by it`);
  }

  const ids = new Map<string, number>();
  for (const { line, attributes } of tags) {
    if (!attributes["id"]) continue;
    if (ids.has(attributes["id"]))
      report(line, `the id ${attributes["id"]} is taken in line ${ids.get(attributes["id"])}`);
    ids.set(attributes["id"], line);
  }
  const machines = new Set(
    tags.filter(({ name }) => name === "ring-machine").map(({ attributes }) => attributes["id"]),
  );
  const named = new Set(sources.map(([, name]) => name));
  for (const { name, line, attributes } of tags) {
    const machine = attributes["machine"];
    if (machine !== undefined && !machines.has(machine))
      report(line, `<${name}> names the machine ${machine}, which is not here`);
    const floppy = attributes["floppy"];
    if (floppy?.startsWith("#") && !named.has(floppy.slice(1))) report(line, `there is no asm cell ${floppy.slice(1)}`);
    for (const place of places) {
      const wish =
        attributes[place] === undefined || name === "ring-memory" ? undefined : parseUntil(attributes[place]);
      if (wish && !("value" in wish)) report(line, `${wish.message} ${wish.hint}`);
    }
  }
  for (const source of sources) {
    const [, name, meta, code] = source;
    const option = (key: string) => new RegExp(`\\b${key}=(\\S+)`).exec(meta)?.[1];
    const { diagnostics } = bench.assemble(code, {
      file: option("file") ?? `${name}.S`,
      origin: Number(option("origin") ?? 0x7c00),
      codeBits: option("bits") === "32" ? 32 : option("bits") === "64" ? 64 : 16,
      syntax: option("syntax") === "intel" ? "intel" : "att",
    });
    for (const { line, column, message, hint } of diagnostics) {
      report(lineOf(source.index) + line, `${name}, column ${column}: ${message} ${hint}`);
    }
  }
  return problems;
}

function findTags(text: string, lineOf: (offset: number) => number): Tag[] {
  const shown = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, " "));
  return [...shown.matchAll(/<(ring-[a-z]+)\b([^>]*)>/g)].map((match) => ({
    name: match[1],
    line: lineOf(match.index),
    attributes: Object.fromEntries([...match[2].matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
  }));
}

/** The text that is read: without head, code, tags and imports. */
function prose(text: string): string {
  return text
    .replace(/^---[\s\S]*?^---/m, "")
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/<[^>]*>/g, " ");
}

/** All lessons of the checkout. */
export async function checkLessons(): Promise<Problem[]> {
  const bench = await openBench();
  return globSync("lessons/*/index.mdx", { cwd: root }).flatMap((file) =>
    checkLesson(readFileSync(root + file, "utf8"), file.replaceAll("\\", "/"), bench),
  );
}

if (import.meta.main) {
  const problems = await checkLessons();
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  process.exitCode = problems.length ? 1 : 0;
}
