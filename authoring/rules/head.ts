// Rules for a document's front matter, and for how lessons and labs name each other.
import { z } from "astro/zod";
import { labHead, lessonHead } from "../../site/frontmatter.ts";
import type { Document } from "../document.ts";
import { nearest } from "../nearest.ts";
import type { Finding } from "../problem.ts";
import { named, type Rule, type World } from "./rule.ts";

const labsOf = ({ head }: Document): string[] => (Array.isArray(head?.labs) ? head.labs.map(String) : []);
const statements = ({ documents }: World) => documents.filter(({ kind }) => kind === "statement");
const lessons = ({ documents }: World) => documents.filter(({ kind }) => kind === "lesson");

/** A schema's complaint as a sentence. */
function sentence(issue: z.core.$ZodIssue, schema: z.ZodObject): string {
  const field = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const near = nearest(issue.keys[0], Object.keys(schema.shape));
    return `The head has no field “${issue.keys[0]}”${near ? `: is it ${near}?` : "."}`;
  }
  if (issue.code === "invalid_type" && issue.input === undefined) return `The head lacks “${field}”.`;
  return `“${field}” in the head is wrong: ${issue.message.replace(/^Invalid input: /, "")}.`;
}

export const headRules: readonly Rule[] = [
  {
    name: "head",
    says: "The front matter is there and has the fields that its schema asks for (site/frontmatter.ts).",
    only: ["lesson", "statement"],
    *check(document) {
      const schema = document.kind === "lesson" ? lessonHead : labHead;
      const hint = `The fields are ${Object.keys(schema.shape).join(", ")}.`;
      if (!document.head) {
        yield { line: 1, message: "The file does not begin with a head in YAML, between two lines of ---.", hint };
        return;
      }
      const { error } = z.strictObject(schema.shape).safeParse(document.head, { reportInput: true });
      for (const issue of error?.issues ?? []) {
        const field = issue.code === "unrecognized_keys" ? issue.keys[0] : String(issue.path[0] ?? "");
        yield { line: document.headLine(field), message: sentence(issue, schema), hint };
      }
    },
  },
  {
    name: "course-number",
    says: "A lesson's number is one of the course's plan (site/course.ts).",
    only: ["lesson"],
    *check({ head, headLine }, { planned }) {
      const number = head?.number;
      if (typeof number !== "number" || planned.includes(number)) return;
      const hint = `The plan has ${planned[0]} to ${planned.at(-1)}; add the lesson there first.`;
      yield { line: headLine("number"), message: `${number} is not in site/course.ts.`, hint };
    },
  },
  {
    name: "number-once",
    says: "No two lessons have one number, and no two labs of a lesson one place.",
    only: ["lesson", "statement"],
    *check(document, world) {
      const place = ({ kind, head }: Document) =>
        kind === "lesson" ? `lesson ${head?.number}` : `lab ${head?.lesson}.${head?.order ?? 1}`;
      const first = world.documents.find(
        (one) => one.head && one.kind === document.kind && place(one) === place(document),
      );
      if (!document.head || !first || first.file === document.file) return;
      const field = document.kind === "lesson" ? "number" : "order";
      const hint = `Give it another ${field}.`;
      yield { line: document.headLine(field), message: `${first.file} is ${place(document)} already.`, hint };
    },
  },
  {
    name: "folder-name",
    says: "A folder's name begins with the lesson's number in two digits, then small letters, digits and dashes.",
    only: ["lesson", "statement"],
    *check({ folder, kind, head, headLine }) {
      const number = kind === "lesson" ? head?.number : head?.lesson;
      if (typeof number !== "number") return;
      const wanted = `${String(number).padStart(2, "0")}-`;
      if (folder.startsWith(wanted) && /^[a-z0-9-]+$/.test(folder)) return;
      const line = headLine(kind === "lesson" ? "number" : "lesson");
      yield { line, message: `The folder is called ${folder}.`, hint: `Expected ${wanted}name.` };
    },
  },
  {
    name: "labs-exist",
    says: "Each lab that a lesson names is a folder under labs/ with a statement.",
    only: ["lesson"],
    *check(document, world) {
      const folders = statements(world).map(({ folder }) => folder);
      for (const lab of labsOf(document)) {
        if (folders.includes(lab)) continue;
        const near = nearest(lab, folders);
        const hint = near ? `Did you mean ${near}?` : `Make it with npm run new lab ${lab}.`;
        yield { line: document.headLine("labs"), message: `There is no lab ${lab} under labs/.`, hint };
      }
    },
  },
  {
    name: "lab-lesson",
    says: "A lab belongs to the lesson that names it.",
    only: ["lesson"],
    *check(document, world) {
      for (const lab of labsOf(document)) {
        const statement = statements(world).find(({ folder }) => folder === lab);
        const lesson = statement?.head?.lesson;
        if (typeof lesson !== "number" || lesson === document.head?.number) continue;
        const message = `The lab ${lab} says that it belongs to lesson ${lesson}.`;
        yield {
          line: document.headLine("labs"),
          message,
          hint: `Write lesson: ${document.head?.number} in its statement.`,
        };
      }
    },
  },
  {
    name: "lab-listed",
    says: "A lab's lesson, where it has been written, names the lab.",
    severity: "warning",
    only: ["statement"],
    *check({ head, headLine, folder }, world) {
      const lesson = lessons(world).find((one) => one.head?.number === head?.lesson);
      if (!lesson || labsOf(lesson).includes(folder)) return;
      const hint = `Add "${folder}" to labs in ${lesson.file}.`;
      yield { line: headLine("lesson"), message: `Lesson ${head?.lesson} does not name this lab.`, hint };
    },
  },
  {
    name: "predictions-count",
    says: "The head says how many predictions there are: progress is counted by it.",
    only: ["lesson"],
    *check(document): Iterable<Finding> {
      const there = named(document, "ring-predict").length;
      const said = document.head?.predictions ?? 0;
      if (!document.head || there === said) return;
      const message = `There are ${there} predictions, but the head says ${said}.`;
      yield { line: document.headLine("predictions"), message, hint: `Write predictions: ${there}.` };
    },
  },
  {
    name: "question",
    says: "A lesson's question is one.",
    only: ["lesson"],
    *check({ head, headLine }) {
      if (typeof head?.question !== "string" || /\?["”]?$/.test(head.question.trim())) return;
      yield {
        line: headLine("question"),
        message: "The question does not end with a question mark.",
        hint: "Ask one.",
      };
    },
  },
];
