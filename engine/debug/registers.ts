/**
 * The registers as packets `g`, `G`, `p` and `P` number them, and the description of them that a debugger asks for, as XML.
 *
 * A processor with 64-bit mode has one numbering whatever mode it is in, as a debugger cannot follow a change; outside of
 * 64-bit mode it shows the low 32 bits, and R8–R15 as 0. Another has the 32-bit one. Names and types are QEMU's, with the
 * registers of SSE in the feature that is theirs.
 *
 * Source: Debugging with GDB, appendix G "Target Descriptions", G.5.9 "i386 Features"; QEMU 8.2, gdb-xml/i386-64bit.xml.
 */
import { hex } from "./packets.ts";

export interface Register {
  /** For the debugger. */
  readonly name: string;
  readonly bits: number;
  readonly type: string;
  readonly group?: string;
  /** For the machine (machine/registernames.ts). */
  readonly source: string;
  /** In 64-bit mode only; `narrow`: elsewhere it has 32 bits. */
  readonly mode?: "long only" | "narrow";
}

interface Feature {
  readonly name: string;
  /** Types that its registers have. */
  readonly types: string;
  readonly registers: readonly Register[];
}

/** Bits by name, the first is bit 0; a dash: none. */
function flags(id: string, bytes: number, names: string): string {
  const fields = names.split(" ").map((name, bit) => (name === "-" ? "" : field(name, bit)));
  return `<flags id="${id}" size="${bytes}">${fields.join("")}</flags>`;
}
const field = (name: string, start: number, end = start) => `<field name="${name}" start="${start}" end="${end}"/>`;

const VECTORS = [
  ["v4f", "v4_float", "ieee_single", 4],
  ["v2d", "v2_double", "ieee_double", 2],
  ["v16i8", "v16_int8", "int8", 16],
  ["v8i16", "v8_int16", "int16", 8],
  ["v4i32", "v4_int32", "int32", 4],
  ["v2i64", "v2_int64", "int64", 2],
] as const;
const VECTOR_TYPES = [
  ...VECTORS.map(([id, , type, count]) => `<vector id="${id}" type="${type}" count="${count}"/>`),
  `<union id="vec128">${VECTORS.map(([id, name]) => `<field name="${name}" type="${id}"/>`).join("")}`,
  '<field name="uint128" type="uint128"/></union>',
].join("");
const MXCSR = flags("mxcsr", 4, "IE DE ZE OE UE PE DAZ IM DM ZM OM UM PM - - FZ");
const EFLAGS = flags("eflags", 4, "CF - PF - AF - ZF SF TF IF DF OF - - NT - RF VM AC VIF VIP ID").replace(
  "</flags>",
  `${field("IOPL", 12, 13)}</flags>`,
);
const CR0 = "PE MP EM TS ET NE - - - - - - - - - - WP - AM - - - - - - - - - - NW CD PG";
const CR4 =
  "VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP LA57 VMXE SMXE - FSGSBASE PCIDE OSXSAVE - SMEP SMAP PKE";
const EFER = "SCE - - - - - - - LME - LMA NXE SVME LMSLE FFXSR TCE";

/** Registers of one size and type: their names in lower case are the debugger's. */
function registers(names: string, bits: number, type: string, more: Partial<Register> = {}): Register[] {
  return names.split(" ").map((source) => ({ name: source.toLowerCase(), bits, type, source, ...more }));
}

const X87: readonly Register[] = [
  ...registers("ST0 ST1 ST2 ST3 ST4 ST5 ST6 ST7", 80, "i387_ext"),
  ...Object.entries({
    ...{ fctrl: "FCW", fstat: "FSW", ftag: "FTAG", fiseg: "FCS" },
    ...{ fioff: "FIP", foseg: "FDS", fooff: "FDP", fop: "FOP" },
  }).map(([name, source]) => ({ name, source, bits: 32, type: "int", group: "float" })),
];

function sse(count: number): Feature {
  const names = Array.from({ length: count }, (_, n) => `XMM${n}`).join(" ");
  const mxcsr = registers("MXCSR", 32, "mxcsr", { group: "vector" });
  return {
    name: "org.gnu.gdb.i386.sse",
    types: VECTOR_TYPES + MXCSR,
    registers: [...registers(names, 128, "vec128"), ...mxcsr],
  };
}

/** Bases and control registers, of so many bits. */
function system(bits: 32 | 64): Feature[] {
  const type = `int${bits}`;
  const base = (name: string, source: string): Register => ({ name, bits, type, source });
  const bases = [base("fs_base", "FS.base"), base("gs_base", "GS.base")];
  const control = (name: string) => registers(name, bits, name.toLowerCase());
  const rest = [
    base("k_gs_base", "KERNEL_GS_BASE"),
    ...control("CR0"),
    ...registers("CR2", bits, type),
    ...control("CR3"),
    ...control("CR4"),
    ...registers("CR8", bits, type),
    ...control("EFER"),
  ];
  const cr3 = `<flags id="cr3" size="${bits / 8}">${field("PCID", 0, 11)}${field("PDBR", 12, bits - 1)}</flags>`;
  const types = flags("cr0", bits / 8, CR0) + cr3 + flags("cr4", bits / 8, CR4) + flags("efer", bits / 8, EFER);
  const own = { name: "org.ring.system", types, registers: bits === 64 ? rest : [...bases, ...rest] };
  return bits === 64 ? [{ name: "org.gnu.gdb.i386.segments", types: "", registers: bases }, own] : [own];
}

const SEGMENTS = registers("CS SS DS ES FS GS", 32, "int32");
const FLAGS = registers("EFLAGS", 32, "eflags");

const WIDE: readonly Feature[] = [
  {
    name: "org.gnu.gdb.i386.core",
    types: EFLAGS,
    registers: [
      ...registers("RAX RBX RCX RDX RSI RDI", 64, "int64", { mode: "narrow" }),
      ...registers("RBP RSP", 64, "data_ptr", { mode: "narrow" }),
      ...registers("R8 R9 R10 R11 R12 R13 R14 R15", 64, "int64", { mode: "long only" }),
      ...registers("RIP", 64, "code_ptr", { mode: "narrow" }),
      ...[...FLAGS, ...SEGMENTS, ...X87],
    ],
  },
  sse(16),
  ...system(64),
];
const NARROW: readonly Feature[] = [
  {
    name: "org.gnu.gdb.i386.core",
    types: EFLAGS,
    registers: [
      ...registers("EAX ECX EDX EBX", 32, "int32"),
      ...registers("ESP EBP", 32, "data_ptr"),
      ...registers("ESI EDI", 32, "int32"),
      ...registers("EIP", 32, "code_ptr"),
      ...[...FLAGS, ...SEGMENTS, ...X87],
    ],
  },
  sse(8),
  ...system(32),
];

/** All registers, by their numbers. */
export function registersOf(isWide: boolean): readonly Register[] {
  return isWide ? WIDE_REGISTERS : NARROW_REGISTERS;
}
const WIDE_REGISTERS = WIDE.flatMap((feature) => feature.registers);
const NARROW_REGISTERS = NARROW.flatMap((feature) => feature.registers);

/** `target.xml`. */
export function descriptionOf(isWide: boolean): string {
  const features = (isWide ? WIDE : NARROW).map(
    ({ name, types, registers }) => `<feature name="${name}">${types}${registers.map(element).join("")}</feature>`,
  );
  const architecture = `<architecture>${isWide ? "i386:x86-64" : "i386"}</architecture>`;
  return `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>${architecture}${features.join("")}</target>`;
}

function element({ name, bits, type, group }: Register): string {
  const more = group === undefined ? "" : ` group="${group}"`;
  return `<reg name="${name}" bitsize="${bits}" type="${type}"${more}/>`;
}

/** A value as hex digits, its lowest byte first. */
export function littleEndian(value: bigint, bits: number): string {
  const digits = hex(BigInt.asUintN(bits, value), bits / 4);
  return (digits.match(/../g) ?? []).reverse().join("");
}

/** The same read; undefined where it is no such number. */
export function fromLittleEndian(text: string, bits: number): bigint | undefined {
  if (text.length !== bits / 4 || !/^[0-9a-f]+$/i.test(text)) return undefined;
  return BigInt(`0x${(text.match(/../g) ?? []).reverse().join("")}`);
}
