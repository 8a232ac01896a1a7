// The 64-bit benchmark guest, where its folder lies beside the checkout: it enters long mode by itself, and its checksums are
// those that native code gives.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";

const folder = new URL("../../../shared/bench/", import.meta.url);
const isThere = existsSync(new URL("bench64.elf", folder));
const full = process.env.RING_FULL === "1";

// What the interpreter does in seconds; the others take minutes before there is a translator.
const QUICK = ["rep", "smc", "aspace"];
const LONG = [
  "intmix",
  "sieve",
  "crc32",
  "qsort",
  "fib",
  "lz",
  "vm",
  "portio",
  "paging",
  "pgfault",
  "int80_r0",
  "int80_r3",
];
const FLOAT = ["matmul_x87", "sqrtdiv_x87", "matmul_sse", "sqrtdiv_sse"];

/** Skipped where there is no guest to run. */
const guest = test.runIf(isThere);

guest.each(full ? [...QUICK, ...LONG, "syscall", ...FLOAT] : QUICK)(
  "%s ends with its checksum in long mode",
  async (name) => {
    const bench = await openBench();
    const expected = readFileSync(new URL("expected64.txt", folder), "utf8");
    const [line] = expected.split("\n").filter((text) => text.startsWith(`END ${name} `));
    const machine = bench.powerOn({
      memoryMiB: 64,
      kernel: { image: new Uint8Array(readFileSync(new URL("bench64.elf", folder))), commandLine: `bench64 ${name}` },
      debugExit: { iobase: 0xf4, iosize: 1 },
    });
    const status = machine.run({ ticks: 20_000_000_000 });
    expect(status.reason).toEqual({ kind: "exit", status: 1 });
    expect(machine.guest.serial[0].text()).toBe(`BENCH64 1\r\nBEGIN ${name}\r\n${line}\r\nDONE\r\n`);
  },
  600_000,
);
