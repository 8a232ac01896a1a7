/** Integer addition, subtraction, logic, multiplication and division. */
import * as w from "../../wasm/expression.ts";
import type { Bits, Meaning, Place, Value } from "../meaning.ts";
import { instruction } from "../row.ts";
import { signExtend, truncate, widen } from "../width.ts";

/** The nine encodings that ADD, OR, ADC, SBB, AND, SUB, XOR and CMP share; `n` is their number in the opcode. */
function eightEncodings(n: number, lock: string): string[] {
  const op = (k: number) => (n * 8 + k).toString(16).toUpperCase().padStart(2, "0");
  return [
    `${op(0)}  Eb Gb  ${lock}`,
    `${op(1)}  Ev Gv  ${lock}`,
    `${op(2)}  Gb Eb`,
    `${op(3)}  Gv Ev`,
    `${op(4)}  AL Ib`,
    `83 /${n}  Ev Ibs  ${lock}`,
    `${op(5)}  rAX Iz`,
    `80 /${n}  Eb Ib  ${lock}`,
    `81 /${n}  Ev Iz  ${lock}`,
    `82 /${n}  Eb Ib  i64 alias ${lock}`,
  ];
}

const ALL = "OF SF ZF AF PF CF";
const LOGIC = "OF SF ZF [AF] PF CF";

function binary(name: string, n: number, says: string, flags: string, does: (x: Meaning, dst: Place, src: Place) => void): void {
  instruction(name, { encodings: eightEncodings(n, name === "CMP" ? "" : "lock"), flags, says, does });
}

binary("ADD", 0, "Adds the second operand to the first.", ALL, (x, dst, src) => {
  const a = dst.getForUpdate();
  const b = src.get();
  const sum = x.let(truncate(w.add(a, b), dst.bits));
  dst.set(sum);
  x.flags.add(dst.bits, a, b, sum);
});

const logic = (operation: (a: Value, b: Value) => Value) => (x: Meaning, dst: Place, src: Place) => {
  const a = dst.getForUpdate();
  const result = x.let(operation(a, src.get()));
  dst.set(result);
  x.flags.logic(dst.bits, result);
};

binary("OR", 1, "Sets in the first operand every bit that is set in the second.", LOGIC, logic(w.or));

binary("ADC", 2, "Adds the second operand and CF to the first: the next digit of a long addition.", ALL, (x, dst, src) => {
  const a = dst.getForUpdate();
  const b = src.get();
  const carry = widen(x.flags.carry(), dst.bits);
  const sum = x.let(truncate(w.add(w.add(a, b), carry), dst.bits));
  dst.set(sum);
  x.flags.add(dst.bits, a, b, sum);
});

binary("SBB", 3, "Subtracts the second operand and CF from the first: the next digit of a long subtraction.", ALL, (x, dst, src) => {
  const a = dst.getForUpdate();
  const b = src.get();
  const borrow = widen(x.flags.carry(), dst.bits);
  const difference = x.let(truncate(w.sub(w.sub(a, b), borrow), dst.bits));
  dst.set(difference);
  x.flags.sub(dst.bits, a, b, difference, true);
});

binary("AND", 4, "Clears in the first operand every bit that is clear in the second.", LOGIC, logic(w.and));

binary("SUB", 5, "Subtracts the second operand from the first.", ALL, (x, dst, src) => {
  const a = dst.getForUpdate();
  const b = src.get();
  const difference = x.let(truncate(w.sub(a, b), dst.bits));
  dst.set(difference);
  x.flags.sub(dst.bits, a, b, difference);
});

binary("XOR", 6, "Flips in the first operand every bit that is set in the second.", LOGIC, logic(w.xor));

binary("CMP", 7, "Sets the flags as subtracting the second operand from the first would, and keeps neither result.", ALL, (x, dst, src) => {
  const a = dst.get();
  const b = src.get();
  x.flags.sub(dst.bits, a, b, x.let(truncate(w.sub(a, b), dst.bits)));
});

instruction("TEST", {
  encodings: ["84  Eb Gb", "85  Ev Gv", "A8  AL Ib", "A9  rAX Iz", "F6 /0  Eb Ib", "F7 /0  Ev Iz", "F6 /1  Eb Ib  alias", "F7 /1  Ev Iz  alias"],
  flags: LOGIC,
  says: "Sets the flags from the bits that both operands have in common.",
  does(x, a, b) {
    x.flags.logic(a.bits, x.let(w.and(a.get(), b.get())));
  },
});

function stepByOne(name: string, digit: number, plus: string, operation: typeof w.add, says: string): void {
  instruction(name, {
    encodings: [`${plus}+r  Zv  i64`, `FE /${digit}  Eb  lock`, `FF /${digit}  Ev  lock`],
    flags: "OF SF ZF AF PF",
    says,
    does(x, dst) {
      const a = dst.getForUpdate();
      const one = w.constantLike(a, 1);
      const result = x.let(truncate(operation(a, one), dst.bits));
      const top = w.constantLike(a, dst.bits <= 32 ? 1 << (dst.bits - 1) : 0);
      const edge = dst.bits === 64 ? w.i64(1n << 63n) : truncate(top, dst.bits);
      const overflow = w.eq(operation === w.add ? result : a, edge);
      const low = w.and(w.wrap(operation === w.add ? result : a), w.i32(15));
      dst.set(result);
      x.flags.result(dst.bits, result, "keep", overflow, w.eqz(low));
    },
  });
}
stepByOne("INC", 0, "40", w.add, "Adds one and leaves CF alone, so that loops over long numbers can carry.");
stepByOne("DEC", 1, "48", w.sub, "Subtracts one and leaves CF alone.");

instruction("NEG", {
  encodings: ["F6 /3  Eb  lock", "F7 /3  Ev  lock"],
  flags: ALL,
  says: "Subtracts the operand from zero.",
  does(x, dst) {
    const b = dst.getForUpdate();
    const zero = w.constantLike(b, 0);
    const result = x.let(truncate(w.sub(zero, b), dst.bits));
    dst.set(result);
    x.flags.sub(dst.bits, zero, b, result);
  },
});

instruction("NOT", {
  encodings: ["F6 /2  Eb  lock", "F7 /2  Ev  lock"],
  says: "Flips every bit and no flag.",
  does(x, dst) {
    dst.set(truncate(w.not(dst.getForUpdate()), dst.bits));
    void x;
  },
});

/** Writes a double-width product to AX, or to rDX:rAX. */
function setProduct(x: Meaning, bits: Bits, low: Value, high: Value): void {
  if (bits === 8) x.register(0, 16).set(w.or(low, w.shl(high, w.i32(8))));
  else {
    x.register(0, bits).set(low);
    x.register(2, bits).set(high);
  }
}

/** The low and high half of a product of two values of up to 32 bits, made in 64. */
function halves(x: Meaning, bits: Bits, product: Value): { low: Value; high: Value } {
  const whole = x.let(product);
  return {
    low: x.let(truncate(w.wrap(whole), bits)),
    high: x.let(truncate(w.wrap(w.shru(whole, w.i64(bits))), bits)),
  };
}

/** The high 64 bits of the unsigned 128-bit product, from four 32-bit ones. */
function highProduct(x: Meaning, a: Value, b: Value): Value {
  const mask = w.i64(0xffffffffn);
  const shift = w.i64(32);
  const al = x.let(w.and(a, mask));
  const ah = x.let(w.shru(a, shift));
  const bl = x.let(w.and(b, mask));
  const bh = x.let(w.shru(b, shift));
  const middle = x.let(w.add(w.mul(ah, bl), w.shru(w.mul(al, bl), shift)));
  const middle2 = x.let(w.add(w.mul(al, bh), w.and(middle, mask)));
  return x.let(w.add(w.add(w.mul(ah, bh), w.shru(middle, shift)), w.shru(middle2, shift)));
}

/** The high 64 bits of the signed product: the unsigned one, less each operand where the other is negative. */
function highSignedProduct(x: Meaning, a: Value, b: Value): Value {
  const sign = w.i64(63);
  const unsigned = highProduct(x, a, b);
  return x.let(w.sub(w.sub(unsigned, w.and(w.shrs(a, sign), b)), w.and(w.shrs(b, sign), a)));
}

instruction("MUL", {
  encodings: ["F6 /4  Eb", "F7 /4  Ev"],
  flags: "OF [SF] [ZF] [AF] [PF] CF",
  says: "Multiplies rAX by the operand without sign; the product is twice as wide, in rDX:rAX (AX for bytes).",
  does(x, src) {
    const bits = src.bits;
    const b = src.get();
    const a = x.register(0, bits).get();
    const { low, high } = bits === 64 ? { low: x.let(w.mul(a, b)), high: highProduct(x, a, b) } : halves(x, bits, w.mul(w.extendU(a), w.extendU(b)));
    setProduct(x, bits, low, high);
    const wide = x.let(w.ne(high, w.constantLike(high, 0)));
    x.flags.result(bits, low, wide, wide, w.i32(0));
  },
});

/** A signed product: low and high half, and whether it does not fit in the low half. */
function signedProduct(x: Meaning, bits: Bits, a: Value, b: Value): { low: Value; high: Value; wide: Value } {
  if (bits === 64) {
    const low = x.let(w.mul(a, b));
    const high = highSignedProduct(x, a, b);
    return { low, high, wide: x.let(w.ne(high, w.shrs(low, w.i64(63)))) };
  }
  const product = x.let(w.mul(w.extendS(signExtend(a, bits)), w.extendS(signExtend(b, bits))));
  const { low, high } = halves(x, bits, product);
  return { low, high, wide: x.let(w.ne(product, w.extendS(signExtend(low, bits)))) };
}

instruction("IMUL", {
  encodings: ["0F AF  Gv Ev", "6B  Gv Ev Ibs", "69  Gv Ev Iz", "F6 /5  Eb", "F7 /5  Ev"],
  flags: "OF [SF] [ZF] [AF] [PF] CF",
  says: "Multiplies with sign: rAX by the operand into rDX:rAX, or into a register, keeping the low half.",
  does(x, first, second, third) {
    const bits = first.bits;
    const one = !second;
    const b = (third ?? second ?? first).get();
    const a = one ? x.register(0, bits).get() : (third ? (second as Place) : first).get();
    const { low, high, wide } = signedProduct(x, bits, a, b);
    if (one) setProduct(x, bits, low, high);
    else first.set(low);
    x.flags.result(bits, low, wide, wide, w.i32(0));
  },
});

const DE = 0;

/** Divides up to 64 bits by up to 32 in one WebAssembly division. */
instruction("DIV", {
  encodings: ["F6 /6  Eb", "F7 /6  Ev"],
  flags: "[OF] [SF] [ZF] [AF] [PF] [CF]",
  says: "Divides rDX:rAX (AX for bytes) by the operand without sign; quotient to rAX, remainder to rDX; #DE where it does not fit.",
  does(x, src) {
    if (src.bits === 64) return x.system();
    const bits = src.bits;
    const divisor = x.let(w.extendU(src.get()));
    const dividend = dividendOf(x, bits);
    x.faultIf(w.eqz(divisor), DE);
    const quotient = x.let(w.divu(dividend, divisor));
    x.faultIf(w.gtu(quotient, w.i64((1n << BigInt(bits)) - 1n)), DE);
    const remainder = x.let(w.wrap(w.remu(dividend, divisor)));
    setQuotient(x, bits, x.let(w.wrap(quotient)), remainder);
  },
});

instruction("IDIV", {
  encodings: ["F6 /7  Eb", "F7 /7  Ev"],
  flags: "[OF] [SF] [ZF] [AF] [PF] [CF]",
  says: "Divides rDX:rAX (AX for bytes) by the operand with sign, towards zero; #DE where the quotient does not fit.",
  does(x, src) {
    if (src.bits === 64) return x.system();
    const bits = src.bits;
    const divisor = x.let(w.extendS(signExtend(src.get(), bits)));
    const unsigned = dividendOf(x, bits);
    const dividend = bits === 32 ? unsigned : x.let(w.extendS(signExtend(w.wrap(unsigned), bits === 16 ? 32 : 16)));
    x.faultIf(w.eqz(divisor), DE);
    const lowest = w.and(w.eq(dividend, w.i64(1n << 63n)), w.eq(divisor, w.i64(-1)));
    x.faultIf(lowest, DE);
    const quotient = x.let(w.divs(dividend, divisor));
    const narrow = x.let(truncate(w.wrap(quotient), bits));
    x.faultIf(w.ne(quotient, w.extendS(signExtend(narrow, bits))), DE);
    const remainder = x.let(truncate(w.wrap(w.rems(dividend, divisor)), bits));
    setQuotient(x, bits, narrow, remainder);
  },
});

function dividendOf(x: Meaning, bits: Bits): Value {
  if (bits === 8) return x.let(w.extendU(x.register(0, 16).get()));
  const low = w.extendU(x.register(0, bits).get());
  const high = w.extendU(x.register(2, bits).get());
  return x.let(w.or(low, w.shl(high, w.i64(bits))));
}

function setQuotient(x: Meaning, bits: Bits, quotient: Value, remainder: Value): void {
  if (bits === 8) x.register(0, 16).set(w.or(quotient, w.shl(remainder, w.i32(8))));
  else {
    x.register(0, bits).set(quotient);
    x.register(2, bits).set(remainder);
  }
}

instruction("CMPXCHG", {
  encodings: ["0F B0  Eb Gb  lock", "0F B1  Ev Gv  lock"],
  flags: ALL,
  feature: "486",
  says: "Stores the second operand in the first where the first equals rAX; otherwise loads rAX with it.",
  does(x, dst, src) {
    const bits = dst.bits;
    const old = dst.getForUpdate();
    const accumulator = x.register(0, bits);
    const expected = accumulator.get();
    const difference = x.let(truncate(w.sub(expected, old), bits));
    const equal = x.let(w.eq(expected, old));
    const fresh = src.get();
    // Memory is written either way (AMD APM vol. 3, CMPXCHG): a locked cycle always ends with a write. A register that
    // keeps its value keeps its high half, too.
    if (dst.isMemory) dst.set(x.let(w.select(equal, fresh, old)));
    else x.when(equal, () => dst.set(fresh));
    x.when(w.eqz(equal), () => accumulator.set(old));
    x.flags.sub(bits, expected, old, difference);
  },
});

instruction("XADD", {
  encodings: ["0F C0  Eb Gb  lock", "0F C1  Ev Gv  lock"],
  flags: ALL,
  feature: "486",
  says: "Exchanges the operands, then stores their sum in the first.",
  does(x, dst, src) {
    const a = dst.getForUpdate();
    const b = src.get();
    const sum = x.let(truncate(w.add(a, b), dst.bits));
    // With one register named twice the sum stays.
    if (!dst.isMemory) src.set(a);
    dst.set(sum);
    if (dst.isMemory) src.set(a);
    x.flags.add(dst.bits, a, b, sum);
  },
});

const decimal = (name: string, encoding: string, flags: string, says: string) => instruction(name, { encodings: [encoding], flags, says, does: (x) => x.system() });

decimal("DAA", "27  -  i64", "[OF] SF ZF AF PF CF", "Corrects AL after adding two packed decimal digits.");
decimal("DAS", "2F  -  i64", "[OF] SF ZF AF PF CF", "Corrects AL after subtracting two packed decimal digits.");
decimal("AAA", "37  -  i64", "[OF] [SF] [ZF] AF [PF] CF", "Corrects AX after adding two unpacked decimal digits.");
decimal("AAS", "3F  -  i64", "[OF] [SF] [ZF] AF [PF] CF", "Corrects AX after subtracting two unpacked decimal digits.");
decimal("AAM", "D4  Ib  i64", "[OF] SF ZF [AF] PF [CF]", "Splits AL into two digits of the given base, AH and AL; #DE for base 0.");
decimal("AAD", "D5  Ib  i64", "[OF] SF ZF [AF] PF [CF]", "Joins the digits AH and AL of the given base into AL.");

instruction("CBW", {
  encodings: ["98  -  o16 prefix"],
  says: "Widens AL to AX with its sign.",
  does(x) {
    x.register(0, 16).set(truncate(w.extend8(x.register(0, 8).get()), 16));
  },
});
instruction("CWDE", {
  encodings: ["98  -  o32 prefix"],
  feature: "386",
  source: "AMD APM vol. 3, CBW",
  says: "Widens AX to EAX with its sign.",
  does(x) {
    x.register(0, 32).set(w.extend16(x.register(0, 16).get()));
  },
});
instruction("CDQE", {
  encodings: ["98  -  oq prefix"],
  feature: "LM",
  source: "AMD APM vol. 3, CBW",
  says: "Widens EAX to RAX with its sign.",
  does(x) {
    x.register(0, 64).set(w.extendS(x.register(0, 32).get()));
  },
});
for (const [name, bits, size] of [
  ["CWD", 16, "o16"],
  ["CDQ", 32, "o32"],
  ["CQO", 64, "oq"],
] as const) {
  instruction(name, {
    encodings: [`99  -  ${size} prefix`],
    feature: bits === 16 ? "8086" : bits === 32 ? "386" : "LM",
    source: "AMD APM vol. 3, CWD",
    says: `Fills ${bits === 16 ? "DX" : bits === 32 ? "EDX" : "RDX"} with the sign of the accumulator.`,
    does(x) {
      const a = x.register(0, bits).get();
      const sign = signExtend(a, bits);
      x.register(2, bits).set(truncate(w.shrs(sign, w.constantLike(sign, bits === 64 ? 63 : 31)), bits));
    },
  });
}
