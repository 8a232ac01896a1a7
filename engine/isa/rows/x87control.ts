/** x87: the unit itself: its stack's bookkeeping, its environment and state in memory, its exceptions. */
import { plain, x87 } from "./x87.ts";

x87("WAIT", {
  page: "FWAIT",
  encodings: ["9B  -"],
  aliases: ["FWAIT"],
  feature: "8086",
  says: "Waits for the x87, and raises its pending exceptions.",
  does: (x) => x.x87.waitAlone(),
});
x87("FNINIT", {
  page: "FINIT",
  encodings: ["DB E3  -"],
  says: "Empties the stack, masks all exceptions, rounds to nearest in 64 bits; waits for no exception.",
  does: plain,
});
x87("FNCLEX", {
  page: "FCLEX",
  encodings: ["DB E2  -"],
  says: "Clears the exception flags, without waiting for an exception.",
  does: plain,
});
x87("FFREE", {
  encodings: ["DD C0+i  STi"],
  says: "Marks a register of the stack as empty.",
  does: plain,
});
x87("FFREEP", {
  page: "FFREE",
  encodings: ["DF C0+i  STi"],
  says: "Marks a register of the stack as empty, and pops the stack. Undocumented by Intel.",
  does: plain,
});
x87("FINCSTP", { encodings: ["D9 F7  -"], says: "Turns the stack by one register; none becomes empty.", does: plain });
x87("FDECSTP", { encodings: ["D9 F6  -"], says: "Turns the stack back by one register; none is filled.", does: plain });
x87("FLDENV", {
  encodings: ["D9 /4  Me"],
  says: "Loads the environment: control, status and tag words, pointers; 14 or 28 bytes by the operand size.",
  does: plain,
});
x87("FNSTENV", {
  page: "FSTENV",
  encodings: ["D9 /6  Me"],
  says: "Stores the environment, then masks all exceptions; waits for none.",
  does: plain,
});
x87("FRSTOR", {
  encodings: ["DD /4  Mf"],
  says: "Loads the environment and the eight registers: 94 or 108 bytes by the operand size.",
  does: plain,
});
x87("FNSAVE", {
  page: "FSAVE",
  encodings: ["DD /6  Mf"],
  says: "Stores the environment and the eight registers, then does as FNINIT; waits for no exception.",
  does: plain,
});

// The 8087's interrupt enable and disable, and the 80287's switch to protected mode: no instructions of later processors,
// which take them for FNOP without a wait.
const past = [
  ["FNENI", "DB E0", "Enabled the 8087's interrupt; does nothing since."],
  ["FNDISI", "DB E1", "Disabled the 8087's interrupt; does nothing since."],
  ["FNSETPM", "DB E4", "Told the 80287 of protected mode; does nothing since."],
] as const;
for (const [name, opcode, says] of past) {
  x87(name, {
    source: "Intel SDM vol. 3B, 23.18.9 (obsolete instructions)",
    encodings: [`${opcode}  -`],
    says,
    does: (x) => x.x87.available(),
  });
}
