// Programs that nobody planned for, and hidden checks: the labs of lesson 6 look at the machine, not at the source.
import { expect, test } from "vitest";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade, gradeHidden } from "../widgets/lab/grader.ts";
import type { Item } from "../widgets/lab/rubric.ts";
import { loadLab, readFiles } from "./folders.ts";
import { dwords } from "./translation.ts";

const solution = async (name: string, file: string) => readFiles(await loadLab(name), "solution")[file];

async function judge(name: string, file: string, source: string) {
  const { rows, earned } = grade(await loadLab(name), { [file]: source }, await engineBench());
  const lost = rows.filter(({ state }) => state === "failed");
  return { earned, lost: lost.map(({ id }) => id), saw: lost.map(({ saw }) => saw) };
}

test("build page tables: 511 pages written from the last one down, and the tables elsewhere, earn 100", async () => {
  const source = await solution("06-build-page-tables", "tables.S");
  const other = source
    .replaceAll(/0x1([0-9])000\n/g, (_, n) => `0x1${(Number(n) + 6).toString(16).toUpperCase()}000\n`)
    .replace("$0x01003, %eax\n1:", "$0x1FF003, %eax\n1:")
    .replace("$PT_LOW + 8 * 1, %edi", "$PT_LOW + 8 * 511, %edi")
    .replace(
      "add     $0x1000, %eax\n        add     $8, %edi\n        cmp     $0x200003, %eax\n        jb      1b",
      () => ["sub     $0x1000, %eax", "sub     $8, %edi", "cmp     $3, %eax", "ja      1b"].join("\n        "),
    );
  expect(other).not.toBe(source);
  expect(await judge("06-build-page-tables", "tables.S", other)).toEqual({ earned: 100, lost: [], saw: [] });
});

test("build page tables: a root whose 512 entries lead round and round ends, and is not 100", async () => {
  const source = await solution("06-build-page-tables", "tables.S");
  const round = source.replace(
    "mov     $PML4, %eax\n        ret",
    "mov $PML4 + 16, %edi\n2: movl $PML4 + 3, (%edi)\n add $8, %edi\n cmp $PML4 + 1600, %edi\n jb 2b\n mov $PML4, %eax\n ret",
  );
  const { lost } = await judge("06-build-page-tables", "tables.S", round);
  expect(lost).toContain("nothing-else");
});

test("find the stale entry: INVPCID of one address does as well as INVLPG, and earns 100", async () => {
  const source = (await solution("06-stale-entry", "kernel.S"))
    .replaceAll("invlpg  (%rbx)", "mov     %rbx, one + 8\n        xor     %eax, %eax\n        invpcid one, %rax")
    .replace("found:  .quad", "one:    .quad   0, 0\nfound:  .quad");
  expect(await judge("06-stale-entry", "kernel.S", source)).toEqual({ earned: 100, lost: [], saw: [] });
});

test("find the stale entry: FF as a constant is not a sum", async () => {
  const source = (await solution("06-stale-entry", "kernel.S")).replace(
    "mov     %edx, RESULT",
    "movl    $0xFF, RESULT",
  );
  const { lost, saw } = await judge("06-stale-entry", "kernel.S", source);
  expect([lost, saw[0]]).toEqual([["sum"], "00FF"]);
});

test("remap: INVLPG page by page instead of a load of CR3 earns 100", async () => {
  const source = (await solution("06-remap-large-nx", "kernel.S")).replace(
    /mov {5}%cr3, %rax {14}# forget all of it\n {8}mov {5}%rax, %cr3/,
    "xor %eax, %eax\n3: invlpg (%rax)\n add $0x1000, %eax\n cmp $0x400000, %eax\n jb 3b",
  );
  expect(source).toContain("3: invlpg");
  expect(await judge("06-remap-large-nx", "kernel.S", source)).toEqual({ earned: 100, lost: [], saw: [] });
});

test("hidden items see what the lab observes: other numbers in the frames", async () => {
  const lab = await loadLab("06-stale-entry");
  const { observeNumbers } = await import("./06-stale-entry/observe.ts");
  const items: Item[] = [
    {
      id: "other-frames",
      title: "The same with other numbers",
      points: 20,
      dependsOn: ["sum"],
      check(context) {
        const run = observeNumbers(context, [9, 8, 7, 6, 5, 4, 3, 2]);
        const saw = run && dwords(run.machine(), 0x9000, 1)[0];
        return saw === 44 ? { passed: true } : { passed: false, expected: "44", saw: String(saw) };
      },
    },
  ];
  const bench = await engineBench();
  expect(gradeHidden(lab, items, readFiles(lab, "solution"), bench)).toMatchObject({ earned: 20, points: 20 });
  expect(gradeHidden(lab, items, readFiles(lab, "starter"), bench)).toMatchObject({ earned: 0, points: 20 });
});
