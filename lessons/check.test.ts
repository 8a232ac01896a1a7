import { beforeAll, expect, test } from "vitest";
import { openBench, type Workbench } from "../engine/index.ts";
import { checkLesson } from "./check.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});
const lesson = (body: string, words = 1600) =>
  `---\npredictions: 3\n---\n\n${"word ".repeat(words)}\n\n${body}\n
<ring-machine id="m" floppy="#boot"></ring-machine>\n<ring-screen></ring-screen>\n<ring-registers></ring-registers>
<ring-predict id="a"></ring-predict><ring-predict id="b"></ring-predict><ring-predict id="c"></ring-predict>
\`\`\`asm cell=boot\nhlt\n\`\`\`\n`;
const problemsOf = (text: string) =>
  checkLesson(text, "x.mdx", bench).map(({ line, message }) => `${line}: ${message}`);

test("a whole lesson has no problems", () => expect(problemsOf(lesson(""))).toEqual([]));
test("1,400 words are too few", () => {
  expect(problemsOf(lesson("", 1400))).toEqual(["1: 1400 words; a lesson has 1500 to 4000"]);
});
test("a machine, a place and an id that are wrong are named with their lines", () => {
  const wrong =
    '<ring-verb machine="n"></ring-verb>\n<ring-verb until="nowhere"></ring-verb>\n<ring-value id="a"></ring-value>';
  const problems = problemsOf(lesson(wrong));
  expect(problems).toHaveLength(3);
  expect(problems.join("\n")).toMatch(
    /the id a is taken in line 9[\s\S]*7: <ring-verb> names the machine n[\s\S]*8: “nowhere”/,
  );
});
test("a source that does not assemble is named with the line in the lesson", () => {
  const text = lesson("").replace("hlt", "hlt\nmvo %ax, %bx");
  expect(problemsOf(text)).toMatchObject([expect.stringMatching(/^15: boot, column 1: .*mvo/)]);
});
