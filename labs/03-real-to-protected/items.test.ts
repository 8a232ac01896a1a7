// Programs that nobody planned for: other right ones earn 100, and what goes wrong is said with its place. And a hidden
// check, as an instructor would write one.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { grade, gradeHidden } from "../../widgets/lab/grader.ts";
import type { Item } from "../../widgets/lab/rubric.ts";
import { observeStart, startAgain } from "../bootsector.ts";
import { readFiles } from "../folders.ts";
import { lab } from "./lab.ts";

const solution = readFiles(lab, "solution")["boot.S"];
const changed = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, solution);

async function judge(source: string) {
  const { rows, earned } = grade(lab, { "boot.S": source }, await engineBench());
  return { earned, failed: rows.filter(({ state }) => state === "failed") };
}

test.each([
  ["PE by LMSW", changed(["mov     %eax, %cr0", "lmsw    %ax"])],
  ["a far return in place of the jump", changed(["ljmp    $0x08, $flat ", "push    $8\npush $flat\nlret\n#"])],
  [
    "data before code in the table",
    changed(
      ["$0x08, $flat", "$0x10, $flat"],
      ["mov     $0x10, %ax", "mov $8, %ax"],
      ["0x00CF9A000000FFFF", "0x00CF92000000FFFF"],
      ["0x00CF92000000FFFF      # 10", "0x00CF9A000000FFFF # 10"],
    ),
  ],
  [
    "there and back once, and there again",
    changed([
      "        ljmp    $0x08",
      "and $0xFE, %al\nmov %eax, %cr0\nor $1, %al\nmov %eax, %cr0\n        ljmp    $0x08",
    ]),
  ],
])("100 points: %s", async (_, source) => expect(await judge(source)).toMatchObject({ earned: 100 }));

test("a code segment that ends at 1 MiB is said with its limit, at the line of the far jump", async () => {
  const { failed } = await judge(changed(["0x00CF9A000000FFFF", "0x004F9A000000FFFF"]));
  expect(failed.map(({ id }) => id)).toEqual(["jump"]);
  expect(failed[0]).toMatchObject({ saw: "CS 0008: base 0, limit 000FFFFF, 32-bit code, DPL 0", file: "boot.S" });
  expect(solution.split("\n")[(failed[0].line ?? 0) - 1]).toContain("ljmp");
});

test("a program that never ends costs its ticks and no more", async () => {
  const { earned, failed } = await judge(".code16\n1: jmp 1b\n.org 510\n.word 0xaa55");
  expect(earned).toBe(5);
  expect(failed[0].saw).toContain("still running at 7C00 after 500,000 instructions");
});

/** Starts the program with other values in the registers that no firmware promises. */
const hidden: readonly Item[] = [
  {
    id: "other-values",
    title: "The same with other values in the registers at the start",
    points: 20,
    dependsOn: ["pe"],
    check(context) {
      const { machine, snapshot, status } = context.once(observeStart);
      startAgain(machine, snapshot, {
        title: "",
        at: 0x7c00,
        registers: [
          ["EAX", 0xffff0000n],
          ["EBX", 0xb1b2b3b4n],
          ["DS", 0x6000n],
          ["ES", 0x7000n],
        ],
      });
      const end = machine.run({ tick: status.tick + 100_000 });
      if (end.reason.kind === "halt" && end.mode === "protected 32") return { passed: true };
      return { passed: false, expected: "32-bit protected mode, halted", saw: `${end.mode}, ${end.reason.kind}` };
    },
  },
];

test("a hidden check is a grade of its own: the solution passes, one that trusts DS does not", async () => {
  const bench = await engineBench();
  const points = (text: string) => gradeHidden(lab, hidden, { "boot.S": text }, bench).earned;
  expect(points(solution)).toBe(20);
  expect(points(changed(["        mov     %ax, %ds\n        lgdt", "        lgdt"]))).toBe(0);
});
