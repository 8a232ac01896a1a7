/** String instructions: one element, or rCX of them under a repeat prefix. */
import * as w from "../../wasm/expression.ts";
import type { Bits, Meaning } from "../meaning.ts";
import { instruction } from "../row.ts";
import { truncate } from "../width.ts";

const SIZES = [
  ["B", 8, ""],
  ["W", 16, "o16"],
  ["D", 32, "o32"],
  ["Q", 64, "oq"],
] as const;

/** One row a size, as the mnemonics have it: MOVSB, MOVSW, MOVSD, MOVSQ. */
function stringRows(name: string, opcode: number, repeat: "rep" | "repe", operands: (letter: string) => string, says: string, flags: string, does: (x: Meaning, bits: Bits) => void): void {
  for (const [suffix, bits, size] of SIZES) {
    const byte = (opcode + (bits === 8 ? 0 : 1)).toString(16).toUpperCase();
    instruction(name + suffix, {
      encodings: [`${byte}  ${operands(bits === 8 ? "b" : "v")}  ${repeat} ends prefix ${size}`],
      feature: bits === 64 ? "LM" : bits === 32 ? "386" : "8086",
      source: `AMD APM vol. 3, ${name}`,
      flags,
      says,
      does: (x) => does(x, bits),
    });
  }
}

stringRows(
  "MOVS",
  0xa4,
  "rep",
  (s) => `Y${s} X${s}`,
  "Copies an element from DS:rSI to ES:rDI and moves both pointers.",
  "",
  (x, bits) => {
    x.repeated(
      () => {
        const value = x.source(bits).get();
        x.destination(bits).set(value);
        x.step(6, bits);
        x.step(7, bits);
      },
      undefined,
      { kind: "move", bits },
    );
  },
);

stringRows(
  "STOS",
  0xaa,
  "rep",
  (s) => `Y${s}`,
  "Stores the accumulator at ES:rDI and moves the pointer.",
  "",
  (x, bits) => {
    x.repeated(
      () => {
        x.destination(bits).set(x.register(0, bits).get());
        x.step(7, bits);
      },
      undefined,
      { kind: "fill", bits },
    );
  },
);

stringRows(
  "LODS",
  0xac,
  "rep",
  (s) => `X${s}`,
  "Loads the accumulator from DS:rSI and moves the pointer.",
  "",
  (x, bits) => {
    x.repeated(() => {
      const value = x.source(bits).get();
      x.step(6, bits);
      x.register(0, bits).set(value);
    });
  },
);

/** REPE goes on while ZF is set, REPNE while it is clear. */
const untilZero = (x: Meaning) => (x.repeat === 0 ? undefined : () => x.condition(x.repeat === 0xf3 ? 5 : 4));
const COMPARE = "OF SF ZF AF PF CF";

stringRows(
  "CMPS",
  0xa6,
  "repe",
  (s) => `X${s} Y${s}`,
  "Compares the elements at DS:rSI and ES:rDI and moves both pointers.",
  COMPARE,
  (x, bits) => {
    x.repeated(() => {
      // Where both fault, it is the one at rDI that does.
      const b = x.destination(bits).get();
      const a = x.source(bits).get();
      x.step(6, bits);
      x.step(7, bits);
      x.flags.sub(bits, a, b, x.let(truncate(w.sub(a, b), bits)));
    }, untilZero(x));
  },
);

stringRows(
  "SCAS",
  0xae,
  "repe",
  (s) => `Y${s}`,
  "Compares the accumulator with the element at ES:rDI and moves the pointer.",
  COMPARE,
  (x, bits) => {
    x.repeated(() => {
      const b = x.destination(bits).get();
      const a = x.register(0, bits).get();
      x.step(7, bits);
      x.flags.sub(bits, a, b, x.let(truncate(w.sub(a, b), bits)));
    }, untilZero(x));
  },
);

for (const [suffix, bits, size] of [
  ["B", 8, ""],
  ["W", 16, "o16"],
  ["D", 32, "o32"],
] as const) {
  const letter = bits === 8 ? "b" : "z";
  instruction(`INS${suffix}`, {
    // A REX.W has no effect on these: there are no 64-bit ports.
    encodings: [`${bits === 8 ? "6C" : "6D"}  Y${letter} DX  rep ends prefix ${size}`, ...(bits === 32 ? ["6D  Yz DX  rep ends prefix oq alias"] : [])],
    feature: bits === 32 ? "386" : "186",
    source: "AMD APM vol. 3, INS",
    says: "Reads the port that DX names into ES:rDI and moves the pointer.",
    does: (x) => x.system(),
  });
  instruction(`OUTS${suffix}`, {
    encodings: [`${bits === 8 ? "6E" : "6F"}  DX X${letter}  rep ends prefix ${size}`, ...(bits === 32 ? ["6F  DX Xz  rep ends prefix oq alias"] : [])],
    feature: bits === 32 ? "386" : "186",
    source: "AMD APM vol. 3, OUTS",
    says: "Writes the element at DS:rSI to the port that DX names and moves the pointer.",
    does: (x) => x.system(),
  });
}
