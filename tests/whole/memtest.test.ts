// memtest86+ 6.10 from Debian's package "memtest86+" under our BIOS: draws its screen and goes through its first tests of 64 MiB
// with 0 errors. The long list (RING_FULL=1).
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadResources, powerOn } from "../../engine/machine/resources.ts";

const resources = await loadResources();
/** The test whose beginning is waited for: 0 to 2 are over then (walking ones, own address, moving inversions begin). */
const UNTIL = 3;
const TICKS = 60_000_000_000;

describe.runIf(process.env.RING_FULL)("memtest86+ 6.10 on 64 MiB", () => {
  for (const width of ["ia32", "x64"]) {
    for (const processors of [1, 2]) {
      test(`${width} on ${processors}: tests 0 to ${UNTIL - 1} end with 0 errors`, () => {
        const path = `/boot/memtest86+${width}.bin`;
        if (!existsSync(path)) {
          console.log(`skipped: ${path} is not here: it comes with Debian's package memtest86+`);
          return;
        }
        const image = new Uint8Array(readFileSync(path));
        const machine = powerOn({ memoryMiB: 64, processors, kernel: { image } }, resources, { history: false });
        expect(machine.run({ screen: "Press <F1>", ticks: 2_000_000_000 }).reason.kind).toBe("until");
        expect(machine.screenText()).toContain("Memtest86+ v6.10");
        for (const down of [true, false]) machine.key("Enter", down);
        const present = () => Number(/Test #\s*(\d+)/.exec(machine.screenText())?.[1] ?? -1);
        const { reason } = machine.runUntil(() => present() >= UNTIL || /Errors: +[1-9]/.test(machine.screenText()), {
          ticks: TICKS,
          every: 10_000_000,
        });
        const screen = machine.screenText();
        console.log(`${width} on ${processors}: ${machine.tick} ticks\n${screen}`);
        expect(reason.kind).toBe("until");
        expect(screen).toMatch(/Errors: +0/);
        expect(screen).toMatch(processors === 1 ? /SMP: (N\/A|Disabled|1T)/ : /2T|2 Threads|Using: +2/);
      }, 20_000_000);
    }
  }
});
