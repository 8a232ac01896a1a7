// What a return to an outer ring does to null selectors and to segments of ring 0, as Zen 4 shows it to a user program that waits for an interrupt.
import { expect, test } from "vitest";
import { assemble } from "../../toolchain/assembler.ts";
import * as at from "../layout.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CS, DS, ES, FS, GS, SS } from "../segments.ts";
import { nothingAround } from "../testsurroundings.ts";

const CODE = 0x2000;
const GDT = 0x9000;
const TABLES = 0x10000;
const BASE = 0x123000;

const RETURNS = {
  "IRETD in protected mode": ".code32; push $0x23; push $0x7000; pushf; push $0x1b; push $user; iret; user: jmp user",
  "RETF in protected mode": ".code32; push $0x23; push $0x7000; push $0x1b; push $user; lret; user: jmp user",
  "IRETQ in 64-bit mode": ".code64; push $0x23; push $0x7000; pushf; push $0x1b; push $user; iretq; user: jmp user",
  "RETFQ in 64-bit mode": ".code64; push $0x23; push $0x7000; push $0x1b; push $user; lretq; user: jmp user",
};

/** A processor at ring 0 with a selector in each data segment register, after a return to ring 3. */
function returned(source: string, selector: number, attributes = 0): Processor {
  const isLong = source.startsWith(".code64");
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  const { bytes, diagnostics } = assemble(source.replaceAll("; ", "\n"), {
    file: "return.S",
    layout: { ".text": CODE },
  });
  expect(diagnostics).toEqual([]);
  map.load(CODE, bytes);
  const v = new DataView(map.memory.buffer, map.ramAt, 1 << 20);
  v.setUint32(TABLES, (TABLES + 0x1000) | 7, true);
  v.setUint32(TABLES + 0x1000, (TABLES + 0x2000) | 7, true);
  v.setUint32(TABLES + 0x2000, 0x87, true);
  v.setBigUint64(GDT + 0x18, isLong ? 0x00affb000000ffffn : 0x00cffb000000ffffn, true);
  v.setBigUint64(GDT + 0x20, 0x00cff3000000ffffn, true);
  p.view.setUint32(at.GDTR_BASE, GDT, true);
  p.view.setUint32(at.GDTR_LIMIT, 0x27, true);
  p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: isLong ? 0xa09b : 0xc09b });
  p.segments.set(SS, { selector: 16, base: 0, limit: 0xffffffff, attributes: 0xc093 });
  for (const n of [DS, ES, FS, GS]) p.segments.set(n, { selector, base: BASE, limit: 0, attributes });
  p.view.setUint32(at.CR3, TABLES, true);
  p.setControl(4, 0x20);
  p.setControl(0, isLong ? 0x80000011 : 0x11);
  p.view.setUint32(at.EFER, isLong ? 0x500 : 0, true);
  p.setRegister64(4, 0x6000n);
  p.ip = CODE;
  p.restored();
  p.run(10);
  expect(p.cpl).toBe(3);
  return p;
}

for (const [name, source] of Object.entries(RETURNS)) {
  test(`${name} to ring 3 makes null selectors 1, 2 and 3 in DS, ES, FS and GS 0, and keeps their bases`, () => {
    for (const selector of [0, 1, 2, 3]) {
      const p = returned(source, selector);
      for (const n of [DS, ES, FS, GS]) expect(p.segments.get(n)).toMatchObject({ selector: 0, base: BASE });
    }
  });

  test(`${name} to ring 3 makes segments of ring 0 in DS, ES, FS and GS null, and keeps their bases`, () => {
    const p = returned(source, 16, 0xc093);
    for (const n of [DS, ES, FS, GS]) {
      expect(p.segments.get(n)).toMatchObject({ selector: 0, base: BASE, attributes: 0 });
    }
  });
}
