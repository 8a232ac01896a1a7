/** `ring`: reads the command line, makes the machine, runs it to its end. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type {
  CardConfiguration,
  DriveConfiguration,
  MachineConfiguration,
  NetworkConfiguration,
  VirtioPortConfiguration,
} from "../machine/api.ts";
import { checkConfiguration, MAX_FIRMWARE, MAX_FLOPPY } from "../machine/configuration.ts";
import { isLinux } from "../machine/linuximage.ts";
import { buildOnDisk, firmwareOnDisk } from "../machine/ondisk.ts";
import { powerOn } from "../machine/resources.ts";
import { readOptions } from "./flags.ts";
import { checkOutput, readFolder, readImage } from "./images.ts";
import type { ImageOption, LoadOption, Options, PortOption } from "./options.ts";
import { Session } from "./session.ts";
import { UsageError } from "./usage.ts";
import { writeBack } from "./writeback.ts";

const MAX_KERNEL = 64 * 2 ** 20;
const MAX_VGA_BIOS = 65536;
const MAX_DISK = 2 ** 32;
const MAX_CARD_ROM = 512 * 1024;
const MAX_TFTP = 512 * 2 ** 20;
const MAX_INITRD = 512 * 2 ** 20;

function configurationOf(options: Options): MachineConfiguration {
  const { memoryMiB, processors, turns, debugExit, bootOrder, bootOnce, bootMenu, rtcBase, ticksPerSecond, bios, cpu } =
    options;
  const { floppies, serial, isHeadless, hasVga, noDefaults } = options;
  const floppy = (image: ImageOption | undefined) =>
    image && readImage(image.flag, image.path, MAX_FLOPPY, "an image of at most 2,880 KiB");
  const kernel = kernelOf(options);
  return {
    memoryMiB,
    ...(options.maxMemoryBelow4GiB ? { maxMemoryBelow4GiB: options.maxMemoryBelow4GiB } : {}),
    processors,
    turns,
    floppies: noDefaults && floppies.every((image) => image === undefined) ? [] : floppies.map(floppy),
    ...(options.drives.some((drive) => drive) ? { drives: options.drives.map(driveOf) } : {}),
    ...(options.cards.length > 0 ? { cards: options.cards.map(cardOf) } : {}),
    ...(bootOrder ? { bootOrder } : {}),
    ...(bootOnce ? { bootOnce } : {}),
    ...(bootMenu ? { bootMenu } : {}),
    ...firmwareOf(options),
    ...(hasVga ? vgaBiosBeside(bios) : { display: "none" }),
    ...(isHeadless ? { headless: true } : {}),
    ...(serial.length > 2 ? { serialPorts: serial.length } : {}),
    ...(kernel ? { kernel } : {}),
    ...(options.loads.length > 0 ? { loads: options.loads.map(loadOf) } : {}),
    ...(cpu ? { cpu } : {}),
    ...(options.firmwareFiles.length ? { firmwareFiles: firmwareFilesOf(options) } : {}),
    ...(options.testDevice ? { testDevice: true } : {}),
    ...(debugExit ? { debugExit } : {}),
    ...(rtcBase ? { rtcBase } : {}),
    ...(options.randomSeed === undefined ? {} : { randomSeed: options.randomSeed }),
    ...(ticksPerSecond ? { ticksPerSecond } : {}),
  };
}

function firmwareOf({ bios, flash, notes }: Options): Pick<MachineConfiguration, "bios"> {
  const expected = "a multiple of 64 KiB, at most 16 MiB";
  if (bios !== undefined && flash.length > 0) throw new UsageError(`-bios ${bios} and -pflash: expected one of them`);
  if (bios !== undefined) return { bios: readImage("-bios", bios, MAX_FIRMWARE, expected) };
  if (flash.length === 0) return {};
  if (flash[0] === undefined) throw new UsageError("-drive if=pflash,unit=1: expected one of unit=0 too");
  notes.push("-pflash: what is written to it is lost: it is read-only memory here");
  const chips = flash.map((path) => readImage("-pflash", path, MAX_FIRMWARE, expected)).reverse();
  return { bios: new Uint8Array(Buffer.concat(chips)) };
}

function kernelOf({ kernel, append, initrd }: Options): MachineConfiguration["kernel"] {
  if (kernel === undefined) return undefined;
  const image = readImage("-kernel", kernel, MAX_KERNEL, "a kernel of at most 64 MiB");
  const read = (path: string) => readImage("-initrd", path, MAX_INITRD, "a file of at most 512 MiB");
  // As QEMU does: the first word of a Multiboot kernel's command line is its path.
  if (isLinux(image)) return { image, commandLine: append ?? "", ...(initrd ? { initrd: read(initrd) } : {}) };
  const modules = initrd === undefined ? [] : modulesOf(initrd);
  return {
    image,
    commandLine: append === undefined ? kernel : `${kernel} ${append}`,
    modules: modules.map((words) => ({ bytes: read(words.split(" ")[0] as string), commandLine: words })),
  };
}

/** `a.bin its words,b.bin`: Multiboot's modules; `,,` is a comma. */
function modulesOf(text: string): string[] {
  return text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(",,", ","));
}

function loadOf(load: LoadOption): { address: number; bytes: Uint8Array } {
  if ("bytes" in load) return load;
  return { address: load.address, bytes: readImage("-device loader,file=", load.path, MAX_KERNEL, "at most 64 MiB") };
}

/** Other firmware brings its display's BIOS along as a file beside it, where QEMU would find it too. */
function vgaBiosBeside(bios: string | undefined): Pick<MachineConfiguration, "vgaBios"> {
  const path = bios && join(dirname(bios), "vgabios-stdvga.bin");
  return path && existsSync(path) ? { vgaBios: readImage("-bios", path, MAX_VGA_BIOS, "at most 64 KiB") } : {};
}

function firmwareFilesOf({ firmwareFiles }: Options): { [name: string]: Uint8Array } {
  const bytes = ({ text, path, bytes }: Options["firmwareFiles"][number]) =>
    path !== undefined
      ? readImage("-fw_cfg", path, MAX_KERNEL, "at most 64 MiB")
      : (bytes ?? new TextEncoder().encode(text));
  return Object.fromEntries(firmwareFiles.map((file) => [file.name, bytes(file)]));
}

function driveOf(drive: Options["drives"][number]): DriveConfiguration | undefined {
  if (drive === undefined) return undefined;
  const { kind, image } = drive;
  return { kind, ...(image ? { image: diskOf(image) } : {}) } as DriveConfiguration;
}

function diskOf({ flag, path }: ImageOption): Uint8Array {
  return readImage(flag, path, MAX_DISK, "an image of at most 4 GiB");
}

function portOf({ isConsole, name }: PortOption): VirtioPortConfiguration {
  return { isConsole, ...(name === undefined ? {} : { name }) };
}

function cardOf(card: Options["cards"][number]): CardConfiguration {
  if (card.kind === "virtio-rng" || card.kind === "pci-testdev") return card;
  if (card.kind === "virtio-serial") return { ...card, ports: card.ports.map((port) => port && portOf(port)) };
  if (card.kind !== "virtio-blk") {
    const { kind, mac, romfile, network } = card;
    const { tftp, bootfile } = network ?? {};
    const behind: NetworkConfiguration = {
      kind: "user",
      ...(tftp === undefined ? {} : { files: readFolder("-netdev user,tftp=", tftp, MAX_TFTP) }),
      ...(bootfile === undefined ? {} : { bootFile: bootfile }),
    };
    return {
      kind,
      ...(mac === undefined ? {} : { mac }),
      ...(romfile === undefined ? {} : { rom: readImage("romfile=", romfile, MAX_CARD_ROM, "at most 512 KiB") }),
      ...(network === undefined ? {} : { network: behind }),
    };
  }
  const { kind, image, serial } = card;
  return { kind, image: diskOf(image), ...(serial === undefined ? {} : { serial }) };
}

/** The flag behind each part of a configuration. */
const FLAG_OF: Readonly<Record<string, keyof Options>> = {
  bios: "bios",
  "kernel.image": "kernel",
  "kernel.initrd": "initrd",
  rtcBase: "rtcBase",
};

function check(configuration: MachineConfiguration, options: Options): void {
  const [fault] = checkConfiguration(configuration);
  if (fault === undefined) return;
  const option = FLAG_OF[fault.part];
  const flag = option === undefined ? fault.part : `-${option === "rtcBase" ? "rtc" : option} ${options[option]}`;
  throw new UsageError(`${flag}: ${fault.message}; expected: ${fault.hint}`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help !== undefined) {
    process.stdout.write(options.help);
    return 0;
  }
  const configuration = configurationOf(options);
  check(configuration, options);
  if (options.screenshot !== undefined) checkOutput("--screenshot", options.screenshot);
  const resources = { build: buildOnDisk(), firmware: firmwareOnDisk };
  if (options.missingFeatures.length > 0)
    options.notes.push(`-cpu ${options.cpu}: without ${options.missingFeatures.join(", ")}, not built yet`);
  for (const note of options.notes) process.stderr.write(`ring: ${note}\n`);
  const machine = powerOn(configuration, resources, { history: options.gdb ? {} : false });
  const session = new Session(machine, options);
  try {
    const status = await session.run();
    session.report();
    return status;
  } finally {
    writeBack(machine, options);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `ring: ${text}\n` : `ring: the emulator failed: ${text}\n`);
  process.exitCode = 1;
}
// Standard input keeps a process alive though nobody reads it any more.
process.stdin.destroy();
