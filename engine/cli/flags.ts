/**
 * QEMU's command line, as far as we carry it out: what each flag means here. Flags of QEMU that only say what is true
 * here anyway are accepted; others are refused by name, with the nearest that we have.
 *
 * Source: QEMU 8.2, `qemu-system-x86_64(1)`.
 */
import { parseModel } from "../cpu/models.ts";
import { nearest } from "../toolchain/diagnostic.ts";
import { CardFlags, type CardOption } from "./cardflags.ts";
import { processorCount, turns } from "./processorflags.ts";
import { UsageError } from "./usage.ts";

/** Where a line of characters comes from and goes to. */
export type Line =
  | { readonly kind: "stdio" }
  | { readonly kind: "null" }
  | { readonly kind: "file"; readonly path: string };

/** What the command line asks for. */
export interface Options {
  memoryMiB: number;
  processors: number;
  turns: { ticks?: number; seed?: number };
  floppies: [string | undefined, string | undefined];
  /** IDE drives hda to hdd; a CD-ROM drive without a file is empty. */
  drives: ({ readonly kind: "disk" | "cdrom"; readonly path?: string; readonly flag: string } | undefined)[];
  /** On the PCI bus, in order. */
  cards: CardOption[];
  /** Letters, as in QEMU's `-boot order=`. */
  bootOrder?: string;
  bios?: string;
  kernel?: string;
  initrd?: string;
  append?: string;
  serial: Line[];
  /** Ctrl-A is ours, Ctrl-C the guest's: `-nographic`, `-serial mon:stdio`. */
  monitorKeys: boolean;
  /** Undefined: text where a person looks on and nothing else uses the terminal. */
  display?: "none" | "text";
  debugConsoles: { iobase: number; line: Line }[];
  /** fw_cfg's further files: what is in them, or where. */
  firmwareFiles: { readonly name: string; readonly text?: string; readonly path?: string }[];
  /** pc-testdev. */
  testDevice: boolean;
  debugExit?: { iobase: number; iosize: number };
  rtcBase?: string;
  noReboot: boolean;
  /** Drives only where there is something in them. */
  noDefaults: boolean;
  noShutdown: boolean;
  paused: boolean;
  /** Idle time is skipped instead of waited for: `-icount sleep=off`. */
  skipsIdle: boolean;
  trace: Set<string>;
  traceFile?: string;
  stats: boolean;
  hash: boolean;
  screenshot?: string;
  maxTicks?: number;
  /** Of `-cpu`, and what it asks for that is not built. */
  cpu?: string;
  missingFeatures: readonly string[];
  help: boolean;
}

/** One flag: whether a value follows, and what it does. `help`: its line in `--help`. */
interface Flag {
  readonly value?: string;
  readonly help?: string;
  readonly does: (options: Options, value: string, state: State) => void;
}

/** What is only known when all flags have been read. */
interface State {
  readonly chardevs: Map<string, Line>;
  readonly debugDevices: { iobase: number | undefined; chardev: string | Line }[];
  debugPort: number;
  readonly cards: CardFlags;
}

const ignored: Flag["does"] = () => {};

/** Accepts one of `values` (or a value that begins with one and a comma), which change nothing. */
function only(flag: string, values: readonly string[], why: string): Flag {
  return {
    value: values[0],
    does(_options, value) {
      const first = value.split(",")[0].replace(/^(type|model|accel|cpus)=/, "");
      if (!values.includes(first)) throw new UsageError(`${flag} ${value}: ${why}; there is ${values.join(", ")}`);
    },
  };
}

export const FLAGS: Readonly<Record<string, Flag>> = {
  fda: { value: "FILE", help: "image of floppy drive A", does: (o, v) => void (o.floppies[0] = v) },
  fdb: { value: "FILE", help: "image of floppy drive B", does: (o, v) => void (o.floppies[1] = v) },
  hda: { value: "FILE", help: "image of a hard disk: -hda, -hdb, -hdc, -hdd", does: (o, v) => ide(o, 0, "disk", v) },
  hdb: { value: "FILE", does: (o, v) => ide(o, 1, "disk", v) },
  hdc: { value: "FILE", does: (o, v) => ide(o, 2, "disk", v) },
  hdd: { value: "FILE", does: (o, v) => ide(o, 3, "disk", v) },
  cdrom: { value: "FILE", help: "image of a CD, as hdc", does: (o, v) => ide(o, 2, "cdrom", v) },
  drive: {
    value: "file=F,format=raw,if=ide,index=N",
    help: "the same, spelled out; if=floppy, if=virtio",
    does: drive,
  },
  bios: { value: "FILE", help: "firmware in place of our BIOS, at most 256 KiB", does: (o, v) => void (o.bios = v) },
  kernel: { value: "FILE", help: "a Linux or Multiboot 1 kernel", does: (o, v) => void (o.kernel = v) },
  initrd: { value: "FILE", help: "Linux's initial RAM disk", does: (o, v) => void (o.initrd = v) },
  append: { value: "TEXT", help: "its command line", does: (o, v) => void (o.append = v) },
  m: {
    value: "SIZE",
    help: "memory: 64, 64M, 1G, size=64M (default 128)",
    does: (o, v) => void (o.memoryMiB = memory(v)),
  },
  smp: { value: "N", help: "processors, 1 to 8 (default 1)", does: (o, v) => void (o.processors = processorCount(v)) },
  turns: {
    value: "ticks=N,seed=N",
    help: "how processors take turns: the length, and which of the orders",
    does: (o, v) => void (o.turns = turns(v)),
  },
  serial: { value: "stdio|mon:stdio|null|file:F", help: "the first serial port, then the second", does: serial },
  nographic: { help: "no screen; the serial port is this terminal", does: nographic },
  display: { value: "none|text", help: "the text screen in this terminal, or none", does: display },
  device: {
    value: "isa-debug-exit,iobase=N,iosize=N",
    help: "isa-debugcon; pc-testdev; e1000, virtio-net-pci,netdev=ID; virtio-blk-pci,drive=ID; virtio-rng-pci",
    does: device,
  },
  fw_cfg: {
    value: "name=opt/N,file=F",
    help: "a file for firmware; string=TEXT in place of file=",
    does: firmwareFile,
  },
  debugcon: { value: "stdio|file:F", help: "what is written to port E9h", does: debugcon },
  chardev: { value: "stdio|null|file,id=ID[,path=F]", help: "for isa-debugcon", does: chardev },
  global: { value: "isa-debugcon.iobase=N", help: "the port of -debugcon", does: global },
  boot: { value: "order=cad", help: "what to boot from: a floppy, c hard disk, d CD, n network", does: boot },
  rtc: { value: "base=utc|DATE", help: "the clock at power-on (default 2026-01-01)", does: rtc },
  "no-reboot": { help: "a reset ends the process with status 0", does: (o) => void (o.noReboot = true) },
  "no-shutdown": { help: "and then the process stays", does: (o) => void (o.noShutdown = true) },
  S: { help: "do not start the processor", does: (o) => void (o.paused = true) },
  d: { value: "int,in_asm,cpu_reset", help: "log interrupts, instructions when first met, resets", does: trace },
  D: { value: "FILE", help: "where -d goes (default: standard error)", does: (o, v) => void (o.traceFile = v) },
  icount: { value: "sleep=off", help: "skip idle time instead of waiting for it", does: icount },
  snapshot: { help: "images are never written to anyway", does: ignored },
  cpu: {
    value: "MODEL[,+F,-F]",
    help: "processor model and features: qemu64, Nehalem, qemu32,+sse4.1 (default max: all there is)",
    does: cpu,
  },
  machine: only("-machine", ["pc", "isapc", "pc-i440fx"], "another machine is not there"),
  M: only("-M", ["pc", "isapc", "pc-i440fx"], "another machine is not there"),
  accel: only("-accel", ["tcg"], "we run guests ourselves"),
  vga: only("-vga", ["std"], "another card is not there"),
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
  monitor: only("-monitor", ["none", "null"], "a monitor is not there"),
  parallel: only("-parallel", ["none", "null"], "a parallel port is not there"),
  name: { value: "TEXT", does: ignored },
  nodefaults: { help: "no empty floppy drive", does: (o) => void (o.noDefaults = true) },
  "no-user-config": { does: ignored },
  "no-fd-bootchk": { does: ignored },
  "no-acpi": { does: ignored },
  "no-hpet": { does: ignored },
  "no-jit": { help: "accepted: the interpreter is all there is yet", does: ignored },
  stats: { help: "at the end: instructions, seconds, MIPS", does: (o) => void (o.stats = true) },
  hash: { help: "at the end: the hash of the machine's whole state", does: (o) => void (o.hash = true) },
  screenshot: {
    value: "FILE.png",
    help: "at the end: a picture of the screen",
    does: (o, v) => void (o.screenshot = v),
  },
  "max-ticks": {
    value: "N",
    help: "stop after so many ticks",
    does: (o, v) => void (o.maxTicks = integer("--max-ticks", v)),
  },
  help: { help: "this list", does: (o) => void (o.help = true) },
  h: { does: (o) => void (o.help = true) },
};

/** Reads a command line; a UsageError says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const options: Options = {
    memoryMiB: 128,
    processors: 1,
    turns: {},
    floppies: [undefined, undefined],
    drives: [undefined, undefined, undefined, undefined],
    cards: [],
    serial: [],
    monitorKeys: false,
    missingFeatures: [],
    debugConsoles: [],
    noReboot: false,
    noDefaults: false,
    testDevice: false,
    firmwareFiles: [],
    noShutdown: false,
    paused: false,
    skipsIdle: false,
    trace: new Set(),
    stats: false,
    hash: false,
    help: false,
  };
  const state: State = { chardevs: new Map(), debugDevices: [], debugPort: 0xe9, cards: new CardFlags() };
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (name === undefined)
      throw new UsageError(`${args[i]}: what is this file for? A floppy's image is -fda ${args[i]}`);
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (flag === undefined) throw new UsageError(unknown(args[i], name));
    let value = "";
    if (flag.value !== undefined) {
      value = inline ?? args[++i];
      if (value === undefined) throw new UsageError(`-${name} needs a value: -${name} ${flag.value}`);
    } else if (inline !== undefined) throw new UsageError(`-${name} takes no value, not ${inline}`);
    flag.does(options, value, state);
  }
  finish(options, state);
  return options;
}

/** The list of flags, for `--help`. */
export function helpText(): string {
  const lines = Object.entries(FLAGS)
    .filter(([, flag]) => flag.help !== undefined)
    .map(([name, flag]) => {
      const own = ["stats", "hash", "screenshot", "max-ticks", "help", "no-jit"].includes(name);
      return `  ${`${own ? "--" : "-"}${name} ${flag.value ?? ""}`.padEnd(46)} ${flag.help}`;
    });
  return ["ring: a PC on the command line, with the flags of qemu-system-x86_64", "", ...lines, ""].join("\n");
}

/** What QEMU has and we lack, and which of ours comes nearest where the spelling does not tell. */
const LACKING: Readonly<Record<string, string>> = {
  sd: "hda",
  mtdblock: "hda",
  initrd: "append",
  gdb: "S",
  s: "S",
  curses: "display",
  "enable-kvm": "accel",
};

function unknown(written: string, name: string): string {
  const near = LACKING[name] ?? nearest(name, Object.keys(FLAGS));
  const what = Object.hasOwn(LACKING, name) ? "is not supported yet" : "is no flag of ring";
  return `${written} ${what}; the nearest is -${near ?? "help"}`;
}

function finish(options: Options, state: State): void {
  options.cards = state.cards.finish();
  for (const { iobase, chardev } of state.debugDevices) {
    const line = typeof chardev === "string" ? state.chardevs.get(chardev) : chardev;
    if (line === undefined) throw new UsageError(`-device isa-debugcon: there is no -chardev with id=${chardev}`);
    const port = iobase ?? state.debugPort;
    if (port !== 0xe9 && port !== 0x402) {
      throw new UsageError(`isa-debugcon at port 0x${port.toString(16)}: it is at 0xe9 and at 0x402`);
    }
    options.debugConsoles.push({ iobase: port, line });
  }
  if (options.serial.length > 2) throw new UsageError("-serial: there are two serial ports");
  const users = [...options.serial, ...options.debugConsoles.map((each) => each.line)];
  if (users.some((line) => line.kind === "stdio")) options.display ??= "none";
  for (const flag of ["append", "initrd"] as const) {
    if (options[flag] !== undefined && options.kernel === undefined) throw new UsageError(`-${flag} goes with -kernel`);
  }
}

/** `a=1,b=2` as a record; a word without `=` is a key of its own with "on". */
function properties(value: string): Record<string, string> {
  return Object.fromEntries(
    value.split(",").map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [part, "on"] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

/** `user,id=n` as "user" and the rest. */
function kindAndProperties(value: string): [kind: string, given: Record<string, string>] {
  const [kind] = value.split(",");
  const { [kind]: _, ...given } = properties(value);
  return [kind.replace(/^type=/, ""), given];
}

function integer(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${flag} ${text}: expected a number`);
  return value;
}

function memory(text: string): number {
  const size = /^(?:size=)?(\d+)([kKmMgG]?)(?:,.*)?$/.exec(text);
  if (size === null) throw new UsageError(`-m ${text}: expected a size as 64, 64M or 1G`);
  const scale = { "": 1, k: 1 / 1024, m: 1, g: 1024 }[size[2].toLowerCase()] ?? 1;
  const mib = Number(size[1]) * scale;
  if (!Number.isInteger(mib) || mib < 1 || mib > 1024)
    throw new UsageError(`-m ${text}: expected 1M to 1G, in whole MiB`);
  return mib;
}

/** `stdio`, `mon:stdio`, `null`, `none`, `file:PATH`. */
function line(flag: string, text: string): Line {
  if (text === "stdio" || text === "mon:stdio") return { kind: "stdio" };
  if (text === "null" || text === "none") return { kind: "null" };
  if (text.startsWith("file:") && text.length > 5) return { kind: "file", path: text.slice(5) };
  throw new UsageError(`${flag} ${text}: expected stdio, mon:stdio, null or file:PATH`);
}

function drive(options: Options, value: string, state: State): void {
  const given = properties(value);
  const known = ["file", "format", "if", "index", "unit", "snapshot", "id", "cache", "media", "serial"];
  const odd = Object.keys(given).find((key) => !known.includes(key));
  if (odd !== undefined) throw new UsageError(`-drive ${odd}=: expected ${known.join(", ")}`);
  const { if: at = "ide", media = "disk" } = given;
  if (!["floppy", "ide", "virtio", "none"].includes(at))
    throw new UsageError(`-drive if=${at} is not supported yet; the nearest is if=ide`);
  if (media !== "disk" && media !== "cdrom") throw new UsageError(`-drive media=${media}: expected disk or cdrom`);
  if ((given.format ?? "raw") !== "raw") throw new UsageError(`-drive format=${given.format}: expected raw`);
  if (at === "virtio" || at === "none") {
    if (!given.file) throw new UsageError("-drive: expected file=PATH");
    if (at === "virtio") state.cards.addDisk(given.file, given.serial, "-drive");
    else if (given.id) state.cards.drives.set(given.id, given.file);
    else throw new UsageError("-drive if=none: expected id=ID");
    return;
  }
  if (at === "ide") {
    const free = options.drives.findIndex((there, i) => there === undefined && (media === "disk" || i >= 2));
    const place = integer("-drive index=", given.index ?? String(free));
    if (place < 0 || place > 3) throw new UsageError(`-drive index=${place}: expected 0 to 3, hda to hdd`);
    if (media === "disk" && !given.file) throw new UsageError("-drive: expected file=PATH");
    ide(options, place, media, given.file || undefined);
    return;
  }
  const index = integer("-drive index=", given.index ?? given.unit ?? "0");
  if (index > 1) throw new UsageError(`-drive index=${index}: expected 0 or 1`);
  if (!given.file) throw new UsageError("-drive: expected file=PATH");
  options.floppies[index] = given.file;
}

/** A drive of the IDE interface, by place. */
function ide(options: Options, place: number, kind: "disk" | "cdrom", path: string | undefined): void {
  const flag = kind === "cdrom" ? "-cdrom" : `-hd${"abcd"[place]}`;
  if (options.drives[place] !== undefined)
    throw new UsageError(`${flag} ${path}: there is a drive already at this place`);
  options.drives[place] = { kind, flag, ...(path === undefined ? {} : { path }) };
}

function serial(options: Options, value: string): void {
  options.serial.push(line("-serial", value));
  if (value === "mon:stdio") options.monitorKeys = true;
}

function nographic(options: Options): void {
  options.display = "none";
  options.monitorKeys = true;
  if (options.serial.length === 0) options.serial.push({ kind: "stdio" });
}

function display(options: Options, value: string): void {
  const kind = { none: "none", text: "text", curses: "text" }[value.split(",")[0]] as Options["display"];
  if (kind === undefined) throw new UsageError(`-display ${value}: expected none or text`);
  options.display = kind;
}

/** What `-device` takes. */
const DEVICES = [
  "isa-debug-exit",
  "isa-debugcon",
  "pc-testdev",
  "virtio-blk-pci",
  "virtio-rng-pci",
  "e1000",
  "virtio-net-pci",
];

function device(options: Options, value: string, state: State): void {
  const [name] = value.split(",");
  const { [name]: _, ...given } = properties(value);
  const number = (key: string, otherwise: number | undefined) =>
    given[key] === undefined ? otherwise : integer(`-device ${name},${key}=`, given[key]);
  if (name === "isa-debug-exit") {
    const iobase = number("iobase", 0x501) as number;
    const iosize = number("iosize", 2) as number;
    if (iobase > 0xffff || ![1, 2, 4].includes(iosize))
      throw new UsageError(`-device ${value}: expected a port, and iosize 1, 2 or 4`);
    options.debugExit = { iobase, iosize };
  } else if (name === "isa-debugcon") {
    if (given.chardev === undefined) throw new UsageError(`-device ${value}: expected chardev=ID`);
    state.debugDevices.push({ iobase: number("iobase", undefined), chardev: given.chardev });
  } else if (name === "pc-testdev") {
    options.testDevice = true;
  } else if (!state.cards.device(name, given)) {
    const near = nearest(name, DEVICES) ?? DEVICES.join(", ");
    throw new UsageError(`-device ${name} is not supported yet; the nearest is ${near}`);
  }
}

function firmwareFile(options: Options, value: string): void {
  const { name, string: text, file: path, ...rest } = properties(value);
  const odd = Object.keys(rest)[0];
  if (odd !== undefined) throw new UsageError(`-fw_cfg ${odd}: expected name=, string= or file=`);
  if (!name || (text === undefined) === (path === undefined))
    throw new UsageError(`-fw_cfg ${value}: expected name=opt/NAME and one of string=TEXT, file=PATH`);
  options.firmwareFiles.push({
    name,
    ...(text === undefined ? {} : { text }),
    ...(path === undefined ? {} : { path }),
  });
}

function debugcon(_options: Options, value: string, state: State): void {
  state.debugDevices.push({ iobase: undefined, chardev: line("-debugcon", value) });
}

function chardev(_options: Options, value: string, state: State): void {
  const [kind] = value.split(",");
  const { id, path } = properties(value);
  if (id === undefined) throw new UsageError(`-chardev ${value}: expected id=ID`);
  if (kind === "file" && path === undefined) throw new UsageError(`-chardev ${value}: expected path=FILE`);
  state.chardevs.set(id, line("-chardev", kind === "file" ? `file:${path}` : kind));
}

function global(_options: Options, value: string, state: State): void {
  const given = /^isa-debugcon\.iobase=(.*)$/.exec(value);
  if (given === null) throw new UsageError(`-global ${value} is not supported yet; there is isa-debugcon.iobase`);
  state.debugPort = integer("-global isa-debugcon.iobase=", given[1]);
}

function boot(options: Options, value: string): void {
  const { order, once, ...rest } = properties(value);
  const drives = once ?? order ?? (/^[a-z]+$/.test(value) ? value : undefined);
  const odd = Object.keys(rest).find((key) => key !== value && key !== "menu" && key !== "strict");
  if (odd !== undefined) throw new UsageError(`-boot ${odd}: expected order=, once=, menu= or strict=`);
  if (drives === undefined) return;
  if (!/^[abcdn]{1,3}$/.test(drives))
    throw new UsageError(`-boot ${value}: expected up to three of a floppy, c hard disk, d CD, n network`);
  options.bootOrder = drives;
}

function rtc(options: Options, value: string): void {
  const { base } = properties(value);
  if (base === undefined) return;
  const now = new Date();
  if (base === "utc") options.rtcBase = now.toISOString();
  else if (base === "localtime") {
    options.rtcBase = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  } else
    options.rtcBase = /^\d{4}-\d\d-\d\d$/.test(base) ? `${base}T00:00:00Z` : base.endsWith("Z") ? base : `${base}Z`;
}

/** QEMU warns of features that it cannot do, and leaves them out. */
function cpu(options: Options, value: string): void {
  const choice = parseModel(value);
  if ("fault" in choice) throw new UsageError(`-cpu ${value}: ${choice.fault}`);
  options.cpu = value;
  options.missingFeatures = choice.missing;
}

function trace(options: Options, value: string): void {
  const known = ["int", "in_asm", "cpu_reset", "guest_errors", "unimp"];
  for (const item of value.split(",")) {
    if (!known.includes(item)) throw new UsageError(`-d ${item}: expected ${known.join(", ")}`);
    options.trace.add(item);
  }
}

function icount(options: Options, value: string): void {
  if (properties(value).sleep === "off") options.skipsIdle = true;
}
