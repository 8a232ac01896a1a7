// The benchmark guest's kernels, where its folder lies beside the checkout: checksums that native code gives, too.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";

const folder = new URL("../../../shared/bench/", import.meta.url);
const isThere = existsSync(new URL("bench32.elf", folder));
const full = process.env.RING_FULL === "1";

// What the interpreter does in seconds; the others take minutes before there is a translator, or need paging or SSE.
const QUICK = ["rep", "smc"];
const LONG = [
  "intmix",
  "sieve",
  "crc32",
  "qsort",
  "matmul_x87",
  "sqrtdiv_x87",
  "fib",
  "lz",
  "vm",
  "portio",
  "int80_r0",
];

/** Skipped where there is no guest to run. */
const guest = test.runIf(isThere);

guest.each(full ? [...QUICK, ...LONG] : QUICK)(
  "%s ends with its checksum",
  async (name) => {
    const bench = await openBench();
    const expected = readFileSync(new URL("expected32.txt", folder), "utf8");
    const [line] = expected.split("\n").filter((text) => text.startsWith(`END ${name} `));
    const machine = bench.powerOn({
      memoryMiB: 64,
      kernel: { image: new Uint8Array(readFileSync(new URL("bench32.elf", folder))), commandLine: `bench32 ${name}` },
      debugExit: { iobase: 0xf4, iosize: 1 },
    });
    const status = machine.run({ ticks: 20_000_000_000 });
    expect(status.reason).toEqual({ kind: "exit", status: 1 });
    expect(machine.guest.serial[0].text()).toBe(`BENCH32 1\r\nBEGIN ${name}\r\n${line}\r\nDONE\r\n`);
  },
  300_000,
);
