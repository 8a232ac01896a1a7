/** x87: arithmetic, comparisons, and functions. */
import type { Meaning, Place, X87Operation } from "../meaning.ts";
import { inMemory, plain, x87 } from "./x87.ts";

/** ST(to) = ST(to) op source, where the source is memory or another register. */
const compute =
  (operation: X87Operation, kind: "real" | "integer", pops: 0 | 1) =>
  (x: Meaning, to?: Place, from?: Place): void => {
    const memory = inMemory(to);
    x.x87.start(memory);
    if (memory) x.x87.widen(memory, kind);
    if (memory) x.x87.compute(operation, "top", "slot", pops);
    else x.x87.compute(operation, to as Place, from as Place, pops);
  };

/** By their digit in ModRM; in DC and DE the register forms of the last two pairs are exchanged. */
const operations = [
  ["ADD", "add", 0, 0],
  ["MUL", "mul", 1, 1],
  ["SUB", "sub", 4, 5],
  ["SUBR", "subr", 5, 4],
  ["DIV", "div", 6, 7],
  ["DIVR", "divr", 7, 6],
] as const;

const says: Readonly<Record<string, string>> = {
  ADD: "Adds a number to the destination.",
  MUL: "Multiplies the destination by a number.",
  SUB: "Subtracts a number from the destination.",
  SUBR: "Subtracts the destination from a number, and puts the difference into the destination.",
  DIV: "Divides the destination by a number.",
  DIVR: "Divides a number by the destination, and puts the quotient into the destination.",
};

for (const [name, operation, digit, reversed] of operations) {
  const register = (d: number) => `${(0xc0 + d * 8).toString(16).toUpperCase()}+i`;
  const page = `F${name}`;
  x87(`F${name}`, {
    page,
    encodings: [`D8 /${digit}  Md`, `DC /${digit}  Mq`, `D8 ${register(digit)}  ST0 STi`, `DC ${register(reversed)}  STi ST0`],
    says: says[name] as string,
    does: compute(operation, "real", 0),
  });
  x87(`F${name}P`, {
    page,
    encodings: [`DE ${register(reversed)}  STi ST0`],
    says: `${(says[name] as string).slice(0, -1)}, and pops the stack.`,
    does: compute(operation, "real", 1),
  });
  x87(`FI${name}`, {
    page,
    encodings: [`DE /${digit}  Mw`, `DA /${digit}  Md`],
    says: (says[name] as string).replace("a number", "an integer of memory"),
    does: compute(operation, "integer", 0),
  });
}

/** Compares ST(0) with a number; quiet NaNs are no exception to `quiet` comparisons. */
const compare =
  (kind: "real" | "integer", quiet: boolean, pops: 0 | 1 | 2, into: "status" | "EFLAGS" = "status") =>
  (x: Meaning, first?: Place, second?: Place): void => {
    const memory = inMemory(first);
    x.x87.start(memory);
    if (memory) x.x87.widen(memory, kind);
    const from = memory ? "slot" : (second ?? "next");
    x.x87.compare(from, quiet, pops, into);
  };

const COMPARES = "Compares ST(0) with a number, into C3, C2 and C0 of the status word";
const STATUS_FLAGS = "OF SF ZF AF PF CF";

x87("FCOM", {
  encodings: ["D8 /2  Md", "DC /2  Mq", "D8 D0+i  ST0 STi", "DC D0+i  ST0 STi  alias"],
  says: `${COMPARES}; a NaN is an invalid operand.`,
  does: compare("real", false, 0),
});
x87("FCOMP", {
  page: "FCOM",
  encodings: ["D8 /3  Md", "DC /3  Mq", "D8 D8+i  ST0 STi", "DC D8+i  ST0 STi  alias", "DE D0+i  ST0 STi  alias"],
  says: `${COMPARES}, and pops the stack; a NaN is an invalid operand.`,
  does: compare("real", false, 1),
});
x87("FCOMPP", {
  page: "FCOM",
  encodings: ["DE D9  -"],
  says: "Compares ST(0) with ST(1), and pops both; a NaN is an invalid operand.",
  does: compare("real", false, 2),
});
x87("FICOM", {
  encodings: ["DE /2  Mw", "DA /2  Md"],
  says: "Compares ST(0) with an integer of memory.",
  does: compare("integer", false, 0),
});
x87("FICOMP", {
  page: "FICOM",
  encodings: ["DE /3  Mw", "DA /3  Md"],
  says: "Compares ST(0) with an integer of memory, and pops the stack.",
  does: compare("integer", false, 1),
});
x87("FUCOM", {
  encodings: ["DD E0+i  ST0 STi"],
  says: "Compares ST(0) with a register; a quiet NaN is unordered but no invalid operand.",
  does: compare("real", true, 0),
});
x87("FUCOMP", {
  page: "FUCOM",
  encodings: ["DD E8+i  ST0 STi"],
  says: "Compares ST(0) with a register, and pops the stack; a quiet NaN is unordered but no invalid operand.",
  does: compare("real", true, 1),
});
x87("FUCOMPP", {
  page: "FUCOM",
  encodings: ["DA E9  -"],
  says: "Compares ST(0) with ST(1), and pops both; a quiet NaN is unordered but no invalid operand.",
  does: compare("real", true, 2),
});
for (const [name, quiet, pops, opcode] of [
  ["FCOMI", false, 0, "DB F0+i"],
  ["FCOMIP", false, 1, "DF F0+i"],
  ["FUCOMI", true, 0, "DB E8+i"],
  ["FUCOMIP", true, 1, "DF E8+i"],
] as const) {
  x87(name, {
    page: quiet ? "FUCOMI" : "FCOMI",
    encodings: [`${opcode}  ST0 STi`],
    feature: "CMOV",
    flags: STATUS_FLAGS,
    says: `Compares ST(0) with a register, into ZF, PF and CF${pops ? ", and pops the stack" : ""}; a ${quiet ? "signalling " : ""}NaN is an invalid operand.`,
    does: compare("real", quiet, pops, "EFLAGS"),
  });
}
x87("FTST", {
  encodings: ["D9 E4  -"],
  says: "Compares ST(0) with 0.",
  does(x) {
    x.x87.start();
    x.x87.constant(6);
    x.x87.compare("slot", false, 0, "status");
  },
});
x87("FXAM", {
  encodings: ["D9 E5  -"],
  says: "Tells in C3, C2 and C0 what ST(0) is: empty, zero, number, denormal, infinity, NaN or unsupported; C1 is its sign.",
  does(x) {
    x.x87.start();
    x.x87.examine();
  },
});
x87("FSQRT", {
  encodings: ["D9 FA  -"],
  says: "Replaces ST(0) by its square root.",
  does(x) {
    x.x87.start();
    x.x87.squareRoot();
  },
});
x87("FRNDINT", {
  encodings: ["D9 FC  -"],
  says: "Rounds ST(0) to an integer, as the control word says.",
  does(x) {
    x.x87.start();
    x.x87.roundToInteger();
  },
});

const functions = [
  ["F2XM1", "F0", "Replaces ST(0), which lies between −1 and 1, by 2 to its power, less 1."],
  ["FYL2X", "F1", "Replaces ST(1) by itself times the logarithm of ST(0) to base 2, and pops the stack."],
  ["FPTAN", "F2", "Replaces ST(0) by its tangent, and pushes 1."],
  ["FPATAN", "F3", "Replaces ST(1) by the angle of the point (ST(0), ST(1)), and pops the stack."],
  ["FPREM1", "F5", "Replaces ST(0) by its remainder by ST(1), the quotient rounded to nearest, up to 63 bits at a time."],
  ["FPREM", "F8", "Replaces ST(0) by its remainder by ST(1), the quotient cut, up to 63 bits at a time."],
  ["FYL2XP1", "F9", "Replaces ST(1) by itself times the logarithm of ST(0) + 1 to base 2, and pops the stack."],
  ["FSINCOS", "FB", "Replaces ST(0) by its sine, and pushes its cosine."],
  ["FSCALE", "FD", "Multiplies ST(0) by 2 to the power of ST(1), cut to an integer."],
  ["FSIN", "FE", "Replaces ST(0) by its sine."],
  ["FCOS", "FF", "Replaces ST(0) by its cosine."],
] as const;
for (const [name, opcode, text] of functions) x87(name, { encodings: [`D9 ${opcode}  -`], says: text, does: plain });
