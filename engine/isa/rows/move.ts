/** Moves, exchanges, conversions and address computation. */
import * as w from "../../wasm/expression.ts";
import { CONDITIONS } from "../conditions.ts";
import type { Bits, Meaning, Value } from "../meaning.ts";
import { type Feature, instruction } from "../row.ts";
import { resize, signExtend, truncate } from "../width.ts";

instruction("MOV", {
  encodings: [
    "88  Eb Gb",
    "89  Ev Gv",
    "8A  Gb Eb",
    "8B  Gv Ev",
    "A0  AL Ob",
    "A1  rAX Ov",
    "A2  Ob AL",
    "A3  Ov rAX",
    "B0+r  Zb Ib",
    "C7 /0  Ev Iz  oq",
    "B8+r  Zv Iv",
    "C6 /0  Eb Ib",
    "C7 /0  Ev Iz",
  ],
  says: "Copies the second operand to the first.",
  does: (_x, dst, src) => dst.set(src.get()),
});

instruction("MOV", {
  encodings: ["8C  Rv Sw", "8C  Mw Sw"],
  says: "Copies a segment register's selector.",
  does: (_x, dst, src) => dst.set(resize(src.get(), dst.bits)),
});

instruction("MOV", {
  encodings: ["8E  Sw Ew  ends"],
  says: "Loads a segment register: its selector, and what the descriptor says.",
  does: (x, dst, src) => x.loadSegment(dst, src.get()),
});

for (const [name, file, encodings] of [
  ["MOV", "control", ["0F 20  Ry Cy  ends f64", "0F 22  Cy Ry  ends f64"]],
  ["MOV", "debug", ["0F 21  Ry Dy  ends f64", "0F 23  Dy Ry  ends f64"]],
] as const) {
  instruction(name, {
    encodings,
    feature: "386",
    source: file === "control" ? "AMD APM vol. 3, MOV CRn" : "AMD APM vol. 3, MOV DRn",
    says: `Copies between a general and a ${file} register.`,
    does: (x) => x.system(),
  });
}

instruction("MOVZX", {
  encodings: ["0F B6  Gv Eb", "0F B7  Gv Ew"],
  feature: "386",
  says: "Copies a narrower operand and fills the rest with zeros.",
  does: (_x, dst, src) => dst.set(resize(src.get(), dst.bits)),
});

instruction("MOVSX", {
  encodings: ["0F BE  Gv Eb", "0F BF  Gv Ew"],
  feature: "386",
  says: "Copies a narrower operand and fills the rest with its sign.",
  does(_x, dst, src) {
    const value = signExtend(src.get(), src.bits);
    dst.set(dst.bits === 64 ? w.extendS(value) : truncate(value, dst.bits));
  },
});

instruction("MOVSXD", {
  encodings: ["63  Gv Ez  o64"],
  feature: "LM",
  says: "Copies a 32-bit operand and fills the rest with its sign.",
  does: (_x, dst, src) => dst.set(dst.bits === 64 ? w.extendS(src.get()) : resize(src.get(), dst.bits)),
});

instruction("LEA", {
  encodings: ["8D  Gv M"],
  says: "Computes a memory operand's offset without touching memory.",
  does: (_x, dst, src) => dst.set(resize(src.offset(), dst.bits)),
});

instruction("XCHG", {
  encodings: ["90+r  Zv rAX", "86  Eb Gb  lock", "87  Ev Gv  lock"],
  says: "Exchanges the operands; with memory it is locked even without the prefix.",
  does(_x, a, b) {
    const first = a.getForUpdate();
    const second = b.get();
    a.set(second);
    b.set(first);
  },
});

/** The bytes of a value in the opposite order. */
function reversed(x: Meaning, value: Value, bits: Bits): Value {
  const swap = (v: Value) => {
    const outer = w.i32(0x00ff00ff);
    return w.or(w.rotr(w.and(v, outer), w.i32(8)), w.and(w.rotl(v, w.i32(8)), outer));
  };
  if (bits === 16) return x.let(w.or(w.shru(value, w.i32(8)), w.shl(w.and(value, w.i32(0xff)), w.i32(8))));
  if (bits === 32) return x.let(swap(value));
  const low = x.let(w.wrap(value));
  const high = x.let(w.wrap(w.shru(value, w.i64(32))));
  return x.let(w.or(w.shl(w.extendU(x.let(swap(low))), w.i64(32)), w.extendU(x.let(swap(high)))));
}

instruction("BSWAP", {
  encodings: ["0F C8+r  Zv"],
  feature: "486",
  says: "Reverses the order of the bytes; with a 16-bit operand size processors store zero.",
  does: (x, dst) => dst.set(dst.bits === 16 ? w.i32(0) : reversed(x, dst.get(), dst.bits)),
});

instruction("MOVBE", {
  encodings: ["0F 38 F0  Gv Mv", "0F 38 F1  Mv Gv"],
  feature: "MOVBE",
  says: "Copies between a register and memory with the bytes in the opposite order.",
  does: (x, dst, src) => dst.set(reversed(x, src.get(), dst.bits)),
});

instruction("XLAT", {
  encodings: ["D7  -"],
  aliases: ["XLATB"],
  says: "Loads AL from the table at DS:rBX, at the index that AL holds.",
  does: (x) => x.register(0, 8).set(x.table().get()),
});

CONDITIONS.forEach(({ name, aliases, says }, code) => {
  const hex = code.toString(16).toUpperCase();
  instruction(`SET${name}`, {
    encodings: [`0F 9${hex}  Eb`],
    aliases: aliases.map((a) => `SET${a}`),
    feature: "386",
    source: "AMD APM vol. 3, SETcc",
    says: `Stores 1 where ${says}, else 0.`,
    does: (x, dst) => dst.set(x.condition(code)),
  });
  instruction(`CMOV${name}`, {
    encodings: [`0F 4${hex}  Gv Ev`],
    aliases: aliases.map((a) => `CMOV${a}`),
    feature: "CMOV",
    source: "AMD APM vol. 3, CMOVcc",
    says: `Copies the second operand to the first where ${says}; memory is read in any case.`,
    does(x, dst, src) {
      const value = src.get();
      dst.set(w.select(x.condition(code), value, dst.get()));
    },
  });
});

for (const [name, opcode, feature] of [
  ["LES", "C4", "8086"],
  ["LDS", "C5", "8086"],
  ["LSS", "0F B2", "386"],
  ["LFS", "0F B4", "386"],
  ["LGS", "0F B5", "386"],
] as const) {
  instruction(name, {
    encodings: [`${opcode}  Gv Mp  ends${opcode.startsWith("C") ? " i64" : ""}`],
    feature,
    source: "AMD APM vol. 3, LDS",
    says: `Loads ${name.slice(1)} and a general register from a far pointer in memory.`,
    does: (x) => x.system(),
  });
}

// The first processors of 64 bits had these two only outside of 64-bit code.
for (const [mode, feature] of [
  ["i64", "8086"],
  ["o64", "LAHF_LM"],
] as const satisfies readonly (readonly [string, Feature])[]) {
  instruction("LAHF", {
    encodings: [`9F  -  ${mode}`],
    feature,
    says: "Copies SF, ZF, AF, PF and CF to AH.",
    does: (x) => x.system(),
  });
  instruction("SAHF", {
    encodings: [`9E  -  ${mode}`],
    flags: "SF ZF AF PF CF",
    feature,
    says: "Copies AH to SF, ZF, AF, PF and CF.",
    does: (x) => x.system(),
  });
}
