/**
 * What pages, lessons, labs and the command line see of a machine: types only, plain data that crosses a worker's
 * boundary. `machine.ts` is the machine itself, `client.ts` the same by way of the page's worker.
 */
import type { Tick } from "../chipset/bus.ts";
import type { InstructionCard } from "../isa/card.ts";

export type { InstructionCard } from "../isa/card.ts";

import type { LedgerCounts } from "../cpu/ledger.ts";
import type { PageWalk, TlbView, WalkAccess } from "../cpu/walk.ts";
import type { Watchpoint } from "../cpu/watchpoints.ts";

export type { Charge, LedgerCounts, LedgerItem } from "../cpu/ledger.ts";
export type { HeldTranslation, PageWalk, TableName, TlbView, WalkAccess, WalkStep } from "../cpu/walk.ts";

/** Everything a run depends on but its inputs. Two machines of one configuration are one machine (design.md). */
export interface MachineConfiguration {
  /** RAM in MiB, 1 to 3968. Default 16. */
  readonly memoryMiB?: number;
  /**
   * How many MiB of it are below 4 GiB at most, 1 to 3584 (the default; machines with more than they may have there have
   * at most 3072): QEMU's `max-ram-below-4g`.
   */
  readonly maxMemoryBelow4GiB?: number;
  /** Firmware in place of our own BIOS: 64 KiB to 16 MiB, its last byte at FFFFFFFF, its last 128 KiB also below 1 MiB. */
  readonly bios?: Uint8Array;
  /**
   * Images of drives A and B, 1 byte to 2,880 KiB (short ones are filled up); the machine never writes to them. Drive A is
   * there without a disk too, unless this is an empty list.
   */
  readonly floppies?: readonly (Uint8Array | undefined)[];
  /** The ROM of the display adapter, for firmware that has no INT 10h of its own: at most 64 KiB. */
  readonly vgaBios?: Uint8Array;
  /** IDE drives hda, hdb, hdc and hdd; the machine keeps what it writes beside the images, never in them. */
  readonly drives?: readonly (DriveConfiguration | undefined)[];
  /** Cards on the PCI bus, from device 3 on; at most 29. */
  readonly cards?: readonly CardConfiguration[];
  /** What the firmware boots from first, in order: a floppy, c hard disk, d CD, n network. Default `"cad"`. */
  readonly bootOrder?: string;
  /** The same for the start at tick 0 alone: from a reset on, `bootOrder` holds. */
  readonly bootOnce?: string;
  /**
   * A Linux bzImage, a Multiboot 1 or 2 kernel, or an ELF file with Xen's PVH note, started in place of the firmware's boot;
   * `initrd` is Linux's initial RAM disk, `modules` what the others get.
   */
  readonly kernel?: {
    readonly image: Uint8Array;
    readonly commandLine?: string;
    readonly initrd?: Uint8Array;
    readonly modules?: readonly { readonly bytes: Uint8Array; readonly commandLine?: string }[];
  };
  /** Bytes put into memory at power-on and at each reset, in order. */
  readonly loads?: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** Serial ports, COM1 first: 2 (the default) to 4. */
  readonly serialPorts?: number;
  /** `none`: no display adapter. Default `vga`. */
  readonly display?: "vga" | "none";
  /** Firmware is told that nobody sees the display: SeaBIOS then uses COM1 beside it. */
  readonly headless?: boolean;
  /** Firmware is asked to show its boot menu. */
  readonly bootMenu?: boolean;
  /** Files that firmware finds in fw_cfg beside the machine's own, by name: `opt/…`, `bootorder`, `genroms/…`. */
  readonly firmwareFiles?: { readonly [name: string]: Uint8Array };
  /** Ports that hold isa-debug-exit; none by default. */
  readonly debugExit?: { readonly iobase: number; readonly iosize: number };
  /** QEMU's pc-testdev at E0h, 2000h and FF000000h. */
  readonly testDevice?: boolean;
  /** Wall-clock time at tick 0, ISO 8601 in UTC. Default 2026-01-01T00:00:00Z. */
  readonly rtcBase?: string;
  /** Default 200,000,000. */
  readonly ticksPerSecond?: number;
  /** Processor model as QEMU's `-cpu` names it, with features: `"Nehalem"`, `"qemu64,-nx,+rdtscp"`. Default `"max"`. */
  readonly cpu?: string;
  /** 1 (the default) to 8, brought up by INIT and start-up messages; APIC IDs from 0. */
  readonly processors?: number;
  /**
   * How several processors take turns: ticks of a turn (default 2,000), and a seed that chooses among orders and lengths
   * (default 0: round by number, all turns of one length).
   */
  readonly turns?: { readonly ticks?: number; readonly seed?: number };
  /** What RDRAND and RDSEED draw, 0 (the default) to 2³² − 1: the same seed, the same numbers. */
  readonly randomSeed?: number;
  /**
   * The ledger counts the lines of 64 bytes that loads and stores move between the processors' caches (`lineFetches`,
   * `lineClaims`). Every access is looked at then: the machine runs several times slower. Default false.
   */
  readonly cacheLines?: boolean;
  /** A triple fault stops the machine instead of resetting it. Default false; pages and lessons set it. */
  readonly stopOnTripleFault?: boolean;
}

/** A drive and what is in it. A CD-ROM drive may be empty; its sectors have 2,048 bytes, a disk's 512. */
export type DriveConfiguration =
  | { readonly kind: "disk"; readonly image: Uint8Array }
  | { readonly kind: "cdrom"; readonly image?: Uint8Array };

/** A card on the PCI bus. */
export type CardConfiguration =
  /** A disk; the machine keeps what it writes beside the image. `serial`: at most 20 characters of ASCII. */
  | { readonly kind: "virtio-blk"; readonly image: Uint8Array; readonly serial?: string }
  /** A source of numbers that a seed (default 0) decides. */
  | { readonly kind: "virtio-rng"; readonly seed?: number }
  /** QEMU's device that counts accesses, for test suites. */
  | { readonly kind: "pci-testdev" }
  /** Serial ports by number, at most 8; one may be left out. */
  | { readonly kind: "virtio-serial"; readonly ports: readonly (VirtioPortConfiguration | undefined)[] }
  | NetworkCardConfiguration;

/** A port of virtio-serial: whether the guest may use it as a console, and its name, at most 31 characters of ASCII. */
export interface VirtioPortConfiguration {
  readonly isConsole: boolean;
  readonly name?: string;
}

/** A network card; `mac` as `52:54:00:12:34:56` (the default of the first), `rom` its expansion ROM. */
export interface NetworkCardConfiguration {
  readonly kind: "e1000" | "virtio-net";
  readonly mac?: string;
  readonly rom?: Uint8Array;
  /** What it is plugged into; nothing unless given. */
  readonly network?: NetworkConfiguration;
}

/** What a card is plugged into: a network of its own, or a cable that leaves the machine; `lan.ts` joins either kind. */
export type NetworkConfiguration = UserNetworkConfiguration | { readonly kind: "link" };

/** 10.0.2.0/24 with DHCP, TFTP and a name server, as QEMU's `-netdev user`. */
export interface UserNetworkConfiguration {
  readonly kind: "user";
  /** For TFTP, by path without a leading slash. */
  readonly files?: { readonly [path: string]: Uint8Array };
  /** What DHCP names as the file to boot. */
  readonly bootFile?: string;
  /** Addresses (`10.0.2.2`) that the name server knows by name. */
  readonly names?: { readonly [name: string]: string };
  /** Its own address among the networks that `lan.ts` joins, outside 10.0.2.0/24; without it nothing comes in or goes out. */
  readonly address?: string;
  /** Ports of the gateway, 10.0.2.2, that lead to the guests of other networks. */
  readonly forwards?: readonly PortForward[];
}

/** To the guest, what comes by a forward comes from its gateway, and its answers go back there. */
export interface PortForward {
  readonly protocol: "udp" | "tcp";
  /** Of the gateway, 1 to 49151. */
  readonly port: number;
  /** Address of the other network, and the port of its guest (unless given, the same). */
  readonly to: string;
  readonly toPort?: number;
}

/** Where a machine is in its life; look.md, section 4. `asleep`, `waking` and `past` are the page's. */
export type RunState = "paused" | "running" | "halted" | "faulted" | "exited" | "failed";

/** Why it stopped last. */
export type StopReason =
  | { readonly kind: "power on" }
  | { readonly kind: "restored" } // from a snapshot
  | { readonly kind: "you" }
  | { readonly kind: "step" }
  | { readonly kind: "budget" }
  | { readonly kind: "until"; readonly what: string }
  | { readonly kind: "breakpoint"; readonly address: number } // negative in the upper half of 64-bit mode
  | { readonly kind: "watchpoint"; readonly watchpoint: Watchpoint; readonly processor: number }
  | { readonly kind: "halt"; readonly forever: boolean } // HLT; forever: with IF = 0 nothing can end it
  | { readonly kind: "triple fault"; readonly chain: readonly string[] }
  | { readonly kind: "exit"; readonly status: number }
  | { readonly kind: "power off" } // by ACPI
  | { readonly kind: "failed"; readonly message: string };

export interface MachineStatus {
  readonly state: RunState;
  readonly reason: StopReason;
  readonly tick: Tick;
  /** Linear address of the next instruction, and the same as the machine names it. */
  readonly address: number;
  readonly cs: number;
  readonly ip: number;
  readonly mode: "real" | "virtual-8086" | "protected 16" | "protected 32" | "long" | "compatibility";
  readonly ring: 0 | 1 | 2 | 3;
  /** Whose address, mode and ring these are, where there are several processors: the one whose turn it is. */
  readonly processor?: number;
  /** The guest has its mouse report what it does, or asks it; absent where it does not. */
  readonly mouse?: true;
  /** Grows with every stop, reset, restore and write, so that views know that they are stale. */
  readonly version: number;
}

/** One of a machine's processors. */
export interface ProcessorStatus extends Pick<MachineStatus, "address" | "cs" | "ip" | "mode" | "ring"> {
  /** APIC ID. */
  readonly processor: number;
  /** `waiting`: for a start-up message, after reset or INIT. */
  readonly state: "running" | "halted" | "waiting";
  /** Its turn it is. */
  readonly current: boolean;
}

export interface SegmentView {
  readonly name: "ES" | "CS" | "SS" | "DS" | "FS" | "GS" | "LDTR" | "TR";
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  /** Attributes as bits 8–23 of a descriptor's second word hold them (AMD APM vol. 2, 4.7), shifted right by 8. */
  readonly attributes: number;
  readonly present: boolean;
}

export interface RegisterFile {
  /** EAX ECX EDX EBX ESP EBP ESI EDI (in long mode the 64-bit registers), zero-extended. */
  readonly general: readonly { readonly name: string; readonly value: bigint }[];
  readonly ip: bigint;
  readonly flags: number;
  readonly segments: readonly SegmentView[];
  readonly gdtr: { readonly base: number; readonly limit: number };
  readonly idtr: { readonly base: number; readonly limit: number };
  readonly control: readonly { readonly name: "CR0" | "CR2" | "CR3" | "CR4" | "EFER"; readonly value: bigint }[];
  /** What keeps interrupts away and stands in no register; absent where nothing does. */
  readonly holds?: InterruptHolds;
}

export interface InterruptHolds {
  /** The interrupt shadow of the last instruction, for the next one. */
  readonly shadow?: "STI" | "MOV SS";
  /** An NMI was delivered, and no IRET was executed since. */
  readonly nmi: boolean;
  /** Another NMI has come meanwhile. */
  readonly nmiWaits: boolean;
}

/** What else a processor holds for its operating system, and what it says of itself. */
export interface SystemRegisters {
  readonly debug: readonly { readonly name: string; readonly value: bigint }[];
  /** The bits of CR0, CR4 and EFER that a write may change on this processor. */
  readonly writable: { readonly CR0: number; readonly CR4: number; readonly EFER: number };
  /** Every model-specific register that it has, as RDMSR reads it, by number. */
  readonly msrs: readonly { readonly name: string; readonly number: number; readonly value: bigint }[];
  readonly cpuid: readonly CpuidLeaf[];
}

/** One answer of CPUID; those that are all zero are left out. */
export interface CpuidLeaf {
  /** EAX and ECX of the question. */
  readonly leaf: number;
  readonly index: number;
  /** EAX, EBX, ECX, EDX. */
  readonly answer: readonly [number, number, number, number];
  /** Bits of the answer that name a feature, whether it is there or not. */
  readonly features: readonly CpuidFeature[];
}

export interface CpuidFeature {
  readonly name: string;
  readonly register: "EAX" | "EBX" | "ECX" | "EDX";
  readonly bit: number;
  readonly present: boolean;
}

/** What one processor's run has cost beside ticks, since the last reset (cpu/ledger.ts says what is counted). */
export interface Ledger {
  readonly processor: number;
  readonly counts: LedgerCounts;
  /** All counts, each times its charge (`LEDGER_CHARGES`): cycles of the model, not ticks. */
  readonly cycles: number;
}

export interface DisassembledLine {
  /** Linear address and offset in CS. */
  readonly address: number;
  readonly ip: number;
  readonly bytes: Uint8Array;
  /** AT&T syntax; `(bad)` where the bytes are no instruction. */
  readonly text: string;
  /** The row's mnemonic and its sentence, for the reference card; absent for `(bad)`. */
  readonly mnemonic?: string;
  readonly says?: string;
  readonly source?: string;
}

/** The text screen as the VGA's registers say it is. */
export interface TextScreen {
  readonly kind: "text";
  readonly columns: number;
  readonly rows: number;
  /** Character in the low byte, attribute in the high one, row by row. */
  readonly cells: Uint16Array;
  readonly cursor: {
    readonly row: number;
    readonly column: number;
    readonly visible: boolean;
    readonly start: number;
    readonly end: number;
  };
  /** 256 glyphs of 32 bytes, one byte a scan line, from plane 2. */
  readonly font: Uint8Array;
  readonly glyphHeight: number;
  /** Sixteen colours as 0xRRGGBB. */
  readonly palette: Uint32Array;
  readonly blink: boolean;
}
/** A graphics mode, drawn. */
export interface GraphicsScreen {
  readonly kind: "graphics";
  readonly width: number;
  readonly height: number;
  /** RGBA, 4 bytes a pixel. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}
export type Screen = TextScreen | GraphicsScreen;

/** What happens on the machine's buses; told only while somebody listens or a run waits for it. */
export type BusEvent =
  /** IN or OUT, before the device has seen what is written; `part`: the device that answers, undefined for none. */
  | {
      readonly kind: "port";
      readonly write: boolean;
      readonly port: number;
      readonly size: number;
      readonly value: number;
      readonly part?: string;
      readonly cs: number;
      readonly ip: number;
    }
  /** A processor's access to physical memory that is neither RAM nor ROM. */
  | {
      readonly kind: "mmio";
      readonly write: boolean;
      readonly address: number;
      readonly size: number;
      readonly value: number;
      readonly part?: string;
      readonly cs: number;
      readonly ip: number;
    }
  /** `part` (the 8237s, fw_cfg, or a function on the PCI bus) accesses memory itself: `length` bytes from `address` on. */
  | {
      readonly kind: "dma";
      readonly write: boolean;
      readonly address: number;
      readonly length: number;
      readonly part: string;
    }
  /** Interrupt line `line` (ISA numbering, 0–15) was raised or let go by all who drive it. */
  | { readonly kind: "line"; readonly line: number; readonly level: boolean };

/** Something that happened in the machine, at a tick; `processor`: whose it is, where there are several. */
export type MachineEvent = { readonly tick: Tick; readonly processor?: number } & (
  | {
      readonly kind: "exception";
      readonly vector: number;
      readonly name: string;
      readonly errorCode?: number;
      readonly cs: number;
      readonly ip: number;
    }
  | {
      readonly kind: "interrupt";
      readonly vector: number;
      readonly origin: "hardware" | "software" | "nmi";
      readonly cs: number;
      readonly ip: number;
      readonly ax: number;
    }
  | BusEvent
  | { readonly kind: "mode"; readonly mode: MachineStatus["mode"] }
  | { readonly kind: "halt"; readonly forever: boolean }
  | { readonly kind: "triple fault"; readonly chain: readonly string[] }
  | { readonly kind: "reset" }
  | { readonly kind: "unimplemented"; readonly part: string; readonly text: string }
);

/** What stops a run early. */
export interface Until {
  /** Ticks at most, from now. */
  readonly ticks?: number;
  /** Absolute tick. */
  readonly tick?: Tick;
  /** Linear address about to execute (one-shot, besides the breakpoints). */
  readonly address?: number;
  /** Text that has appeared on the first serial port since power-on. */
  readonly serial?: string;
  /** Text on the screen. */
  readonly screen?: string;
  /** An event of this kind (and of this vector, port, address or line, where given). */
  readonly event?: {
    readonly kind: MachineEvent["kind"];
    readonly vector?: number;
    readonly port?: number;
    /** In what an "mmio" or "dma" event touched. */
    readonly address?: number;
    /** The line was raised. */
    readonly line?: number;
  };
}

/** Who answers where: ports, physical memory, and the functions on the PCI bus, at one instant. */
export interface BoardMap {
  /** By first port; nobody answers between them. */
  readonly ports: readonly { readonly first: number; readonly last: number; readonly part: string }[];
  /** By first address, without gaps below 4 GiB. */
  readonly memory: readonly MemoryRange[];
  /** By device and function. */
  readonly pci: readonly PciFunctionView[];
}

export interface MemoryRange {
  readonly first: number;
  readonly last: number;
  /** `shadow`: RAM that reads reach and writes do not; `empty`: nobody answers. */
  readonly kind: "ram" | "shadow" | "rom" | "device" | "empty";
  /** Of a device. */
  readonly part?: string;
}

export interface PciFunctionView {
  readonly part: string;
  readonly device: number;
  readonly function: number;
  /** The 256 bytes of its configuration space. */
  readonly config: Uint8Array;
  /** What its base address registers ask for; `at` is where a range answers now, undefined while it is off. */
  readonly bars: readonly {
    readonly offset: number;
    readonly kind: "io" | "memory";
    readonly size: number;
    readonly at: number | undefined;
  }[];
}

/** Ticks a second of real time, or as fast as the host can. */
export type Speed = number | "real" | "full";

/** Which addresses memory operations mean. */
export type AddressSpaceName = "physical" | "linear";

/** A whole machine as data; `engine` names the build that made it (design.md, "Snapshots, links and hand-ins"). */
export interface Snapshot {
  readonly format: "ring-snapshot";
  readonly engine: string;
  readonly tick: Tick;
  readonly data: Uint8Array;
}

/** Where the executing source line is known: from our assembler's listing. */
export interface SourceLine {
  readonly address: number;
  readonly length: number;
  readonly file: string;
  readonly line: number;
}

type ReadMethod =
  | "processors"
  | "registers"
  | "systemRegisters"
  | "readMemory"
  | "disassemble"
  | "screen"
  | "devices"
  | "board"
  | "ledger"
  | "tlb"
  | "walk";

/** A read of a MachineHandle by its method and arguments. */
export type Read = {
  [Method in ReadMethod]: { readonly method: Method; readonly args: Parameters<MachineHandle[Method]> };
}[ReadMethod];

/**
 * A machine seen from a page, by way of its worker. Every method answers when the worker has; reads answer for one tick.
 * A promise rejects with an EngineError only where the machine has failed or was closed.
 */
export interface MachineHandle {
  readonly id: string;
  /** The last status known here; `onStatus` tells of newer ones. */
  readonly status: MachineStatus;
  onStatus(listener: (status: MachineStatus) => void): () => void;
  /** Events of the given kinds as they happen, in batches, at most ten times a second while running. */
  onEvents(kinds: readonly MachineEvent["kind"][], listener: (events: readonly MachineEvent[]) => void): () => void;
  /**
   * Bytes written to the first serial port, one character each, from power-on. `again`: `text` is all that was said, in
   * place of what was told before (the first call where something was said already; after the machine went back).
   */
  onSerial(listener: (text: string, again: boolean) => void): () => void;
  /** The screen: once now, then whenever it changed, at most once a frame. */
  onScreen(listener: (screen: Screen) => void): () => void;

  /** Runs until a stop; resolves with the status at that stop. */
  run(until?: Until): Promise<MachineStatus>;
  pause(): Promise<MachineStatus>;
  step(count?: number): Promise<MachineStatus>;
  /** Over a CALL, INT or repeated string instruction. */
  stepOver(): Promise<MachineStatus>;
  /** Until the function returns to its caller. */
  stepOut(): Promise<MachineStatus>;
  /** Back by instructions: restored and run again. */
  stepBack(count?: number): Promise<MachineStatus>;
  /** To the state at `tick`, back or forward; inputs are replayed. */
  goTo(tick: Tick): Promise<MachineStatus>;
  reset(): Promise<MachineStatus>;
  /** Replaces parts of the configuration (a floppy, say) and powers on again. */
  powerOn(change?: Partial<MachineConfiguration>): Promise<MachineStatus>;
  setSpeed(speed: Speed): Promise<void>;

  /** Of all processors, by number. */
  processors(): Promise<readonly ProcessorStatus[]>;
  /** Of `processor`, or of the one whose turn it is. */
  registers(processor?: number): Promise<RegisterFile>;
  systemRegisters(processor?: number): Promise<SystemRegisters>;
  /** What its run has cost. */
  ledger(processor?: number): Promise<Ledger>;
  /** What its architectural TLBs hold. */
  tlb(processor?: number): Promise<TlbView>;
  /** The page walk of a linear address as it would be now; nothing is changed by looking. */
  walk(linear: number | bigint, access: WalkAccess, processor?: number): Promise<PageWalk>;
  /**
   * `name` as in RegisterFile: "EAX", "EIP", "EFLAGS", "CR0", "DS" (the selector, as a real-mode load would), "DS.limit" and
   * others; registernames.ts lists them.
   */
  writeRegister(name: string, value: bigint, processor?: number): Promise<MachineStatus>;
  /** `length` ≤ 65,536. Bytes that are device memory or absent read as FF without side effects. */
  readMemory(space: AddressSpaceName, address: number, length: number): Promise<Uint8Array>;
  writeMemory(space: AddressSpaceName, address: number, bytes: Uint8Array): Promise<MachineStatus>;
  /** `count` instructions from linear `address` on (default: the next instruction). */
  disassemble(address: number | undefined, count: number): Promise<readonly DisassembledLine[]>;
  screen(): Promise<Screen>;
  /** Every device's state by its name. */
  devices(): Promise<Readonly<Record<string, object>>>;
  /** Who answers where. */
  board(): Promise<BoardMap>;

  /**
   * Several reads answered at one instruction boundary, with the tick it was: what is asked for one by one while a
   * machine runs is of one tick each. In the order of `reads`; a read that fails is an Error in its place.
   */
  together(reads: readonly Read[]): Promise<{ readonly tick: Tick; readonly values: readonly unknown[] }>;

  breakpoints(): Promise<readonly number[]>;
  /** By linear address. */
  setBreakpoint(address: number, on: boolean): Promise<void>;

  /** A key by `KeyboardEvent.code`. */
  key(code: string, down: boolean): Promise<void>;
  /** Types text by pressing and releasing keys of a US keyboard. */
  type(text: string): Promise<void>;
  /** Moves the PS/2 mouse, or presses and releases its buttons. */
  mouse(action: MouseAction): Promise<void>;
  serialInput(text: string): Promise<void>;

  snapshot(): Promise<Snapshot>;
  restore(snapshot: Snapshot): Promise<MachineStatus>;
  /** SHA-256 of the whole state, as 64 hex digits. */
  hash(): Promise<string>;
  /** The source lines of the firmware, where it is ours. */
  firmwareLines(): Promise<readonly SourceLine[]>;
  close(): void;
}

/** What was done to the mouse, in its counts; left out: nothing. At most 32,767 counts either way. */
export interface MouseAction {
  /** To the right, and towards the user, as `MouseEvent.movementX` and `movementY` count. */
  readonly right?: number;
  readonly down?: number;
  /** Its wheel, towards the user. */
  readonly back?: number;
  /** All that are held down now: left, right, middle, fourth, fifth in bits 0 to 4, as `MouseEvent.buttons`. */
  readonly buttons?: number;
}

/** A card by its machine's id and its place in the configuration's `cards`. */
export interface CardPlace {
  readonly machine: string;
  readonly card: number;
}

/** All machines of a page. There is one engine (one worker) a page. */
export interface Engine {
  /** At tick 0, or where a preparation of this machine by the page's head has come to (protocol.ts). */
  create(id: string, configuration: MachineConfiguration): Promise<MachineHandle>;
  get(id: string): MachineHandle | undefined;
  /** Assembles off the page's thread; never rejects on bad source. */
  assemble(source: string, options: AssembleRequest): Promise<AssembleAnswer>;
  /** The reference card of an instruction, by its mnemonic; undefined where there is none of that name. */
  instruction(mnemonic: string): Promise<InstructionCard | undefined>;
  /**
   * Joins cards by an Ethernet switch, for as long as their machines are open; each card's network is a link, or a user
   * network with an address. A machine that stands still, or runs through its past again, hears nothing meanwhile.
   */
  connect(places: readonly CardPlace[]): Promise<void>;
  /** What is happening: restarts by the watchdog, for example. */
  onNotice(listener: (notice: { readonly kind: "restarted"; readonly message: string }) => void): () => void;
}

export interface AssembleRequest {
  readonly file: string;
  readonly origin?: number;
  readonly syntax?: "att" | "intel";
  readonly codeBits?: 16 | 32 | 64;
  /** Files that `.include` may name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Diagnostic {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
  readonly severity: "error" | "warning";
}

export interface AssembleAnswer {
  readonly bytes: Uint8Array;
  readonly symbols: Readonly<Record<string, number>>;
  readonly lines: readonly SourceLine[];
  readonly diagnostics: readonly Diagnostic[];
}
