/**
 * What an 82077AA and its drives remember, and the bits of its status bytes.
 *
 * Source: Intel 82077AA data sheet, order 290166-007, "Registers" and "Status Register Encoding".
 */

import type { FloppyDiskState } from "./floppydisk.ts";
import { SECTOR_BYTES } from "./floppydisk.ts";
import type { FdcCommand } from "./i82077commands.ts";

/** ST0: bits 7:6 say how a command ended, then seek end, equipment check, head and drive. */
export const ST0_ABNORMAL = 0x40;
export const ST0_INVALID = 0x80;
export const ST0_POLLING = 0xc0;
export const ST0_SEEK_END = 0x20;
export const ST0_EQUIPMENT = 0x10;
/** ST1: end of cylinder, overrun, no data, not writable, missing address mark. */
export const ST1_EN = 0x80;
export const ST1_OR = 0x10;
export const ST1_ND = 0x04;
export const ST1_NW = 0x02;
export const ST1_MA = 0x01;
/** ST2: control mark, wrong cylinder. */
export const ST2_CM = 0x40;
export const ST2_WC = 0x10;
/** CONFIGURE's second byte: implied seek, FIFO off, polling off. */
export const CONFIG_EIS = 0x40;
export const CONFIG_EFIFO = 0x20;
export const CONFIG_NO_POLL = 0x10;

/** A drive and the disk in it. */
export interface FloppyDriveState extends FloppyDiskState {
  /** Where the head is. */
  cylinder: number;
  /** The change line: up from the removal of a disk until a step with one inserted. */
  changed: boolean;
  /** ST0 that a seek under way will report; -1 for none. */
  seeking: number;
}

/** The controller. Names as in the data sheet. */
export interface FdcState {
  dor: number;
  tdr: number;
  /** Precompensation and data rate: the lower bits of DSR, the lowest two also those of CCR. */
  dsr: number;
  phase: "reset" | "idle" | "command" | "execution" | "result";
  /** Bytes of the command so far. */
  command: number[];
  /** The command that is executed. */
  operation: FdcCommand | "";
  /** Bytes still to be read. */
  result: number[];
  /** ST0 and PCN, pair by pair, that SENSE INTERRUPT has to report. */
  interrupts: number[];
  /** INT, before DOR gates it. */
  interrupt: boolean;
  /** The two bytes of SPECIFY. */
  specify: number[];
  configure: number;
  pretrack: number;
  locked: boolean;
  perpendicular: number;
  /** The last EOT or SC, which DUMPREG shows. */
  eot: number;
  /** Where the controller believes the heads are. */
  pcn: number[];
  drives: FloppyDriveState[];
  /** Uint8Array[512]: the sector (or the four address bytes of FORMAT) that is being transferred. */
  buffer: Uint8Array;
  position: number;
  length: number;
  /** The buffer is with the processor or the DMA controller. */
  moving: boolean;
  terminalCount: boolean;
  /** The sector's address: C, H and R as the command and then the result have them. */
  c: number;
  h: number;
  r: number;
  /** The selected head. */
  head: number;
  /** Sectors to come where a command counts them (SC or EOT), 0 where it does not. */
  left: number;
  st1: number;
  st2: number;
  /** Losses already told of. */
  reported: string[];
}

function newDrive(): FloppyDriveState {
  return { image: "", writeProtected: false, written: {}, cylinder: 0, changed: true, seeking: -1 };
}

/** A controller after power-on, its drives empty. */
export function newFdcState(): FdcState {
  return {
    dor: 0,
    tdr: 0,
    dsr: 2,
    phase: "reset",
    command: [],
    operation: "",
    result: [],
    interrupts: [],
    interrupt: false,
    specify: [0, 0],
    configure: CONFIG_EFIFO,
    pretrack: 0,
    locked: false,
    perpendicular: 0,
    eot: 0,
    pcn: [0, 0, 0, 0],
    drives: [newDrive(), newDrive(), newDrive(), newDrive()],
    buffer: new Uint8Array(SECTOR_BYTES),
    position: 0,
    length: 0,
    moving: false,
    terminalCount: false,
    c: 0,
    h: 0,
    r: 0,
    head: 0,
    left: 0,
    st1: 0,
    st2: 0,
    reported: [],
  };
}
