/** Transfers of control: jumps, calls, returns, loops, interrupts. */
import * as w from "../../wasm/expression.ts";
import { CONDITIONS } from "../conditions.ts";
import type { Bits } from "../meaning.ts";
import { instruction } from "../row.ts";
import { truncate } from "../width.ts";

CONDITIONS.forEach(({ name, aliases, says }, code) => {
  const hex = code.toString(16).toUpperCase();
  instruction(`J${name}`, {
    encodings: [`7${hex}  Jb  ends f64`, `0F 8${hex}  Jz  ends f64`],
    aliases: aliases.map((a) => `J${a}`),
    source: "AMD APM vol. 3, Jcc",
    says: `Jumps where ${says}.`,
    does: (x, target) => x.branch(x.condition(code), target),
  });
});

for (const [name, size] of [
  ["JCXZ", "a16"],
  ["JECXZ", "a32"],
  ["JRCXZ", "aq"],
] as const) {
  instruction(name, {
    encodings: [`E3  Jb  ${size} ends f64`],
    source: "AMD APM vol. 3, JrCXZ",
    says: `Jumps where ${name.slice(1, -1)} is zero.`,
    does(x, target) {
      const counter = x.register(1, x.addressBits).get();
      x.branch(w.eqz(counter), target);
    },
  });
}

for (const [name, aliases, opcode, zero] of [
  ["LOOPNE", ["LOOPNZ"], "E0", false],
  ["LOOPE", ["LOOPZ"], "E1", true],
  ["LOOP", [], "E2", undefined],
] as const) {
  instruction(name, {
    encodings: [`${opcode}  Jb  ends f64`],
    aliases: [...aliases],
    source: "AMD APM vol. 3, LOOPcc",
    says: `Decrements rCX and jumps where it is not zero${zero === undefined ? "" : ` and ZF is ${zero ? "set" : "clear"}`}.`,
    does(x, target) {
      const counter = x.register(1, x.addressBits);
      const before = counter.get();
      const left = x.let(truncate(w.sub(before, w.constantLike(before, 1)), x.addressBits as Bits));
      const more = w.ne(left, w.constantLike(left, 0));
      const taken = x.let(zero === undefined ? more : w.and(more, x.condition(zero ? 4 : 5)));
      counter.set(left);
      x.branch(taken, target);
    },
  });
}

instruction("JMP", {
  encodings: ["EB  Jb  ends f64", "E9  Jz  ends f64", "FF /4  Ev  ends f64"],
  says: "Goes on at the target.",
  does(x, target) {
    if (target.isTarget) return x.jump(target);
    const address = target.get();
    x.checkTarget(address);
    x.jumpTo(address);
  },
});

instruction("CALL", {
  encodings: ["E8  Jz  ends f64 stack", "FF /2  Ev  ends f64 stack"],
  says: "Stores the offset of the next instruction on the stack and goes on at the target.",
  does(x, target) {
    if (target.isTarget) {
      x.push(x.nextAddress(), x.operandBits);
      return x.jump(target);
    }
    const address = target.get();
    x.checkTarget(address);
    x.push(x.nextAddress(), x.operandBits);
    x.jumpTo(address);
  },
});

instruction("RET", {
  encodings: ["C3  -  ends f64 stack", "C2  Iw  ends f64 stack"],
  says: "Loads the offset to go on at from the stack; with an operand, drops that many bytes of parameters.",
  does(x, extra) {
    const address = x.top(x.operandBits);
    x.checkTarget(address);
    x.commitPop(x.operandBits, extra?.get());
    x.jumpTo(address);
  },
});

const system = (name: string, encodings: readonly string[], says: string, more: { feature?: "186" | "386" | "LM"; flags?: string; source?: string; aliases?: string[] } = {}) =>
  instruction(name, { encodings, says, ...more, does: (x) => x.system() });

system("JMPF", ["EA  Ap  ends i64", "FF /5  Mp  ends"], "Goes on in another code segment, through a gate or by a task switch.", { source: "AMD APM vol. 3, JMP (far)" });
system("CALLF", ["9A  Ap  ends i64 stack", "FF /3  Mp  ends stack"], "Calls in another code segment, through a gate or by a task switch.", { source: "AMD APM vol. 3, CALL (far)" });
system("RETF", ["CB  -  ends stack", "CA  Iw  ends stack"], "Returns to another code segment, to an outer ring where the selector says so.", { source: "AMD APM vol. 3, RET (far)" });
instruction("INT", {
  encodings: ["CD  Ib  ends stack"],
  says: "Raises the interrupt of the given vector from software.",
  source: "AMD APM vol. 3, INT",
  does: (x, vector) => x.interrupt(vector.get()),
});
system("INT3", ["CC  -  ends stack"], "Raises #BP: the one-byte breakpoint.");
system("INTO", ["CE  -  ends i64 stack"], "Raises #OF where OF is set.");
system("INT1", ["F1  -  ends stack"], "Raises #DB, as an in-circuit emulator's breakpoint does.", { aliases: ["ICEBP"], feature: "386", source: "AMD APM vol. 3, INT1 (ICEBP)" });
system("IRET", ["CF  -  o16 ends stack prefix"], "Returns from an interrupt: IP, CS and flags, and from an inner ring the stack.", { flags: "OF DF IF TF SF ZF AF PF CF NT RF" });
instruction("IRETD", {
  encodings: ["CF  -  o32 ends stack prefix"],
  says: "Returns from an interrupt: EIP, CS and flags, and from an inner ring the stack.",
  flags: "OF DF IF TF SF ZF AF PF CF NT RF",
  source: "AMD APM vol. 3, IRET",
  feature: "386",
  does: (x) => x.interruptReturn(),
});
system("IRETQ", ["CF  -  oq ends stack prefix"], "Returns from an interrupt in long mode.", { flags: "OF DF IF TF SF ZF AF PF CF NT RF", source: "AMD APM vol. 3, IRET", feature: "LM" });
system("BOUND", ["62  Gv Ma  ends i64"], "Raises #BR where the index is outside the two bounds in memory.", { feature: "186" });
system("HLT", ["F4  -  ends"], "Stops until an interrupt.");
