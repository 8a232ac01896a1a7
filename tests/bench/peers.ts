/** The machines that speed is measured on: ours, v86 with and without its JIT, QEMU's translator. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Machine } from "../../engine/machine/machine.ts";
import { X86 } from "../../engine/machine/x86.ts";

/** What is run: a Multiboot kernel with its command line, Linux with a RAM disk, or a boot sector on a floppy. */
export type Guest =
  | { readonly kind: "kernel"; readonly path: string; readonly commandLine: string }
  | { readonly kind: "linux"; readonly path: string; readonly initrd: string; readonly commandLine: string }
  | { readonly kind: "floppy"; readonly image: Uint8Array; readonly path: string };

/** Seconds and checksum of each kernel, by its name. */
export type Times = Map<string, { readonly seconds: number; readonly checksum: string }>;

const memoryMiB = (guest: Guest) => (guest.kind === "linux" ? 128 : 64);
const SEABIOS = "/usr/share/seabios/bios.bin";
const SEAVGABIOS = "/usr/share/seabios/vgabios-stdvga.bin";

/** Takes serial output as it comes, and notes when each kernel began and ended; the first, unless it says so, with the machine. */
class Stopwatch {
  readonly times: Times = new Map();
  done = false;
  private line = "";
  private began = performance.now();

  take(text: string): void {
    for (const c of text) {
      if (c !== "\n") {
        if (c !== "\r") this.line += c;
        continue;
      }
      const [word, name, checksum] = this.line.split(" ");
      if (word === "BEGIN") this.began = performance.now();
      if (word === "END" && name)
        this.times.set(name, { seconds: (performance.now() - this.began) / 1000, checksum: checksum ?? "" });
      if (word === "DONE") this.done = true;
      this.line = "";
    }
  }
}

const read = (path: string) => new Uint8Array(readFileSync(path));
const buffer = (path: string) => ({ buffer: read(path).buffer });
const initrdOf = (guest: Guest) => (guest.kind === "linux" ? { initrd: read(guest.initrd) } : {});

function v86Media(guest: Guest): object {
  if (guest.kind === "floppy") return { fda: { buffer: guest.image.slice().buffer } };
  const { commandLine: cmdline, path } = guest;
  if (guest.kind === "kernel") return { multiboot: buffer(path), cmdline };
  return { bzimage: buffer(path), initrd: buffer(guest.initrd), cmdline };
}

/** Ours. `rom`: the firmware, for a floppy. */
export function runOurs(guest: Guest, rom: Uint8Array): Times {
  const watch = new Stopwatch();
  const machine = new Machine(
    {
      memoryMiB: memoryMiB(guest),
      debugExit: { iobase: 0xf4, iosize: 1 },
      ...(guest.kind === "floppy"
        ? { floppies: [guest.image] }
        : { kernel: { image: read(guest.path), commandLine: guest.commandLine, ...initrdOf(guest) } }),
    },
    { firmware: () => ({ rom }), makeCpu: (map, surroundings) => new X86(map, surroundings), history: false },
  );
  machine.guest.serial[0].said = (byte) => watch.take(String.fromCharCode(byte));
  while (!watch.done) {
    const status = machine.run({ ticks: 20_000_000 });
    if (
      status.state === "faulted" ||
      status.state === "exited" ||
      (status.reason.kind === "halt" && status.reason.forever)
    )
      break;
  }
  return watch.times;
}

/** v86 throws this word out of its timer where a guest writes to its test port. */
process.on("uncaughtException", (error: unknown) => {
  if (error === "HALT") return;
  console.error(error);
  process.exit(1);
});

/** v86, or undefined where its firmware is not installed. */
export async function runV86(guest: Guest, jit: boolean): Promise<Times | undefined> {
  if (!existsSync(SEABIOS) || !existsSync(SEAVGABIOS)) return undefined;
  const require = createRequire(import.meta.url);
  const build = dirname(require.resolve("v86"));
  const { V86 } = (await import(join(build, "libv86.mjs"))) as { V86: new (options: object) => V86Machine };
  const watch = new Stopwatch();
  const machine = new V86({
    wasm_path: join(build, "v86.wasm"),
    memory_size: memoryMiB(guest) << 20,
    vga_memory_size: 2 << 20,
    bios: buffer(SEABIOS),
    vga_bios: buffer(SEAVGABIOS),
    autostart: true,
    disable_jit: !jit,
    disable_speaker: true,
    ...v86Media(guest),
  });
  machine.add_listener("serial0-output-byte", (byte: number) => watch.take(String.fromCharCode(byte)));
  for (const limit = performance.now() + 600_000; !watch.done && performance.now() < limit; )
    await new Promise((go) => setTimeout(go, 5));
  // Where the guest ended by the test port, v86 does not come back to end itself.
  await Promise.race([machine.destroy(), new Promise((go) => setTimeout(go, 500))]);
  return watch.times;
}

interface V86Machine {
  add_listener(event: string, listener: (value: number) => void): void;
  destroy(): Promise<void>;
}

/** QEMU's translator, or undefined where it is not installed. */
export async function runQemu(guest: Guest): Promise<Times | undefined> {
  const watch = new Stopwatch();
  const what =
    guest.kind === "floppy"
      ? ["-drive", `file=${guest.path},format=raw,if=floppy`, "-boot", "a"]
      : ["-kernel", guest.path, "-append", guest.commandLine];
  if (guest.kind === "linux") what.push("-initrd", guest.initrd);
  const qemu = spawn("qemu-system-i386", [
    "-accel",
    "tcg",
    "-m",
    String(memoryMiB(guest)),
    "-display",
    "none",
    "-serial",
    "stdio",
    "-monitor",
    "none",
    "-no-reboot",
    "-device",
    "isa-debug-exit,iobase=0xf4,iosize=1",
    ...what,
  ]);
  return new Promise((resolve) => {
    qemu.on("error", () => resolve(undefined));
    qemu.stdout.on("data", (data: Buffer) => {
      watch.take(data.toString("latin1"));
      if (watch.done) qemu.kill();
    });
    qemu.on("close", () => resolve(watch.times));
  });
}
