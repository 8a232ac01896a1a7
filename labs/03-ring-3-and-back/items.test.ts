// Other right programs earn 100, what goes wrong is said, and a hidden check starts ring 3 with other flags.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { grade, gradeHidden } from "../../widgets/lab/grader.ts";
import type { Item } from "../../widgets/lab/rubric.ts";
import { readFiles } from "../folders.ts";
import { lab } from "./lab.ts";
import { observeCrossing } from "./observe.ts";
import { WAYS } from "./start.ts";

const solution = readFiles(lab, "solution")["ring3.S"];
const changed = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, solution);

async function judge(source: string) {
  const { rows, earned } = grade(lab, { "ring3.S": source }, await engineBench());
  return { earned, failed: rows.filter(({ state }) => state === "failed") };
}

const switching = `on_syscall:
        mov     %rsp, saved
        mov     $KERNEL_STACK, %esp
        push    %rcx
        push    %r11
        incq    by_syscall
        pop     %r11
        pop     %rcx
        mov     saved, %rsp
        sysretq
saved:  .quad   0
`;

test.each([
  ["a SYSCALL handler that switches stacks", `${solution.slice(0, solution.indexOf("on_syscall:   "))}${switching}`],
  ["a trap gate", changed(["0xEE00", "0xEF00"])],
  [
    "a handler that uses the stack of ring 0",
    changed(["        incq    by_interrupt", "push %rax\nincq by_interrupt\npop %rax"]),
  ],
  [
    "ring 3 by a far return",
    changed(
      ["        pushq   $0x02                   # RFLAGS: IF = 0\n", ""],
      ["        iretq\n\non_int", "        lretq\n\non_int"],
    ),
  ],
])("100 points: %s", async (_, source) => {
  // A far return takes CS:RIP first, then RSP and SS: the same words as IRETQ without RFLAGS.
  expect(await judge(source)).toMatchObject({ earned: 100 });
});

test("a program without on_syscall is told so, and in no line of theirs", async () => {
  const { failed } = await judge(solution.replace("on_syscall:  ", "on_sysenter:  "));
  expect(failed[0]).toMatchObject({ id: "boots" });
  expect(failed[0].saw).toContain("on_syscall");
});

/** The program of ring 3 runs with its direction flag set, and gets it back. */
const hidden: readonly Item[] = [
  {
    id: "other-flags",
    title: "The same with other flags and registers in ring 3",
    points: 10,
    dependsOn: ["syscall"],
    check(context) {
      const { end } = observeCrossing(context, "syscall", {
        title: "",
        at: 0x8000,
        registers: [
          ["RIP", BigInt(WAYS.syscall.address)],
          ["EFLAGS", 0x402n],
        ],
      });
      const back = (end.registers.flags & 0x400) !== 0;
      return back ? { passed: true } : { passed: false, expected: "DF = 1 again", saw: "DF = 0" };
    },
  },
];

test("a hidden check: a handler that loses R11 loses the flags of the program", async () => {
  const bench = await engineBench();
  const points = (text: string) => gradeHidden(lab, hidden, { "ring3.S": text }, bench).earned;
  expect(points(solution)).toBe(10);
  expect(points(changed(["        sysretq ", "        mov     $2, %r11d\n        sysretq "]))).toBe(0);
});
