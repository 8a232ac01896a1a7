// What `npm run new` makes, in a folder of its own.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade } from "../widgets/lab/grader.ts";
import type { Lab, WrongSolutions } from "../widgets/lab/rubric.ts";
import { checkDocument, makeWorld } from "./check.ts";
import { readDocument } from "./document.ts";
import { makeNew } from "./new.ts";

const checkout = fileURLToPath(new URL("../", import.meta.url));
let root: string;
beforeAll(() => {
  mkdirSync(`${checkout}node_modules/.cache/ring`, { recursive: true });
  root = `${mkdtempSync(`${checkout}node_modules/.cache/ring/new-`)}/`;
  for (const folder of ["labs", "lessons"]) mkdirSync(root + folder);
  // What a lab imports.
  symlinkSync(`${checkout}labs/simple.ts`, `${root}labs/simple.ts`);
});
afterAll(() => rmSync(root, { recursive: true }));

const lines = (file: string) =>
  readFileSync(root + file, "utf8")
    .trimEnd()
    .split("\n").length;

test("a new lab is 40 lines of code at most, and its solutions get and lose what it says", async () => {
  const made = makeNew(root, "lab", "07-demand-paging");
  if (!("files" in made)) throw new Error(made.problem);
  const code = made.files.filter((file) => !file.endsWith(".mdx"));
  expect(code.map((file) => file.replace("labs/07-demand-paging/", ""))).toEqual([
    "lab.ts",
    "solution/boot.S",
    "starter/boot.S",
    "wrong.ts",
  ]);
  expect(code.reduce((sum, file) => sum + lines(file), 0)).toBeLessThanOrEqual(40);
  const load = (file: string) => import(pathToFileURL(`${root}labs/07-demand-paging/${file}`).href);
  const { lab } = (await load("lab.ts")) as { lab: Lab };
  const { wrong } = (await load("wrong.ts")) as { wrong: WrongSolutions };
  const bench = await engineBench();
  const read = (folder: string) => readFileSync(`${root}labs/07-demand-paging/${folder}/boot.S`, "utf8");
  const lost = (source: string) =>
    grade(lab, { "boot.S": source }, bench)
      .rows.filter(({ state }) => state !== "passed")
      .map(({ id }) => id);
  expect(lost(read("solution"))).toEqual([]);
  expect(lost(read("starter"))).toEqual(["ax", "memory-8000", "halts"]);
  expect(Object.keys(wrong)).toHaveLength(3);
  for (const [name, { items, change }] of Object.entries(wrong))
    expect(lost(read("solution").replace(change![0], change![1])), name).toEqual(items);
});

test("a new lesson lacks nothing but its words, and names the labs that are there", async () => {
  const made = makeNew(root, "lesson", "07-virtual-memory");
  expect(made).toMatchObject({ files: ["lessons/07-virtual-memory/index.mdx"] });
  const file = "lessons/07-virtual-memory/index.mdx";
  const statement = "labs/07-demand-paging/statement.mdx";
  const lesson = readDocument(readFileSync(root + file, "utf8"), file, "lesson");
  const documents = [lesson, readDocument(readFileSync(root + statement, "utf8"), statement, "statement")];
  const world = await makeWorld(documents);
  const problems = await checkDocument(lesson, world);
  await world.close(lesson);
  expect(problems.map(({ rule }) => rule)).toEqual(["words"]);
  expect(lesson.head).toMatchObject({ number: 7, labs: ["07-demand-paging"], status: "draft" });
});

test("what is there stays, and a wrong name gets a sentence", () => {
  expect(makeNew(root, "lab", "07-demand-paging")).toEqual({
    problem: "labs/07-demand-paging is there already; nothing was changed.",
  });
  expect(makeNew(root, "lesson", "07-other")).toEqual({
    problem: "Lesson 7 is written already: lessons/07-virtual-memory/index.mdx.",
  });
  expect(makeNew(root, "lesson", "paging")).toMatchObject({
    problem: expect.stringMatching(/^“paging” is no name: two digits/),
  });
  expect(makeNew(root, "lesson", "77-x")).toMatchObject({
    problem: expect.stringMatching(/^Lesson 77 is not in the course/),
  });
  expect(makeNew(root, "lecture", "07-x")).toMatchObject({
    problem: expect.stringMatching(/^“lecture” is neither lesson nor lab/),
  });
  expect(makeNew(root, "lab", "07-../../x")).toMatchObject({ problem: expect.stringMatching(/is no name/) });
  expect(existsSync(`${root}lessons/07-other`)).toBe(false);
});
