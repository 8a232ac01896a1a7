/** x87 floating point. So far the rows that prove the table's third operand file. */
import { instruction } from "../row.ts";

instruction("FADD", {
  encodings: ["D8 /0  Md", "DC /0  Mq", "D8 C0+i  ST0 STi", "DC C0+i  STi ST0"],
  feature: "FPU",
  says: "Adds a number in memory to ST(0), or two registers of the stack; 80 bits wide.",
  does: (x) => x.system(),
});
system("FNINIT", "DB E3  -", "Sets the x87 to its initial state.");
system("FLD", "D9 /0  Md", "Pushes a number onto the x87 stack.", ["DD /0  Mq", "DB /5  Mt", "D9 C0+i  STi"]);
system("FSTP", "D9 /3  Md", "Stores ST(0), rounded to the operand, and pops it.", ["DD /3  Mq", "DB /7  Mt", "DD D8+i  STi"]);
system("FNSTSW", "DF E0  AX", "Stores the x87 status word.", ["DD /7  Mw"]);
system("FNSTCW", "D9 /7  Mw", "Stores the x87 control word.");
system("FLDCW", "D9 /5  Mw", "Loads the x87 control word.");

function system(name: string, encoding: string, says: string, more: readonly string[] = []): void {
  instruction(name, { encodings: [encoding, ...more], feature: "FPU", says, does: (x) => x.system() });
}
