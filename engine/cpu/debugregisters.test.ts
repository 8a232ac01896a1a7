// Breakpoints where the guests of tests/whole/processor do not come: in 64-bit mode; and how a processor leaves shutdown.
import { expect, test } from "vitest";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor, type ProcessorEvent } from "./processor.ts";
import { CS, DS, SS } from "./segments.ts";

function machine() {
  const map = new PhysicalMap(1 << 20, 1);
  const events: ProcessorEvent[] = [];
  const p = new Processor(map, {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      events.push(e);
      if (e.kind === "exception") p.attention();
    },
  });
  return { map, p, events };
}

const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (h) => Number.parseInt(h, 16));

/** In 64-bit mode at 3000h, `breakpoint` in DR0, DR7 saying what it is. */
function long(hex: string, breakpoint: bigint, control: number) {
  const m = machine();
  const { p, map } = m;
  map.load(0x3000, bytes(hex));
  p.setControl(0, 0x11);
  p.view.setUint32(at.EFER, 0x500, true);
  p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xa09b });
  for (const n of [SS, DS]) p.segments.set(n, { selector: 16, base: 0, limit: 0xffffffff, attributes: 0xc093 });
  p.view.setBigUint64(at.DR, breakpoint, true);
  p.view.setUint32(at.DR + 56, control | 2, true);
  p.rip = 0x3000n;
  p.restored();
  p.run(10);
  const exception = m.events.find((e) => e.kind === "exception");
  return {
    name: exception?.kind === "exception" ? exception.name : "none",
    ip: exception?.kind === "exception" ? exception.ip : 0,
    dr6: p.view.getUint32(at.DR + 48, true),
  };
}

test("eight bytes are watched in 64-bit mode, and the trap comes behind the store", () => {
  // mov [0x5007], al (through moffs64); nop
  const store = "a2 07 50 00 00 00 00 00 00 90 90";
  expect(long(store, 0x5000n, 0x90000)).toEqual({ name: "#DB", ip: 0x3009, dr6: 0xffff0ff1 });
  expect(long(store, 0x5008n, 0x90000).dr6).toBe(0xffff0ff0);
});

test("all 64 bits of an address count", () => {
  expect(long("90 90 90", 0x3001n, 0)).toEqual({ name: "#DB", ip: 0x3001, dr6: 0xffff0ff1 });
  expect(long("90 90 90", 0x1_0000_3001n, 0).dr6).toBe(0xffff0ff0);
});

test("an NMI brings a processor out of shutdown, an INIT too; an interrupt does not", () => {
  const { p, map } = machine();
  map.load(0x10000, bytes("0f 0b")); // ud2
  map.load(0x600, bytes("43 f4")); // inc bx; hlt
  map.write(8, 0x600, 4);
  p.segments.set(CS, { selector: 0x1000, base: 0x10000, limit: 0xffff, attributes: 0x9b });
  p.view.setUint32(at.IDTR_LIMIT, 0, true);
  p.ip = 0;
  p.restored();
  p.run(5);
  expect(p.run(5)).toBe("shutdown");
  p.setInterrupt(true);
  expect(p.run(5)).toBe("shutdown");
  p.setInterrupt(false);
  p.view.setUint32(at.IDTR_LIMIT, 0x3ff, true);
  p.nmi();
  expect(p.run(5)).toBe("halted");
  expect(p.register(3, 16)).toBe(1);
  p.view.setUint32(at.SHUTDOWN, 1, true);
  p.init();
  p.run(1);
  expect([p.isShutDown, p.register(3)]).toEqual([false, 0]);
});
