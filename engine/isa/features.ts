/**
 * What one processor has and another lacks: the names that rows, models and CR4's and EFER's owners ask for, and where
 * CPUID tells each. Source: AMD APM vol. 3, appendix E.3–E.4; Intel SDM vol. 2A, CPUID.
 */

/** Leaf, subleaf where it has one, and register of CPUID. */
export type FeatureWord =
  | "1.EDX"
  | "1.ECX"
  | "6.EAX"
  | "7.0.EBX"
  | "7.0.ECX"
  | "7.0.EDX"
  | "D.1.EAX"
  | "80000001.EDX"
  | "80000001.ECX"
  | "80000007.EDX"
  | "80000008.EBX";

/** Instruction sets without a bit of their own: each includes those before it. CPUID is told by EFLAGS.ID. */
const GENERATIONS = ["8086", "186", "286", "386", "486", "CPUID", "P6"] as const;

/** Names are the manuals'; each at its bit of a word. OSXSAVE and OSPKE are not features: they copy CR4. */
const BITS = {
  "1.EDX": {
    FPU: 0,
    VME: 1,
    DE: 2,
    PSE: 3,
    TSC: 4,
    MSR: 5,
    PAE: 6,
    MCE: 7,
    CX8: 8,
    APIC: 9,
    SEP: 11,
    MTRR: 12,
    PGE: 13,
    MCA: 14,
    CMOV: 15,
    PAT: 16,
    PSE36: 17,
    CLFLUSH: 19,
    ACPI: 22,
    MMX: 23,
    FXSR: 24,
    SSE: 25,
    SSE2: 26,
    SS: 27,
  },
  "1.ECX": {
    SSE3: 0,
    PCLMULQDQ: 1,
    MONITOR: 3,
    VMX: 5,
    SSSE3: 9,
    FMA: 12,
    CX16: 13,
    PCID: 17,
    "SSE4.1": 19,
    "SSE4.2": 20,
    X2APIC: 21,
    MOVBE: 22,
    POPCNT: 23,
    TSC_DEADLINE: 24,
    AES: 25,
    XSAVE: 26,
    AVX: 28,
    F16C: 29,
    RDRAND: 30,
    HYPERVISOR: 31,
  },
  "6.EAX": { ARAT: 2 },
  "7.0.EBX": {
    FSGSBASE: 0,
    TSC_ADJUST: 1,
    BMI1: 3,
    AVX2: 5,
    SMEP: 7,
    BMI2: 8,
    ERMS: 9,
    INVPCID: 10,
    RDSEED: 18,
    ADX: 19,
    SMAP: 20,
    CLFLUSHOPT: 23,
    CLWB: 24,
    SHA: 29,
  },
  "7.0.ECX": { UMIP: 2, PKU: 3, LA57: 16, RDPID: 22 },
  "7.0.EDX": { FSRM: 4 },
  "D.1.EAX": { XSAVEOPT: 0, XSAVEC: 1, XGETBV1: 2, XSAVES: 3 },
  "80000001.EDX": {
    SYSCALL: 11,
    NX: 20,
    MMXEXT: 22,
    FFXSR: 25,
    PDPE1GB: 26,
    RDTSCP: 27,
    LM: 29,
    "3DNOWEXT": 30,
    "3DNOW": 31,
  },
  "80000001.ECX": {
    LAHF_LM: 0,
    SVM: 2,
    CR8LEGACY: 4,
    LZCNT: 5,
    SSE4A: 6,
    MISALIGNSSE: 7,
    "3DNOWPREFETCH": 8,
    PERFCTR_CORE: 23,
  },
  "80000007.EDX": { INVTSC: 8 },
  "80000008.EBX": { CLZERO: 0, XSAVEERPTR: 2, WBNOINVD: 9 },
} as const satisfies Record<FeatureWord, Record<string, number>>;

type KeysOfUnion<T> = T extends T ? keyof T : never;

/** A set of instructions, or a part of a processor, that one has or lacks as a whole. */
export type Feature = (typeof GENERATIONS)[number] | KeysOfUnion<(typeof BITS)[FeatureWord]>;

export interface FeatureBit {
  readonly word: FeatureWord;
  readonly bit: number;
}

/** Where CPUID tells a feature; generations have no bit. */
export const FEATURE_BITS: ReadonlyMap<Feature, FeatureBit> = new Map(
  Object.entries(BITS).flatMap(([word, bits]) =>
    Object.entries(bits).map(([name, bit]) => [name as Feature, { word: word as FeatureWord, bit }] as const),
  ),
);

/** Every generation up to one. */
export function generations(last: (typeof GENERATIONS)[number]): Feature[] {
  return GENERATIONS.slice(0, GENERATIONS.indexOf(last) + 1);
}

/** QEMU's names where they are not ours in lower case with `-` for `_`. */
const OTHER_NAMES: Readonly<Record<string, Feature>> = {
  pni: "SSE3",
  "sse4-1": "SSE4.1",
  "sse4-2": "SSE4.2",
  clfsh: "CLFLUSH",
  abm: "LZCNT",
  ffxsr: "FFXSR",
  "fxsr-opt": "FFXSR",
  cr8legacy: "CR8LEGACY",
  "sha-ni": "SHA",
};

const NAMES: ReadonlyMap<string, Feature> = new Map([
  ...[...FEATURE_BITS.keys()].map((f) => [f.toLowerCase().replaceAll("_", "-"), f] as const),
  ...Object.entries(OTHER_NAMES),
]);

/** The feature that a command line means, spelled as QEMU does (`sse4.2`, `sse4_2`, `lahf-lm`). */
export function featureNamed(text: string): Feature | undefined {
  return NAMES.get(text.toLowerCase().replaceAll("_", "-"));
}
