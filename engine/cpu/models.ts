/**
 * Processor models: which features a processor has, in decoding, in its registers and in CPUID alike. A model lists what
 * the processor of that name has; what is not BUILT here is left out of it, so that nothing is claimed that is not done.
 * Values are those of QEMU 7.2's models of the same names. Source: Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E.
 */
import { type Feature, featureNamed, generations } from "../isa/features.ts";
import { isOtherFeature } from "./otherfeatures.ts";

export interface Model {
  readonly name: string;
  readonly features: ReadonlySet<Feature>;
  /** Family, model and stepping as CPUID leaf 1 and EDX at reset give them. */
  readonly signature: number;
  readonly vendor: string;
  readonly brand: string;
  /** Largest leaf of the basic and of the extended range; 0: there is no such range. */
  readonly level: number;
  readonly extendedLevel: number;
  /** Bits of a physical address, where they are not what other features make likely. */
  readonly physicalBits?: number;
  /** What the processor of this name has and this one lacks, spelled as QEMU does. */
  readonly missing?: readonly string[];
  /** No processor that was ever sold: it also answers what software of the other vendor's processors asks, as QEMU's does. */
  readonly isVirtual?: boolean;
}

/** What the engine does. A feature comes in here, and only then is claimed, when all that it promises is there. */
const BUILT: ReadonlySet<Feature> = new Set<Feature>([
  ...generations("P6"),
  "FPU",
  "TSC",
  "CX8",
  "CMOV",
  "MSR",
  "APIC",
  "X2APIC",
  "TSC_DEADLINE",
  "VME",
  "DE",
  "PSE",
  "PAE",
  "PGE",
  "PSE36",
  "MCE",
  "MCA",
  "MTRR",
  "PAT",
  "SEP",
  "SYSCALL",
  "NX",
  "LM",
  "UMIP",
  "TSC_ADJUST",
  "PERFCTR_CORE",
  "SMEP",
  "SMAP",
  "PKU",
  "PDPE1GB",
  "PCID",
  "INVPCID",
  "LA57",
  "ARAT",
  "INVTSC",
  "ERMS",
  "FSRM",
  "MOVBE",
  "POPCNT",
  "LZCNT",
  "CX16",
  "RDTSCP",
  "RDRAND",
  "RDSEED",
  "RDPID",
  "FSGSBASE",
  "CLFLUSH",
  "CLFLUSHOPT",
  "CLWB",
  "MONITOR",
  "WBNOINVD",
  "3DNOWPREFETCH",
  "LAHF_LM",
  "MMX",
  "MMXEXT",
  "FXSR",
  "SSE",
  "SSE2",
  "SSE3",
  "SSSE3",
  "SSE4.1",
  "SSE4.2",
  "XSAVE",
  "XSAVEOPT",
  "XSAVEC",
  "XSAVES",
  "XGETBV1",
]);

/** Who claims the first is relied on for the second: software orders a write of TSC_DEADLINE by MFENCE. */
const NEEDS: ReadonlyMap<Feature, Feature> = new Map<Feature, Feature>([["TSC_DEADLINE", "SSE2"]]);

const I486: readonly Feature[] = [...generations("CPUID"), "FPU", "VME", "PSE"];
const PENTIUM: readonly Feature[] = [...I486, "DE", "TSC", "MSR", "MCE", "CX8", "MMX", "APIC"];
const PENTIUM2: readonly Feature[] = [
  ...PENTIUM,
  "P6",
  "PAE",
  "SEP",
  "MTRR",
  "PGE",
  "MCA",
  "CMOV",
  "PAT",
  "PSE36",
  "FXSR",
];
const PENTIUM3: readonly Feature[] = [...PENTIUM2, "SSE"];
const X86_64: readonly Feature[] = [...PENTIUM3.filter((f) => f !== "VME"), "SSE2", "CLFLUSH", "SYSCALL", "NX", "LM"];
/** The x86-64-v2 micro-architecture level (System V ABI, x86-64 supplement). */
const X86_64_V2: readonly Feature[] = [...X86_64, "LAHF_LM", "CX16", "POPCNT", "SSE3", "SSSE3", "SSE4.1", "SSE4.2"];

const INTEL = "GenuineIntel";
const AMD = "AuthenticAMD";
const QEMU_BRAND = "QEMU Virtual CPU version 2.5+";
/**
 * What even `max` must be asked for: to be a virtual machine's processor, the virtualization extensions, and a fifth level
 * of page tables, which a system would use for nothing but longer walks.
 */
const NOT_IN_MAX: ReadonlySet<Feature> = new Set(["HYPERVISOR", "SVM", "VMX", "LA57"]);

const model = (
  name: string,
  vendor: string,
  signature: number,
  level: number,
  extendedLevel: number,
  brand: string,
  features: readonly Feature[],
  others = "",
): Model => ({
  name,
  vendor,
  signature,
  level,
  extendedLevel,
  brand,
  features: new Set(features.filter(isBuilt)),
  missing: [
    ...features.filter((f) => !isBuilt(f)).map((f) => f.toLowerCase().replaceAll("_", "-")),
    ...others.split(" ").filter((other) => other !== ""),
  ],
});

const isBuilt = (f: Feature): boolean => BUILT.has(f) && BUILT.has(NEEDS.get(f) ?? f);

const KVM32: readonly Feature[] = [...PENTIUM3.filter((f) => f !== "VME"), "CLFLUSH", "SSE2", "SSE3"];
const CORE_DUO: readonly Feature[] = [...KVM32.filter((f) => f !== "PSE36"), "VME", "ACPI", "MONITOR", "NX", "SS"];
const CORE2: readonly Feature[] = [...X86_64, "LAHF_LM", "SSE3", "SSSE3"];
const WESTMERE: readonly Feature[] = [...X86_64_V2, "AES", "ARAT", "PCLMULQDQ"];
const SANDY_BRIDGE: readonly Feature[] = [
  ...WESTMERE,
  ...(["AVX", "RDTSCP", "TSC_DEADLINE", "X2APIC", "XSAVE", "XSAVEOPT"] as const),
];
const IVY_BRIDGE: readonly Feature[] = [...SANDY_BRIDGE, "ERMS", "F16C", "FSGSBASE", "RDRAND", "SMEP"];
const HASWELL: readonly Feature[] = [
  ...IVY_BRIDGE,
  ...(["AVX2", "BMI1", "BMI2", "FMA", "INVPCID", "LZCNT", "MOVBE", "PCID"] as const),
];
const BROADWELL: readonly Feature[] = [...HASWELL, "3DNOWPREFETCH", "ADX", "RDSEED", "SMAP"];
const SKYLAKE: readonly Feature[] = [...BROADWELL, "XGETBV1", "XSAVEC"];

const OPTERON: readonly Feature[] = [...X86_64, "SSE3"];
const OPTERON_G2: readonly Feature[] = [...OPTERON, "CX16", "LAHF_LM", "SVM"];
const OPTERON_G3: readonly Feature[] = [
  ...OPTERON_G2,
  ...(["LZCNT", "MISALIGNSSE", "MONITOR", "POPCNT", "RDTSCP", "SSE4A"] as const),
];
const OPTERON_G4: readonly Feature[] = [
  ...OPTERON_G3.filter((f) => f !== "MONITOR"),
  ...(["3DNOWPREFETCH", "AES", "AVX", "PCLMULQDQ", "PDPE1GB", "SSE4.1", "SSE4.2", "SSSE3", "XSAVE"] as const),
];

/** The models by the names that `-cpu` takes. */
export const MODELS: readonly Model[] = [
  model("base", "", 0, 0, 0, "", generations("CPUID")),
  model("486", INTEL, 0x480, 1, 0, "", I486),
  model("pentium", INTEL, 0x543, 1, 0, "", PENTIUM),
  model("pentium2", INTEL, 0x652, 2, 0, "", PENTIUM2),
  model("pentium3", INTEL, 0x673, 3, 0, "", PENTIUM3),
  model("athlon", AMD, 0x623, 2, 0x80000008, QEMU_BRAND, [...PENTIUM3, "SSE2", "MMXEXT", "3DNOW", "3DNOWEXT"]),
  model("qemu32", INTEL, 0x663, 4, 0x80000004, QEMU_BRAND, [
    ...PENTIUM3.filter((f) => !["VME", "MTRR", "MCA", "PSE36"].includes(f)),
    "SSE2",
    "SSE3",
  ]),
  model("kvm32", INTEL, 0xf61, 5, 0x80000008, "Common 32-bit KVM processor", KVM32),
  {
    ...model("coreduo", INTEL, 0x6e8, 10, 0x80000008, "Genuine Intel(R) CPU           T2600  @ 2.16GHz", CORE_DUO),
    physicalBits: 32,
  },
  {
    ...model("n270", INTEL, 0x106c2, 10, 0x80000008, "Intel(R) Atom(TM) CPU N270   @ 1.60GHz", [
      ...CORE_DUO,
      ...(["LAHF_LM", "MOVBE", "SSSE3"] as const),
    ]),
    physicalBits: 32,
  },
  model("qemu64", AMD, 0x60fb1, 13, 0x8000000a, QEMU_BRAND, [...X86_64, "LAHF_LM", "CX16", "SSE3", "SVM"]),
  model("kvm64", INTEL, 0xf61, 13, 0x80000008, "Common KVM processor", [...X86_64, "CX16", "SSE3"]),
  model("Conroe", INTEL, 0x6f3, 10, 0x80000008, "Intel Celeron_4x0 (Conroe/Merom Class Core 2)", CORE2),
  model("core2duo", INTEL, 0x6fb, 10, 0x80000008, "Intel(R) Core(TM)2 Duo CPU     T7700  @ 2.40GHz", [
    ...CORE2,
    "CX16",
    "VME",
    "MONITOR",
    "SS",
  ]),
  model("Penryn", INTEL, 0x10673, 10, 0x80000008, "Intel Core 2 Duo P9xxx (Penryn Class Core 2)", [
    ...CORE2,
    "CX16",
    "SSE4.1",
  ]),
  model("Nehalem", INTEL, 0x106a3, 11, 0x80000008, "Intel Core i7 9xx (Nehalem Class Core i7)", X86_64_V2),
  model("Westmere", INTEL, 0x206c1, 11, 0x80000008, "Westmere E56xx/L56xx/X56xx (Nehalem-C)", WESTMERE),
  model("SandyBridge", INTEL, 0x206a1, 13, 0x80000008, "Intel Xeon E312xx (Sandy Bridge)", SANDY_BRIDGE),
  model("IvyBridge", INTEL, 0x306a9, 13, 0x80000008, "Intel Xeon E3-12xx v2 (Ivy Bridge)", IVY_BRIDGE),
  model("Haswell", INTEL, 0x306c4, 13, 0x80000008, "Intel Core Processor (Haswell)", HASWELL, "hle rtm"),
  model("Haswell-noTSX", INTEL, 0x306c1, 13, 0x80000008, "Intel Core Processor (Haswell, no TSX)", HASWELL),
  model("Broadwell", INTEL, 0x306d2, 13, 0x80000008, "Intel Core Processor (Broadwell)", BROADWELL, "hle rtm"),
  model("Broadwell-noTSX", INTEL, 0x306d2, 13, 0x80000008, "Intel Core Processor (Broadwell, no TSX)", BROADWELL),
  model("Skylake-Client", INTEL, 0x506e3, 13, 0x80000008, "Intel Core Processor (Skylake)", SKYLAKE, "hle rtm"),
  model(
    ...(["phenom", AMD, 0x100f23, 5, 0x8000001a, "AMD Phenom(tm) 9550 Quad-Core Processor"] as const),
    [...OPTERON_G3.filter((f) => f !== "MISALIGNSSE"), "3DNOW", "3DNOWEXT", "FFXSR", "MMXEXT", "PDPE1GB"],
    "npt",
  ),
  model("Opteron_G1", AMD, 0xf61, 5, 0x80000008, "AMD Opteron 240 (Gen 1 Class Opteron)", OPTERON),
  model("Opteron_G2", AMD, 0xf61, 5, 0x8000000a, "AMD Opteron 22xx (Gen 2 Class Opteron)", OPTERON_G2),
  model("Opteron_G3", AMD, 0x100f23, 5, 0x8000000a, "AMD Opteron 23xx (Gen 3 Class Opteron)", OPTERON_G3),
  model(
    ...(["Opteron_G4", AMD, 0x600f12, 13, 0x8000001a, "AMD Opteron 62xx class CPU", OPTERON_G4] as const),
    "fma4 npt nrip-save xop",
  ),
  model(
    ...([
      "Opteron_G5",
      AMD,
      0x600f20,
      13,
      0x8000001a,
      "AMD Opteron 63xx class CPU",
      [...OPTERON_G4, "F16C", "FMA"],
    ] as const),
    "fma4 npt nrip-save tbm xop",
  ),
  {
    ...model("max", AMD, 0x60fb1, 13, 0x8000000a, "Ring -1 virtual processor", [
      ...[...BUILT].filter((f) => !NOT_IN_MAX.has(f)),
    ]),
    isVirtual: true,
  },
];

/** The names of MODELS that mean another. */
const ALIASES: Readonly<Record<string, string>> = { "x86-64-v2": "Nehalem", host: "max" };

/** The model called `name`. */
export function modelNamed(name: string): Model | undefined {
  const wanted = ALIASES[name] ?? name.replace(/-v1$/, "");
  return MODELS.find((m) => m.name === wanted);
}

/** What a PC has that was not asked for another: all that there is. */
export const DEFAULT_MODEL: Model = modelNamed("max") as Model;

/** A model, or what is wrong with its description. `missing`: features that it asked for and that are not built. */
export type ModelChoice = { readonly model: Model; readonly missing: readonly string[] } | { readonly fault: string };

/**
 * Reads `MODEL[,+feature|,-feature|,feature=on|off]…` as QEMU's `-cpu` takes it; also `vendor=`, `family=`, `model=`,
 * `stepping=`, `level=`, `xlevel=`, `phys-bits=` and `model-id=`. `check` and `enforce` are accepted, as nothing is left out silently.
 */
export function parseModel(text: string): ModelChoice {
  const [name = "", ...rest] = text.split(",");
  const base = modelNamed(name);
  if (!base) return { fault: `no model ${name}; there is ${MODELS.map((m) => m.name).join(", ")}` };
  const features = new Set(base.features);
  const missing = new Set(base.missing);
  const values: Record<string, string> = {};
  for (const word of rest) {
    const [, sign, key = "", value] = /^([+-]?)([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    const feature = featureNamed(key);
    const isOn = sign === "-" ? false : sign === "+" || value === "on" || value === undefined;
    if (feature) {
      if (value !== undefined && value !== "on" && value !== "off") return { fault: `${word}: expected on or off` };
      const plain = feature.toLowerCase().replaceAll("_", "-");
      missing.delete(plain);
      if (!isOn) features.delete(feature);
      else if (BUILT.has(feature)) features.add(feature);
      else missing.add(plain);
    } else if (VALUES.has(key) && value !== undefined) values[key] = value;
    else if (isOtherFeature(key.toLowerCase().replaceAll("_", "-"))) {
      const plain = key.toLowerCase().replaceAll("_", "-");
      if (isOn) missing.add(plain);
      else missing.delete(plain);
    } else if (!ACCEPTED.has(key)) return { fault: `no feature ${key || word}` };
  }
  return withValues({ ...base, name: text, features }, values, [...missing]);
}

const VALUES: ReadonlySet<string> = new Set([
  "vendor",
  "family",
  "model",
  "stepping",
  "level",
  "xlevel",
  "phys-bits",
  "model-id",
]);
const ACCEPTED: ReadonlySet<string> = new Set([
  "check",
  "enforce",
  "migratable",
  "host-cache-info",
  "l3-cache",
  "kvm",
  "pmu",
  "tcg-cpuid",
  "fill-mtrr-mask",
  "host-phys-bits",
]);

function withValues(model: Model, values: Readonly<Record<string, string>>, missing: readonly string[]): ModelChoice {
  const numbers: Record<string, number> = {};
  for (const key of ["family", "model", "stepping", "level", "xlevel", "phys-bits"]) {
    if (values[key] === undefined) continue;
    const n = Number(values[key]);
    if (!Number.isInteger(n) || n < 0 || n > 0xffffffff) return { fault: `${key}=${values[key]}: expected a number` };
    numbers[key] = n;
  }
  const vendor = values["vendor"] ?? model.vendor;
  const bits = numbers["phys-bits"];
  if (bits !== undefined && !model.features.has("LM"))
    return { fault: `phys-bits=${bits}: a processor without lm has 36 or 32` };
  if (bits !== undefined && (bits < 32 || bits > 52)) return { fault: `phys-bits=${bits}: expected 32 to 52` };
  if (vendor.length !== 12) return { fault: `vendor=${vendor}: expected 12 characters` };
  return {
    missing,
    model: {
      ...model,
      vendor,
      brand: (values["model-id"] ?? model.brand).slice(0, 47),
      level: numbers["level"] ?? model.level,
      extendedLevel: numbers["xlevel"] ?? model.extendedLevel,
      signature: signatureOf(model.signature, numbers),
      ...(bits === undefined ? {} : { physicalBits: bits }),
    },
  };
}

/** Puts family, model and stepping into CPUID's word: each in two fields (Intel SDM vol. 2A, figure 3-6). */
function signatureOf(old: number, n: Readonly<Record<string, number>>): number {
  const oldFamily = ((old >> 8) & 15) + ((old >> 20) & 0xff);
  const family = n["family"] ?? oldFamily;
  const model = n["model"] ?? ((old >> 4) & 15) | ((old >> 12) & 0xf0);
  const stepping = n["stepping"] ?? old & 15;
  const extended = family > 15 ? Math.min(family - 15, 255) : 0;
  return (
    (extended << 20) | ((model & 0xf0) << 12) | (Math.min(family, 15) << 8) | ((model & 15) << 4) | (stepping & 15)
  );
}
