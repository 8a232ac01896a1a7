/** Names of registers, as both syntaxes spell them (AT&T puts % before). Source: AMD APM vol. 3, 1.4.2. */
import type { Operand } from "./decoded.ts";

export type RegisterOperand = Extract<
  Operand,
  { kind: "register" | "segment" | "control" | "debug" | "st" | "xmm" | "mmx" }
>;

const LOW = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
const BYTES = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"];
const HIGH = ["ah", "ch", "dh", "bh"];
export const SEGMENT_NAMES: readonly string[] = ["es", "cs", "ss", "ds", "fs", "gs"];

/** The name of a general register: number 0–15; `high` gives AH, CH, DH, BH for 0–3. */
export function generalName(number: number, bits: number, high = false): string {
  if (number === 16) return bits === 32 ? "eip" : "rip";
  if (number >= 8) return `r${number}${bits === 8 ? "b" : bits === 16 ? "w" : bits === 32 ? "d" : ""}`;
  if (bits === 8) return (high ? HIGH : BYTES)[number] as string;
  return `${bits === 64 ? "r" : bits === 32 ? "e" : ""}${LOW[number]}`;
}

/** A register's name in lower case, without %. */
export function registerName(o: RegisterOperand): string {
  switch (o.kind) {
    case "register":
      return generalName(o.number, o.bits, o.high);
    case "segment":
      return SEGMENT_NAMES[o.number] as string;
    case "control":
      return `cr${o.number}`;
    case "debug":
      return `dr${o.number}`;
    case "xmm":
      return `xmm${o.number}`;
    case "mmx":
      return `mm${o.number}`;
    case "st":
      return o.number === 0 ? "st" : `st(${o.number})`;
  }
}

function makeNames(): Map<string, RegisterOperand> {
  const names = new Map<string, RegisterOperand>();
  const add = (o: RegisterOperand) => names.set(registerName(o), o);
  for (let number = 0; number < 16; number++) {
    for (const bits of [8, 16, 32, 64] as const) add({ kind: "register", number, bits });
    if (number < 4) add({ kind: "register", number, bits: 8, high: true });
    add({ kind: "control", number });
    add({ kind: "debug", number });
    add({ kind: "xmm", number, bits: 128 });
    if (number < 8) add({ kind: "mmx", number, bits: 64 });
    names.set(`db${number}`, { kind: "debug", number });
    if (number < 8) names.set(`st(${number})`, { kind: "st", number });
    if (number < 6) add({ kind: "segment", number });
  }
  names.set("st", { kind: "st", number: 0 });
  // The instruction pointer serves as a base only; 16 is its number in a MemoryOperand.
  names.set("rip", { kind: "register", number: 16, bits: 64 });
  names.set("eip", { kind: "register", number: 16, bits: 32 });
  return names;
}

/** Every register by its name in lower case, without %. */
export const REGISTERS: ReadonlyMap<string, RegisterOperand> = makeNames();

/** Whether a register exists only in 64-bit code. */
export function needs64(o: RegisterOperand): boolean {
  if (o.kind === "register") return o.number >= 8 || o.bits === 64 || (o.bits === 8 && o.number >= 4 && !o.high);
  return (o.kind === "xmm" || o.kind === "control" || o.kind === "debug") && o.number >= 8;
}
