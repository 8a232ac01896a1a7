/**
 * The devices of the PC, wired to each other.
 *
 *   IRQ 0  8254 counter 0        IRQ 3  COM2, 2F8       IRQ 8   MC146818
 *   IRQ 1  8042 keyboard         IRQ 4  COM1, 3F8       IRQ 12  8042 mouse
 *   IRQ 2  second 8259           IRQ 6  82077, DMA 2    IRQ 13  FERR#
 *                                                      IRQ 9   ACPI
 *
 *   IRQ 14  IDE primary           IRQ 15  IDE secondary
 *
 *   00:00.0 440FX host bridge    00:01.0 PIIX3 ISA bridge    00:01.1 its IDE    00:01.3 PIIX4 power management
 *   00:02.0 display adapter       00:03.0 and on: the cards of the configuration
 *
 * Source: IBM PC AT technical reference, section 1; QEMU's "pc" for ports 402h, E9h and isa-debug-exit.
 */
import { sectorsOf } from "../chipset/ataidentify.ts";
import type { AccessSize, Bus, Device, Line, PhysicalMemory } from "../chipset/bus.ts";
import { type FloppyType, pcCmos } from "../chipset/cmos.ts";
import { CoprocessorError } from "../chipset/coprocessorerror.ts";
import { DebugConsole } from "../chipset/debugconsole.ts";
import type { DiskImage } from "../chipset/diskimage.ts";
import { floppyFormat } from "../chipset/floppydisk.ts";
import { FwCfg } from "../chipset/fwcfg.ts";
import { Hpet } from "../chipset/hpet.ts";
import { I440fx, type I440fxOptions } from "../chipset/i440fx.ts";
import { I8042 } from "../chipset/i8042.ts";
import { DmaPages, I8237 } from "../chipset/i8237.ts";
import { I8254 } from "../chipset/i8254.ts";
import { I8259 } from "../chipset/i8259.ts";
import { I82077 } from "../chipset/i82077.ts";
import { InterruptLines } from "../chipset/interruptlines.ts";
import type { IoApic } from "../chipset/ioapic.ts";
import { IoPorts } from "../chipset/ioports.ts";
import { IsaDebugExit } from "../chipset/isadebugexit.ts";
import { Mc146818 } from "../chipset/mc146818.ts";
import { MmioSpace } from "../chipset/mmiospace.ts";
import { Ns16550 } from "../chipset/ns16550.ts";
import { PciBus } from "../chipset/pci.ts";
import { PcTestDevice } from "../chipset/pctestdev.ts";
import { Piix3, pirqs } from "../chipset/piix3.ts";
import { Piix4Pm } from "../chipset/piix4pm.ts";
import { Port61 } from "../chipset/port61.ts";
import { Port80 } from "../chipset/port80.ts";
import { Port92 } from "../chipset/port92.ts";
import { Ps2Keyboard } from "../chipset/ps2keyboard.ts";
import { Ps2Mouse } from "../chipset/ps2mouse.ts";
import { Vga } from "../chipset/vga.ts";
import { addVga } from "../chipset/vgapci.ts";
import type { VirtioConsole } from "../chipset/virtioconsole.ts";
import { buildCards, type Cards, type SendBytes, type SendFrame } from "./cards.ts";
import type { CompleteConfiguration } from "./configuration.ts";
import { firmwareContents, serialPorts } from "./firmwareconfig.ts";
import { memorySize } from "./memorysize.ts";
import { Replaceable } from "./replaceable.ts";
import { buildStorage, type Storage } from "./storage.ts";
import { Typist } from "./typing.ts";
import { WiredOr } from "./wiredor.ts";

/** Where the board's wires end. */
export interface BoardOutputs {
  serial(port: number, byte: number): void;
  /** To port 402h or E9h. */
  debug(byte: number, port: number): void;
  exit(status: number): void;
  resetRequested(): void;
  interrupt(level: boolean): void;
  a20(level: boolean): void;
  powerOff(): void;
  /** Processors stop until the reset that ends a sleep, */
  suspend(): void;
  /** which is wanted now. */
  wake(): void;
  readonly frame: SendFrame;
  readonly console: SendBytes;
  /** IGNNE# of the processors. */
  ignoreNumericError(): void;
  /** SMI#, of the processor that boots (as in QEMU). */
  smi(): void;
  /** Of the host bridge (i440fx.ts). */
  readonly setReach: I440fxOptions["setReach"];
  readonly setSmram: I440fxOptions["setSmram"];
  /** Interrupt line `n` has another level. */
  line(n: number, level: boolean): void;
  /** Memory as a bus master that is called `part` reaches it. */
  masterOf(part: string): PhysicalMemory;
  /** Where interrupt lines go besides the 8259s. */
  readonly ioApic?: IoApic;
}

/** The parts that somebody asks for by name; `devices` has all, in the order of reset. */
export interface Board {
  readonly devices: readonly Device[];
  readonly interrupts: I8259;
  readonly vga: Vga;
  readonly keyboard: Ps2Keyboard;
  readonly mouse: Ps2Mouse;
  readonly typist: Typist;
  readonly rtc: Mc146818;
  readonly uarts: readonly Ns16550[];
  readonly floppies: I82077;
  readonly pci: PciBus;
  readonly host: I440fx;
  readonly power: Piix4Pm;
  readonly storage: Storage;
  /** Cables that leave the machine, by the card's place in the configuration. */
  readonly links: Cards["links"];
  /** Disks of cards, likewise. */
  readonly cardDisks: ReadonlyMap<number, DiskImage>;
  readonly consoles: ReadonlyMap<number, VirtioConsole>;
  readonly coprocessorError: CoprocessorError;
}

/** What firmware finds in CMOS after a sleep that kept RAM: where, and which byte (as QEMU's board leaves it). */
const SHUTDOWN_REASON = 0x0f;
const WOKEN = 0xfe;

export function buildBoard(bus: Bus, configuration: CompleteConfiguration, outputs: BoardOutputs): Board {
  const [interrupts, slave] = interruptControllers(bus, outputs);
  const { ioApic } = outputs;
  const lines = new InterruptLines((n, level) => {
    outputs.line(n, level);
    (n < 8 ? interrupts.input(n) : slave.input(n - 8)).set(level);
    ioApic?.input(n === 0 ? 2 : n).set(level);
  });
  const irq = (n: number): Line => lines.driver(n);
  const legacy = new Replaceable([irq(0), irq(8)]);
  const suspend = () => {
    rtc.state.ram[SHUTDOWN_REASON] = WOKEN;
    outputs.suspend();
  };
  const { pci, ...bridges } = hostBridges(bus, configuration, { ...outputs, suspend }, irq);
  const pit = new I8254(bus, { outputs: [legacy.usual(0)] });
  const hasDisplay = configuration.display !== "none";
  const vga = new Vga(hasDisplay ? bus : unplugged(bus));
  if (hasDisplay) addVga(pci, vga, configuration.vgaBios);
  const uart = (port: number, base: number, line: Line) =>
    new Ns16550(bus, {
      name: `ns16550.${port}`,
      base,
      irq: line,
      hasty: true,
      send: (byte) => outputs.serial(port, byte),
    });
  const uarts = serialPorts(configuration).map(({ base, irq: n }, port) => uart(port, base, irq(n)));
  const keyboard = new Ps2Keyboard(bus);
  const mouse = new Ps2Mouse(bus);
  const typist = new Typist(
    bus,
    (code, down) => keyboard.key(code, down),
    () => keyboard.state.codes.length < 8,
  );
  const coprocessorError = new CoprocessorError(bus, { irq: irq(13), ignore: () => outputs.ignoreNumericError() });
  const a20 = new WiredOr("a20", 2, outputs.a20);
  const resetCpu = () => outputs.resetRequested();
  const ps2 = { keyboard, mouse, keyboardIrq: irq(1), mouseIrq: irq(12) };
  const dma = dmaControllers({ ...bus, memory: outputs.masterOf("i8237") });
  const floppies = floppyController(bus, configuration, irq(6), dma[0]);
  const { power, isa, host } = bridges;
  const storage = buildStorage(bus, pci, configuration, [irq(14), irq(15)]);
  const cards = buildCards(bus, pci, configuration.cards, outputs.frame, outputs.console);
  const devices = [
    interrupts,
    slave,
    lines,
    pci,
    ...pci.functions,
    isa,
    power,
    pit,
    new Port61(bus, pit),
    ...dma,
    vga,
    ...uarts,
    keyboard,
    mouse,
    floppies,
    ...storage.devices,
    ...cards.devices,
  ];
  const { debugExit } = configuration;
  const hpet = ioApic
    ? [
        new Hpet(bus, {
          route: (n) => ioApic.input(n),
          legacy: [legacy.replacing(0), legacy.replacing(1)],
          replace: (on) => legacy.replace(on),
        }),
      ]
    : [];
  const cmos = pcCmos(cmosOf(configuration));
  const alarm = () => power.alarm();
  const rtc = new Mc146818(bus, { irq: legacy.usual(1), alarm, unixSeconds: configuration.rtcSeconds, cmos });
  const more = [
    legacy,
    ...hpet,
    new I8042(bus, { ...ps2, a20: a20.input(0), resetCpu }),
    new Port92(bus, { a20: a20.input(1), resetCpu }),
    a20,
    coprocessorError,
    typist,
    rtc,
    new Port80(bus),
    new FwCfg({ ...bus, memory: outputs.masterOf("fwcfg") }, firmwareContents(configuration)),
    new DebugConsole(bus, { name: "debugconsole.e9", iobase: 0xe9, send: (byte) => outputs.debug(byte, 0xe9) }),
    new DebugConsole(bus, { name: "debugconsole.402", iobase: 0x402, send: (byte) => outputs.debug(byte, 0x402) }),
    ...(configuration.testDevice ? [new PcTestDevice(bus, irq)] : []),
    ...(debugExit
      ? [new IsaDebugExit(bus, { ...debugExit, iosize: debugExit.iosize as AccessSize, exit: outputs.exit })]
      : []),
  ];
  return {
    devices: [...devices, ...more],
    interrupts,
    vga,
    keyboard,
    mouse,
    typist,
    rtc,
    uarts,
    floppies,
    pci,
    host,
    power,
    storage,
    links: cards.links,
    cardDisks: cards.disks,
    consoles: cards.consoles,
    coprocessorError,
  };
}

/** For a part that is not in the machine: its registers are where nobody reaches them. */
function unplugged({ clock, log }: Bus): Pick<Bus, "ports" | "mmio" | "clock"> {
  return { clock, ports: new IoPorts(log), mmio: new MmioSpace(log) };
}

/** The PCI bus, with the chips that every board of its kind has on it. */
function hostBridges(bus: Bus, configuration: CompleteConfiguration, outputs: BoardOutputs, irq: (n: number) => Line) {
  const wires = pirqs();
  const pci = new PciBus(bus, wires.lines, outputs.masterOf);
  const { setReach, setSmram, resetRequested } = outputs;
  const host = new I440fx(pci, {
    memoryBytes: memorySize(configuration).below,
    setReach,
    setSmram,
    resetCpu: resetRequested,
  });
  let power: Piix4Pm | undefined;
  const isa = new Piix3(bus, pci, wires, {
    irq,
    reset: resetRequested,
    apmc: (value) => power?.apmc(value),
    smi: outputs.smi,
  });
  const { powerOff, smi, suspend, wake } = outputs;
  power = new Piix4Pm(bus, pci, { sci: irq(9), powerOff, smi, suspend, wake });
  return { pci, host, isa, power };
}

function interruptControllers(bus: Bus, outputs: BoardOutputs): [I8259, I8259] {
  const elcr = { elcr: 0x4d0, elcrMask: 0xf8 };
  const output = { set: (level: boolean) => outputs.interrupt(level) };
  const master = new I8259(bus, { name: "i8259.master", base: 0x20, ...elcr, master: true, output });
  const second = { elcr: 0x4d1, elcrMask: 0xde, master: false, output: master.input(2) };
  const slave = new I8259(bus, { name: "i8259.slave", base: 0xa0, ...second });
  master.attach(2, slave);
  return [master, slave];
}

function dmaControllers(bus: Bus): [I8237, I8237, DmaPages] {
  const pages = new DmaPages(bus);
  const first = new I8237(bus, { name: "i8237.0", base: 0x00, stride: 1, page: (channel) => pages.page(channel) });
  const second = new I8237(bus, { name: "i8237.1", base: 0xc0, stride: 2, page: (channel) => pages.page(channel + 4) });
  second.cascade(first);
  return [first, second, pages];
}

/** Images are known by their drive: "0" and "1". */
function floppyController(bus: Bus, configuration: CompleteConfiguration, irq: Line, dma: I8237): I82077 {
  const { floppies = [] } = configuration;
  const image = (name: string) => floppies[Number(name)];
  const controller = new I82077(bus, { irq, dma: dma.channel(2), image });
  for (const drive of [0, 1]) if (floppies[drive] !== undefined) controller.insert(drive, String(drive));
  return controller;
}

/** An empty drive A is there, as in most PCs, unless no drives are asked for; B only with a disk. */
function cmosOf(configuration: CompleteConfiguration) {
  const { floppies = [undefined], drives = [], processors } = configuration;
  const bootOrder = configuration.bootOnce ?? configuration.bootOrder;
  const { below: memoryBytes, above: highMemoryBytes } = memorySize(configuration);
  const drive = (image: Uint8Array | undefined): FloppyType =>
    (image && floppyFormat(image.length)?.drive) ?? (image ? "1.44M" : "none");
  const a: FloppyType = floppies[0] || floppies.length === 0 ? drive(floppies[0]) : "1.44M";
  const disks = drives.map((d) => (d?.kind === "disk" ? sectorsOf(d.image.length) : undefined));
  return { memoryBytes, highMemoryBytes, processors, bootOrder, disks, floppies: [a, drive(floppies[1])], mouse: true };
}
