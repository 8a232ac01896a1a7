// `npm run new lesson NAME` and `npm run new lab NAME`: a working example to edit, from templates/. Nothing that is there
// is touched. NAME is a folder: the lesson's number in two digits, then small letters, digits and dashes (03-modes).
import { cpSync, existsSync, globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CourseLesson, lessons } from "../site/course.ts";
import { readDocument } from "./document.ts";

const templates = fileURLToPath(new URL("./templates/", import.meta.url));
const usage = "npm run new lesson 07-virtual-memory, or npm run new lab 07-demand-paging";

/** What was made, or one sentence that says why nothing was. */
export type Made = { readonly files: readonly string[]; readonly next: string } | { readonly problem: string };

/** Makes the folder in the checkout at `root` (a slash at its end). */
export function makeNew(root: string, kind: string | undefined, name: string | undefined): Made {
  if (kind !== "lesson" && kind !== "lab")
    return { problem: `“${kind ?? ""}” is neither lesson nor lab. Usage: ${usage}` };
  if (!name) return { problem: `The ${kind} needs a name. Usage: ${usage}` };
  const number = Number(/^(\d\d)-[a-z0-9]+(?:-[a-z0-9]+)*$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(number))
    return {
      problem: `“${name}” is no name: two digits of the lesson's number, then small letters, digits and dashes, as in 07-virtual-memory.`,
    };
  const lesson = lessons.find((one) => one.number === number);
  if (!lesson)
    return {
      problem: `Lesson ${number} is not in the course: site/course.ts has ${lessons[0].number} to ${lessons.at(-1)?.number}.`,
    };
  const folder = `${kind}s/${name}`;
  if (existsSync(root + folder)) return { problem: `${folder} is there already; nothing was changed.` };
  const taken = kind === "lesson" ? globSync(`lessons/${name.slice(0, 3)}*/index.mdx`, { cwd: root })[0] : undefined;
  if (taken) return { problem: `Lesson ${number} is written already: ${taken}.` };
  const files = copy(kind, root + folder, fill(root, name, lesson));
  const check = `npm run check -- ${name}`;
  const next =
    kind === "lesson"
      ? `Edit ${folder}/index.mdx; npm run dev shows it at /lessons/${name}/, ${check} says what is missing. Take “status: draft” away when it is ready.`
      : `Edit the files; npm run dev shows it at /labs/${name}/, ${check} grades them. Name it in the labs of lesson ${number}.`;
  return { files: files.map((file) => `${folder}/${file}`), next };
}

/** What stands in the templates for what. */
function fill(root: string, name: string, lesson: CourseLesson): Record<string, string> {
  const words = name.slice(3).replaceAll("-", " ");
  const labs = globSync("labs/*/statement.mdx", { cwd: root }).map((file) =>
    readDocument(readFileSync(root + file, "utf8"), file.replaceAll("\\", "/"), "statement"),
  );
  const its = labs.filter(({ head }) => head?.lesson === lesson.number);
  const orders = its.map(({ head }) => Number(head?.order ?? 1));
  return {
    NAME: name,
    TITLE: words[0].toUpperCase() + words.slice(1),
    NUMBER: String(lesson.number),
    ORDER: String(Math.max(0, ...orders) + 1),
    LABS: JSON.stringify(its.map(({ folder }) => folder).sort()),
    QUESTION: lesson.question.replaceAll('"', '\\"'),
  };
}

function copy(kind: "lesson" | "lab", to: string, values: Readonly<Record<string, string>>): string[] {
  cpSync(templates + kind, to, { recursive: true, errorOnExist: true, force: false });
  // TypeScript is none yet in the templates: what it imports is where it will be.
  for (const file of globSync("*.template", { cwd: to })) {
    renameSync(`${to}/${file}`, `${to}/${file.replace(/\.template$/, "")}`);
  }
  const files = globSync("**/*.*", { cwd: to })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
  for (const file of files) {
    const text = readFileSync(`${to}/${file}`, "utf8");
    writeFileSync(
      `${to}/${file}`,
      text.replace(/\b(?:NAME|TITLE|NUMBER|ORDER|LABS|QUESTION)\b/g, (word) => values[word]),
    );
  }
  return files;
}

if (import.meta.main) {
  const made = makeNew(fileURLToPath(new URL("../", import.meta.url)), process.argv[2], process.argv[3]);
  if ("problem" in made) console.error(made.problem);
  else console.log(`${made.files.join("\n")}\n${made.next}`);
  process.exitCode = "problem" in made ? 1 : 0;
}
