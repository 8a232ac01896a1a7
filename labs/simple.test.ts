// What a small lab's rubric says of programs that do not do what it asks.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { grade } from "../widgets/lab/grader.ts";
import { loadHidden } from "./gradethread.ts";
import { boots, halts, memory, raises, register, screenShows, simpleLab } from "./simple.ts";

const lab = simpleLab({
  id: "00-small",
  version: 1,
  title: "Small",
  hints: ["Look."],
  checks: [
    boots(10),
    register("AL", 0x41, 20),
    memory(0x8000, "Hi", 20),
    screenShows("A", 10),
    halts(20),
    raises(6, 20),
  ],
});
const head = ".code16\nxor %ax, %ax\nmov %ax, %ds\n";
const rows = async (code: string) => grade(lab, { "boot.S": head + code }, await engineBench()).rows;

test("a program that does all of it earns 100", async () => {
  // #UD goes to the firmware's handler, which comes back to an instruction of ours behind UD2.
  const code = `movw $handler, 24
    movw $0, 26
    ud2
handler: movw $0x6948, 0x8000
    mov $0x0e41, %ax
    int $0x10
    cli
    hlt`;
  expect((await rows(code)).map(({ earned }) => earned)).toEqual([10, 20, 20, 10, 20, 20]);
});

test("each item says what it expected and saw, at the line that ended the run", async () => {
  const all = await rows("movw $0x6f48, 0x8000\nend: jmp end");
  expect(all.map(({ state }) => state)).toEqual(["passed", "failed", "failed", "failed", "failed", "failed"]);
  const [, al, memoryRow, screen, halting, raising] = all;
  expect(al).toMatchObject({ expected: "AL = 0041", saw: "AL = 0000", outline: "AL", line: 5, scenario: "plain" });
  expect(memoryRow).toMatchObject({ expected: "“Hi”", saw: "“Ho”", outline: "0x8000" });
  expect(screen).toMatchObject({
    expected: "“A” on the screen",
    saw: "nothing new",
  });
  expect(halting.saw).toMatch(/^still running at 7C0A after 500,000 instructions$/);
  expect(raising).toMatchObject({ expected: "exception 6", saw: "no exception" });
});

test("a program of 511 bytes has no room for the signature, and one that does not assemble blocks the rest", async () => {
  const [boot, ...rest] = await rows(".org 510\nnop");
  expect(boot).toMatchObject({ state: "failed", saw: expect.stringMatching(/bytes 510 and 511/) });
  expect(rest.map(({ state }) => state)).toEqual(Array(5).fill("not reached"));
  expect((await rows("mvo"))[0]).toMatchObject({ state: "failed", file: "boot.S", line: 4 });
});

test("hidden checks of a lab without an observe.ts are asked as a small lab's are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ring-hidden-"));
  mkdirSync(join(folder, "00-small"));
  const text = "export const items = ({ memory }) => [memory(0x8002, [0x21], 10)];";
  writeFileSync(join(folder, "00-small/hidden.mjs"), text);
  expect(await loadHidden(folder, "00-small")).toMatchObject([{ id: "memory-8002", points: 10 }]);
  expect(await loadHidden(folder, "00-other")).toBeUndefined();
});
