import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lessons, partOf, parts } from "./course.ts";

test("24 lessons, numbered 0 to 23 in reading order, each with a question and a lab", () => {
  expect(lessons.map(({ number }) => number)).toEqual([...Array(24).keys()]);
  for (const { title, question, labs, plays } of lessons) {
    expect(
      [title, question].every((text) => text.length > 3),
      title,
    ).toBe(true);
    expect(Math.min(labs.length, plays.length), title).toBeGreaterThan(0);
  }
});

test("4 parts hold every lesson once, without a gap", () => {
  expect(parts.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))).toEqual(
    lessons.map(({ number }) => number),
  );
  expect([partOf(4), partOf(5), partOf(21), partOf(22)].map(({ title }) => title)).toEqual([
    "The machine",
    "The kernel",
    "The monitor",
    "Beyond",
  ]);
});

const root = fileURLToPath(new URL("..", import.meta.url));
const written = globSync("lessons/*/index.mdx", { cwd: root });

test.each(written)("%s is the lesson of that number in the plan", (file) => {
  const frontmatter = readFileSync(root + file, "utf8").split(/^---$/m)[1];
  const field = (name: string) =>
    new RegExp(`^${name}: *["']?(.*?)["']?$`, "m").exec(frontmatter)?.[1].replaceAll("'", "’");
  const number = Number(field("number"));
  const planned = lessons[number];
  expect([field("title"), field("question")]).toEqual([planned.title, planned.question]);
  expect(file.split(/[\\/]/)[1].startsWith(String(number).padStart(2, "0")), "folder begins with the number").toBe(
    true,
  );
});
