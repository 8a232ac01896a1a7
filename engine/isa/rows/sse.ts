/** SSE's floating-point arithmetic: rows name the operation, MXCSR governs the rest (cpu/sse.ts, cpu/floatfast.ts). */
import * as w from "../../wasm/expression.ts";
import { shuffle } from "../../wasm/vector.ts";
import type { FloatKind, FloatOperation, NumberType } from "../floatoperation.ts";
import type { Meaning, Place, Value } from "../meaning.ts";
import { type Feature, instruction, type Row } from "../row.ts";
import { low, put, vector } from "./media.ts";

/** The four forms of an arithmetic instruction: suffix, prefix, operands, lanes, type. */
const FORMS = [
  ["PS", "NP", "Vdq Wdq", 4, "f32", "SSE", "packed singles"],
  ["PD", "66", "Vdq Wdq", 2, "f64", "SSE2", "packed doubles"],
  ["SS", "F3", "Vd Wd", 1, "f32", "SSE", "a single"],
  ["SD", "F2", "Vq Wq", 1, "f64", "SSE2", "a double"],
] as const;

function row(name: string, encodings: readonly string[], feature: Feature, says: string, does: Row["does"], flags = ""): void {
  instruction(name, {
    encodings,
    feature,
    flags,
    source: `AMD APM vol. 4, ${name}`,
    says,
    does(x, ...operands) {
      x.media("sse");
      does(x, ...operands);
    },
  });
}

const operation = (kind: FloatKind, lanes: 1 | 2 | 4, type: NumberType, to = type): FloatOperation => ({ kind, from: type, to, lanes });

for (const [name, opcode, kind, says] of [
  ["ADD", "58", "add", "Adds"],
  ["MUL", "59", "mul", "Multiplies"],
  ["SUB", "5C", "sub", "Subtracts"],
  ["MIN", "5D", "min", "Takes the lesser, or the second operand where there is none, of"],
  ["DIV", "5E", "div", "Divides"],
  ["MAX", "5F", "max", "Takes the greater, or the second operand where there is none, of"],
] as const)
  for (const [suffix, prefix, operands, lanes, type, feature, noun] of FORMS)
    row(name + suffix, [`${prefix} 0F ${opcode}  ${operands}`], feature, `${says} ${noun}.`, (x, dst, src) => {
      const b = x.let(src.get());
      dst.set(x.float(operation(kind, lanes, type), x.let(dst.get()), b));
    });

for (const [name, opcode, kind, says] of [
  ["SQRT", "51", "sqrt", "Takes the square root of"],
  ["RSQRT", "52", "reciprocalRoot", "Approximates the reciprocal square root of"],
  ["RCP", "53", "reciprocal", "Approximates the reciprocal of"],
] as const)
  for (const [suffix, prefix, operands, lanes, type, feature, noun] of FORMS) {
    if (kind !== "sqrt" && type === "f64") continue;
    row(name + suffix, [`${prefix} 0F ${opcode}  ${operands}`], feature, `${says} ${noun}.`, (x, dst, src) => {
      dst.set(x.float(operation(kind, lanes, type), x.let(src.get())));
    });
  }

for (const [suffix, prefix, operands, lanes, type, feature, noun] of FORMS)
  row(`CMP${suffix}`, [`${prefix} 0F C2  ${operands} Ib`], feature, `Compares ${noun} by the predicate that the immediate names, to ones or zeros.`, (x, dst, src, predicate) => {
    const b = x.let(src.get());
    const mask = type === "f32" ? "i32" : "i64";
    dst.set(x.float(operation("compare", lanes, type, mask), x.let(dst.get()), b, predicate.get()));
  });

/** ZF, PF and CF from the low bits of EFLAGS in an i32; OF, SF and AF cleared. */
function setOrder(x: Meaning, found: Value): void {
  const bit = (n: number) => x.let(w.and(w.shru(found, w.i32(n)), w.i32(1)));
  const parity = bit(2);
  // 3 has an even number of ones, 1 an odd one; neither is 0 or negative.
  x.flags.result(32, x.let(w.select(parity, w.i32(3), w.i32(1))), bit(0), w.i32(0), w.i32(0));
  x.flags.zero(bit(6));
}

for (const [name, opcode, kind, says] of [
  ["UCOMIS", "2E", "unordered", "only a signalling NaN is invalid"],
  ["COMIS", "2F", "order", "any NaN is invalid"],
] as const)
  for (const [suffix, prefix, operands, type, feature, noun] of [
    ["S", "NP", "Vd Wd", "f32", "SSE", "singles"],
    ["D", "66", "Vq Wq", "f64", "SSE2", "doubles"],
  ] as const)
    row(
      name + suffix,
      [`${prefix} 0F ${opcode}  ${operands}`],
      feature,
      `Compares two ${noun} into ZF, PF and CF; ${says}.`,
      (x, a, src) => {
        const b = x.let(src.get());
        setOrder(x, x.float(operation(kind, 1, type, "i32"), x.let(a.get()), b));
      },
      "OF SF ZF AF PF CF",
    );

// ---- SSE3 and SSE4.1 ------------------------------------------------------------------------------------------------------

for (const [suffix, prefix, lanes, type] of [
  ["PD", "66", 2, "f64"],
  ["PS", "F2", 4, "f32"],
] as const) {
  const noun = type === "f64" ? "doubles" : "singles";
  row(`ADDSUB${suffix}`, [`${prefix} 0F D0  Vdq Wdq`], "SSE3", `Subtracts packed ${noun} at even places, adds those at odd ones.`, (x, dst, src) => {
    const b = x.let(src.get());
    dst.set(x.float(operation("addsub", lanes, type), x.let(dst.get()), b));
  });
  const size = type === "f64" ? 8 : 4;
  const places = (odd: number) => Array.from({ length: 16 }, (_, i) => 2 * size * Math.floor(i / size) + odd * size + (i % size));
  for (const [name, opcode, kind, says] of [
    ["HADD", "7C", "add", "Adds"],
    ["HSUB", "7D", "sub", "Subtracts"],
  ] as const)
    row(name + suffix, [`${prefix} 0F ${opcode}  Vdq Wdq`], "SSE3", `${says} neighbouring ${noun} of both operands.`, (x, dst, src) => {
      const b = src.get();
      const a = dst.get();
      const [even, odd] = [x.let(shuffle(a, b, places(0))), x.let(shuffle(a, b, places(1)))];
      dst.set(x.float(operation(kind, lanes, type), even, odd));
    });
}

for (const [suffix, opcode, operands, lanes, type] of [
  ["PS", "08", "Vdq Wdq", 4, "f32"],
  ["PD", "09", "Vdq Wdq", 2, "f64"],
  ["SS", "0A", "Vd Wd", 1, "f32"],
  ["SD", "0B", "Vq Wq", 1, "f64"],
] as const)
  row(`ROUND${suffix}`, [`66 0F 3A ${opcode}  ${operands} Ib`], "SSE4.1", "Rounds to integral numbers, as the immediate or MXCSR says.", (x, dst, src, how) => {
    const a = x.let(src.get());
    dst.set(x.float(operation("round", lanes, type), a, a, how.get()));
  });

for (const [suffix, opcode, lanes, type] of [
  ["PS", "40", 4, "f32"],
  ["PD", "41", 2, "f64"],
] as const)
  row(`DP${suffix}`, [`66 0F 3A ${opcode}  Vdq Wdq Ib`], "SSE4.1", "Adds up the products that the immediate's high half names, and puts the sum where its low half says.", (x, dst, src, which) => {
    const b = x.let(src.get());
    dst.set(x.float(operation("dot", lanes, type), x.let(dst.get()), b, which.get()));
  });

// ---- conversions ------------------------------------------------------------------------------------------------------------

/** From the second operand to the first, lane by lane; a vector that is written has zeros above what was converted. */
function conversion(name: string, encoding: string, feature: Feature, lanes: 1 | 2 | 4, from: NumberType, to: NumberType, says: string, truncates = false): void {
  row(name, [encoding], feature, says, (x, dst, src) => {
    const a = x.let(lanes > 1 ? vector(src) : src.get());
    dst.set(x.float({ kind: truncates ? "truncate" : "convert", from, to, lanes }, a));
  });
}

conversion("CVTSI2SS", "F3 0F 2A  Vd Eq  oq", "SSE", 1, "i64", "f32", "Converts an integer to a single.");
conversion("CVTSI2SS", "F3 0F 2A  Vd Ed", "SSE", 1, "i32", "f32", "Converts an integer to a single.");
conversion("CVTSI2SD", "F2 0F 2A  Vq Eq  oq", "SSE2", 1, "i64", "f64", "Converts an integer to a double.");
conversion("CVTSI2SD", "F2 0F 2A  Vq Ed", "SSE2", 1, "i32", "f64", "Converts an integer to a double.");
for (const [name, prefix, operand, feature, type, noun] of [
  ["SS2SI", "F3", "Wd", "SSE", "f32", "single"],
  ["SD2SI", "F2", "Wq", "SSE2", "f64", "double"],
] as const)
  for (const [general, to] of [
    ["Gq", "i64"],
    ["Gd", "i32"],
  ] as const) {
    const size = to === "i64" ? "  oq" : "";
    conversion(`CVT${name}`, `${prefix} 0F 2D  ${general} ${operand}${size}`, feature, 1, type, to, `Converts a ${noun} to an integer, rounded as MXCSR says.`);
    conversion(`CVTT${name}`, `${prefix} 0F 2C  ${general} ${operand}${size}`, feature, 1, type, to, `Converts a ${noun} to an integer, rounded toward zero.`, true);
  }
conversion("CVTPS2PD", "NP 0F 5A  Vdq Wq", "SSE2", 2, "f32", "f64", "Converts two singles to doubles.");
conversion("CVTPD2PS", "66 0F 5A  Vdq Wdq", "SSE2", 2, "f64", "f32", "Converts two doubles to singles.");
conversion("CVTSS2SD", "F3 0F 5A  Vq Wd", "SSE2", 1, "f32", "f64", "Converts a single to a double.");
conversion("CVTSD2SS", "F2 0F 5A  Vd Wq", "SSE2", 1, "f64", "f32", "Converts a double to a single.");
conversion("CVTDQ2PS", "NP 0F 5B  Vdq Wdq", "SSE2", 4, "i32", "f32", "Converts four integers to singles.");
conversion("CVTPS2DQ", "66 0F 5B  Vdq Wdq", "SSE2", 4, "f32", "i32", "Converts four singles to integers, rounded as MXCSR says.");
conversion("CVTTPS2DQ", "F3 0F 5B  Vdq Wdq", "SSE2", 4, "f32", "i32", "Converts four singles to integers, rounded toward zero.", true);
conversion("CVTDQ2PD", "F3 0F E6  Vdq Wq", "SSE2", 2, "i32", "f64", "Converts two integers to doubles.");
conversion("CVTPD2DQ", "F2 0F E6  Vdq Wdq", "SSE2", 2, "f64", "i32", "Converts two doubles to integers, rounded as MXCSR says.");
conversion("CVTTPD2DQ", "66 0F E6  Vdq Wdq", "SSE2", 2, "f64", "i32", "Converts two doubles to integers, rounded toward zero.", true);

/** Conversions from and to MMX registers. */
function withMmx(name: string, encoding: string, feature: Feature, from: NumberType, to: NumberType, says: string, truncates = false): void {
  const does = (x: Meaning, dst: Place, src: Place) => {
    x.media("both");
    const a = x.let(vector(src));
    // Processors are in MMX mode from here on, even where the conversion raises #XM.
    if (to === "i32" || !src.isMemory) x.enterMmx();
    const result = x.float({ kind: truncates ? "truncate" : "convert", from, to, lanes: 2 }, a);
    if (to === "i32") put(x, dst, result);
    else if (dst.isVector) dst.set(result);
    else dst.set(x.let(low(result)));
  };
  instruction(name, { encodings: [encoding], feature, source: `AMD APM vol. 4, ${name}`, says, does });
}

withMmx("CVTPI2PS", "NP 0F 2A  Vq Qq", "SSE", "i32", "f32", "Converts two integers of an MMX register or memory to singles.");
withMmx("CVTPI2PD", "66 0F 2A  Vdq Qq", "SSE2", "i32", "f64", "Converts two integers of an MMX register or memory to doubles.");
withMmx("CVTPS2PI", "NP 0F 2D  Pq Wq", "SSE", "f32", "i32", "Converts two singles to integers in an MMX register, rounded as MXCSR says.");
withMmx("CVTTPS2PI", "NP 0F 2C  Pq Wq", "SSE", "f32", "i32", "Converts two singles to integers in an MMX register, rounded toward zero.", true);
withMmx("CVTPD2PI", "66 0F 2D  Pq Wdq", "SSE2", "f64", "i32", "Converts two doubles to integers in an MMX register, rounded as MXCSR says.");
withMmx("CVTTPD2PI", "66 0F 2C  Pq Wdq", "SSE2", "f64", "i32", "Converts two doubles to integers in an MMX register, rounded toward zero.", true);
