/**
 * Guests that say what a processor did, a line for each attempt, and the two that are asked: ours and QEMU. Guests are
 * Multiboot kernels on frame.S; what they write to port E9h after BEGIN is their answer.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workbench } from "../../../engine/index.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";

const GUESTS = new URL("guests/", import.meta.url);
const MEMORY_MIB = 4;
/** The case of guests that find their own image on a floppy. */
const WITH_FLOPPY = "d";
const FLOPPY_BYTES = 1440 * 1024;
/** A digit from 1 on as case is the count of processors. */
const processorsOf = (choice: string) => Number.parseInt(choice, 10) || 1;
/** More than the firmware and the longest guest take. */
const MOST_TICKS = 400_000_000;

/** The image of guests/`name`.S. */
export function build(name: string): Uint8Array {
  const text = (file: string) => readFileSync(new URL(file, GUESTS), "utf8");
  const built = assemble(text(`${name}.S`), { file: `${name}.S`, codeBits: 32, include: text });
  const [wrong] = built.diagnostics.filter((d) => d.severity === "error");
  if (wrong) throw new Error(`${wrong.file}:${wrong.line}:${wrong.column}: ${wrong.message} ${wrong.hint}`);
  return built.bytes;
}

/** What a guest said, by the names of its attempts; the last line may be an attempt that never ended. */
export type Answer = Map<string, string>;

function answer(text: string): Answer {
  const lines = text.slice(text.indexOf("BEGIN\n") + 6).split("\n");
  const said: Answer = new Map();
  for (const line of lines.filter((text) => text !== "")) {
    const [name = ""] = line.split(":", 1);
    // An attempt that ends twice runs in circles.
    if (said.has(name)) return said.set("ended by", `saying "${name}" again`);
    said.set(name, line.slice(name.length + 1).trim());
  }
  return said;
}

function floppyOf(image: Uint8Array): Uint8Array {
  const floppy = new Uint8Array(FLOPPY_BYTES);
  floppy.set(image);
  return floppy;
}

/** Ours. `slice`: ticks of each run, asked anew each time. `choice`: the guest's case, one character. */
export function askOurs(bench: Workbench, image: Uint8Array, choice: string, slice = () => 50_000_000): Answer {
  const machine = bench.powerOn({
    memoryMiB: MEMORY_MIB,
    kernel: { image, commandLine: choice },
    processors: processorsOf(choice),
    ...(choice === WITH_FLOPPY ? { floppies: [floppyOf(image)] } : {}),
    debugExit: { iobase: 0xf4, iosize: 1 },
    stopOnTripleFault: true,
  });
  let ended = "";
  while (!ended && machine.tick < MOST_TICKS) {
    const { reason, state } = machine.run({ ticks: slice() });
    if (state === "exited") break;
    if (reason.kind === "triple fault") ended = "triple fault";
    else if (state === "failed") ended = `failed: ${JSON.stringify(reason)}`;
    else if (reason.kind === "halt" && reason.forever) ended = "halted for ever";
  }
  const said = answer(machine.guest.debug.text());
  if (ended) said.set("ended by", ended);
  return said;
}

/** Whether the QEMU whose answers are recorded is here to be asked: another one may know more, or less. */
export const hasQemu = /version 7\.2\./.test(
  spawnSync("qemu-system-i386", ["--version"], { encoding: "utf8" }).stdout ?? "",
);

/** QEMU's; `model`: of a processor with long mode, where that is wanted. */
export async function askQemu(image: Uint8Array, choice: string, model?: string): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  try {
    const file = join(folder, "guest.bin");
    writeFileSync(file, image);
    const devices =
      "-display none -debugcon stdio -device isa-debug-exit,iobase=0xf4,iosize=1 -no-reboot -monitor none";
    const cpu = model ?? "pentium2,family=15,+nx,+syscall";
    const machine = `-accel tcg -cpu ${cpu} -m ${MEMORY_MIB} -smp ${processorsOf(choice)} -vga none -net none -nodefaults`;
    const arguments_ = [...`${machine} ${devices}`.split(" "), "-kernel", file, "-append", choice];
    if (choice === WITH_FLOPPY) {
      writeFileSync(`${file}.img`, floppyOf(image));
      arguments_.push("-drive", `file=${file}.img,format=raw,if=floppy`);
    }
    const { text, status } = await new Promise<{ text: string; status: number | null }>((resolve) => {
      const qemu = spawn(model ? "qemu-system-x86_64" : "qemu-system-i386", arguments_);
      let said = "";
      const limit = setTimeout(() => qemu.kill("SIGKILL"), 15_000);
      qemu.stdout.on("data", (data: Buffer) => {
        said += data.toString("latin1");
        if (said.length > 1_000_000) qemu.kill("SIGKILL");
      });
      qemu.on("close", (code) => {
        clearTimeout(limit);
        resolve({ text: said, status: code });
      });
    });
    const said = answer(text);
    if (status === 0) said.set("ended by", "triple fault");
    else if (status !== 1) said.set("ended by", "time limit");
    return said;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of the one that the other has not, with both: for people. */
export function differences(ours: Answer, theirs: Answer): string[] {
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names]
    .filter((name) => ours.get(name) !== theirs.get(name))
    .map((name) => `${name}\n  expected ${theirs.get(name) ?? "nothing"}\n  ours     ${ours.get(name) ?? "nothing"}`);
}
