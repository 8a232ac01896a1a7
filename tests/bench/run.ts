/**
 * `npm run bench`: the engine against v86 (JIT off and on) and QEMU's translator in one run, as ratios of time.
 * --runs N (medians, default 3), --kernels a,b (default: all of bench32), --quick (one run, two kernels), --no-peers,
 * --linux 686 or 686-pae (v86 has no 64-bit mode): Debian's kernel to its first process, and that one's work, in place of the rest.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { handlerStatistics } from "../../engine/cpu/handlers.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { firmwareFrom } from "../../engine/machine/firmware.ts";
import { assemble } from "../../engine/toolchain/assembler.ts";
import { makeTimedGuest } from "../fixtures/linuxguest.ts";
import { type Guest, runOurs, runQemu, runV86, type Times } from "./peers.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    kernels: { type: "string" },
    quick: { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
    linux: { type: "string" },
  },
});

const root = join(import.meta.dirname, "../..");
/** The guests that speed is measured with stand beside the checkout; where they do not, only the loops of our own run. */
const bench32 = join(root, "../shared/bench/bench32.elf");
/** All of bench32: what computes, and what works the system: code that changes, ports, paging, faults, interrupts. */
const PURE = "intmix,sieve,crc32,qsort,rep,matmul_x87,sqrtdiv_x87,matmul_sse,sqrtdiv_sse,fib,lz,vm".split(",");
const SYSTEM = "smc,portio,paging,aspace,pgfault,int80_r0,int80_r3".split(",");
const kernels = values.kernels?.split(",") ?? (values.quick ? ["crc32", "fib"] : [...PURE, ...SYSTEM]);
const runs = values.quick ? 1 : Number(values.runs);

const started = performance.now();
const firmware = firmwareFrom((name) => readFileSync(join(root, "engine/firmware", name), "utf8"));
const rom = firmware().rom;
const assembled = performance.now() - started;

const folder = mkdtempSync(join(tmpdir(), "ring-bench-"));
const source = readFileSync(join(import.meta.dirname, "loops16.S"), "utf8");
const { bytes, diagnostics } = assemble(source, { file: "loops16.S", layout: { ".text": 0x7c00 } });
if (diagnostics.length) throw new Error(`loops16.S: ${JSON.stringify(diagnostics[0])}`);
const image = new Uint8Array(1_474_560);
image.set(bytes.subarray(bytes.length - 512));
const floppy = join(folder, "loops16.img");
writeFileSync(floppy, image);

const guests: Guest[] = [];
if (values.linux === undefined) {
  guests.push({ kind: "floppy", image, path: floppy });
  if (existsSync(bench32)) guests.push({ kind: "kernel", path: bench32, commandLine: `bench ${kernels.join(" ")}` });
} else {
  const { kernel: path, initrd, commandLine } = makeTimedGuest(values.linux);
  const disk = join(folder, "initrd");
  writeFileSync(disk, initrd);
  guests.push({ kind: "linux", path, initrd: disk, commandLine });
}

type Engine = "ours" | "v86, JIT off" | "v86" | "QEMU TCG";
const engines: readonly Engine[] = values["no-peers"] ? ["ours"] : ["ours", "v86, JIT off", "v86", "QEMU TCG"];
const seconds = new Map<string, Map<Engine, number[]>>();
const checksums = new Map<string, Set<string>>();

function note(engine: Engine, times: Times | undefined): void {
  for (const [name, t] of times ?? []) {
    const row = seconds.get(name) ?? new Map<Engine, number[]>();
    seconds.set(name, row);
    row.set(engine, [...(row.get(engine) ?? []), t.seconds]);
    checksums.set(name, (checksums.get(name) ?? new Set()).add(t.checksum));
  }
}

try {
  for (let run = 0; run < runs; run++) {
    for (const guest of guests) {
      for (const engine of engines) {
        process.stderr.write(`run ${run + 1} of ${runs}: ${guest.kind} on ${engine}…\n`);
        if (engine === "ours") note(engine, runOurs(guest, rom));
        else if (engine === "QEMU TCG") note(engine, await runQemu(guest));
        else note(engine, await runV86(guest, engine === "v86"));
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const median = (list: readonly number[] | undefined): number =>
  [...(list ?? [])].sort((a, b) => a - b)[Math.floor((list?.length ?? 0) / 2)] ?? Number.NaN;
const cell = (n: number) => (Number.isNaN(n) ? "–" : n.toFixed(3)).padStart(14);
console.log(
  `Seconds, median of ${runs}; Node ${process.version}; instruction rows ${TABLE.length}; handlers emitted ${handlerStatistics().handlers}, ${handlerStatistics().bytes} bytes of WebAssembly in ${handlerStatistics().milliseconds.toFixed(0)} ms; BIOS assembled in ${assembled.toFixed(0)} ms`,
);
const against = values.linux === undefined ? "v86, JIT off" : "v86";
console.log(["kernel".padEnd(10), ...engines.map((e) => e.padStart(14)), `  ours / ${against}`].join(""));
const ratios = new Map<string, number>();
for (const [name, row] of seconds) {
  const of = (e: Engine) => median(row.get(e));
  const ratio = of("ours") / of(against);
  if (!Number.isNaN(ratio)) ratios.set(name, ratio);
  const agree =
    (checksums.get(name)?.size ?? 0) === 1 ? "" : `  CHECKSUMS DIFFER ${[...(checksums.get(name) ?? [])].join(" ")}`;
  console.log([name.padEnd(10), ...engines.map((e) => cell(of(e))), cell(ratio), agree].join(""));
}

function printMean(what: string, names: readonly string[]): void {
  const logs = names.flatMap((name) => ratios.get(name) ?? []).map(Math.log);
  if (logs.length === 0) return;
  const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  console.log(`geometric mean of ours / v86, JIT off: ${mean.toFixed(2)} over ${logs.length} kernels, ${what}`);
}
printMean("all of bench32", [...PURE, ...SYSTEM]);
printMean("those that compute", PURE);
printMean("those that work the system", SYSTEM);
process.exit([...checksums.values()].every((s) => s.size === 1) ? 0 : 1);
