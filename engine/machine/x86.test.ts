// Registers by name, as views and prose read them.
import { expect, test } from "vitest";
import * as at from "../cpu/layout.ts";
import { PhysicalMap } from "../cpu/physical.ts";
import { X86 } from "./x86.ts";

function processor(): X86 {
  const nothing = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 0, event() {} };
  return new X86(new PhysicalMap(1 << 20, 1), nothing);
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
