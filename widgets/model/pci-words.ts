// A PCI function's configuration space in words: class, COMMAND, base address registers, interrupt. PCI Local Bus
// Specification 3.0, chapter 6 and appendix D.
import type { PciFunctionView } from "../../engine/index.ts";

const classes: Readonly<Record<number, string>> = {
  0x0100: "SCSI or virtual disk",
  0x0101: "IDE controller",
  0x0200: "Ethernet controller",
  0x0300: "VGA-compatible display",
  0x0600: "host bridge",
  0x0601: "ISA bridge",
  0x0680: "other bridge",
  0x0780: "communication controller",
  0x00ff: "other",
};

/** The bits of COMMAND that this machine's functions have, by their letter in views. */
export const commandBits = [
  { letter: "I", bit: 0, name: "answers at its I/O ports" },
  { letter: "M", bit: 1, name: "answers at its memory addresses" },
  { letter: "B", bit: 2, name: "may master the bus" },
  { letter: "X", bit: 10, name: "interrupt pin disabled" },
] as const;

export interface PciWords {
  /** "00:01.1". */
  readonly place: string;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly className: string;
  readonly classCode: number;
  readonly command: number;
  /** "INTA# to IRQ 11", or "" for a function without a pin. */
  readonly interrupt: string;
}

const hex2 = (n: number) => n.toString(16).padStart(2, "0");

export function pciWords({ device, function: f, config }: PciFunctionView): PciWords {
  const word = (at: number) => config[at] | (config[at + 1] << 8);
  const classCode = word(0x0a);
  const pin = config[0x3d];
  const line = config[0x3c];
  return {
    place: `00:${hex2(device)}.${f}`,
    vendorId: word(0),
    deviceId: word(2),
    classCode,
    className: classes[classCode] ?? `class ${hex2(config[0x0b])}`,
    command: word(4),
    interrupt: pin === 0 ? "" : `INT${"ABCD"[pin - 1]}#${line > 0 && line < 16 ? ` to IRQ ${line}` : ""}`,
  };
}

/** The header's registers, as dwords, by offset: what mechanism 1 reads one at a time. */
export const headerRegisters: readonly { readonly offset: number; readonly name: string }[] = [
  { offset: 0x00, name: "device, vendor" },
  { offset: 0x04, name: "STATUS, COMMAND" },
  { offset: 0x08, name: "class, revision" },
  { offset: 0x0c, name: "BIST, header type, latency, line size" },
  ...[0, 1, 2, 3, 4, 5].map((n) => ({ offset: 0x10 + 4 * n, name: `BAR ${n}` })),
  { offset: 0x2c, name: "subsystem, its vendor" },
  { offset: 0x30, name: "expansion ROM" },
  { offset: 0x34, name: "capabilities" },
  { offset: 0x3c, name: "latencies, interrupt pin, line" },
];
