/** What a command line asks for, with files not yet read. */
import type { Line, SocketLine } from "./lineflags.ts";

/** An image; `isKept`: what the guest writes goes back into the file at the end. */
export interface ImageOption {
  readonly path: string;
  /** For messages: the flag that named it. */
  readonly flag: string;
  readonly isKept?: boolean;
}

/** A drive of the IDE interface; a CD-ROM drive may be empty. */
export interface DriveOption {
  readonly kind: "disk" | "cdrom";
  readonly image?: ImageOption;
}

/** A card, with files not yet read. */
export type CardOption =
  | { readonly kind: "virtio-blk"; readonly image: ImageOption; readonly serial?: string }
  | { readonly kind: "virtio-rng" }
  | { readonly kind: "pci-testdev" }
  | { readonly kind: "virtio-serial"; readonly ports: readonly (PortOption | undefined)[] }
  | NetworkCardOption;

/** A port of virtio-serial, and its line by the id of a -chardev. */
export interface PortOption {
  readonly isConsole: boolean;
  readonly name?: string;
  readonly chardev: string;
}

export interface NetworkCardOption {
  readonly kind: "e1000" | "virtio-net";
  readonly mac?: string;
  /** Its expansion ROM. */
  readonly romfile?: string;
  readonly network?: NetworkOption;
}

/** A network of its own: a folder for TFTP, and what DHCP names as the file to boot. */
export interface NetworkOption {
  readonly tftp?: string;
  readonly bootfile?: string;
}

/** Bytes at an address from reset on: `-device loader`. */
export type LoadOption =
  | { readonly address: number; readonly path: string }
  | { readonly address: number; readonly bytes: Uint8Array };

export interface Options {
  memoryMiB: number;
  maxMemoryBelow4GiB: number | undefined;
  processors: number;
  turns: { ticks?: number; seed?: number };
  floppies: [ImageOption | undefined, ImageOption | undefined];
  /** hda to hdd. */
  drives: (DriveOption | undefined)[];
  /** On the PCI bus, in order. */
  cards: CardOption[];
  /** Letters, as in QEMU's `-boot order=`. */
  bootOrder?: string;
  /** The same until the first reset: `once=`. */
  bootOnce?: string;
  /** Devices by `bootindex=`, as firmware finds them by their paths. */
  bootDevices: { readonly index: number; readonly path: string }[];
  /** Nothing but those is tried: `strict=on`. */
  isBootStrict: boolean;
  /** Firmware shows its boot menu. */
  bootMenu?: boolean;
  bios?: string;
  /** Flash chips with firmware, read only here: the one that ends at 4 GiB, then what lies below it. */
  flash: string[];
  kernel?: string;
  initrd?: string;
  append?: string;
  loads: LoadOption[];
  /** COM1 to COM4. */
  serial: Line[];
  /** Of `-monitor`; with `-nographic` it shares the terminal. */
  monitor?: Line;
  /** Where debuggers come. */
  gdb?: SocketLine;
  /** Undefined: text where a person looks on and nothing else uses the terminal. */
  display?: "none" | "text";
  /** Firmware is told that nobody sees the display: `-nographic`. */
  isHeadless: boolean;
  /** There is a display adapter: `-vga std`. */
  hasVga: boolean;
  debugConsoles: { iobase: number; line: Line }[];
  /** Ports of virtio-serial: place of the card among `cards`, number of the port. */
  ports: { card: number; port: number; line: Line }[];
  /** fw_cfg's further files: what is in them, or where. */
  firmwareFiles: {
    readonly name: string;
    readonly text?: string;
    readonly path?: string;
    readonly bytes?: Uint8Array;
  }[];
  /** pc-testdev. */
  testDevice: boolean;
  debugExit?: { iobase: number; iosize: number };
  rtcBase?: string;
  randomSeed?: number;
  ticksPerSecond?: number;
  noReboot: boolean;
  /** Drives only where there is something in them. */
  noDefaults: boolean;
  noShutdown: boolean;
  paused: boolean;
  /** Idle time is skipped instead of waited for: `-icount sleep=off`. */
  skipsIdle: boolean;
  /** Of `-d`. */
  trace: Set<string>;
  traceFile?: string;
  stats: boolean;
  hash: boolean;
  screenshot?: string;
  maxTicks?: number;
  /** Of `-cpu`, and what it asks for that is not built. */
  cpu?: string;
  missingFeatures: readonly string[];
  /** What was asked for and makes no difference here, to be told of. */
  notes: string[];
  /** What to print in place of a run. */
  help?: string;
}

export function defaultOptions(): Options {
  return {
    memoryMiB: 128,
    maxMemoryBelow4GiB: undefined,
    processors: 1,
    turns: {},
    floppies: [undefined, undefined],
    drives: [undefined, undefined, undefined, undefined],
    cards: [],
    flash: [],
    loads: [],
    serial: [],
    isHeadless: false,
    hasVga: true,
    missingFeatures: [],
    debugConsoles: [],
    ports: [],
    noReboot: false,
    noDefaults: false,
    testDevice: false,
    firmwareFiles: [],
    bootDevices: [],
    isBootStrict: false,
    noShutdown: false,
    paused: false,
    skipsIdle: false,
    trace: new Set(),
    stats: false,
    hash: false,
    notes: [],
  };
}
