/** `-device`: the parts of a PC that QEMU puts in by name. */
import type { CardFlags } from "./cardflags.ts";
import type { DriveFlags } from "./driveflags.ts";
import { isQuestion } from "./machineflags.ts";
import { nearestDevice } from "./nearestflag.ts";
import type { Options } from "./options.ts";
import { expectKeys, integer, kindAndProperties, type Properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** What `-device help` lists: name and bus, in QEMU's words. */
const DEVICES: Readonly<Record<string, string>> = {
  "ide-cd": "IDE",
  "ide-hd": "IDE",
  floppy: "floppy-bus",
  "virtio-blk-pci": "PCI",
  e1000: "PCI",
  "virtio-net-pci": "PCI",
  VGA: "PCI",
  "virtio-rng-pci": "PCI",
  "virtio-serial-pci": "PCI",
  virtconsole: "virtio-serial-bus",
  virtserialport: "virtio-serial-bus",
  "pci-testdev": "PCI",
  "isa-debug-exit": "ISA",
  "isa-debugcon": "ISA",
  "isa-serial": "ISA",
  "pc-testdev": "ISA",
  loader: "",
};

/** Devices that are wired to lines of characters, which later flags may name. */
export interface LineDevices {
  readonly debug: { readonly iobase: number | undefined; readonly chardev: string }[];
  readonly serial: { readonly index: number | undefined; readonly chardev: string }[];
}

export class DeviceFlags {
  readonly lines: LineDevices = { debug: [], serial: [] };
  readonly #options: Options;
  readonly #drives: DriveFlags;
  readonly #cards: CardFlags;
  /** Devices of drives that a later -drive may give. */
  readonly #late: (() => void)[] = [];

  constructor(options: Options, drives: DriveFlags, cards: CardFlags) {
    this.#options = options;
    this.#drives = drives;
    this.#cards = cards;
  }

  add(value: string): void {
    if (isQuestion(value)) {
      const lines = Object.entries(DEVICES).map(([name, bus]) => `name "${name}"${bus ? `, bus ${bus}` : ""}\n`);
      this.#options.help = lines.join("");
      return;
    }
    const [name, given] = kindAndProperties(value, "driver");
    if (this.#own(name, given)) return;
    if (["ide-hd", "ide-cd", "ide-drive", "floppy"].includes(name)) {
      this.#late.push(() => this.#drives.device(name, given));
      return;
    }
    if (this.#cards.device(name, given, this.#drives.byId)) return;
    throw new UsageError(nearestDevice(name, Object.keys(DEVICES)));
  }

  /** All flags are read. */
  finish(): void {
    for (const device of this.#late) device();
  }

  /** Devices on the ISA bus, and what QEMU calls one. */
  #own(name: string, given: Properties): boolean {
    const flag = `-device ${name}`;
    const number = (key: string) => (given[key] === undefined ? undefined : integer(`${flag},${key}=`, given[key]));
    switch (name) {
      case "isa-debug-exit": {
        expectKeys(flag, given, ["iobase", "iosize", "id"]);
        const [iobase = 0x501, iosize = 2] = [number("iobase"), number("iosize")];
        if (iobase > 0xffff || ![1, 2, 4].includes(iosize))
          throw new UsageError(`${flag},iobase=${iobase},iosize=${iosize}: expected a port, and iosize 1, 2 or 4`);
        this.#options.debugExit = { iobase, iosize };
        return true;
      }
      case "isa-debugcon":
        expectKeys(flag, given, ["iobase", "chardev", "id", "readback"]);
        this.lines.debug.push({ iobase: number("iobase"), chardev: needChardev(flag, given) });
        return true;
      case "isa-serial":
        expectKeys(flag, given, ["chardev", "index", "iobase", "irq", "id"]);
        this.lines.serial.push({ index: serialIndex(flag, given), chardev: needChardev(flag, given) });
        return true;
      case "pc-testdev":
        expectKeys(flag, given, ["id"]);
        this.#options.testDevice = true;
        return true;
      case "VGA":
        expectKeys(flag, given, ["id", "bus", "addr", "vgamem_mb", "edid", "romfile"]);
        this.#options.hasVga = true;
        return true;
      case "loader":
        this.#loader(flag, given);
        return true;
    }
    return false;
  }

  /** A file, or a number of 1 to 8 bytes, in memory from reset on. */
  #loader(flag: string, given: Properties): void {
    expectKeys(flag, given, ["file", "addr", "data", "data-len", "data-be", "cpu-num", "force-raw", "id"]);
    const { file, addr, data, "data-len": length = "" } = given;
    if (addr === undefined) throw new UsageError(`${flag}: expected addr=ADDRESS`);
    const address = integer(`${flag},addr=`, addr);
    if (given["cpu-num"] !== undefined && data === undefined)
      throw new UsageError(`${flag},cpu-num=: a processor begins at its reset vector here; expected none`);
    if (file !== undefined) this.#options.loads.push({ address, path: file });
    else if (data !== undefined) {
      const count = integer(`${flag},data-len=`, length);
      if (count < 1 || count > 8) throw new UsageError(`${flag},data-len=${length}: expected 1 to 8`);
      if (!/^(0x[0-9a-fA-F]{1,16}|\d{1,19})$/.test(data))
        throw new UsageError(`${flag},data=${data}: expected a number of 64 bits`);
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(data), given["data-be"] !== "on");
      this.#options.loads.push({
        address,
        bytes: given["data-be"] === "on" ? bytes.slice(8 - count) : bytes.slice(0, count),
      });
    } else throw new UsageError(`${flag}: expected file=PATH or data=NUMBER`);
  }
}

function needChardev(flag: string, { chardev }: Properties): string {
  if (chardev === undefined) throw new UsageError(`${flag}: expected chardev=ID`);
  return chardev;
}

/** COM1 to COM4 by number, or by the port they are at. */
function serialIndex(flag: string, { index, iobase }: Properties): number | undefined {
  if (iobase !== undefined) {
    const at = [0x3f8, 0x2f8, 0x3e8, 0x2e8].indexOf(Number(iobase));
    if (at < 0) throw new UsageError(`${flag},iobase=${iobase}: expected 0x3f8, 0x2f8, 0x3e8 or 0x2e8`);
    return at;
  }
  if (index === undefined) return undefined;
  const at = integer(`${flag},index=`, index);
  if (at > 3) throw new UsageError(`${flag},index=${index}: expected 0 to 3`);
  return at;
}
