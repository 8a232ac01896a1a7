/** A kernel that is entered in 32-bit protected mode, as its image says, and what it is told: types only. */

/** Pieces of memory to fill and where to start. */
export interface Loaded {
  readonly entry: number;
  /** `bytes` go to `address`; zeros follow up to `size`. */
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array; readonly size: number }[];
}

/** A kernel, read. */
export interface Kernel extends Loaded {
  readonly protocol: "multiboot" | "multiboot2" | "pvh";
  /** What it wants to see, where it says so. */
  readonly display?: WantedMode;
}

/** Why an image is no kernel: the offset in it, and what was expected there. */
export interface KernelFault {
  readonly offset: number;
  readonly message: string;
}

/** Addresses that a header gives in place of an ELF file's. */
export interface HeaderAddresses {
  readonly header: number;
  readonly load: number;
  readonly loadEnd: number;
  readonly bssEnd: number;
  readonly entry: number;
}

/** What a kernel asks for; 0: whatever suits. */
export interface WantedMode {
  readonly isText: boolean;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

export interface FrameBuffer {
  readonly address: number;
  readonly pitch: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 2: text; 1: colours by these bits, each with its lowest bit and its count: red, green, blue. */
  readonly type: 1 | 2;
  readonly fields: readonly number[];
}

/** A range of the firmware's map; type 1 is RAM. */
export interface MemoryRange {
  readonly address: bigint;
  readonly length: bigint;
  readonly type: number;
}

export interface FirmwareMemory {
  readonly ranges: readonly MemoryRange[];
  /** KiB from 0, and from 1 MiB to the first hole. */
  readonly lowerKiB: number;
  readonly upperKiB: number;
}

/** A module where it is in memory, and its words. */
export interface PlacedModule {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface KernelModule {
  readonly bytes: Uint8Array;
  readonly commandLine?: string;
}

/** What a kernel is told, in whatever form. */
export interface Handover {
  readonly commandLine: string;
  readonly memory: FirmwareMemory;
  readonly modules: readonly PlacedModule[];
  readonly display: FrameBuffer | undefined;
  /** The ACPI root pointer that firmware left, and where. */
  readonly rsdp: Uint8Array | undefined;
  readonly rsdpAddress: number | undefined;
}
