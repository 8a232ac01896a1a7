// The small language in which lessons ask a machine something: `EAX`, `DS:SI`, `word[0x7dfe]`, `CF == 1`, `tick`,
// `screen`, `serial`. Numbers are 0x…, …h or decimal; where debuggers take bare hex (`7c00`), the caller says so.
//
//   or     = xor ('|' xor)*        xor = and ('^' and)*      and  = equal ('&' equal)*
//   equal  = less (('=='|'!=') less)*                        less = shift (('<'|'<='|'>'|'>=') shift)*
//   shift  = sum (('<<'|'>>') sum)*                          sum  = product (('+'|'-') product)*
//   product = unary ('*' unary)*                             unary = ('-'|'~')? atom
//   atom   = number | name ('.' part)? | name ':' atom | size? '[' or ']' | '(' or ')' | text '[' or ']' | "string"
import type { LedgerCounts, RegisterFile } from "../../engine/index.ts";
import { flagBits, ioPrivilege, isSet, namedBits } from "./bits.ts";
import { type Parsed, parseNumber } from "./number.ts";

/** What an expression may look at: one instant of a machine. */
export interface Readable {
  registers(): Promise<RegisterFile>;
  readMemory(space: "physical" | "linear", address: number, length: number): Promise<Uint8Array>;
  /** The text screen's rows, without trailing blanks; empty in a graphics mode. */
  screenRows(): Promise<readonly string[]>;
  serial(): Promise<string>;
  tick(): Promise<number>;
  /** What the run has cost, kind by kind. */
  ledger(): Promise<LedgerCounts>;
}

export type Value = bigint | string;

class Refused extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

type Token = { readonly kind: "number" | "name" | "text" | "sign" | "end"; readonly text: string };

function tokens(source: string): Token[] {
  const found: Token[] = [];
  const pattern =
    /\s*(?:([0-9][0-9a-zA-Z_]*)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|(<<|>>|==|!=|<=|>=|[-+*&|^~<>()[\]:.]))/y;
  while (pattern.lastIndex < source.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match)
      throw new Refused(`“${source.slice(at).trim()}” cannot be read.`, "Use names, numbers, + - * & | and [ ].");
    const [, number, name, text, sign] = match;
    if (number !== undefined) found.push({ kind: "number", text: number });
    else if (name !== undefined) found.push({ kind: "name", text: name });
    else if (text !== undefined) found.push({ kind: "text", text });
    else found.push({ kind: "sign", text: sign });
  }
  found.push({ kind: "end", text: "the end" });
  return found;
}

const sizes: Readonly<Record<string, number>> = { BYTE: 1, WORD: 2, DWORD: 4, QWORD: 8 };
const levels: readonly (readonly string[])[] = [
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*"],
];

function combine(sign: string, a: Value, b: Value): Value {
  if (sign === "==") return a === b ? 1n : 0n;
  if (sign === "!=") return a !== b ? 1n : 0n;
  if (typeof a === "string" || typeof b === "string")
    throw new Refused(`“${sign}” needs numbers.`, "Text can only be compared.");
  switch (sign) {
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "&":
      return a & b;
    case "<":
      return a < b ? 1n : 0n;
    case "<=":
      return a <= b ? 1n : 0n;
    case ">":
      return a > b ? 1n : 0n;
    case ">=":
      return a >= b ? 1n : 0n;
    case "<<":
      return BigInt.asUintN(64, a << (b & 63n));
    case ">>":
      return a >> (b & 63n);
    case "+":
      return a + b;
    case "-":
      return a - b;
    default:
      return a * b;
  }
}

class Reading {
  private at = 0;
  private readonly all: Token[];
  private readonly machine: Readable;
  private readonly bare: "decimal" | "hex";

  constructor(source: string, machine: Readable, bare: "decimal" | "hex") {
    this.all = tokens(source);
    this.machine = machine;
    this.bare = bare;
  }

  async whole(): Promise<Value> {
    const value = await this.level(0);
    if (this.peek.kind !== "end")
      throw new Refused(`“${this.peek.text}” is not expected here.`, "An operator may be missing.");
    return value;
  }

  private get peek(): Token {
    return this.all[this.at];
  }

  private takes(sign: string): boolean {
    if (this.peek.kind !== "sign" || this.peek.text !== sign) return false;
    this.at++;
    return true;
  }

  private needs(sign: string): void {
    if (!this.takes(sign)) throw new Refused(`“${sign}” is missing before ${this.peek.text}.`, "Close every bracket.");
  }

  private async level(depth: number): Promise<Value> {
    if (depth === levels.length) return this.unary();
    let value = await this.level(depth + 1);
    while (this.peek.kind === "sign" && levels[depth].includes(this.peek.text)) {
      const sign = this.all[this.at++].text;
      value = combine(sign, value, await this.level(depth + 1));
    }
    return value;
  }

  private async unary(): Promise<Value> {
    if (this.takes("-")) return combine("-", 0n, await this.unary());
    if (this.takes("~")) return combine("^", await this.unary(), 0xffffffffn);
    return this.atom();
  }

  private async atom(): Promise<Value> {
    if (this.takes("(")) {
      const value = await this.level(0);
      this.needs(")");
      return value;
    }
    if (this.takes("[")) return this.load(4);
    const token = this.all[this.at++];
    if (token.kind === "text") return token.text;
    if (token.kind === "number") return this.number(token.text);
    if (token.kind === "name") return this.name(token.text);
    throw new Refused(
      token.kind === "end" ? "Something is missing at the end." : `“${token.text}” is not expected here.`,
      "Write a register, a number or word[address].",
    );
  }

  private number(text: string): bigint {
    const parsed = parseNumber(text, this.bare);
    if ("value" in parsed) return parsed.value;
    throw new Refused(parsed.message, parsed.hint);
  }

  private async name(text: string): Promise<Value> {
    const upper = text.toUpperCase();
    if (upper in sizes && this.takes("[")) return this.load(sizes[upper]);
    if (upper === "SCREEN" || upper === "SERIAL") return this.text(upper);
    if (upper === "TICK") return BigInt(await this.machine.tick());
    if (upper === "LEDGER" && this.takes(".")) return this.cost();
    const registers = await this.machine.registers();
    const segment = registers.segments.find((one) => one.name === upper);
    if (segment && this.takes(":")) {
      const offset = await this.atom();
      return combine("+", BigInt(segment.base), offset);
    }
    if (this.takes(".")) return this.part(registers, upper);
    const value = readRegister(registers, upper);
    if (value !== undefined) return value;
    // Last, so that `cf`, `ds` and `eax` are what they are called; `7c00` never comes here, `face` does.
    if (this.bare === "hex" && /^[0-9a-f]+h?$/i.test(text)) return this.number(text);
    throw new Refused(`There is no register “${text}”.`, "Write EAX, AL, DS, CF, tick, screen, or a number.");
  }

  /** `CR4.PAE`, `EFER.LMA`: a bit by its name; `DS.limit`, `CS.D`: a part of a segment register's hidden half. */
  private part(registers: RegisterFile, of: string): bigint {
    const part = this.all[this.at++].text;
    const segment = registers.segments.find((one) => one.name === of);
    const bits = namedBits[of];
    const value = readRegister(registers, of);
    if (segment) {
      const found = Object.entries(segmentParts(segment)).find(([name]) => name === part.toUpperCase());
      if (found) return BigInt(found[1]);
      throw new Refused(`${of} has no “${part}”.`, "Its parts are base, limit, attributes, DPL, P, D, L and G.");
    }
    if (of in tables && part.toUpperCase() === "LIMIT") return BigInt(registers[tables[of]].limit);
    if (!bits || value === undefined)
      throw new Refused(`“${of}” has no parts.`, "CR0, CR4, EFER, EFLAGS and segments have.");
    const named = bits.find(({ name }) => name === part.toUpperCase());
    if (!named)
      throw new Refused(`${of} has no bit “${part}”.`, `Its bits are ${bits.map(({ name }) => name).join(" ")}.`);
    return isSet(value, named.bit) ? 1n : 0n;
  }

  /** `ledger.walkReads`: so many since the last reset. */
  private async cost(): Promise<bigint> {
    const { text } = this.all[this.at++];
    const counts = await this.machine.ledger();
    const kind = Object.keys(counts).find((name) => name.toUpperCase() === text.toUpperCase());
    if (kind) return BigInt(counts[kind as keyof LedgerCounts]);
    throw new Refused(`The ledger counts no “${text}”.`, `It counts ${Object.keys(counts).join(" ")}.`);
  }

  private async load(size: number): Promise<bigint> {
    const address = await this.level(0);
    this.needs("]");
    if (typeof address === "string") throw new Refused("Text is no address.", "Write word[0x7dfe].");
    const bytes = await this.machine.readMemory("linear", Number(BigInt.asUintN(32, address)), size);
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  private async text(which: string): Promise<string> {
    const lines = which === "SCREEN" ? await this.machine.screenRows() : (await this.machine.serial()).split(/\r?\n/);
    if (!this.takes("[")) return lines.join("\n").trimEnd();
    const row = await this.level(0);
    this.needs("]");
    return lines[Number(row)]?.trimEnd() ?? "";
  }
}

const tables: Readonly<Record<string, "gdtr" | "idtr">> = { GDTR: "gdtr", IDTR: "idtr" };

/** What stands behind a selector, by the names that expressions give it. */
function segmentParts({ base, limit, attributes }: RegisterFile["segments"][number]): Record<string, number> {
  const bit = (n: number) => (attributes >> n) & 1;
  return {
    BASE: base,
    LIMIT: limit,
    ATTRIBUTES: attributes,
    DPL: (attributes >> 5) & 3,
    P: bit(7),
    L: bit(13),
    D: bit(14),
    G: bit(15),
  };
}

/** Current privilege level: 0 in real mode, 3 in virtual-8086 mode, else the DPL of SS (AMD APM vol. 2, 4.9). */
export function privilegeLevel(registers: RegisterFile): number {
  if (!((readRegister(registers, "CR0") ?? 0n) & 1n)) return 0;
  if (isSet(registers.flags, 17)) return 3;
  return segmentParts(registers.segments.find(({ name }) => name === "SS")!).DPL;
}

const byteNames = ["AL", "CL", "DL", "BL", "AH", "CH", "DH", "BH"];
const wordNames = ["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"];

/** A register, part of one, or a flag, by its name in capitals; undefined where there is none of that name. */
export function readRegister(registers: RegisterFile, name: string): bigint | undefined {
  const whole = registers.general.findIndex((one) => one.name === name);
  if (whole >= 0) return registers.general[whole].value;
  const low32 = registers.general.findIndex((one) => one.name === name.replace(/^E/, "R") && name.startsWith("E"));
  if (low32 >= 0) return registers.general[low32].value & 0xffffffffn;
  const word = wordNames.indexOf(name);
  if (word >= 0) return registers.general[word].value & 0xffffn;
  const byte = byteNames.indexOf(name);
  if (byte >= 0) return (registers.general[byte & 3].value >> (byte < 4 ? 0n : 8n)) & 0xffn;
  if (name === "EIP" || name === "IP" || name === "RIP") return registers.ip;
  if (name === "EFLAGS" || name === "FLAGS") return BigInt(registers.flags);
  if (name === "CPL") return BigInt(privilegeLevel(registers));
  if (name === "IOPL") return BigInt(ioPrivilege(registers.flags));
  const flag = flagBits.find((one) => one.name === name);
  if (flag) return isSet(registers.flags, flag.bit) ? 1n : 0n;
  const segment = registers.segments.find((one) => one.name === name);
  if (segment) return BigInt(segment.selector);
  const control = registers.control.find((one) => one.name === name);
  if (control) return control.value;
  if (name === "GDTR") return BigInt(registers.gdtr.base);
  if (name === "IDTR") return BigInt(registers.idtr.base);
  return undefined;
}

/** What `source` is worth on `machine`; what an author or reader wrote wrongly comes back as a message with a hint. */
export async function evaluate(
  source: string,
  machine: Readable,
  bare: "decimal" | "hex" = "decimal",
): Promise<Parsed<Value>> {
  try {
    return { value: await new Reading(source, machine, bare).whole() };
  } catch (error) {
    if (error instanceof Refused) return { message: error.message, hint: error.hint };
    throw error;
  }
}
