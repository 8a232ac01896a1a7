/**
 * System management mode: entered by an SMI at a boundary between instructions, with the processor's state put into memory
 * behind SMBASE + 8000h; left by RSM, which takes it from there, so that the handler may change it.
 *
 * The map is that of AMD64 (revision 20064h) where the processor has long mode, else the one of 32-bit processors
 * (revision 20000h); both can move SMBASE and restart HLT, neither restarts port accesses. Fields that the manuals leave
 * open are where QEMU has them. In SMM the processor starts like in real mode, but with segments of 4 GiB; SMIs and
 * INITs wait until RSM, NMIs until an IRET.
 * Source: AMD APM vol. 2, chapter 10 "System-Management Mode", table 10-1; Intel SDM vol. 3C, chapter 32.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import {
  CR0_EM,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  IN_SMM,
  NMI_BLOCKED,
  NMI_WAS_BLOCKED,
  REPEATING,
  SHADOWS,
  SMI_PENDING,
} from "../registers.ts";
import { CS, LDTR, TR } from "../segments.ts";
import { restoreControlRegisters } from "./controlregisters.ts";
import { has } from "./features.ts";
import type { Operation } from "./operation.ts";

/** What a field of the map holds: bytes of the state at an offset, or what needs more than a copy. */
type Content = number | "flags" | "halt" | "revision" | "pending debug";
/** Offset from SMBASE + 8000h, bytes, content. */
type Field = readonly [offset: number, bytes: 1 | 2 | 4 | 8, content: Content];

interface SaveMap {
  readonly revision: number;
  readonly fields: readonly Field[];
  /** Offsets of a segment's selector, attributes, limit and base; attributes are shifted left by `shift`. */
  segment(n: number): {
    selector: number;
    attributes: number;
    limit: number;
    base: number;
    shift: 0 | 8;
    wide: boolean;
  };
}

const DR6 = at.DR + 6 * 8;
const DR7 = at.DR + 7 * 8;
/** Of the debug trap that an SMI came before: bits of DR6. */
const DEBUG_TRAPS = 0xe00f;

const AMD64: SaveMap = {
  revision: 0x20064,
  fields: [
    [0x7e64, 2, at.GDTR_LIMIT],
    [0x7e68, 8, at.GDTR_BASE],
    [0x7e84, 2, at.IDTR_LIMIT],
    [0x7e88, 8, at.IDTR_BASE],
    [0x7ec9, 1, "halt"],
    [0x7ed0, 8, at.EFER],
    [0x7ef0, 4, "pending debug"],
    [0x7efc, 4, "revision"],
    [0x7f00, 4, at.SMBASE],
    [0x7f48, 8, at.CR4],
    [0x7f50, 8, at.CR3],
    [0x7f58, 8, at.CR0],
    [0x7f60, 8, DR7],
    [0x7f68, 8, DR6],
    [0x7f70, 8, "flags"],
    [0x7f78, 8, at.RIP],
    ...Array.from({ length: 16 }, (_, n): Field => [0x7ff8 - 8 * n, 8, at.GPR + 8 * n]),
  ],
  segment: (n) => {
    const from = 0x7e00 + 16 * (n === LDTR ? 7 : n === TR ? 9 : n);
    return { selector: from, attributes: from + 2, limit: from + 4, base: from + 8, shift: 0, wide: true };
  },
};

const LEGACY: SaveMap = {
  revision: 0x20000,
  fields: [
    [0x7ef8, 4, at.SMBASE],
    [0x7efc, 4, "revision"],
    [0x7f02, 2, "halt"],
    [0x7f10, 4, "pending debug"],
    [0x7f14, 4, at.CR4],
    [0x7f54, 4, at.IDTR_LIMIT],
    [0x7f58, 4, at.IDTR_BASE],
    [0x7f70, 4, at.GDTR_LIMIT],
    [0x7f74, 4, at.GDTR_BASE],
    [0x7fc8, 4, DR7],
    [0x7fcc, 4, DR6],
    ...Array.from({ length: 8 }, (_, n): Field => [0x7fd0 + 4 * n, 4, at.GPR + 8 * n]),
    [0x7ff0, 4, at.RIP],
    [0x7ff4, 4, "flags"],
    [0x7ff8, 4, at.CR3],
    [0x7ffc, 4, at.CR0],
  ],
  segment: (n) => {
    const hidden = n === LDTR ? 0x7f78 : n === TR ? 0x7f5c : n < 3 ? 0x7f84 + 12 * n : 0x7f2c + 12 * (n - 3);
    const selector = n === LDTR ? 0x7fc0 : n === TR ? 0x7fc4 : 0x7fa8 + 4 * n;
    return { selector, attributes: hidden, limit: hidden + 4, base: hidden + 8, shift: 8, wide: false };
  },
};

const SEGMENTS = [0, 1, 2, 3, 4, 5, LDTR, TR];
/** Of a segment in SMM: 4 GiB, data that can be written, accessed; real mode otherwise. */
const SMM_ATTRIBUTES = 0x8093;

const mapOf = (p: Core): SaveMap => (has(p, "LM") ? AMD64 : LEGACY);
const areaOf = (p: Core): number => p.view.getUint32(at.SMBASE, true) + 0x8000;

function put(p: Core, hpa: number, bytes: 1 | 2 | 4 | 8, value: bigint): void {
  if (bytes < 8) p.map.write(hpa, Number(BigInt.asUintN(8 * bytes, value)), bytes as 1 | 2 | 4);
  else {
    p.map.write(hpa, Number(value & 0xffffffffn), 4);
    p.map.write(hpa + 4, Number(value >> 32n), 4);
  }
}

function get(p: Core, hpa: number, bytes: 1 | 2 | 4 | 8): bigint {
  if (bytes < 8) return BigInt(p.map.read(hpa, bytes as 1 | 2 | 4) >>> 0);
  return BigInt(p.map.read(hpa, 4) >>> 0) | (BigInt(p.map.read(hpa + 4, 4) >>> 0) << 32n);
}

/** Whether an SMI waits that nothing holds back. */
export function takesSmi(p: Core): boolean {
  if (!(p.view.getUint32(at.INTERRUPT, true) & SMI_PENDING) || p.waitsForStartup) return false;
  return !(p.view.getUint32(at.SHADOW, true) & (IN_SMM | SHADOWS));
}

export function enterSystemManagement(p: Core): void {
  const { view } = p;
  view.setUint32(at.INTERRUPT, view.getUint32(at.INTERRUPT, true) & ~SMI_PENDING, true);
  p.surroundings.systemManagement?.(true);
  save(p, mapOf(p));
  const shadow = view.getUint32(at.SHADOW, true);
  const wasBlocked = shadow & NMI_BLOCKED ? NMI_WAS_BLOCKED : 0;
  view.setUint32(at.SHADOW, (shadow & ~REPEATING) | IN_SMM | NMI_BLOCKED | wasBlocked, true);
  view.setUint32(at.PENDING_DEBUG, 0, true);
  p.halted = false;
  p.flags = 2;
  const base = view.getUint32(at.SMBASE, true);
  for (const n of [0, 1, 2, 3, 4, 5]) {
    const isCode = n === CS;
    const selector = isCode ? (base >>> 4) & 0xffff : 0;
    p.segments.set(n, { selector, base: isCode ? base : 0, limit: 0xffffffff, attributes: SMM_ATTRIBUTES });
  }
  p.rip = 0x8000n;
  view.setBigUint64(DR7, 0x400n, true);
  const cr0 = (p.control(0) & ~(CR0_PE | CR0_EM | CR0_TS | CR0_PG)) >>> 0;
  restoreControlRegisters(p, { cr0: BigInt(cr0), cr3: view.getBigUint64(at.CR3, true), cr4: 0n, efer: 0n });
  p.debug.update();
  p.updateMode();
  p.mustLeave = true;
}

function save(p: Core, map: SaveMap): void {
  const area = areaOf(p);
  const values: Record<string, bigint> = {
    flags: BigInt(p.flags),
    halt: p.halted ? 1n : 0n,
    revision: BigInt(map.revision),
    "pending debug": BigInt(p.debug.pending),
  };
  for (const [offset, bytes, content] of map.fields) {
    const value = typeof content === "string" ? values[content] : p.view.getBigUint64(content, true);
    put(p, area + offset, bytes, value as bigint);
  }
  for (const n of SEGMENTS) {
    const where = map.segment(n);
    const s = p.segments.get(n);
    put(p, area + where.selector, where.wide ? 2 : 4, BigInt(s.selector));
    put(p, area + where.attributes, where.wide ? 2 : 4, BigInt(s.attributes << where.shift));
    put(p, area + where.limit, 4, BigInt(s.limit));
    put(p, area + where.base, where.wide ? 8 : 4, BigInt.asUintN(64, p.segments.base64(n)));
  }
}

/** RSM. A state that no processor can be in shuts it down. */
function resume(p: Core): void {
  const { view } = p;
  const shadow = view.getUint32(at.SHADOW, true);
  if (!(shadow & IN_SMM)) raise(fault.UD);
  const map = mapOf(p);
  const area = areaOf(p);
  const states = new Map<number, bigint>();
  const named: Record<string, bigint> = {};
  for (const [offset, bytes, content] of map.fields) {
    const value = get(p, area + offset, bytes);
    if (typeof content === "string") named[content] = value;
    else states.set(content, value);
  }
  const control = {
    cr0: states.get(at.CR0) ?? 0n,
    cr3: states.get(at.CR3) ?? 0n,
    cr4: states.get(at.CR4) ?? 0n,
    efer: states.get(at.EFER) ?? 0n,
  };
  const segments = SEGMENTS.map((n) => {
    const where = map.segment(n);
    return {
      n,
      selector: Number(get(p, area + where.selector, 2)),
      attributes: Number(get(p, area + where.attributes, where.wide ? 2 : 4) >> BigInt(where.shift)) & 0xf0ff,
      limit: Number(get(p, area + where.limit, 4)),
      base: get(p, area + where.base, where.wide ? 8 : 4),
    };
  });
  p.mustLeave = true;
  p.surroundings.systemManagement?.(false);
  // Segments come first: what long mode means for them is decided by the control registers.
  for (const s of segments) {
    p.segments.set(s.n, { ...s, base: Number(s.base & 0xffffffffn) });
    p.segments.setBase64(s.n, s.base);
  }
  const special = new Set<number>([at.CR0, at.CR3, at.CR4, at.EFER, DR6, DR7]);
  for (const [field, value] of states) if (!special.has(field)) putState(p, field, value);
  p.flags = Number(named["flags"]);
  view.setBigUint64(DR6, ((states.get(DR6) ?? 0n) & 0xe00fn) | 0xffff0ff0n, true);
  view.setBigUint64(DR7, ((states.get(DR7) ?? 0n) & 0xffff2bffn) | 0x400n, true);
  view.setUint32(at.PENDING_DEBUG, Number(named["pending debug"]) & DEBUG_TRAPS, true);
  const stillBlocked = shadow & NMI_WAS_BLOCKED ? NMI_BLOCKED : 0;
  view.setUint32(at.SHADOW, (shadow & ~(IN_SMM | NMI_BLOCKED | NMI_WAS_BLOCKED)) | stillBlocked, true);
  p.halted = (Number(named["halt"]) & 1) !== 0;
  if (!restoreControlRegisters(p, control)) {
    view.setUint32(at.SHUTDOWN, 1, true);
    p.tell({ kind: "triple fault", chain: ["RSM with a state that cannot be", "shutdown"] });
  }
  p.debug.update();
  p.updateMode();
}

/** Bases and limits of tables take 8 and 4 bytes of the state, registers 8, SMBASE 4. */
function putState(p: Core, field: number, value: bigint): void {
  if (field === at.SMBASE || field === at.GDTR_LIMIT || field === at.IDTR_LIMIT)
    p.view.setUint32(field, Number(value), true);
  else p.view.setBigUint64(field, value, true);
}

export const SMM_OPERATIONS: Readonly<Record<string, Operation>> = { RSM: resume };
