/**
 * This machine's own processor as the judge of 64-bit code: random instructions of every row that a user program can run,
 * with REX, the registers that only 64-bit code has, RIP-relative operands, FS and GS bases, 32-bit addresses, and
 * addresses that fault; compared in registers, flags (those the row defines), memory and exception with error code and
 * address. RING_CASES sets the cases an encoding (default 100); RING_SEED the seed. `npm run test:full` runs 10,000.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DATA, randomFrom } from "./cases.ts";
import { type Case64, encodingsUnderTest64, makeCase64 } from "./cases64.ts";
import { compileHarness64, differences64, listing64, type Outcome64, runEngine64, runNative64 } from "./judge64.ts";
import { isRefused, lockedCodes } from "./locked.ts";

const COUNT = Number(process.env.RING_CASES ?? (process.env.RING_FULL ? 10_000 : 100));
const SEED = Number(process.env.RING_SEED ?? 20261122);

const folder = mkdtempSync(join(tmpdir(), "ring-native64-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const harness = compileHarness64(folder);

describe.skipIf(!harness)(`against this processor, 64-bit code, ${COUNT} cases an encoding, seed ${SEED}`, () => {
  let number = 0;
  for (const { row, encoding } of encodingsUnderTest64()) {
    const seed = SEED + ++number * 7919;
    it(`${row.name}  ${encoding.text}`, () => {
      const random = randomFrom(seed);
      for (let done = 0; done < COUNT; done += 1000) {
        const cases: Case64[] = [];
        const dataSeed = random();
        for (let tries = 0; cases.length < Math.min(1000, COUNT - done) && tries < 20_000; tries++) {
          const c = makeCase64(encoding, dataSeed, random);
          if (c) cases.push(c);
        }
        expect(cases.length, "cases made").toBeGreaterThan(0);
        const native = runNative64(harness as string, cases);
        cases.forEach((c, i) => {
          const found = differences64(c, native[i] as Outcome64, runEngine64(c));
          if (found.length) expect.fail(`seed ${seed}:\n${listing64(c)}\n${found.join("\n")}`);
        });
      }
    });
  }
});

it.skipIf(!harness)("LOCK raises #UD where this processor says so: 64-bit code, every encoding", () => {
  const random = randomFrom(SEED);
  const general = new BigUint64Array(16).fill(BigInt(DATA + 0x800));
  const codes = [...lockedCodes(64, COUNT, random)];
  const cases = codes.map((code) => ({ code, general, flags: 0x202, fs: 0n, gs: 0n, seed: 1 }));
  const native = runNative64(harness as string, cases);
  const found = codes.flatMap((code, i) => {
    const isUd = native[i]?.exception === "#UD";
    return isUd === isRefused(code, 64)
      ? []
      : [`${Buffer.from(code).toString("hex")}: native ${isUd ? "#UD" : "runs"}`];
  });
  expect(found).toEqual([]);
});

it.skipIf(harness)("skipped: no gcc that makes 64-bit x86 programs", () => {
  expect(harness).toBeUndefined();
});
