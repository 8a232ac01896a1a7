/**
 * Checks a machine's configuration, which a lesson, a page or a command line wrote, and fills in its defaults.
 */
import { TICKS_PER_SECOND } from "../chipset/bus.ts";
import { parseModel } from "../cpu/models.ts";
import type { MachineConfiguration } from "./api.ts";
import { checkCards } from "./cardcheck.ts";
import type { Kernel } from "./kernel.ts";
import { readKernel } from "./kernelimage.ts";
import { isLinux, readLinux } from "./linuximage.ts";
import { MAX_BELOW_MIB, MAX_MEMORY_MIB, memorySize } from "./memorysize.ts";
import type { TurnOptions } from "./processors.ts";

/** What is wrong with one part of a configuration. */
export interface ConfigurationFault {
  /** As a path: `floppies[0]`. */
  readonly part: string;
  readonly message: string;
  readonly hint: string;
}

/** A configuration with nothing left open. */
export interface CompleteConfiguration extends MachineConfiguration {
  readonly memoryMiB: number;
  readonly rtcSeconds: number;
  readonly ticksPerSecond: number;
  readonly stopOnTripleFault: boolean;
  readonly processors: number;
  readonly turns: TurnOptions;
  readonly randomSeed: number;
}

export const MAX_FIRMWARE = 16 * 2 ** 20;
export const MAX_FLOPPY = 2880 * 1024;
const DEFAULT_MIB = 16;
const MAX_PROCESSORS = 8;
/** 10 µs of guest time: short for who waits for another processor, long beside the cost of a change. */
const DEFAULT_TURN = 2000;
const MAX_TURN = 1_000_000;
const MAX_KERNEL = 64 * 1024 * 1024;
/** Characters of command lines: the room that a kernel's information has for them. */
const MAX_WORDS = 16_384;

const PARTS = [
  ["memoryMiB", memory],
  ["maxMemoryBelow4GiB", memoryBelow],
  ["bios", firmware],
  ["floppies", floppies],
  ["drives", drives],
  ["cards", checkCards],
  ["vgaBios", vgaBios],
  ["bootOrder", bootOrder],
  ["bootOnce", bootOrder],
  ["kernel", kernel],
  ["firmwareFiles", firmwareFiles],
  ["loads", loads],
  ["serialPorts", serialPorts],
  ["display", display],
  ["debugExit", debugExit],
  ["rtcBase", rtcBase],
  ["ticksPerSecond", ticksPerSecond],
  ["cpu", cpu],
  ["processors", processors],
  ["turns", turns],
  ["randomSeed", randomSeed],
  ["cacheLines", cacheLines],
] as const;

/** All faults of `configuration`; none where a machine can be made of it. */
export function checkConfiguration(configuration: MachineConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const { memoryMiB = DEFAULT_MIB, maxMemoryBelow4GiB } = configuration;
  const size = isInteger(memoryMiB, 1, MAX_MEMORY_MIB) ? memoryMiB : MAX_MEMORY_MIB;
  const end = isInteger(maxMemoryBelow4GiB, 1, MAX_BELOW_MIB) ? { maxMemoryBelow4GiB } : {};
  const memoryBytes = memorySize({ memoryMiB: size, ...end }).below;
  for (const [part, check] of PARTS) {
    const value: unknown = configuration[part];
    if (value !== undefined)
      check(value, (message, hint, path = "") => faults.push({ part: part + path, message, hint }), memoryBytes);
  }
  return faults;
}

/** Fills in defaults; `configuration` has passed checkConfiguration. */
export function completeConfiguration(configuration: MachineConfiguration): CompleteConfiguration {
  return {
    ...configuration,
    memoryMiB: configuration.memoryMiB ?? DEFAULT_MIB,
    rtcSeconds: Math.floor(Date.parse(configuration.rtcBase ?? "2026-01-01T00:00:00Z") / 1000),
    ticksPerSecond: configuration.ticksPerSecond ?? TICKS_PER_SECOND,
    stopOnTripleFault: configuration.stopOnTripleFault ?? false,
    processors: configuration.processors ?? 1,
    turns: { ticks: configuration.turns?.ticks ?? DEFAULT_TURN, seed: configuration.turns?.seed ?? 0 },
    randomSeed: configuration.randomSeed ?? 0,
  };
}

type Report = (message: string, hint: string, path?: string) => void;

function isInteger(value: unknown, low: number, high: number): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

function memory(value: unknown, report: Report): void {
  const hint = `A whole number of MiB from 1 to ${MAX_MEMORY_MIB}.`;
  if (!isInteger(value, 1, MAX_MEMORY_MIB)) report(`${value} is not a size of memory`, hint);
}

function memoryBelow(value: unknown, report: Report): void {
  const hint = `A whole number of MiB from 1 to ${MAX_BELOW_MIB}.`;
  if (!isInteger(value, 1, MAX_BELOW_MIB)) report(`${value} is no size of memory below 4 GiB`, hint);
}

function firmware(value: unknown, report: Report): void {
  const hint = "A ROM image of 64 KiB to 16 MiB, a multiple of 64 KiB, whose last 16 bytes hold the first instruction.";
  if (!(value instanceof Uint8Array)) {
    report("is not bytes", hint);
    return;
  }
  if (value.length === 0 || value.length > MAX_FIRMWARE || value.length % 65536 !== 0) {
    report(`is ${value.length.toLocaleString("en")} bytes long`, hint);
  }
}

function floppies(value: unknown, report: Report): void {
  const hint = "An image of 1 byte to 2,880 KiB; one that is shorter than a disk is filled up with zeros.";
  if (!Array.isArray(value)) {
    report("is not a list", "A list of at most two images.");
    return;
  }
  if (value.length > 2) report(`has ${value.length} images`, "A PC's controller has drives A and B here.");
  for (const [i, image] of value.entries()) {
    if (image === undefined) continue;
    if (!(image instanceof Uint8Array)) report("is not bytes", hint, `[${i}]`);
    else if (image.length === 0 || image.length > MAX_FLOPPY) {
      report(`is ${image.length.toLocaleString("en")} bytes long`, hint, `[${i}]`);
    }
  }
}

function drives(value: unknown, report: Report): void {
  if (!Array.isArray(value) || value.length > 4) {
    report("is not a list of at most four drives", "The drives hda, hdb, hdc and hdd, undefined where there is none.");
    return;
  }
  for (const [i, drive] of value.entries()) {
    if (drive === undefined) continue;
    const { kind, image } = (drive ?? {}) as { kind?: unknown; image?: unknown };
    const path = `[${i}]`;
    if (kind !== "disk" && kind !== "cdrom")
      report(`is no kind of drive: ${kind}`, "A disk or a cdrom.", `${path}.kind`);
    if (kind === "cdrom" && image === undefined) continue;
    if (!(image instanceof Uint8Array)) report("is not bytes", "The drive's whole contents.", `${path}.image`);
    else if (image.length === 0) report("is empty", "An image of at least 1 byte.", `${path}.image`);
  }
}

function vgaBios(value: unknown, report: Report): void {
  if (!(value instanceof Uint8Array) || value.length < 512 || value.length > 65536) {
    report("is no ROM", "An option ROM of 512 bytes to 64 KiB, as vgabios-stdvga.bin.");
  }
}

function bootOrder(value: unknown, report: Report): void {
  if (typeof value !== "string" || !/^[abcdn]{1,3}$/.test(value)) {
    report(`${value} is no order`, "One to three letters: a floppy, c hard disk, d CD, n network.");
  }
}

function kernel(value: unknown, report: Report, memoryBytes: number): void {
  const hint = "A kernel of at most 64 MiB: Linux's bzImage, Multiboot 1 or 2, or an ELF file with Xen's PVH note.";
  const { image, commandLine, initrd, modules = [] } = (value ?? {}) as { readonly [key: string]: unknown };
  const hasDisk = initrd instanceof Uint8Array;
  if (initrd !== undefined && !hasDisk) report("is not bytes", "An initial RAM disk.", ".initrd");
  if (!(image instanceof Uint8Array)) report("is not bytes", hint, ".image");
  else if (image.length === 0 || image.length > MAX_KERNEL) {
    report(`is ${image.length.toLocaleString("en")} bytes long`, hint, ".image");
  } else {
    const text = typeof commandLine === "string" ? commandLine : "";
    const kernel = isLinux(image)
      ? readLinux(image, text, hasDisk ? initrd.length : 0, memoryBytes)
      : readKernel(image, memoryBytes);
    if (hasDisk && !isLinux(image)) report("goes with a Linux kernel", "Modules for others.", ".initrd");
    if (!("message" in kernel) && !isLinux(image)) kernelModules(modules, text, kernel as Kernel, report, memoryBytes);
    if ("message" in kernel) report(`is no kernel: byte ${kernel.offset}: ${kernel.message}`, hint, ".image");
  }
  if (commandLine !== undefined && (typeof commandLine !== "string" || commandLine.length > 4095)) {
    report("is not text of at most 4,095 characters", "What the kernel gets as its command line.", ".commandLine");
  }
}

function kernelModules(value: unknown, text: string, kernel: Kernel, report: Report, memoryBytes: number): void {
  if (!Array.isArray(value) || !value.every((module) => module?.bytes instanceof Uint8Array)) {
    report("is not a list of modules", "Bytes, each with its command line.", ".modules");
    return;
  }
  const end = Math.max(...kernel.segments.map((segment) => segment.address + segment.size));
  const bytes = value.reduce((sum, module) => sum + Math.ceil(module.bytes.length / 4096) * 4096, end + 4096);
  if (bytes > memoryBytes)
    report("do not fit", `Kernel and modules in ${memoryBytes / 2 ** 20} MiB of memory.`, ".modules");
  const words = value.reduce((sum, module) => sum + (module.commandLine ?? "").length + 64, text.length);
  if (words > MAX_WORDS) report("say too much", `At most ${MAX_WORDS} characters for the kernel and all.`, ".modules");
}

function firmwareFiles(value: unknown, report: Report): void {
  for (const [name, bytes] of Object.entries((value ?? {}) as { [name: string]: unknown })) {
    if (name.length === 0 || name.length > 55 || !/^[\x21-\x7e]+$/.test(name)) {
      report(`"${name}" is no name of a file`, "At most 55 characters of ASCII without spaces.");
    }
    if (!(bytes instanceof Uint8Array)) report("is not bytes", "A file's contents.", `["${name}"]`);
  }
}

function loads(value: unknown, report: Report, memoryBytes: number): void {
  if (!Array.isArray(value)) {
    report("is not a list", "Bytes with their addresses.");
    return;
  }
  for (const [i, { address, bytes }] of value.entries()) {
    if (!(bytes instanceof Uint8Array)) report("is not bytes", "What to put into memory.", `[${i}].bytes`);
    else if (!isInteger(address, 0, memoryBytes - bytes.length))
      report(
        `${bytes.length} bytes at ${address} are not in memory`,
        `An address up to ${memoryBytes - bytes.length} in ${memoryBytes / 2 ** 20} MiB of memory.`,
        `[${i}].address`,
      );
  }
}

function serialPorts(value: unknown, report: Report): void {
  if (!isInteger(value, 2, 4)) report(`${value} is not a count of serial ports`, "2, 3 or 4.");
}

function display(value: unknown, report: Report): void {
  if (value !== "vga" && value !== "none") report(`${value} is no display`, "vga or none.");
}

function debugExit(value: unknown, report: Report): void {
  const { iobase, iosize } = (value ?? {}) as { iobase?: unknown; iosize?: unknown };
  if (!isInteger(iobase, 0, 0xffff)) report(`${iobase} is not a port`, "A port from 0 to 0xffff.", ".iobase");
  if (iosize !== 1 && iosize !== 2 && iosize !== 4) report(`${iosize} is not a size`, "1, 2 or 4 ports.", ".iosize");
}

function rtcBase(value: unknown, report: Report): void {
  const seconds = typeof value === "string" ? Date.parse(value) / 1000 : Number.NaN;
  const hint = "A date and time of 1980 to 2099 in UTC as in 2026-01-01T00:00:00Z.";
  if (!(seconds >= Date.UTC(1980) / 1000 && seconds < Date.UTC(2100) / 1000)) report(`"${value}" is not a time`, hint);
}

function ticksPerSecond(value: unknown, report: Report): void {
  // The product with a crystal's frequency must stay exact (frequency.ts).
  if (!isInteger(value, 1_000_000, 2_000_000_000)) {
    report(`${value} is not a rate`, "A whole number from 1,000,000 to 2,000,000,000.");
  }
}

function cpu(value: unknown, report: Report): void {
  const choice = parseModel(String(value));
  if ("fault" in choice) report(choice.fault, "A model, then features to add and to leave out: qemu64,+rdtscp,-nx.");
}

function processors(value: unknown, report: Report): void {
  if (!isInteger(value, 1, MAX_PROCESSORS)) report(`${value} is not a count`, "1 to 8 processors.");
}

function cacheLines(value: unknown, report: Report): void {
  if (typeof value !== "boolean") report(`${value} is neither true nor false`, "Whether cache lines are counted.");
}

function randomSeed(value: unknown, report: Report): void {
  if (!isInteger(value, 0, 0xffffffff)) report(`${value} is not a seed`, "A whole number from 0 to 4,294,967,295.");
}

function turns(value: unknown, report: Report): void {
  const { ticks, seed } = (value ?? {}) as { ticks?: unknown; seed?: unknown };
  if (ticks !== undefined && !isInteger(ticks, 1, MAX_TURN)) {
    report(`${ticks} is not a length`, "Ticks of a turn, 1 to 1,000,000.", ".ticks");
  }
  if (seed !== undefined && !isInteger(seed, 0, 0xffffffff)) {
    report(`${seed} is not a seed`, "A whole number from 0 (round by number) to 4,294,967,295.", ".seed");
  }
}
