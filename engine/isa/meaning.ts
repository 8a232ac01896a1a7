/**
 * What a row of the instruction table speaks to. The interpreter and the translator both implement it; a row that keeps
 * the contract means the same to both, and its faults are precise:
 *
 * 1. Get: every access that can fault comes first. A memory destination that is read and written is read with
 *    `getForUpdate`, which checks for writing.
 * 2. Compute: a value that is used twice is evaluated once, with `let`. Values are at their operand's width,
 *    zero-extended: i32 up to 32 bits, i64 for 64, v128 for 128.
 * 3. Commit: memory, then registers, then flags. Nothing may fault after the first commit. `Place.set` of memory that was
 *    not read for update may fault: it must be the row's first commit.
 */
import type { Expression } from "../wasm/expression.ts";
import type { FloatOperation } from "./floatoperation.ts";

export type Value = Expression;
export type Bits = 8 | 16 | 32 | 64;
/** Of an operand where it may be a whole XMM register or as much memory. */
export type PlaceBits = Bits | 128;

/** An operand or a register, as something to read and to write. */
export interface Place {
  readonly bits: Bits;
  /** It has 128 bits, and its value is a v128; `bits` then are those of a half. */
  readonly isVector: boolean;
  readonly isMemory: boolean;
  /** A branch target known when the instruction is decoded. */
  readonly isTarget: boolean;
  get(): Value;
  /** Reads, having checked that `set` will not fault. */
  getForUpdate(): Value;
  set(value: Value): void;
  /** The offset in its segment (memory operands), at address width; of a segment register, its place among them in bytes. */
  offset(): Value;
  /** The same place where 128 bits of memory need not be aligned; elsewhere a misaligned access is #GP(0). */
  unaligned(): Place;
}

/** A flag's new value (an i32, 0 or 1), or that it stays. */
export type FlagValue = Value | "keep";

export interface Flags {
  /** All six from `a + b (+ carry) = r` at `bits`. */
  add(bits: Bits, a: Value, b: Value, r: Value): void;
  /** All six from `a - b = r` at `bits`; `borrows`: a borrow was subtracted, too. */
  sub(bits: Bits, a: Value, b: Value, r: Value, borrows?: boolean): void;
  /** ZF, SF, PF from `r`; CF, OF and AF cleared. */
  logic(bits: Bits, r: Value): void;
  /** ZF, SF, PF from `r`, the others as given. */
  result(bits: Bits, r: Value, carry: FlagValue, overflow: FlagValue, adjust: FlagValue): void;
  /** CF and OF as given; ZF, SF, PF and AF stay. */
  carryOverflow(carry: FlagValue, overflow: FlagValue): void;
  /** ZF, PF and CF as given, for comparisons of real numbers; OF, SF and AF cleared. */
  comparison(zero: Value, parity: Value, carry: Value): void;
  /** ZF as given; the others stay. */
  zero(zero: Value): void;
  /** CF, as 0 or 1. */
  carry(): Value;
}

/** The sixteen conditions by their code in the opcode: O NO B NB Z NZ BE NBE S NS P NP L NL LE NLE. */
export type ConditionCode = number;

/** What a repeated string instruction does to memory: copies elements from rSI to rDI, or stores the accumulator at rDI. */
export interface Bulk {
  readonly kind: "move" | "fill";
  readonly bits: Bits;
}

export type X87Operation = "add" | "sub" | "subr" | "mul" | "div" | "divr";

/** A number of the x87: a register of the stack as an operand names it, ST(0), ST(1), or the slot. */
export type X87Number = Place | "top" | "next" | "slot";

/**
 * What the rows of the x87 speak to. A number of memory is widened to 80 bits in the *slot*, a place beside the stack, and
 * used from there. Each operation checks for empty registers, raises and notes exceptions, rounds, and pops: whether an
 * unmasked exception leaves its operands is decided there, so an operation is a row's last word.
 */
export interface X87 {
  /** First in every row that computes: #NM, the pending exception, and the note of where instruction and operand are. */
  start(memory?: Place): void;
  /** Computes nothing: the instruction is only noted as the last. */
  pass(): void;
  /** #NM and the pending exception, nothing noted: for rows that control the unit. */
  wait(): void;
  /** #NM alone, for rows that wait for no exception. */
  available(): void;
  /** The same for WAIT, which minds CR0.TS only where CR0.MP is set. */
  waitAlone(): void;
  /** Reads a number of memory into the slot. It may fault. */
  widen(memory: Place, kind: "real" | "integer"): void;
  /** Puts constant `number` into the slot: 1, log2 10, log2 e, π, log10 2, ln 2, 0. */
  constant(number: number): void;
  push(from: X87Number): void;
  /** Stores ST(0) to memory, rounded to its width. It may fault. */
  narrow(memory: Place, kind: "real" | "integer" | "truncated", pops: 0 | 1): void;
  store(to: Place, pops: 0 | 1): void;
  /** FSTPNCE: an empty ST(0) is no exception, and not stored. */
  copy(to: Place, pops: 0 | 1): void;
  exchange(other: Place): void;
  moveIf(condition: Value, from: Place): void;
  compute(operation: X87Operation, to: X87Number, from: X87Number, pops: 0 | 1): void;
  compare(from: X87Number, quiet: boolean, pops: 0 | 1 | 2, into: "status" | "EFLAGS"): void;
  examine(): void;
  /** ST(0)'s sign and exponent, AND `mask`, XOR `flip`. */
  sign(mask: Value, flip: Value): void;
  squareRoot(): void;
  roundToInteger(): void;
  status(): Value;
  control(): Value;
  /** Loads the control word; what it unmasks waits as an exception, what it masks does no more. */
  setControl(value: Value): void;
}

export interface Meaning {
  /** Operand size of the instruction: 16, 32 or 64. */
  readonly operandBits: 16 | 32 | 64;
  readonly addressBits: 16 | 32 | 64;
  /** The repeat prefix that counts here: 0, 0xF2 or 0xF3. */
  readonly repeat: 0 | 0xf2 | 0xf3;

  /** Evaluates once, into a local. */
  let(value: Value): Value;
  /** Runs `then` only where `condition` (an i32) is not zero. */
  when(condition: Value, then: () => void, otherwise?: () => void): void;

  /** General register `number` at `bits`; numbers as in ModRM (4–7 of 8 bits are AH…BH only by way of operands). */
  register(number: number, bits: Bits): Place;
  readonly flags: Flags;
  condition(code: ConditionCode): Value;
  readonly x87: X87;
  /** DF becomes 1 (`down`) or 0. */
  setDirection(down: boolean): void;
  /** IF, or what stands for it, becomes 0 where the privilege is enough; else #GP(0). */
  clearInterruptFlag(): void;

  /**
   * Loads a segment register (an operand) with a selector where that is quickly done; else hands the whole instruction to
   * the operation of its name. What follows is committed in the first case only.
   */
  loadSegment(register: Place, selector: Value): void;
  /** Pushes a selector at operand size; of 32 bits it writes the lower half only. */
  pushSelector(selector: Value): void;
  /** Decrements the stack pointer by `value`'s width and stores; it may fault, and commits both. */
  push(value: Value, bits: Bits): void;
  /** PUSHA and POPA of operand size. */
  pushAll(): void;
  popAll(): void;
  /** The value at the top of the stack; `commitPop` then moves the pointer. It may fault. */
  top(bits: Bits): Value;
  /** Moves the stack pointer past what `top` read, and `extra` bytes (an i32) more. */
  commitPop(bits: Bits, extra?: Value): void;
  /** For LEAVE: the value that BP points to on the stack, of operand size. It may fault. */
  atFrame(bits: Bits): Value;
  /** For LEAVE: the stack pointer becomes BP plus `bits / 8`, at stack width. */
  commitLeave(bits: Bits): void;
  /** The offset of the next instruction, at operand width. */
  nextAddress(): Value;
  /** Goes to the target operand; ends the row. */
  jump(target: Place): void;
  /** Goes to the target operand where `condition` is not zero, else to the next instruction; ends the row. */
  branch(condition: Value, target: Place): void;
  /** Checks `address` (operand width) against the code segment's limit: #GP(0) beyond it. Comes before the first commit. */
  checkTarget(address: Value): void;
  /** Goes to `address`, which `checkTarget` passed; ends the row. */
  jumpTo(address: Value): void;

  /** Raises exception `vector` with no error code where `condition` is not zero. Comes before the first commit. */
  faultIf(condition: Value, vector: number): void;

  /** Memory at segment:rSI (DS or the override) or ES:rDI, `bits` wide, for the string instructions. */
  source(bits: Bits): Place;
  destination(bits: Bits): Place;
  /** Adds or subtracts (DF) `bits / 8` to rSI or rDI (7 or 6), at address width. */
  step(register: 6 | 7, bits: Bits): void;
  /**
   * Repeats `once` rCX times under a REP prefix, one tick each, stopping also where `until` (evaluated after each
   * iteration) is not zero; without a prefix just does `once`. Ends the row. `bulk` says that `once` does nothing but
   * move or fill an element, so that many can be done at one go where nobody can tell.
   */
  repeated(once: () => void, until?: () => Value, bulk?: Bulk): void;

  /**
   * The word of memory that holds bit `index` of the bit string at `base`: with a register index the address moves by
   * the signed index (AMD APM vol. 3, BT), with an immediate it does not.
   */
  bitString(base: Place, index: Place): Place;

  /** The byte at DS (or the override): rBX + AL, for XLAT. */
  table(): Place;

  /**
   * First of all in a row of MMX registers (`mmx`), XMM registers (`sse`) or both: #UD where CR0.EM or not CR4.OSFXSR says
   * so, #NM where CR0.TS does, #MF where an x87 exception waits (Intel SDM vol. 3, tables 14-1 and 23-4 to 23-8).
   */
  media(registers: "mmx" | "sse" | "both"): void;
  /** Commit of every row of MMX registers: the x87's TOP is 0 and all its registers are in use; for EMMS, all are empty. */
  enterMmx(empty?: boolean): void;
  /**
   * An operation of SSE on floating-point numbers, by MXCSR; #XM (or #UD) where it meets an exception that is not masked,
   * so that it comes before the first commit. Operands are evaluated; MXCSR's flags are its own commit.
   */
  float(operation: FloatOperation, a: Value, b?: Value, immediate?: Value): Value;
  /** XMM register `number`: its lowest `bits`. */
  xmm(number: number, bits: PlaceBits): Place;

  /** IN and OUT. */
  input(to: Place, port: Value): void;
  output(port: Value, from: Place): void;
  /** INT n, and IRETD: done here where that is quick, else as `system`; ends the row. */
  interrupt(vector: Value): void;
  interruptReturn(): void;
  /** Hands the whole instruction to the plain TypeScript operation of the row's name; ends the row. */
  system(): void;
}
