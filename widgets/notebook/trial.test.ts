import { expect, test } from "vitest";
import { createLocalEngine } from "../../engine/index.ts";
import { trial } from "./trial.ts";

const engine = await createLocalEngine();
const source = `.code16
start: mov $1, %ax
one:   inc %ax
two:   inc %ax
       cli
       hlt
       .org 510
       .word 0xAA55`;
const program = await engine.assemble(source, { file: "t.S", origin: 0x7c00, codeBits: 16 });

test("a trial reads a fresh machine at each place: AX is 1, 2 and 3", async () => {
  const { one, two } = program.symbols;
  const seen = await trial(program, [one, two, "halt"], (moment) => moment.register("AX"), engine);
  expect(seen).toEqual([1, 2, 3]);
});

test("an address may be passed twice only where the program passes it twice", async () => {
  const again = trial(program, [program.symbols.one, program.symbols.one], () => 0, engine);
  await expect(again).rejects.toThrow("The program did not come to 7c03.");
});

test("a place that is none is refused with a hint", async () => {
  await expect(trial(program, ["nowhere"], () => 0, engine)).rejects.toThrow("“nowhere” is no place to stop at.");
});
