import { expect, test } from "vitest";
import { assemble } from "../../toolchain/assembler.ts";
import * as at from "../layout.ts";
import { DEFAULT_MODEL, type Model, modelNamed } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor, type ProcessorEvent } from "../processor.ts";
import { IN_SMM, NMI_BLOCKED, TF } from "../registers.ts";
import { CS, SS, TR } from "../segments.ts";

const LEGACY = { ...(modelNamed("486") as Model), name: "without long mode" };
const LONG: Model = { ...DEFAULT_MODEL, name: "with long mode", features: new Set([...DEFAULT_MODEL.features, "LM"]) };
const MODELS = [LEGACY, LONG];
/** Offsets in the map of EAX's (RAX's) image, of SMBASE's, of the byte that restarts HLT, of CR0's. */
const MAPS: Record<string, { ax: number; smbase: number; halt: number; cr0: number }> = {
  [LEGACY.name]: { ax: 0xffd0, smbase: 0xfef8, halt: 0xff02, cr0: 0xfffc },
  [LONG.name]: { ax: 0xfff8, smbase: 0xff00, halt: 0xfec9, cr0: 0xff58 },
};

function code(text: string): Uint8Array {
  const built = assemble(text.replaceAll(";", "\n"), { file: "test.S", codeBits: 16 });
  expect(built.diagnostics).toEqual([]);
  return built.bytes;
}

/** A processor at 1000:0000 in real mode, with a handler of SMIs. */
function machine(model: Model, program: string, handler: string) {
  const map = new PhysicalMap(1 << 20, 1);
  const events: ProcessorEvent[] = [];
  const lines: boolean[] = [];
  const p = new Processor(
    map,
    {
      portRead: () => 0xff,
      portWrite() {},
      acknowledgeInterrupt: () => 0x40,
      now: () => 0,
      event: (e) => events.push(e),
      systemManagement: (active) => lines.push(active),
    },
    0,
    model,
  );
  map.load(0x10000, code(program));
  map.load(0x38000, code(handler));
  p.segments.set(CS, { selector: 0x1000, base: 0x10000, limit: 0xffff, attributes: 0x9b });
  p.segments.set(SS, { selector: 0x2000, base: 0x20000, limit: 0xffff, attributes: 0x93 });
  p.setRegister(4, 0x1000);
  p.ip = 0;
  p.restored();
  return { map, p, events, lines };
}

const inSmm = (p: Processor) => (p.view.getUint32(at.SHADOW, true) & IN_SMM) !== 0;

test.each(MODELS)("$name: an SMI comes between two instructions, and its handler changes AX", (model) => {
  const { ax } = MAPS[model.name] as (typeof MAPS)[string];
  const { p, lines } = machine(model, "inc %ax; inc %ax; hlt", `movw $0x1234, %cs:${ax}; rsm`);
  p.run(1);
  p.smi();
  p.run(1);
  expect([inSmm(p), p.segments.base(CS), p.segments.limit(CS), p.flags]).toEqual([true, 0x30000, 0xffffffff, 2]);
  expect(p.run(100)).toBe("halted");
  expect([p.register(0), p.segments.selector(CS), inSmm(p)]).toEqual([0x1235, 0x1000, false]);
  expect(lines).toEqual([true, false]);
});

test.each(MODELS)("$name: RSM puts back every byte of a protected-mode state", (model) => {
  const { p } = machine(model, "nop", "rsm");
  p.setControl(0, 0x0005003b);
  for (let n = 0; n < 8; n++) {
    p.segments.set(n, {
      selector: 8 * n + 3,
      base: 0x12340 * n,
      limit: 0xfff0 + n,
      attributes: n === CS ? 0x40fb : 0x40f3,
    });
    p.setRegister(n, 0x01234567 * (n + 1));
  }
  p.segments.set(TR, { selector: 0x28, base: 0x7000, limit: 0x67, attributes: 0x8b });
  p.view.setUint32(at.GDTR_LIMIT, 0x7f, true);
  p.view.setUint32(at.GDTR_BASE, 0x5000, true);
  p.view.setBigUint64(at.DR + 56, 0x703n, true);
  p.flags = 0x3cd7 | TF;
  p.ip = 0x4321;
  p.restored();
  const image = () => [...p.state.slice(0, at.RETIRED), ...p.state.slice(at.PENDING_DEBUG, at.TLBS)];
  const before = image();
  p.smi();
  p.run(1);
  expect(inSmm(p)).toBe(false);
  expect(image()).toEqual(before);
});

test.each(MODELS)("$name: HLT is gone back to, unless the handler says otherwise", (model) => {
  const { halt } = MAPS[model.name] as (typeof MAPS)[string];
  for (const [handler, expected] of [
    ["rsm", 0],
    [`movb $0, %cs:${halt}; rsm`, 1],
  ] as const) {
    const { p } = machine(model, "hlt; inc %ax; hlt", handler);
    expect(p.run(10)).toBe("halted");
    p.smi();
    expect(p.canWake).toBe(true);
    expect(p.run(10)).toBe("halted");
    expect(p.register(0)).toBe(expected);
  }
});

test.each(MODELS)("$name: a moved SMBASE counts from the next SMI on", (model) => {
  const { smbase } = MAPS[model.name] as (typeof MAPS)[string];
  const { p, map } = machine(model, "1: jmp 1b", `movl $0x40000, %cs:${smbase}; rsm`);
  map.load(0x48000, code("mov $0x77, %bl; rsm; nop"));
  p.smi();
  p.run(5);
  expect(inSmm(p)).toBe(false);
  p.smi();
  p.run(1);
  expect([p.register(3, 8), p.segments.selector(CS)]).toEqual([0x77, 0x4000]);
});

test("SMIs and NMIs wait in SMM; NMIs are let through by IRET, and by RSM unless they were blocked before", () => {
  const { p, map } = machine(LONG, "1: jmp 1b", "nop; nop; nop; rsm");
  map.load(0x500, code("inc %bx; iret"));
  map.write(8, 0x500, 4);
  p.smi();
  p.run(1);
  p.nmi();
  p.smi();
  p.run(2);
  expect([inSmm(p), p.register(3)]).toEqual([true, 0]);
  p.run(1);
  expect(inSmm(p)).toBe(false);
  // The second SMI comes before the NMI.
  p.run(4);
  expect([inSmm(p), p.register(3)]).toEqual([false, 0]);
  p.run(1);
  expect(p.register(3)).toBe(1);
  expect(p.view.getUint32(at.SHADOW, true) & NMI_BLOCKED).toBe(NMI_BLOCKED);
  p.smi();
  p.run(4);
  expect([inSmm(p), p.view.getUint32(at.SHADOW, true) & NMI_BLOCKED]).toEqual([false, NMI_BLOCKED]);
});

test("RSM outside of SMM is #UD; one to paging without protection shuts down", () => {
  const outside = machine(LONG, "rsm", "rsm");
  outside.p.run(1);
  expect(outside.events.map((e) => (e.kind === "exception" ? e.name : e.kind))).toContain("#UD");
  const { p, events } = machine(LONG, "nop", `movl $0x80000010, %cs:${MAPS[LONG.name]?.cr0}; rsm`);
  p.smi();
  expect(p.run(10)).toBe("shutdown");
  expect(events.at(-1)?.kind).toBe("triple fault");
});
