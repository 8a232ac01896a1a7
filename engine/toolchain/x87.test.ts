/** Judge: GNU as, on the x87's forms that no disassembler prints: operands left out, names that wait, second spellings. */
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { HEADER_LINES, hasAs, runAs, slot, source } from "./test/lines.ts";

const ATT = `
fsub; fsubr; fadd; faddp; fsubp; fsubrp; fmul; fmulp; fdiv; fdivr; fdivp; fdivrp; fxch; fcom; fcomp; fucom; fucomp; fcomi
fucomi; fcomip; fucomip; fadd %st(2); faddp %st(2); fsub %st(2); fsubr %st(3); fsubp %st(2); fsubrp %st(5); fdivp %st(1)
fcomi %st(2); fcmovb %st(2); fcom %st(2),%st; fxch %st,%st(2); fsub %st,%st(3); fsubr %st,%st(3); fsub %st(3),%st
fdiv %st,%st(4); fdivr %st,%st(4); fadd %st,%st; fsub %st,%st; fadd %st(0),%st(3); fildq (%eax); fild (%eax); fist (%eax)
fistp (%eax); fistpq (%eax); fisttpq (%eax); fisttp (%eax); fiadd (%eax); fadd (%eax); fld (%eax); fst (%eax); fmul (%eax)
fldenvs (%eax); fldenvl (%eax); fstenv (%eax); fstenvs (%eax); fnstenvl (%eax); fsave (%eax); fsaves (%eax); frstors (%eax)
fstcw (%eax); fstcww (%eax); fldcww (%eax); fldcwl (%eax); fstsw (%eax); fstsw %ax; fstsw; fnstsw; fstsw %eax; finit; fclex
feni; fdisi; fsetpm; fwait; wait; fstcw %es:4(%ebx,%esi,2); fstpl %st(1); fcoml %st(1); fcmove %st(1),%st; ffreep %st(7)
`;
const INTEL = `
fsub; fadd; fmulp; fdivp; fxch; fcom; fucomi; fadd st(2); faddp st(2); fsub st(2); fsub st(3), st; fsubr st(3), st
fsub st, st(3); fsubp st(3), st; fsubrp st(3), st; fdivr st(2), st; fcmovnbe st, st(4); fcomip st, st(1); fld st(3)
fld dword ptr [eax]; fld qword ptr [eax]; fld tbyte ptr [eax]; fild word ptr [eax]; fistp qword ptr [eax]; fstsw ax; fnstsw
fstcw [eax]; fldcw word ptr [eax]; fldenv [eax]; fnsave [eax]; fbld tbyte ptr [eax]; fisttp dword ptr [eax]; fxch st(2)
`;

const lines = (text: string) =>
  text
    .trim()
    .split(/[;\n]/)
    .map((line) => line.trim());

describe.skipIf(!hasAs)("x87 instructions as GNU as takes them", () => {
  test.each([
    ["att", ATT],
    ["intel", INTEL],
  ] as const)("%s", (syntax, text) => {
    const texts = lines(text);
    const as = runAs(texts, 32, syntax);
    const ours = assemble(source(texts, 32, syntax), { maxStatements: 100_000 });
    const refused = new Map(
      ours.diagnostics.filter((x) => x.severity === "error").map((x) => [x.line - 1 - HEADER_LINES, x.message]),
    );
    const accepted = texts.map((t, i) => (refused.has(i) ? "" : t));
    const image = refused.size ? assemble(source(accepted, 32, syntax)).bytes : ours.bytes;
    const different: string[] = [];
    texts.forEach((t, i) => {
      const theirs = as.errors.has(i) ? "refused" : slot(as.bytes, i);
      const mine = refused.has(i) ? "refused" : slot(image, i);
      if (mine !== theirs) different.push(`${t}  ours: ${mine} ${refused.get(i) ?? ""}  as: ${theirs}`);
    });
    expect(different).toEqual([]);
  });
});
