// Registers by name, as views and prose read them.
import { expect, test } from "vitest";
import * as at from "../cpu/layout.ts";
import { PhysicalMap } from "../cpu/physical.ts";
import { X86 } from "./x86.ts";

function processor(map = new PhysicalMap(1 << 20, 1)): X86 {
  const nothing = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 0, event() {} };
  return new X86(map, nothing);
}

test("outside of long mode there are eight registers of 32 bits, in it sixteen of 64", () => {
  const p = processor();
  p.setRegister64(3, 0x1122_3344_5566_7788n);
  expect(
    p
      .registers()
      .general.map((r) => r.name)
      .join(" "),
  ).toBe("EAX ECX EDX EBX ESP EBP ESI EDI");
  expect(p.registers().general[3]?.value).toBe(0x5566_7788n);
  p.setControl(0, 0x80000011);
  p.setControl(4, 0x20);
  p.view.setUint32(at.EFER, 0x500, true);
  p.rip = 0xffff_8000_0000_1000n;
  p.restored();
  const file = p.registers();
  expect(file.general.length).toBe(16);
  expect([file.general[3], file.general[15]?.name, file.ip]).toEqual([
    { name: "RBX", value: 0x1122_3344_5566_7788n },
    "R15",
    0xffff_8000_0000_1000n,
  ]);
  p.writeRegister("R15", 0xfedc_ba98_7654_3210n);
  expect([p.readRegister("R15"), p.readRegister("EBX"), p.readRegister("RIP")]).toEqual([
    0xfedc_ba98_7654_3210n,
    0x5566_7788n,
    0xffff_8000_0000_1000n,
  ]);
});

test("STI holds interrupts off for one instruction, an NMI the next NMI until IRET, and no register says so", () => {
  const map = new PhysicalMap(1 << 20, 1);
  const p = processor(map);
  map.load(0x1000, Uint8Array.of(0xfb, 0x90, 0x90)); // sti; nop; nop
  map.load(0x600, Uint8Array.of(0x90, 0x90, 0xcf)); // nop; nop; iret
  map.write(2 * 4, 0x600, 4);
  p.segments.set(1, { selector: 0x100, base: 0x1000, limit: 0xffff, attributes: 0x9b });
  p.ip = 0;
  p.setRegister64(4, 0x8000n);
  p.restored();
  const after = (ticks: number) => {
    p.run(ticks);
    return p.registers().holds;
  };
  expect(after(1)).toEqual({ shadow: "STI", nmi: false, nmiWaits: false });
  expect(after(1)).toBeUndefined();
  p.nmi();
  expect(after(1)).toEqual({ nmi: true, nmiWaits: false });
  p.nmi();
  expect(after(1)).toEqual({ nmi: true, nmiWaits: true });
  expect(after(1)).toBeUndefined(); // IRET: the one that waited is next
  expect(after(1)).toEqual({ nmi: true, nmiWaits: false });
  expect(after(2)).toBeUndefined();
});
