// Other ways to 64-bit mode that are right earn 100; what is wrong with a table is said by entry and address.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { grade } from "../../widgets/lab/grader.ts";
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

const fourKiB = `movl $(0x4000 + 3), PD
        mov $0x4000, %edi
        mov $3, %eax
1:      mov %eax, (%edi)
        movl $0, 4(%edi)
        add $0x1000, %eax
        add $8, %edi
        cmp $0x5000, %edi
        jb 1b`;

test.each([
  ["a fourth table, with pages of 4 KiB", changed(["movl    $0x83, PD ", `${fourKiB}\n#`])],
  ["a page of 1 GiB", changed(["movl    $(PD + 3), PDPT", "movl    $0x83, PDPT"])],
  [
    "LME before PAE",
    changed(
      ["or      $0x20, %eax             # PAE\n        mov     %eax, %cr4", "nop"],
      [
        "        mov     %cr0, %eax\n        or      $0x80000000",
        "mov $0x20, %eax\nmov %eax, %cr4\n        mov     %cr0, %eax\n        or      $0x80000000",
      ],
    ),
  ],
])("100 points: %s", async (_, source) => expect(await judge(source)).toMatchObject({ earned: 100 }));

test("a table that is not where CR3 says is named by its level, its address and what stands there", async () => {
  const { failed } = await judge(changed(["$(PDPT + 3), PML4 ", "$(PDPT + 2), PML4 "]));
  expect(failed.find(({ id }) => id === "tables")?.saw).toBe("entry 0 of the PML4 at 1000 is not present: 2002");
});

test("tables that map the program elsewhere say where", async () => {
  const { failed } = await judge(changed(["movl    $0x83, PD ", "movl    $0x200083, PD "]));
  expect(failed.find(({ id }) => id === "tables")?.saw).toBe("7C00 is mapped to 207C00");
});
