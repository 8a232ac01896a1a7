// Programs that nobody planned for: other right ones earn 100, and each wrong turn loses what it should and no more.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { grade } from "../../widgets/lab/grader.ts";
import { readFiles } from "../folders.ts";
import { lab } from "./lab.ts";

const solution = readFiles(lab, "solution")["boot.S"];
const tail = '\nmessage: .asciz "Booted from 7C00"\n.org 510\n.word 0xAA55\n';
const ending = /done:[\s\S]*NMI/;

async function judge(source: string) {
  const { rows, earned } = grade(lab, { "boot.S": source }, await engineBench());
  const failed = rows.filter(({ state }) => state === "failed");
  return { earned, failed: failed.map(({ id }) => id), saw: failed.map(({ saw }) => saw) };
}

test.each([
  [
    "addressed from segment 07C0, stack at 07C0:0000",
    `.code16\nljmp $0x7c0, $(here - 0x7c00)\nhere: mov %cs, %ax\nmov %ax, %ds\nmov %ax, %ss\nxor %sp, %sp\ncld
     mov $(message - 0x7c00), %si\n1: lodsb\ntest %al, %al\njz 2f\nmov $0x0e, %ah\nxor %bx, %bx\nint $0x10\njmp 1b
     2: cli\nhlt\njmp 2b${tail}`,
  ],
  [
    "a stack at 9000:FFFE",
    solution.replace("mov     %ax, %ss", "mov $0x9000, %cx\nmov %cx, %ss").replace("$0x7C00, %sp", "$0xFFFE, %sp"),
  ],
  ["a mode set first", solution.replace("mov     $message, %si", "mov $3, %ax\nint $0x10\nmov $message, %si")],
  ["characters in code, no loop", unrolled()],
])("100 points: %s", async (_, source) => expect(await judge(source)).toMatchObject({ earned: 100, failed: [] }));

function unrolled(): string {
  const calls = [..."Booted from 7C00"].map((c) => `mov $0x0e${c.charCodeAt(0).toString(16)}, %ax\nint $0x10`);
  return `.code16\nxor %bx, %bx\nmov %bx, %ss\nmov $0x7c00, %sp\n${calls.join("\n")}\n1: cli\nhlt\njmp 1b\n.org 510\n.word 0xaa55`;
}

test.each([
  ["it prints for ever", solution.replace("jz      done", "jz      here"), ["halts"], "still running"],
  ["it spins", solution.replace(ending, "done: cli\njmp done"), ["halts"], "still running at 0000:7C21 after 500,000"],
  ["it reboots", solution.replace(ending, "done: int $0x19"), ["halts"], "still running"],
  ["it runs on into its data", solution.replace(ending, "done: nop"), ["halts", "contained"], "HLT outside the sector"],
  ["it prints a string a call", stringService(), ["service"], "INT 10h with AH = 13"],
  [
    "it clears 64 KiB with zeros",
    solution.replace("done:   cli", wipe()),
    ["contained"],
    "65,536 bytes written at 10000",
  ],
  [
    "it hooks a vector",
    solution.replace("done:   cli", "done: movw $0, 0x200\ncli"),
    ["contained"],
    "2 bytes written at 00200",
  ],
])("%s", async (_, source, failed, saw) => {
  const judged = await judge(source);
  expect(judged.failed).toEqual(failed);
  expect(judged.saw[0]).toContain(saw);
});

function stringService(): string {
  return `.code16\nxor %ax, %ax\nmov %ax, %ds\nmov %ax, %es\nmov %ax, %ss\nmov $0x7c00, %sp\nmov $message, %bp
    mov $0x1301, %ax\nmov $7, %bx\nmov $16, %cx\nmov $0x0a00, %dx\nint $0x10\n1: cli\nhlt\njmp 1b${tail}`;
}

function wipe(): string {
  return "done: xor %di, %di\nmov $0x1000, %ax\nmov %ax, %es\nxor %ax, %ax\nmov $0x8000, %cx\nrep stosw\ncli";
}

test("a triple fault is said with its chain, and at its instruction", async () => {
  const source = `.code16\ncli\nlidt none\nint3\nnone: .word 0, 0, 0${tail}`;
  const { rows } = grade(lab, { "boot.S": source }, await engineBench());
  const row = rows.find(({ id }) => id === "halts");
  expect(row).toMatchObject({ state: "failed", line: 4 });
  expect(row?.saw).toMatch(/^triple fault: /);
});
