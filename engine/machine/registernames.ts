/**
 * A processor's registers by the manuals' names, to be read and written without the checks that instructions make:
 *
 *   general    RAX … R15, EAX … EDI, AX … DI, AL CL DL BL AH CH DH BH      RIP EIP IP      RFLAGS EFLAGS FLAGS
 *   segments   CS (written: as in real mode, base = selector × 16), CS.selector, CS.base, CS.limit, CS.attributes; so
 *              for ES SS DS FS GS LDTR TR. Attributes are bits 8–23 of a descriptor's second word, shifted right by 8
 *   tables     GDTR.base, GDTR.limit, IDTR.base, IDTR.limit
 *   control    CR0 CR2 CR3 CR4 CR8 EFER, DR0–DR3 DR6 DR7, XCR0, PKRU, KERNEL_GS_BASE (what SWAPGS exchanges)
 *   x87, SSE   FCW FSW FTW (two bits a register: 3 empty, 0 full), FTAG (the same as FSTENV stores it), FIP FCS FDP FDS FOP
 *              (the last instruction), ST0–ST7 (80 bits; written ones are full), MXCSR, XMM0–XMM15 (128 bits),
 *              YMM0–YMM15 (256 bits)
 *
 * A write of 32 bits clears what is above them (EAX in RAX), one of 16 or 8 bits leaves it. Model-specific registers go by
 * number (cpu/system/msr.ts). After writes the processor must be told: `restored()`.
 */
import type { Core } from "../cpu/core.ts";
import * as at from "../cpu/layout.ts";
import type { Segment } from "../cpu/segments.ts";
import { readMsr, writeMsr } from "../cpu/system/msr.ts";
import { fullTags, setTags } from "../cpu/system/x87control.ts";
import { markPhysical, physical } from "../cpu/system/x87state.ts";

export interface NamedRegister {
  readonly read: (p: Core) => bigint;
  readonly write: (p: Core, value: bigint) => void;
}

const KERNEL_GS_BASE = 0xc0000102;
const GENERAL = ["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"];
const BYTES = ["AL", "CL", "DL", "BL", "AH", "CH", "DH", "BH"];
export const SEGMENT_NAMES = ["ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"] as const;

const table = new Map<string, NamedRegister>();

/** A field of the state of `bits` bits at `offset`; `kept`: of which so many are written, and the rest cleared. */
function field(name: string, offset: number, bits: 8 | 16 | 32 | 64, kept = bits): void {
  table.set(name, {
    read: ({ view }) =>
      bits === 64
        ? view.getBigUint64(offset, true)
        : BigInt(
            bits === 32
              ? view.getUint32(offset, true)
              : bits === 16
                ? view.getUint16(offset, true)
                : view.getUint8(offset),
          ),
    write({ view }, value) {
      if (kept === 64) view.setBigUint64(offset, BigInt.asUintN(bits, value), true);
      else if (kept === 32) view.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
      else if (kept === 16) view.setUint16(offset, Number(BigInt.asUintN(16, value)), true);
      else view.setUint8(offset, Number(BigInt.asUintN(8, value)));
    },
  });
}

/** Words of 64 bits at `offsets`, the lowest first. */
function wide(name: string, offsets: readonly number[]): void {
  table.set(name, {
    read: ({ view }) => offsets.reduceRight((value, at_) => (value << 64n) | view.getBigUint64(at_, true), 0n),
    write({ view }, value) {
      for (const [i, at_] of offsets.entries())
        view.setBigUint64(at_, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
    },
  });
}

for (const [n, name] of GENERAL.entries()) {
  field(`R${name}`, at.GPR + 8 * n, 64);
  field(`E${name}`, at.GPR + 8 * n, 32, 64);
  field(name, at.GPR + 8 * n, 16);
}
for (let n = 8; n < 16; n++) field(`R${n}`, at.GPR + 8 * n, 64);
for (const [n, name] of BYTES.entries()) field(name, at.GPR + 8 * (n & 3) + (n >> 2), 8);
field("RIP", at.RIP, 64);
field("EIP", at.RIP, 32, 64);
field("IP", at.RIP, 16, 64);
for (const name of ["FLAGS", "EFLAGS", "RFLAGS"]) {
  const mask = name === "FLAGS" ? 0xffff : 0xffffffff;
  table.set(name, {
    read: (p) => BigInt((p.flags & mask) >>> 0),
    write(p, value) {
      p.flags = ((p.flags & ~mask) | (Number(BigInt.asUintN(32, value)) & mask)) >>> 0;
    },
  });
}
for (const [n, name] of SEGMENT_NAMES.entries()) {
  const put = (p: Core, change: Partial<Segment>) => {
    const base = change.base === undefined ? p.segments.base64(n) : BigInt(change.base);
    p.segments.set(n, { ...p.segments.get(n), ...change });
    p.segments.setBase64(n, base);
  };
  const word = (value: bigint) => Number(BigInt.asUintN(32, value));
  table.set(name, {
    read: (p) => BigInt(p.segments.selector(n)),
    write(p, value) {
      const selector = Number(BigInt.asUintN(16, value));
      put(p, { selector, base: selector * 16 });
    },
  });
  table.set(`${name}.selector`, {
    read: (p) => BigInt(p.segments.selector(n)),
    write: (p, value) => put(p, { selector: Number(BigInt.asUintN(16, value)) }),
  });
  table.set(`${name}.base`, {
    read: (p) => p.segments.base64(n),
    write(p, value) {
      put(p, { base: word(value) });
      p.segments.setBase64(n, BigInt.asUintN(64, value));
    },
  });
  table.set(`${name}.limit`, {
    read: (p) => BigInt(p.segments.limit(n)),
    write: (p, value) => put(p, { limit: word(value) }),
  });
  table.set(`${name}.attributes`, {
    read: (p) => BigInt(p.segments.attributes(n)),
    write: (p, value) => put(p, { attributes: word(value) & 0xf0ff }),
  });
}
field("GDTR.base", at.GDTR_BASE, 64);
field("GDTR.limit", at.GDTR_LIMIT, 16, 32);
field("IDTR.base", at.IDTR_BASE, 64);
field("IDTR.limit", at.IDTR_LIMIT, 16, 32);
for (const [name, offset] of Object.entries({ CR0: at.CR0, CR2: at.CR2, CR3: at.CR3, CR4: at.CR4, EFER: at.EFER }))
  field(name, offset, 64);
for (const n of [0, 1, 2, 3, 6, 7]) field(`DR${n}`, at.DR + 8 * n, 64);
table.set("CR8", {
  read: (p) => BigInt(p.surroundings.taskPriority?.() ?? 0),
  write: (p, value) => p.surroundings.setTaskPriority?.(Number(value & 15n)),
});
table.set("KERNEL_GS_BASE", {
  read: (p) => BigInt.asUintN(64, readMsr(p, KERNEL_GS_BASE) ?? 0n),
  write: (p, value) => void writeMsr(p, KERNEL_GS_BASE, BigInt.asUintN(64, value)),
});
field("XCR0", at.XCR0, 32);
field("PKRU", at.PKRU, 32);
field("FCW", at.X87_CONTROL, 16);
field("FSW", at.X87_STATUS, 16);
field("FTW", at.X87_TAG, 16);
table.set("FTAG", { read: (p) => BigInt(fullTags(p)), write: (p, value) => setTags(p, Number(value & 0xffffn)) });
field("FIP", at.X87_IP, 64);
field("FDP", at.X87_DP, 64);
field("FCS", at.X87_CS, 16);
field("FDS", at.X87_DS, 16);
field("FOP", at.X87_OPCODE, 16);
field("MXCSR", at.MXCSR, 32);
for (let n = 0; n < 8; n++) {
  table.set(`ST${n}`, {
    read(p) {
      const offset = at.X87 + 16 * physical(p, n);
      return (BigInt(p.view.getUint16(offset + 8, true)) << 64n) | p.view.getBigUint64(offset, true);
    },
    write(p, value) {
      const r = physical(p, n);
      p.view.setBigUint64(at.X87 + 16 * r, BigInt.asUintN(64, value), true);
      p.view.setUint16(at.X87 + 16 * r + 8, Number(BigInt.asUintN(16, value >> 64n)), true);
      markPhysical(p, r, false);
    },
  });
}
for (let n = 0; n < 16; n++) {
  const [low, high] = [at.XMM + 16 * n, at.YMM_HIGH + 16 * n];
  wide(`XMM${n}`, [low, low + 8]);
  wide(`YMM${n}`, [low, low + 8, high, high + 8]);
}

export const REGISTERS: ReadonlyMap<string, NamedRegister> = table;
