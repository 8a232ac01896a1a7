// Where a run ends, nothing has happened yet for the instruction behind its end.
import { expect, test } from "vitest";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CR0_PG } from "./registers.ts";
import { CS, DS, SS } from "./segments.ts";
import { nothingAround } from "./testsurroundings.ts";

const DIRECTORY = 0x8000;
const TABLE = 0x9000;

/** Two NOPs and a jump to `target`, at 3000h of 64 KiB in pages of 4 KiB that are mapped to themselves. */
function jumping(target: number) {
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  map.load(0x3000, Uint8Array.of(0x90, 0x90, 0xe9));
  map.write(0x3003, target - 0x3007, 4);
  for (let page = 0; page < 16; page++) map.write(TABLE + page * 4, (page << 12) | 0x23, 4);
  map.write(DIRECTORY, TABLE | 0x63, 4);
  p.setControl(3, DIRECTORY);
  p.setControl(0, 0x11 | CR0_PG);
  p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xc09b });
  for (const n of [SS, DS]) p.segments.set(n, { selector: 16, base: 0, limit: 0xffffffff, attributes: 0xc093 });
  p.ip = 0x3000;
  p.restored();
  return { map, p };
}

for (const way of ["carefully", "one by one", "sequences", "translated"]) {
  const set = (p: Processor) => {
    p.careful = way === "carefully";
    p.eager = way === "sequences";
    p.translating = way === "translated";
  };

  test(`${way}: a jump to a page that is not there leaves CR2 alone until the fetch is due`, () => {
    const { p } = jumping(0x12345);
    set(p);
    expect([p.run(3), p.ip, p.view.getUint32(at.CR2, true)]).toEqual(["budget", 0x12345, 0]);
    p.run(1);
    expect(p.view.getUint32(at.CR2, true)).toBe(0x12345);
  });

  test(`${way}: a jump to another page is not accessed, nor in the TLB, until the fetch is due`, () => {
    const { map, p } = jumping(0x5000);
    set(p);
    map.write(TABLE + 5 * 4, 0x5003, 4);
    map.load(0x5000, Uint8Array.of(0x90));
    expect([p.run(3), p.ip, map.read(TABLE + 5 * 4, 4)]).toEqual(["budget", 0x5000, 0x5003]);
    p.run(1);
    expect([p.ip, map.read(TABLE + 5 * 4, 4)]).toEqual([0x5001, 0x5023]);
  });
}
