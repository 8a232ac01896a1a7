// Other right files earn 100, and a check after hand-in asks a machine that the page never ran.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { grade, gradeHidden } from "../../widgets/lab/grader.ts";
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { readFiles } from "../folders.ts";
import { lab } from "./lab.ts";
import { answers } from "./observe.ts";
import { words } from "./probe.ts";

const solution = readFiles(lab, "solution")["answers.S"];
const judge = async (source: string) => grade(lab, { "answers.S": source }, await engineBench());

test("lines in another order, values in decimal and as sums: 100 points", async () => {
  const lines = solution.split("\n");
  const turned = [...lines].reverse().join("\n").replace("0x60 ", "96 ").replace("0x6553", "0x6500 + 'S'");
  expect((await judge(turned)).earned).toBe(100);
});

test("an unknown word is the assembler's to say, with line and column in answers.S", async () => {
  const { rows } = await judge(solution.replace("KEYBOARD, 0x14", "KEYBORD, 0x14"));
  expect(rows[0]).toMatchObject({
    state: "failed",
    file: "answers.S",
    line: 5,
    saw: expect.stringContaining("KEYBORD"),
  });
});

test("a wrong value opens the machine at the access: port 64 was read at tick 521,690 or near", async () => {
  const { rows } = await judge(solution.replace("0x14", "0x15"));
  const row = rows.find(({ id }) => id === "access-2");
  expect(row).toMatchObject({ state: "failed", saw: "KEYBOARD, 15", scenario: "plain", line: 5 });
});

test("the second serial port answers as the first: a check after hand-in runs its own program", async () => {
  const bench = await engineBench();
  const ask = ({ bench: own, ...context }: Context): Finding => {
    const source = "movw $0x2fd, %dx\ninb %dx, %al\nmovb %al, 0x600\ncli\nhlt\n.org 510\n.word 0xaa55";
    const build = own.assemble(source, { file: "ask.S", origin: 0x7c00, codeBits: 16 });
    const machine = own.powerOn(lab.configuration(build));
    machine.run({ address: 0x7c00, ticks: 400_000_000 });
    machine.run({ event: { kind: "halt" }, ticks: 1000 });
    const value = machine.readPhysical(0x600, 1)[0];
    const said = answers({ bench: own, ...context }).get(10);
    const word = words.find(({ code }) => code === said?.code)?.word;
    if (word === "COM2" && said?.value === value) return { passed: true };
    return { passed: false, expected: "COM2 and its line status", saw: `${word}, ${said?.value.toString(16)}` };
  };
  const items: Item[] = [{ id: "unseen", title: "Access 10", points: 10, dependsOn: ["assembles"], check: ask }];
  expect(gradeHidden(lab, items, { "answers.S": solution }, bench).earned).toBe(10);
  const wrong = solution.replace("answer  10, COM2, 0x60", "answer  10, COM2, 0x00");
  expect(gradeHidden(lab, items, { "answers.S": wrong }, bench).rows[0]).toMatchObject({ saw: "COM2, 0" });
});
