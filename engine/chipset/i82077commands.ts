/**
 * The command set of the 82077AA: how a command byte is recognised and how many bytes the command has.
 *
 * Source: Intel 82077AA data sheet, order 290166-007, "Command Set/Descriptions", table 5-1.
 */

/** What a command does, named as the data sheet names it. */
export type FdcCommand =
  | "readData"
  | "readDeletedData"
  | "writeData"
  | "writeDeletedData"
  | "readTrack"
  | "verify"
  | "version"
  | "formatTrack"
  | "recalibrate"
  | "senseInterrupt"
  | "specify"
  | "senseDrive"
  | "configure"
  | "seek"
  | "relativeSeek"
  | "dumpReg"
  | "readId"
  | "perpendicular"
  | "lock";

/** Command bits: multi-track, double density, skip. */
export const MT = 0x80;
export const SK = 0x20;

/** Fixed bits of the command byte, their value, bytes of the command with it. The free bits are MT, MFM, SK, DIR or LOCK. */
const COMMANDS: readonly [mask: number, value: number, length: number, command: FdcCommand][] = [
  [0x1f, 0x06, 9, "readData"],
  [0x1f, 0x0c, 9, "readDeletedData"],
  [0x3f, 0x05, 9, "writeData"],
  [0x3f, 0x09, 9, "writeDeletedData"],
  [0xbf, 0x02, 9, "readTrack"],
  [0x1f, 0x16, 9, "verify"],
  [0xff, 0x10, 1, "version"],
  [0xbf, 0x0d, 6, "formatTrack"],
  [0xff, 0x07, 2, "recalibrate"],
  [0xff, 0x08, 1, "senseInterrupt"],
  [0xff, 0x03, 3, "specify"],
  [0xff, 0x04, 2, "senseDrive"],
  [0xff, 0x13, 4, "configure"],
  [0xff, 0x0f, 3, "seek"],
  [0xbf, 0x8f, 3, "relativeSeek"],
  [0xff, 0x0e, 1, "dumpReg"],
  [0xbf, 0x0a, 2, "readId"],
  [0xff, 0x12, 2, "perpendicular"],
  [0x7f, 0x14, 1, "lock"],
];

/** The command that a byte begins, or undefined for an invalid one (SCAN among them, which the part does not have). */
export function decodeCommand(byte: number): { command: FdcCommand; length: number } | undefined {
  const found = COMMANDS.find(([mask, value]) => (byte & mask) === value);
  return found === undefined ? undefined : { command: found[3], length: found[2] };
}
