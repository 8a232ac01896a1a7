// Linux's own tests of the x86 processor under Debian's kernels of 64 and 32 bits: signal frames, LDTs, vm86, single steps
// through system calls, traps behind MOV SS, IOPL, FSGSBASE, FCMOV … Each must pass, or say that it has nothing to test. The
// long list (RING_FULL=1) only: source and kernels are Debian's packages, and where one cannot be had it says so and skips.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NotHere } from "../fixtures/debian.ts";
import { ring } from "../fixtures/ring.ts";
import { buildSelftests, selftestGuest } from "../fixtures/selftests.ts";

const LIMIT_S = 3000;
/** kselftest.h: passed, or there is nothing to test. */
const GOOD = [0, 4];

const folder = process.env.RING_FULL ? mkdtempSync(join(tmpdir(), "ring-selftests-")) : "";
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

let built = "";

describe.runIf(process.env.RING_FULL)("Linux's own tests of the x86 processor", () => {
  test.each(["amd64", "686"])(
    "under Debian's kernel for %s each passes, or has nothing to test",
    async (flavour) => {
      try {
        built ||= buildSelftests(folder);
        const { flags, names } = selftestGuest(flavour, built, folder);
        const { out, err, status, seconds } = await ring(flags, { seconds: LIMIT_S });
        const ended = new Map(
          [...out.matchAll(/(\w+) ended with (\d+)/g)].map(([, name, code]) => [name, Number(code)]),
        );
        console.log(`${flavour}: ${ended.size} of ${names.length} ended, in ${seconds.toFixed(0)} s`);
        const bad = names.filter((name) => !GOOD.includes(ended.get(name) ?? -1));
        if (bad.length > 0) console.log(out);
        expect(bad).toEqual([]);
        expect({ status, err }).toEqual({ status: 0, err: "" });
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        console.log(`skipped: ${error.message}`);
      }
    },
    LIMIT_S * 1000,
  );
});
