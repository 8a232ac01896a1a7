// The walk that views see against the one that accesses make: same page or same fault, same bits set, on random tables.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../isa/samples.ts";
import { GuestFault } from "./fault.ts";
import * as at from "./layout.ts";
import { parseModel } from "./models.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import {
  CR0_PG,
  CR0_WP,
  CR4_LA57,
  CR4_PAE,
  CR4_PGE,
  CR4_PKE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_LMA,
  EFER_NXE,
} from "./registers.ts";
import { CS, SS } from "./segments.ts";
import { split } from "./translation.ts";
import { explainWalk, viewTlbs, type WalkAccess } from "./walk.ts";

const RAM = 2 << 20;
const map = new PhysicalMap(RAM);
const outside = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 0, event() {} };
const choice = parseModel("max");
if (!("model" in choice)) throw new Error("no model max");
const p = new Processor(map, outside, 0, choice.model);

const MODES = { "32-bit": 0, PAE: CR4_PAE, "4-level": CR4_PAE, "5-level": CR4_PAE | CR4_LA57 } as const;
const ROUNDS = 400;

/** Eight pages of entries from 64 KiB on that lead to each other, most of them present and without reserved bits. */
function fillTables(wide: boolean, random: (n: number) => number): void {
  for (let a = 0x10000; a < 0x18000; a += wide ? 8 : 4) {
    const table = 0x10 + random(8);
    const flags = random(512) | (random(8) ? 1 : 0) | (random(4) ? 6 : 0);
    map.view.setUint32(
      map.ramAt + a,
      ((random(4) ? table : random(512)) << 12) | (random(4) ? flags & ~0x80 : flags & 0x1ff),
      true,
    );
    if (!wide) continue;
    const high = (random(8) ? 0 : 1 << 31) | (random(4) ? 0 : random(16) << 27) | (random(32) ? 0 : 1 << random(31));
    map.view.setInt32(map.ramAt + a + 4, high, true);
  }
}

function prepare(paging: keyof typeof MODES, user: boolean, random: (n: number) => number): void {
  p.reset();
  const long = paging.endsWith("level");
  const wide = paging !== "32-bit";
  fillTables(wide, random);
  const options = CR4_PSE | (random(2) ? CR4_PGE : 0) | (random(2) ? CR4_SMEP : 0) | (random(2) ? CR4_SMAP : 0);
  p.setControl(4, options | MODES[paging] | (long && random(2) ? CR4_PKE : 0));
  p.setControl(0, 0x11 | CR0_PG | (random(2) ? CR0_WP : 0));
  p.setControl(3, 0x10000);
  p.view.setUint32(at.EFER, (long ? EFER_LMA : 0) | (random(2) ? EFER_NXE : 0), true);
  p.view.setUint32(at.PKRU, random(2 ** 31), true);
  for (let i = 0; i < 8; i++)
    p.view.setUint32(at.PDPTES + 4 * i, i % 2 ? 0 : ((0x10 + random(8)) << 12) | (random(8) ? 1 : 0), true);
  const dpl = user ? 0x60 : 0;
  p.segments.set(CS, { selector: 0, base: 0, limit: 0xffffffff, attributes: (long ? 0xa09b : 0xc09b) | dpl });
  p.segments.set(SS, { selector: 0, base: 0, limit: 0xffffffff, attributes: 0xc093 | dpl });
  p.flags = random(2) ? 0x40002 : 2;
  p.restored();
}

/** Makes the access; the physical address, or the error code of its #PF. */
function access(low: number, high: number, kind: WalkAccess["kind"], la: number | bigint): string {
  try {
    if (kind === "execute") p.memory.codeHost(low, high);
    else if (kind === "write") p.memory.probeWrite(la, 1);
    else p.memory.probeRead(la);
  } catch (e) {
    if (!(e instanceof GuestFault)) throw e;
    return `vector ${e.fault.vector} ${e.fault.errorCode}`;
  }
  const held = viewTlbs(p).entries;
  expect(held.length).toBe(1);
  const [entry] = held;
  if (!entry) return "nothing";
  const { physical, writable, user, executable, global, key, size } = entry;
  return JSON.stringify({ physical, writable, user, executable, global, key, size });
}

const tables = () => map.ram.slice(0x10000, 0x18000);
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe.each(Object.keys(MODES) as (keyof typeof MODES)[])("%s paging", (paging) => {
  test(`${ROUNDS} walks on random tables say beforehand what the access does`, () => {
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const random = randomFrom(seed);
      const user = random(2) === 0;
      prepare(paging, user, random);
      const kind = (["read", "write", "execute"] as const)[random(3)] as WalkAccess["kind"];
      const wide = paging === "4-level" ? 47 : 56;
      const la = paging.endsWith("level")
        ? BigInt.asIntN(wide + 1, (BigInt(random(2 ** 31)) << 28n) ^ (BigInt(random(2 ** 31)) << 1n))
        : random(2 ** 31) * 2;
      const before = tables();
      const walk = explainWalk(p, la, { kind });
      expect(isSame(tables(), before), "looking changes nothing").toBe(true);
      expect(walk.paging).toBe(paging);
      const done = access(...split(la), kind, la);
      const { outcome } = walk;
      if (outcome.kind === "page") {
        const { page, writable, user: u, executable, global, key, size } = outcome;
        expect(done, `seed ${seed}`).toBe(
          JSON.stringify({ physical: page, writable, user: u, executable, global, key, size }),
        );
      } else
        expect(done, `seed ${seed}`).toBe(
          outcome.kind === "page fault" ? `vector 14 ${outcome.errorCode}` : "vector 13 0",
        );
      for (const { address, sets } of walk.steps) {
        if (address === undefined) continue;
        const at_ = address - 0x10000;
        before[at_] =
          (before[at_] as number) | (sets.includes("accessed") ? 0x20 : 0) | (sets.includes("dirty") ? 0x40 : 0);
      }
      expect(isSame(tables(), before), `seed ${seed}: accessed and dirty bits`).toBe(true);
      const end =
        outcome.kind === "page fault" ? outcome.cause : `page of ${outcome.kind === "page" ? outcome.size : 0}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    // Pages of more than one size, and at least absent, reserved and refused ones.
    expect(ends.size, JSON.stringify([...ends])).toBeGreaterThan(5);
  });
});
