// The parts of the PC in words: what a device is called, where it sits, which of the machine's device states are its
// registers, and which interrupt lines it drives. Names are the engine's (`Device.name`, and who claims a port).

export type Floor = "processor" | "host" | "pci" | "isa";

export interface Part {
  readonly name: string;
  /** "COM1 (16550A)". */
  readonly title: string;
  /** Where it hangs: at the processor, at the host bridge, on the PCI bus, or behind the ISA bridge. */
  readonly floor: Floor;
  /** One sentence for a reader. */
  readonly says: string;
  /** Names of `devices()` whose state belongs to it, besides its own. */
  readonly states?: readonly string[];
  /** Other names under which it answers. */
  readonly alias?: readonly string[];
  /** Interrupt lines that it drives. */
  readonly lines?: readonly number[];
}

const parts: readonly Part[] = [
  {
    name: "lapic",
    title: "Local APIC",
    floor: "processor",
    says: "Takes interrupts as messages and hands them to its processor, the most urgent first; has a timer of its own.",
  },
  {
    name: "i440fx",
    title: "440FX host bridge",
    floor: "host",
    says: "Sends each access of the processor to RAM, to ROM or on to the PCI bus.",
    states: ["i440fx.pci"],
    alias: ["pci"],
  },
  { name: "ram", title: "RAM", floor: "host", says: "Memory that keeps what is written to it." },
  {
    name: "rom",
    title: "Firmware ROM",
    floor: "host",
    says: "The chip with the program that the processor finds when it wakes.",
  },
  {
    name: "piix3",
    title: "PIIX3 ISA bridge",
    floor: "pci",
    says: "Leads from the PCI bus to the devices of the first PCs, and routes the PCI cards' interrupt wires to their lines.",
    states: ["piix3.pci"],
  },
  {
    name: "piixide",
    title: "IDE controller",
    floor: "pci",
    says: "Two cables with two drives each; moves sectors itself where it is told to.",
    states: ["piixide.pci", "ide.0", "ide.1"],
    alias: ["ide.0", "ide.1"],
    lines: [14, 15],
  },
  {
    name: "piix4pm",
    title: "PIIX4 power management",
    floor: "pci",
    says: "The power button, sleep states and a timer, as ACPI describes them.",
    states: ["piix4pm.pci"],
    lines: [9],
  },
  {
    name: "vgapci",
    title: "Display adapter (VGA)",
    floor: "pci",
    says: "Draws what lies in its memory: characters at B8000, dots at A0000 and in its frame buffer.",
    states: ["vga"],
    alias: ["vga"],
  },
  {
    name: "e1000",
    title: "82540EM network card",
    floor: "pci",
    says: "Sends and receives frames that it fetches from memory and stores there itself.",
  },
  {
    name: "i8237",
    title: "DMA controllers (8237)",
    floor: "isa",
    says: "Move bytes between a device and memory, without the processor.",
    states: ["i8237.0", "i8237.1", "dmapages"],
    alias: ["i8237.0", "i8237.1", "dmapages"],
  },
  {
    name: "i8259",
    title: "Interrupt controllers (8259)",
    floor: "isa",
    says: "Fifteen wires in, one out: they choose which device may interrupt, and tell the processor its number.",
    states: ["i8259.master", "i8259.slave"],
    alias: ["i8259.master", "i8259.slave"],
  },
  {
    name: "ioapic",
    title: "I/O APIC",
    floor: "isa",
    says: "Turns 24 interrupt wires into messages for the processors' local APICs.",
  },
  {
    name: "i8254",
    title: "Timer (8254)",
    floor: "isa",
    says: "Three counters at 1,193,182 Hz: the tick, memory refresh once, and the speaker.",
    lines: [0],
  },
  {
    name: "hpet",
    title: "Event timer (HPET)",
    floor: "isa",
    says: "A 64-bit counter with comparators, younger than the 8254.",
  },
  {
    name: "mc146818",
    title: "Clock and CMOS (MC146818)",
    floor: "isa",
    says: "The time of day and 114 bytes that a battery keeps.",
    lines: [8],
  },
  {
    name: "i8042",
    title: "Keyboard controller (8042)",
    floor: "isa",
    says: "A small computer between the keyboard, the mouse and the processor.",
    states: ["ps2keyboard", "ps2mouse"],
    lines: [1, 12],
  },
  {
    name: "ns16550.0",
    title: "COM1 (16550A)",
    floor: "isa",
    says: "Sends a byte over a wire, bit by bit, and receives one.",
    lines: [4],
  },
  { name: "ns16550.1", title: "COM2 (16550A)", floor: "isa", says: "The second serial port.", lines: [3] },
  {
    name: "i82077",
    title: "Floppy controller (82077)",
    floor: "isa",
    says: "Finds a sector on a disk and hands its bytes to the DMA controller.",
    lines: [6],
  },
  {
    name: "port61",
    title: "System port B (61h)",
    floor: "isa",
    says: "The speaker's gate, and the state of the timer's second counter.",
  },
  {
    name: "port92",
    title: "System port A (92h)",
    floor: "isa",
    says: "The gate of address line 20, and a fast reset.",
    states: ["a20"],
  },
  {
    name: "coprocessorerror",
    title: "x87 error latch",
    floor: "isa",
    says: "Turns the x87's error wire into an interrupt, as the first PCs did.",
    lines: [13],
  },
  {
    name: "port80",
    title: "Diagnostic port (80h)",
    floor: "isa",
    says: "Keeps the last byte written: firmware reports there how far it has come.",
  },
  {
    name: "fwcfg",
    title: "Firmware configuration",
    floor: "isa",
    says: "Files for the firmware: tables, memory map, boot order. An emulator's device, not a real PC's.",
  },
  {
    name: "debugconsole.e9",
    title: "Debug console (E9h)",
    floor: "isa",
    says: "Whatever is written goes to whoever watches the machine. An emulator's device.",
  },
  {
    name: "debugconsole.402",
    title: "Debug console (402h)",
    floor: "isa",
    says: "The same, where firmware expects it.",
  },
  { name: "debugexit", title: "Debug exit", floor: "isa", says: "A write ends the machine. An emulator's device." },
];

/** The part that `name` names or that answers under it; cards and whatever is not in the list stand for themselves. */
export function partOf(name: string, floor: Floor = "pci"): Part {
  const known = parts.find((part) => part.name === name || part.alias?.includes(name));
  if (known) return known;
  const stem = name.split(".")[0];
  const kin = parts.find((part) => part.name === stem);
  if (!kin) return { name, title: name, floor, says: "" };
  return { ...kin, name, title: name === stem ? kin.title : `${kin.title} ${name.slice(stem.length + 1)}` };
}

export const partTitle = (name: string): string => partOf(name).title;
