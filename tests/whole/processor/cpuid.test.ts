/**
 * What processor models say of themselves, against QEMU's models of the same names: a boot sector asks CPUID for every
 * leaf and writes the answers to port E9h.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type CpuidAnswer, cpuid } from "../../../engine/cpu/cpuid.ts";
import { MODELS, type Model, modelNamed, parseModel } from "../../../engine/cpu/models.ts";
import { FEATURE_BITS, type FeatureWord } from "../../../engine/isa/features.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";

/** Leaf 5 (MONITOR's lines) is left out: QEMU tells of no lines, whether there is a MONITOR or not. */
const LEAVES: readonly (readonly [leaf: number, index: number])[] = [
  ...[0, 1, 2, 3, 6, 8, 9].map((leaf) => [leaf, 0] as const),
  ...[0, 1, 2, 3, 4].map((index) => [4, index] as const),
  ...[0, 1].map((index) => [7, index] as const),
  ...[0, 1, 2].map((index) => [0xb, index] as const),
  ...[0, 1, 2, 3, 4, 5, 6, 8].map((n) => [0x80000000 + n, 0] as const),
];

const SOURCE = `
.code16
        cli
        xor %ax, %ax
        mov %ax, %ds
        mov %ax, %ss
        mov $0x7000, %sp
        mov $leaves, %si
1:      mov (%si), %eax
        mov 4(%si), %ecx
        cmp $-1, %eax
        je 9f
        push %si
        cpuid
        call tell
        mov %ebx, %eax
        call tell
        mov %ecx, %eax
        call tell
        mov %edx, %eax
        call tell
        pop %si
        add $8, %si
        jmp 1b
9:      mov $0xf4, %dx
        out %al, %dx
        hlt
tell:   push %cx
        mov $4, %cx
2:      out %al, $0xe9
        shr $8, %eax
        loop 2b
        pop %cx
        ret
leaves: ${LEAVES.map(([leaf, index]) => `.long ${leaf >>> 0}, ${index}`).join("\n")}
        .long -1
        _start_end: .fill 510 - (_start_end - 0x7c00), 1, 0
        .word 0xaa55
`;

const folder = mkdtempSync(join(tmpdir(), "ring-cpuid-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasQemu = spawnSync("qemu-system-x86_64", ["--version"]).status === 0;

/** QEMU's answers, by leaf. */
function askQemu(model: string): Map<string, CpuidAnswer> {
  const { bytes: image, diagnostics } = assemble(SOURCE, { origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const [disk, log] = [join(folder, "disk.img"), join(folder, "log")];
  writeFileSync(disk, image);
  const drive = `file=${disk},format=raw,if=floppy`;
  const exit = "isa-debug-exit,iobase=0xf4";
  const rest = ["-display", "none", "-m", "16", "-net", "none", "-boot", "a", "-no-reboot"];
  spawnSync("qemu-system-x86_64", [
    "-cpu",
    model,
    "-drive",
    drive,
    "-device",
    exit,
    "-debugcon",
    `file:${log}`,
    ...rest,
  ]);
  const all = readFileSync(log);
  const bytes = all.subarray(all.length - LEAVES.length * 16);
  return new Map(
    LEAVES.map(([leaf, index], i) => {
      const word = (n: number) => bytes.readUInt32LE(i * 16 + n * 4);
      return [`${leaf.toString(16)}.${index}`, [word(0), word(1), word(2), word(3)]];
    }),
  );
}

const REGISTERS = ["EAX", "EBX", "ECX", "EDX"];

/** What QEMU 7.2's own processor lacks. */
const NOT_IN_QEMU: ReadonlySet<string> = new Set(
  "VME X2APIC TSC_DEADLINE PCID INVPCID RDSEED 3DNOWPREFETCH".split(" "),
);

/** Bits of a register that tell features, and those of them that both sides have in some model. */
function comparable(leaf: number, index: number, register: number): number {
  const name = leaf === 0xd ? `D.${index}.` : leaf === 7 ? `7.${index}.` : `${leaf.toString(16)}.`;
  const word = `${name}${REGISTERS[register]}` as FeatureWord;
  const all = [...FEATURE_BITS].filter(([, place]) => place.word === word);
  if (all.length === 0) return -1;
  const { features } = modelNamed("max") as Model;
  // QEMU says that it is a hypervisor's; its self-snoop is a name.
  const common = all.filter(([f]) => features.has(f) && !NOT_IN_QEMU.has(f));
  return common.reduce((mask, [, { bit }]) => mask | (1 << bit), 0);
}

const PLACE = { apicId: 0, processors: 1, CR4: 0, XCR0: 1, XSS: 0, apicEnabled: true };
const hex = (answer: readonly number[]) => answer.map((n) => (n >>> 0).toString(16).padStart(8, "0")).join(" ");

describe.skipIf(!hasQemu)("answers of CPUID are those of QEMU's model", () => {
  for (const model of MODELS.filter(({ name }) => name !== "max")) {
    test(model.name, { timeout: 60_000 }, () => {
      const theirs = askQemu(model.name);
      const different: string[] = [];
      for (const [leaf, index] of LEAVES) {
        const isExtended = leaf >= 0x80000000;
        // Beyond the largest leaf the answer is that of another, or zeros: the next test.
        if (leaf > (isExtended ? model.extendedLevel : model.level)) continue;
        const mask = [0, 1, 2, 3].map((n) => comparable(leaf, index, n));
        const ours = cpuid(model, leaf, index, PLACE).map((v, n) => v & (mask[n] as number));
        const expected = (theirs.get(`${leaf.toString(16)}.${index}`) as CpuidAnswer).map(
          (v, n) => v & (mask[n] as number),
        );
        // 80000001.EDX repeats words of 1.EDX, which is compared.
        if (leaf === 0x80000001) for (const list of [ours, expected]) list[3] = (list[3] as number) & ~0x0183f3ff;
        if (hex(ours) !== hex(expected))
          different.push(`${leaf.toString(16)}.${index}: ${hex(ours)}, QEMU ${hex(expected)}`);
      }
      expect(different).toEqual([]);
    });
  }
});

test("features are added and left out by name, and values given", () => {
  const choice = parseModel("qemu64,+rdtscp,-nx,popcnt=on,cx16=off,vendor=GenuineIntel,family=6,model=158,stepping=9");
  expect("model" in choice).toBe(true);
  const { model } = choice as { model: Model };
  expect([..."RDTSCP POPCNT".split(" ")].every((f) => model.features.has(f as "NX"))).toBe(true);
  expect(model.features.has("NX") || model.features.has("CX16")).toBe(false);
  expect(model.signature).toBe(0x906e9);
  expect(cpuid(model, 0, 0, PLACE)).toEqual([13, 0x756e6547, 0x6c65746e, 0x49656e69]);
});

test("what a model's processor has and ours lacks is named, and phys-bits= is the width of addresses", () => {
  const missing = (text: string) => {
    const choice = parseModel(text);
    return "fault" in choice ? choice.fault : choice.missing.join(" ");
  };
  expect(missing("Opteron_G1")).toBe("");
  for (const name of ["avx", "fma", "hle", "rtm"]) expect(missing("Haswell").split(" ")).toContain(name);
  expect(missing("Haswell,-hle,rtm=off").split(" ")).not.toContain("rtm");
  expect(missing("Opteron_G1-v1,phys-bits=53")).toBe("phys-bits=53: expected 32 to 52");
  expect(missing("pentium3,phys-bits=36")).toBe("phys-bits=36: a processor without lm has 36 or 32");
  const { model } = parseModel("SandyBridge,phys-bits=46") as { model: Model };
  expect((cpuid(model, 0x80000008, 0, PLACE)[0] as number) & 0xff).toBe(46);
});

test("beyond the largest leaf Intel's processors answer as for the largest basic one, AMD's with zeros", () => {
  const intel = modelNamed("Nehalem") as Model;
  for (const leaf of [0xc, 0x40000000, 0x80000009])
    expect(cpuid(intel, leaf, 0, PLACE)).toEqual(cpuid(intel, 0xb, 0, PLACE));
  expect(cpuid(modelNamed("qemu64") as Model, 0x8000000b, 0, PLACE)).toEqual([0, 0, 0, 0]);
});

test("each of three processors has its APIC ID in leaves 1 and 0Bh, and the package has four places", () => {
  const place = { ...PLACE, apicId: 2, processors: 3 };
  const max = modelNamed("max") as Model;
  expect(cpuid(max, 1, 0, place)[1]).toBe(0x02030800);
  expect(cpuid(max, 0xb, 1, place)).toEqual([2, 3, 0x201, 2]);
});

test("max calls its time-stamp counter invariant, which invtsc names, and the models of old do not", () => {
  const invariant = (text: string) => {
    const { model } = parseModel(text) as { model: Model };
    return cpuid(model, 0x80000007, 0, PLACE)[3];
  };
  expect(["max", "max,-invtsc", "qemu64", "qemu64,+invtsc"].map(invariant)).toEqual([1 << 8, 0, 0, 1 << 8]);
});
