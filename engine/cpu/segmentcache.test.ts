// A remembered load of a segment register is given up when the page of its descriptor is another one.
import { expect, test } from "vitest";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CR0_PG } from "./registers.ts";
import { CS, DS, SS } from "./segments.ts";

const GDT = 0x6000;
const OTHER = 0x7000;
const TABLE = 0x9000;

test("a selector is read anew after INVLPG, though the GDT's new page is in the TLB where the old one was", () => {
  const map = new PhysicalMap(1 << 20, 1);
  const outside = { portRead: () => 0xff, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 0, event() {} };
  const p = new Processor(map, outside);
  const code =
    "8e d9 " + // mov ds, cx
    "8e d9 " + // mov ds, cx: remembered
    "c7 05 18 90 00 00 63 70 00 00 " + // mov dword ptr [0x9018], 0x7063: the GDT's page is OTHER
    "0f 01 3d 00 60 00 00 " + // invlpg [0x6000]
    "a1 00 60 00 00 " + // mov eax, [0x6000]: its entry is filled
    "8e d9 f4"; // mov ds, cx; hlt
  map.load(
    0x3000,
    Uint8Array.from(code.split(" "), (h) => Number.parseInt(h, 16)),
  );
  for (let page = 0; page < 16; page++) map.write(TABLE + page * 4, (page << 12) | 0x63, 4);
  map.write(0x8000, TABLE | 0x63, 4);
  // Flat data segments, accessed already: to FFFFFFFF in the first table, to 7FFFFFFF in the other.
  map.write(GDT + 16, 0x0000ffff, 4);
  map.write(GDT + 20, 0x00cf9300, 4);
  map.write(OTHER + 16, 0x0000ffff, 4);
  map.write(OTHER + 20, 0x00c79300, 4);
  p.setControl(3, 0x8000);
  p.setControl(0, 0x11 | CR0_PG);
  p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xc09b });
  for (const n of [SS, DS]) p.segments.set(n, { selector: 16, base: 0, limit: 0xffffffff, attributes: 0xc093 });
  p.view.setUint32(at.GDTR_BASE, GDT, true);
  p.view.setUint32(at.GDTR_LIMIT, 0xfff, true);
  p.setRegister(1, 16, 32);
  p.ip = 0x3000;
  p.restored();
  expect(p.run(6)).toBe("budget");
  expect(p.segments.limit(DS)).toBe(0x7fffffff);
});
