/** What stands at a linear address, as the views show it. */
import { decode } from "../isa/decode.ts";
import type { Decoded, DecodeMode } from "../isa/decoded.ts";
import { disassemble } from "../isa/disassemble.ts";
import type { DisassembledLine, MachineStatus } from "./api.ts";
import type { Machine } from "./machine.ts";

const LONGEST = 15;
const LINEAR_END = 2 ** 32;

/** How the processor decodes now. */
export function decodeMode(machine: Machine): DecodeMode {
  const { mode } = machine.status();
  return { codeBits: CODE_BITS[mode], protectedMode: mode !== "real" && mode !== "virtual-8086" };
}

const CODE_BITS: Record<MachineStatus["mode"], 16 | 32 | 64> = {
  real: 16,
  "virtual-8086": 16,
  "protected 16": 16,
  "protected 32": 32,
  compatibility: 32,
  long: 64,
};

/** The next instruction; undefined where there is none. */
export function nextInstruction(machine: Machine): Decoded | undefined {
  const { address, ip } = machine.status();
  const bytes = machine.readMemory("linear", address, LONGEST);
  const decoded = decode((i) => bytes[i] ?? -1, BigInt(ip), decodeMode(machine));
  return "fault" in decoded ? undefined : decoded;
}

/** `count` instructions from linear `address` on, as the present mode reads them. */
export function disassembleAt(machine: Machine, address: number | undefined, count: number): DisassembledLine[] {
  const status = machine.status();
  const start = address ?? status.address;
  const mode = decodeMode(machine);
  const bytes = machine.readMemory("linear", start, Math.min(count, 4096) * LONGEST);
  const lines: DisassembledLine[] = [];
  for (let at = 0; lines.length < count && at < bytes.length; ) {
    const here = (start + at) % LINEAR_END;
    const ip = ((here - status.address + status.ip + LINEAR_END) % LINEAR_END) & (mode.codeBits === 16 ? 0xffff : -1);
    const decoded = decode((i) => bytes[at + i] ?? -1, BigInt(ip >>> 0), mode);
    const bad = "fault" in decoded;
    const length = bad ? 1 : decoded.length;
    const common = { address: here, ip: ip >>> 0, bytes: bytes.slice(at, at + length) };
    const { name, says, source } = bad ? { name: "", says: "", source: "" } : decoded.row;
    lines.push(
      bad
        ? { ...common, text: "(bad)" }
        : { ...common, text: disassemble(decoded, "att"), mnemonic: name, says, source },
    );
    at += length;
  }
  return lines;
}
