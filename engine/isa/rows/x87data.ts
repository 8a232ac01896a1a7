/** x87: numbers brought in, stored, exchanged, moved. */
import * as w from "../../wasm/expression.ts";
import type { Meaning, Place } from "../meaning.ts";
import { plain, x87 } from "./x87.ts";

/** Pushes a number of memory, widened to 80 bits, or a register's. */
const load = (kind: "real" | "integer") => (x: Meaning, from?: Place) => {
  x.x87.start(from);
  if (from?.isMemory) x.x87.widen(from, kind);
  x.x87.push(from?.isMemory ? "slot" : (from as Place));
};

/** Stores ST(0), and pops it `pops` times. */
const store =
  (kind: "real" | "integer" | "truncated", pops: 0 | 1) =>
  (x: Meaning, to?: Place): void => {
    x.x87.start(to);
    if (to?.isMemory) x.x87.narrow(to, kind, pops);
    else x.x87.store(to as Place, pops);
  };

x87("FLD", {
  encodings: ["D9 /0  Md", "DD /0  Mq", "DB /5  Mt", "D9 C0+i  STi"],
  says: "Pushes a number from memory or from a register of the stack.",
  does: load("real"),
});
x87("FILD", {
  encodings: ["DF /0  Mw", "DB /0  Md", "DF /5  Mq"],
  says: "Pushes a signed integer of memory as a real number.",
  does: load("integer"),
});
x87("FBLD", { encodings: ["DF /4  Mt"], says: "Pushes an integer of 18 decimal digits, two a byte.", does: plain });
x87("FST", {
  encodings: ["D9 /2  Md", "DD /2  Mq", "DD D0+i  STi"],
  says: "Stores ST(0), rounded to the operand's width.",
  does: store("real", 0),
});
x87("FSTP", {
  page: "FST",
  encodings: ["D9 /3  Md", "DD /3  Mq", "DB /7  Mt", "DD D8+i  STi", "DF D0+i  STi  alias", "DF D8+i  STi  alias"],
  says: "Stores ST(0), rounded to the operand's width, and pops it.",
  does: store("real", 1),
});
x87("FSTPNCE", {
  page: "FST",
  encodings: ["D9 D8+i  STi  alias"],
  says: "Copies ST(0) into a register, where it is not empty, and pops it without an exception. An undocumented coding of FSTP.",
  does(x, to) {
    x.x87.start();
    x.x87.copy(to as Place, 1);
  },
});
x87("FIST", {
  encodings: ["DF /2  Mw", "DB /2  Md"],
  says: "Stores ST(0) as a signed integer, rounded as the control word says.",
  does: store("integer", 0),
});
x87("FISTP", {
  page: "FIST",
  encodings: ["DF /3  Mw", "DB /3  Md", "DF /7  Mq"],
  says: "Stores ST(0) as a signed integer, rounded as the control word says, and pops it.",
  does: store("integer", 1),
});
x87("FISTTP", {
  encodings: ["DF /1  Mw", "DB /1  Md", "DD /1  Mq"],
  feature: "SSE3",
  says: "Stores ST(0) as a signed integer, cut towards zero, and pops it.",
  does: store("truncated", 1),
});
x87("FBSTP", {
  encodings: ["DF /6  Mt"],
  says: "Stores ST(0) as an integer of 18 decimal digits, and pops it.",
  does: plain,
});
x87("FXCH", {
  encodings: ["D9 C8+i  ST0 STi", "DD C8+i  ST0 STi  alias", "DF C8+i  ST0 STi  alias"],
  says: "Exchanges ST(0) with another register of the stack.",
  does(x, _top, other) {
    x.x87.start();
    x.x87.exchange(other as Place);
  },
});

const conditions = [
  ["B", "DA C0+i", 2, "CF is set (below)"],
  ["E", "DA C8+i", 4, "ZF is set (equal)"],
  ["BE", "DA D0+i", 6, "CF or ZF is set (below or equal)"],
  ["U", "DA D8+i", 10, "PF is set (unordered)"],
  ["NB", "DB C0+i", 3, "CF is clear (not below)"],
  ["NE", "DB C8+i", 5, "ZF is clear (not equal)"],
  ["NBE", "DB D0+i", 7, "CF and ZF are clear (not below or equal)"],
  ["NU", "DB D8+i", 11, "PF is clear (not unordered)"],
] as const;
for (const [name, opcode, code, when] of conditions) {
  x87(`FCMOV${name}`, {
    page: "FCMOVcc",
    encodings: [`${opcode}  ST0 STi`],
    feature: "CMOV",
    says: `Copies a register of the stack into ST(0) where ${when}.`,
    does(x, _top, from) {
      x.x87.start();
      x.x87.moveIf(x.condition(code), from as Place);
    },
  });
}

const constants = [
  ["FLD1", "E8", "1"],
  ["FLDL2T", "E9", "the logarithm of 10 to base 2"],
  ["FLDL2E", "EA", "the logarithm of e to base 2"],
  ["FLDPI", "EB", "π"],
  ["FLDLG2", "EC", "the logarithm of 2 to base 10"],
  ["FLDLN2", "ED", "the natural logarithm of 2"],
  ["FLDZ", "EE", "0"],
] as const;
constants.forEach(([name, opcode, what], number) => {
  x87(name, {
    encodings: [`D9 ${opcode}  -`],
    says: `Pushes ${what}, rounded as the control word says.`,
    does(x) {
      x.x87.start();
      x.x87.constant(number);
      x.x87.push("slot");
    },
  });
});

x87("FXTRACT", {
  encodings: ["D9 F4  -"],
  says: "Replaces ST(0) by its exponent, and pushes its significand.",
  does: plain,
});
x87("FNSTSW", {
  page: "FSTSW",
  encodings: ["DD /7  Mw", "DF E0  AX"],
  says: "Stores the status word, without waiting for an exception.",
  does(x, to) {
    x.x87.available();
    (to as Place).set(x.let(x.x87.status()));
  },
});
x87("FNSTCW", {
  page: "FSTCW",
  encodings: ["D9 /7  Mw"],
  says: "Stores the control word, without waiting for an exception.",
  does(x, to) {
    x.x87.available();
    (to as Place).set(x.let(x.x87.control()));
  },
});
x87("FLDCW", {
  encodings: ["D9 /5  Mw"],
  says: "Loads the control word: which exceptions are masked, precision, rounding.",
  does(x, from) {
    x.x87.wait();
    x.x87.setControl(x.let((from as Place).get()));
  },
});
x87("FNOP", {
  encodings: ["D9 D0  -"],
  says: "Does nothing but wait.",
  does(x) {
    x.x87.start();
    x.x87.pass();
  },
});
x87("FCHS", {
  encodings: ["D9 E0  -"],
  says: "Flips the sign of ST(0).",
  does(x) {
    x.x87.start();
    x.x87.sign(w.i32(-1), w.i32(0x8000));
  },
});
x87("FABS", {
  encodings: ["D9 E1  -"],
  says: "Clears the sign of ST(0).",
  does(x) {
    x.x87.start();
    x.x87.sign(w.i32(0x7fff), w.i32(0));
  },
});
