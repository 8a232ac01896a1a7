/**
 * QEMU's command line, as far as we carry it out: what each flag means here. Flags of QEMU that only say what is true
 * here anyway are accepted; others are refused by name, with the nearest that we have.
 *
 * Source: QEMU 8.2, `qemu-system-x86_64(1)`.
 */
import { writeBootOrder } from "./bootindex.ts";
import { CardFlags } from "./cardflags.ts";
import { DeviceFlags } from "./deviceflags.ts";
import { DriveFlags } from "./driveflags.ts";
import { chardev, type Line, line } from "./lineflags.ts";
import { accel, accelerator, action, boot, cpu, firmwareFile, icount, machine, memory, rtc } from "./machineflags.ts";
import { nearestFlag } from "./nearestflag.ts";
import { defaultOptions, type Options } from "./options.ts";
import { processorCount, seed, turns } from "./processorflags.ts";
import { integer, kindAndProperties, properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** One flag: whether a value follows, and what it does. `help`: its line in `--help`. `isOurs`: QEMU has it not. */
interface Flag {
  readonly value?: string;
  readonly help?: string;
  readonly isOurs?: boolean;
  readonly does: (options: Options, value: string, state: State) => void;
}

/** What is put together when all flags have been read. */
interface State {
  readonly chardevs: Map<string, Line>;
  readonly serial: string[];
  readonly debug: string[];
  monitor: string | undefined;
  isNographic: boolean;
  debugPort: number;
  vga: boolean | undefined;
  readonly cards: CardFlags;
  readonly drives: DriveFlags;
  readonly devices: DeviceFlags;
}

const ignored: Flag["does"] = () => {};

/** Accepts one of `values` (or a value that begins with one and a comma), which change nothing. */
function only(flag: string, values: readonly string[], why: string): Flag {
  return {
    value: values[0],
    does(_options, value) {
      if (!values.includes(value.split(",")[0] as string))
        throw new UsageError(`${flag} ${value}: ${why}; there is ${values.join(", ")}`);
    },
  };
}

const disk =
  (place: number): Flag["does"] =>
  (_, path, { drives }) => {
    const flag = `-hd${"abcd"[place]}`;
    drives.ide(place, { isCdrom: false, image: { path, flag } }, flag);
  };
const floppy =
  (unit: number): Flag["does"] =>
  (_, path, { drives }) =>
    drives.floppy(unit, { path, flag: `-fd${"ab"[unit]}` });
const cdrom: Flag["does"] = (_, path, { drives }) =>
  drives.ide(2, { isCdrom: true, image: { path, flag: "-cdrom" } }, "-cdrom");

export const FLAGS: Readonly<Record<string, Flag>> = {
  fda: { value: "FILE", help: "image of floppy drive A", does: floppy(0) },
  fdb: { value: "FILE", help: "image of floppy drive B", does: floppy(1) },
  hda: { value: "FILE", help: "image of a hard disk: -hda, -hdb, -hdc, -hdd; or just FILE", does: disk(0) },
  hdb: { value: "FILE", does: disk(1) },
  hdc: { value: "FILE", does: disk(2) },
  hdd: { value: "FILE", does: disk(3) },
  cdrom: { value: "FILE", help: "image of a CD, as hdc", does: cdrom },
  drive: {
    value: "file=F,format=raw,if=ide,index=N",
    help: "the same; if=floppy, virtio, none,id=ID; snapshot=off keeps what is written",
    does: (_, v, s) => s.drives.add(v),
  },
  bios: { value: "FILE", help: "firmware in place of our BIOS, at most 16 MiB", does: (o, v) => void (o.bios = v) },
  pflash: { value: "FILE", help: "the same as ROM; again: what lies below it", does: (o, v) => void o.flash.push(v) },
  kernel: { value: "FILE", help: "a Linux or Multiboot kernel", does: (o, v) => void (o.kernel = v) },
  initrd: {
    value: "FILE",
    help: "Linux's initial RAM disk; Multiboot's modules: 'a.bin args,b.bin'",
    does: (o, v) => void (o.initrd = v),
  },
  append: { value: "TEXT", help: "the kernel's command line", does: (o, v) => void (o.append = v) },
  m: {
    value: "SIZE",
    help: "memory: 64, 64M, 1G, size=64M (default 128)",
    does: (o, v) => void (o.memoryMiB = memory(v)),
  },
  smp: { value: "N", help: "processors, 1 to 8 (default 1)", does: (o, v) => void (o.processors = processorCount(v)) },
  seed: { value: "N", help: "what RDRAND and RDSEED draw", does: (o, v) => void (o.randomSeed = seed(v)) },
  turns: {
    value: "ticks=N,seed=N",
    help: "how processors take turns: the length, and which of the orders",
    isOurs: true,
    does: (o, v) => void (o.turns = turns(v)),
  },
  cpu: {
    value: "MODEL[,+F,-F]",
    help: "processor model and features: qemu64, Nehalem, qemu32,+sse4.1 (default max: all there is)",
    does: cpu,
  },
  serial: {
    value: "stdio|mon:stdio|null|file:F|tcp:H:P",
    help: "the first serial port, then the second, to the fourth",
    does: (_, v, s) => void s.serial.push(v),
  },
  nographic: {
    help: "no screen; serial port and monitor are this terminal",
    does: (_, _v, s) => void (s.isNographic = true),
  },
  display: { value: "none|text", help: "the text screen in this terminal, or none", does: display },
  curses: { does: (o) => void (o.display = "text") },
  vga: { value: "std|none", help: "the display adapter", does: vga },
  vnc: only("-vnc", ["none"], "screens are not served"),
  monitor: {
    value: "stdio|none",
    help: "where the monitor is (Ctrl-A c with -nographic and mon:stdio)",
    does: (_, v, s) => void (s.monitor = v),
  },
  mon: { value: "chardev=ID", does: (_, v, s) => void (s.monitor = `chardev:${kindAndProperties(v, "chardev")[0]}`) },
  parallel: only("-parallel", ["none", "null"], "there is no parallel port"),
  device: {
    value: "NAME,KEY=VALUE,…",
    help: "isa-debug-exit, e1000, virtio-blk-pci, ide-hd, loader and others: -device help",
    does: (_, v, s) => s.devices.add(v),
  },
  fw_cfg: {
    value: "name=opt/N,file=F",
    help: "a file for firmware; string=TEXT in place of file=",
    does: firmwareFile,
  },
  debugcon: { value: "stdio|file:F", help: "what is written to port E9h", does: (_, v, s) => void s.debug.push(v) },
  chardev: {
    value: "stdio|null|file|socket,id=ID,…",
    help: "for isa-debugcon, isa-serial, -serial chardev:ID",
    does: (_, v, s) => void s.chardevs.set(...chardev(v)),
  },
  global: { value: "isa-debugcon.iobase=N", help: "the port of -debugcon", does: global },
  netdev: {
    value: "user,id=ID,tftp=DIR,bootfile=F",
    help: "a network 10.0.2.0/24 for a card",
    does: (_, v, s) => s.cards.netdev(...kindAndProperties(v)),
  },
  nic: {
    value: "user,model=e1000,mac=M",
    help: "a card and its network in one; none",
    does: (_, v, s) => s.cards.nic(...kindAndProperties(v)),
  },
  net: {
    value: "none",
    help: "nic and user, the older spelling",
    does: (_, v, s) => s.cards.net(...kindAndProperties(v)),
  },
  boot: {
    value: "order=cad,once=d,menu=on",
    help: "what to boot from: a floppy, c hard disk, d CD, n network; once: until a reset",
    does: boot,
  },
  rtc: { value: "base=utc|DATE", help: "the clock at power-on (default 2026-01-01)", does: rtc },
  "no-reboot": { help: "a reset ends the process with status 0", does: (o) => void (o.noReboot = true) },
  "no-shutdown": {
    help: "at its end the machine stops, and the process stays",
    does: (o) => void (o.noShutdown = true),
  },
  action: { value: "reboot=shutdown,shutdown=pause", help: "the same, spelled out", does: action },
  gdb: {
    value: "tcp:HOST:PORT",
    help: "wait there for gdb: target remote :PORT; tcp::PORT, unix:PATH, none",
    does: gdb,
  },
  s: { help: "the same as -gdb tcp::1234", does: (o) => gdb(o, "tcp::1234") },
  S: { help: "do not start the processor: gdb's or the monitor's cont does", does: (o) => void (o.paused = true) },
  d: { value: "int,in_asm,cpu_reset", help: "log interrupts, instructions when first met, resets", does: trace },
  D: { value: "FILE", help: "where -d goes (default: standard error)", does: (o, v) => void (o.traceFile = v) },
  icount: { value: "shift=N,sleep=off", help: "2^N ns an instruction; skip idle time, not wait for it", does: icount },
  machine: { value: "pc", does: machine },
  M: { value: "pc", does: machine },
  accel: { value: "tcg", does: accel },
  "enable-kvm": { does: (o) => accelerator(o, "-enable-kvm", ["kvm"]) },
  object: { value: "rng-builtin,id=ID", does: object },
  snapshot: { does: ignored },
  singlestep: { does: ignored },
  name: { value: "TEXT", does: ignored },
  uuid: { value: "TEXT", does: ignored },
  k: { value: "LANGUAGE", does: ignored },
  msg: { value: "timestamp=on", does: ignored },
  nodefaults: {
    help: "no floppy drive, no display adapter, unless asked for",
    does: (o) => void (o.noDefaults = true),
  },
  "no-user-config": { does: ignored },
  "no-fd-bootchk": { does: ignored },
  "no-hpet": { does: (o) => void o.notes.push("-no-hpet: not used: the machine has its HPET all the same") },
  "no-acpi": { does: (o) => void o.notes.push("-no-acpi: not used: the machine has its ACPI tables all the same") },
  "no-jit": { help: "accepted: the interpreter is all there is yet", isOurs: true, does: ignored },
  stats: { help: "at the end: instructions, seconds, MIPS", isOurs: true, does: (o) => void (o.stats = true) },
  hash: { help: "at the end: the hash of the machine's whole state", isOurs: true, does: (o) => void (o.hash = true) },
  screenshot: {
    value: "FILE.png",
    help: "at the end: a picture of the screen",
    isOurs: true,
    does: (o, v) => void (o.screenshot = v),
  },
  "max-ticks": {
    value: "N",
    help: "stop after so many ticks",
    isOurs: true,
    does: (o, v) => void (o.maxTicks = integer("--max-ticks", v)),
  },
  version: {
    help: "this program's version",
    does: (o) => void (o.help ??= "ring, the machine of Ring −1, version 0.1.0\n"),
  },
  help: { help: "this list", does: (o) => void (o.help ??= helpText()) },
  h: { does: (o) => void (o.help ??= helpText()) },
};

/** Reads a command line; a UsageError says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const options = defaultOptions();
  const cards = new CardFlags(options);
  const drives = new DriveFlags(options, (drive) => cards.addDisk(drive));
  const devices = new DeviceFlags(options, drives, cards);
  const state: State = {
    ...{ chardevs: new Map(), serial: [], debug: [], monitor: undefined, isNographic: false, debugPort: 0xe9 },
    ...{ vga: undefined, cards, drives, devices },
  };
  for (let i = 0; i < args.length; i++) {
    const written = args[i] as string;
    const [, name, inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(written) ?? [];
    if (name === undefined) {
      disk(0)(options, written, state);
      continue;
    }
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (flag === undefined) throw new UsageError(nearestFlag(written, name, Object.keys(FLAGS)));
    let value = "";
    if (flag.value !== undefined) {
      const given = inline ?? args[++i];
      if (given === undefined) throw new UsageError(`-${name} needs a value: -${name} ${flag.value}`);
      value = given;
    } else if (inline !== undefined) throw new UsageError(`-${name} takes no value, not ${inline}`);
    flag.does(options, value, state);
    if (options.help !== undefined) return options;
  }
  finish(options, state);
  return options;
}

/** The list of flags, for `--help`. */
export function helpText(): string {
  const lines = Object.entries(FLAGS)
    .filter(([, flag]) => flag.help !== undefined)
    .map(([name, { value = "", help, isOurs }]) => `  ${`${isOurs ? "--" : "-"}${name} ${value}`.padEnd(46)} ${help}`);
  return ["ring: a PC on the command line, with the flags of qemu-system-x86_64", "", ...lines, ""].join("\n");
}

function finish(options: Options, state: State): void {
  state.devices.finish();
  options.cards = state.cards.finish();
  writeBootOrder(options);
  connectLines(options, state);
  if (options.gdb && options.trace.has("in_asm")) throw new UsageError("-gdb and -d in_asm: expected one of them");
  if (options.noDefaults) options.hasVga = state.vga ?? false;
  for (const flag of ["append", "initrd"] as const) {
    if (options[flag] !== undefined && options.kernel === undefined) throw new UsageError(`-${flag} goes with -kernel`);
  }
}

/** Serial ports, debug consoles and the monitor to their lines, which flags may have named before they came. */
function connectLines(options: Options, state: State): void {
  const { chardevs, devices, isNographic } = state;
  const ends = state.serial.map((text) => line("-serial", text, chardevs));
  for (const { index = ends.length, chardev: id } of devices.lines.serial) {
    while (ends.length < index) ends.push({ kind: "null" });
    ends[index] = line("-device isa-serial", `chardev:${id}`, chardevs);
  }
  if (ends.length > 4) throw new UsageError("-serial: there are four serial ports");
  for (const text of state.debug)
    options.debugConsoles.push({ iobase: state.debugPort, line: line("-debugcon", text, chardevs) });
  for (const { iobase = state.debugPort, chardev: id } of devices.lines.debug)
    options.debugConsoles.push({ iobase, line: line("-device isa-debugcon", `chardev:${id}`, chardevs) });
  for (const { iobase } of options.debugConsoles)
    if (iobase !== 0xe9 && iobase !== 0x402)
      throw new UsageError(`isa-debugcon at port 0x${iobase.toString(16)}: it is at 0xe9 and at 0x402`);
  for (const [card, option] of options.cards.entries())
    if (option.kind === "virtio-serial")
      for (const [port, each] of option.ports.entries())
        if (each)
          options.ports.push({ card, port, line: line("-device virtconsole", `chardev:${each.chardev}`, chardevs) });
  let monitor = state.monitor === undefined ? undefined : line("-monitor", state.monitor, chardevs);
  if (isNographic) {
    options.display = "none";
    options.isHeadless = true;
    const shares = state.monitor === undefined ? !options.noDefaults : state.monitor === "stdio";
    if (ends.length === 0 && !options.noDefaults) ends.push({ kind: "stdio" });
    const first = ends.findIndex((end) => end.kind === "stdio");
    if (shares && first >= 0) {
      ends[first] = { kind: "stdio", isMuxed: true };
      monitor = undefined;
    } else if (shares) monitor = { kind: "stdio" };
  }
  options.serial = ends;
  if (monitor !== undefined && monitor.kind !== "null") options.monitor = monitor;
  const others = [...options.debugConsoles, ...options.ports].map((each) => each.line);
  if ([...ends, ...others, monitor].some((end) => end?.kind === "stdio")) options.display ??= "none";
}

function display(options: Options, value: string): void {
  const kind = { none: "none", text: "text", curses: "text" }[value.split(",")[0] as string] as Options["display"];
  if (kind === undefined) throw new UsageError(`-display ${value}: expected none or text`);
  options.display = kind;
}

function vga(options: Options, value: string, state: State): void {
  if (value !== "std" && value !== "none") throw new UsageError(`-vga ${value} is not supported; the nearest is std`);
  state.vga = value === "std";
  options.hasVga = state.vga;
}

/** Properties with what is so here anyway: there is S3 and no S4, and no tick is lost. */
const SO_ANYWAY: Readonly<Record<string, readonly string[]>> = {
  "PIIX4_PM.disable_s3": ["0", "off", "false"],
  "PIIX4_PM.disable_s4": ["1", "on", "true"],
  "VGA.vgamem_mb": ["16"],
  "kvm-pit.lost_tick_policy": ["delay"],
  "mc146818rtc.lost_tick_policy": ["discard", "slew"],
};

/** `DRIVER.PROPERTY=VALUE`, or `driver=…,property=…,value=…`. */
function global(options: Options, value: string, state: State): void {
  const { driver, property, value: long } = value.startsWith("driver=") ? properties(value) : {};
  const [, name = "", set = ""] = driver ? ["", `${driver}.${property}`, long] : (/^([^=]*)=(.*)$/.exec(value) ?? []);
  if (name === "isa-debugcon.iobase") state.debugPort = integer("-global isa-debugcon.iobase=", set);
  else if (!Object.hasOwn(SO_ANYWAY, name)) {
    const all = ["isa-debugcon.iobase", ...Object.keys(SO_ANYWAY)];
    throw new UsageError(`-global ${value} is not supported; there is ${all.join(", ")}`);
  } else if (name === "PIIX4_PM.disable_s3" && ["1", "on", "true"].includes(set))
    options.notes.push(`-global ${value}: not used: the machine has S3 all the same`);
  else if (!SO_ANYWAY[name]?.includes(set))
    throw new UsageError(`-global ${value}: expected ${name}=${SO_ANYWAY[name]?.[0]}`);
}

/** Sources of numbers for virtio-rng, which has its own here. */
function object(options: Options, value: string): void {
  const [kind] = kindAndProperties(value, "qom-type");
  if (kind !== "rng-builtin" && kind !== "rng-random")
    throw new UsageError(`-object ${kind} is not supported; there is rng-builtin`);
  options.notes.push(`-object ${kind}: not used: virtio-rng's numbers come from its seed, so that a run repeats`);
}

function gdb(options: Options, value: string): void {
  const place = /^(tcp|unix):/.test(value) ? line("-gdb", value) : undefined;
  if (place?.kind === "socket") options.gdb = place;
  else if (value === "none") delete options.gdb;
  else throw new UsageError(`-gdb ${value}: expected tcp::PORT, tcp:HOST:PORT, unix:PATH or none`);
}

function trace(options: Options, value: string): void {
  const known = ["int", "in_asm", "cpu_reset", "guest_errors", "unimp"];
  if (value === "help" || value === "?") {
    options.help = `Log items (comma separated):\n${known.map((item) => `${item}\n`).join("")}`;
    return;
  }
  for (const item of value.split(",")) {
    if (!known.includes(item)) throw new UsageError(`-d ${item}: expected ${known.join(", ")}`);
    options.trace.add(item);
  }
}
