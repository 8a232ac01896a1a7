/**
 * Starts for random code, each from a seed alone: every mode of the processor, with page tables, descriptor tables and
 * handlers that are right often enough for faults to be delivered and wrong often enough for those to fault. Only tests
 * import this.
 *
 *     00000  code and stacks: random bytes, or instructions of the table one after another
 *     60000  GDT, IDT, LDT, TSS: one page each
 *     70000  page tables: the top, then one table a level; the lowest maps the first 2 (or 4) MiB
 *     A0000  device memory          F0000  ROM: random bytes          beyond 1 MiB: nothing
 */
import { randomBytes, randomFrom } from "../isa/samples.ts";
import { TABLE } from "../isa/table.ts";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor, type ProcessorEvent } from "./processor.ts";
import { EFER_LMA, EFER_LME, EFER_NXE, EFER_SCE, VM } from "./registers.ts";
import { CS, DS, ES, FS, GS, LDTR, SS, TR } from "./segments.ts";

export const STARTS = [
  "real",
  "protected, flat",
  "protected, segmented",
  "virtual-8086",
  "32-bit paging",
  "PAE paging",
  "64-bit",
  "64-bit, five levels",
  "compatibility",
] as const;
export type Start = (typeof STARTS)[number];

export const CODE_BYTES = 0x8000;
const TABLES = 0x60000;
const PAGES = 0x70000;
const ROM = 0xf0000;
const RAM = 1 << 20;

type Random = (n: number) => number;

const ENCODINGS = TABLE.flatMap((row) => row.encodings);

let onEvent: (event: ProcessorEvent) => void = () => {};
/** Who hears of the processor's events. */
export function listen(listener: typeof onEvent): void {
  onEvent = listener;
}

const map = new PhysicalMap(RAM, 1);
map.devices = { read: (hpa, size) => (hpa * 0x9e3779b1 + size) >>> 0, write() {} };
const rom = randomFrom(1);
map.mapRom(
  ROM,
  Uint8Array.from({ length: 0x10000 }, () => rom(256)),
);

export const fuzzRam: Uint8Array = map.ram;
export const fuzzProcessor = new Processor(map, {
  portRead: (port) => (port * 37) & 0xff,
  portWrite() {},
  acknowledgeInterrupt: () => 0x20,
  now: () => 1234,
  event: (e) => onEvent(e),
});

/** Random bytes, or random instructions of the table end to end. */
function fillCode(codeBits: 16 | 32 | 64, random: Random): void {
  const { ram } = map;
  if (random(2)) {
    for (let i = 0; i < CODE_BYTES; i++) ram[i] = random(256);
    return;
  }
  for (let i = 0; i < CODE_BYTES - 16; ) {
    const encoding = ENCODINGS[random(ENCODINGS.length)] as (typeof ENCODINGS)[number];
    const bytes = randomBytes(encoding, codeBits, random);
    ram.set(bytes, i);
    i += 2 + random(8);
  }
}

function writeWords(address: number, ...words: number[]): void {
  words.forEach((word, i) => {
    map.view.setUint32(map.ramAt + address + i * 4, word >>> 0, true);
  });
}

/** A descriptor: present and of a sensible type most often. */
function descriptor(address: number, long: boolean, random: Random): void {
  const types = [0x9a, 0x9b, 0x92, 0x93, 0x96, 0xfa, 0xf2, 0x9e, 0xfe, 0x89, 0x82, 0x84, 0x8c, 0x85, 0xec];
  const type = random(8) ? (types[random(types.length)] as number) : random(256);
  const flags = long ? [0x2, 0x4, 0xc, 0xa][random(4)] : [0x0, 0x4, 0xc, 0x8][random(4)];
  const limit = random(4) ? 0xffff : random(0x10000);
  writeWords(address, limit | (random(4) << 16), ((flags as number) << 20) | (0xf << 16) | (type << 8) | random(2));
}

/** A gate to random code, through selector 8 or any. */
function gate(address: number, long: boolean, random: Random): void {
  const selector = random(8) ? 8 : random(64);
  const types = [0x8e, 0x8f, 0xee, 0xef, 0x85, 0x86];
  const type = random(8) ? (types[random(long ? 4 : 6)] as number) : random(256);
  writeWords(address, (selector << 16) | random(CODE_BYTES), (type << 8) | (long ? random(3) : 0));
  if (long) writeWords(address + 8, 0, 0);
}

function buildTables(long: boolean, random: Random): void {
  const code = long ? 0x00af9b00 : random(2) ? 0x00cf9b00 : 0x008f9b00;
  for (let i = 0; i < 4096; i += 8) descriptor(TABLES + i, long, random);
  writeWords(TABLES, 0, 0, 0xffff, code, 0xffff, 0x00cf9300);
  const gateBytes = long ? 16 : 8;
  for (let i = 0; i < 256; i++) gate(TABLES + 0x1000 + i * gateBytes, long, random);
  for (let i = 0; i < 4096; i += 8) descriptor(TABLES + 0x2000 + i, long, random);
  // Stacks of the TSS, in either form, are in the second half of the code.
  for (let i = 0; i < 4096; i += 4) {
    const stack = CODE_BYTES / 2 + random(0x1000);
    writeWords(TABLES + 0x3000 + i, i % 8 === 4 ? stack : long ? 0 : 0x10);
  }
  const p = fuzzProcessor;
  p.view.setUint32(at.GDTR_BASE, TABLES, true);
  p.view.setUint32(at.GDTR_LIMIT, random(4) ? 0xfff : random(0x1000), true);
  p.view.setUint32(at.IDTR_BASE, TABLES + 0x1000, true);
  p.view.setUint32(at.IDTR_LIMIT, random(4) ? 256 * gateBytes - 1 : random(0x1000), true);
  p.segments.set(LDTR, { selector: 0x18, base: TABLES + 0x2000, limit: 0xfff, attributes: 0x82 });
  p.segments.set(TR, { selector: 0x20, base: TABLES + 0x3000, limit: random(4) ? 0x2067 : 0x67, attributes: 0x8b });
}

/** An entry of a page table for a page at its own place; one in eight is something else. */
function entry(target: number, random: Random): [low: number, high: number] {
  const usual: [number, number] = [target | 7 | (random(2) ? 0x60 : 0) | (random(4) ? 0 : 0x100), 0];
  switch (random(24)) {
    case 0:
      return [usual[0] & ~1, 0];
    case 1:
      return [usual[0] & ~2, random(2) ? 0x80000000 : 0];
    case 2:
      return [usual[0] & ~4, 0];
    // Device memory, ROM, and what is not there at all.
    case 3:
      return [([0xa0000, ROM, 0xfec00000, 0x7ff000][random(4)] as number) | 7, 0];
    case 4:
      return [usual[0] | random(0x1000), random(2) ? 0 : random(0x100000)];
    default:
      return usual;
  }
}

/** Tables for `levels`, 8 bytes an entry (or 4): one path down to the lowest, whose entries are as `entry` has them. */
function buildPaging(levels: number, wide: boolean, random: Random): void {
  map.ram.fill(0, PAGES, PAGES + levels * 0x1000);
  const place = (table: number, index: number) => table + index * (wide ? 8 : 4);
  for (let level = 0; level < levels - 1; level++) {
    const table = PAGES + level * 0x1000;
    for (let i = 0; i < 8; i++) writeWords(place(table, i), random(2) ? random(0x100000) << 12 : 0);
    // PAE's top entries have reserved bits where others have W and U.
    writeWords(place(table, 0), (table + 0x1000) | (wide && levels === 3 && level === 0 ? 1 : 7));
  }
  const lowest = PAGES + (levels - 1) * 0x1000;
  for (let i = 0; i < (wide ? 512 : 1024); i++) {
    const keeps = i >= TABLES >> 12 && i < (PAGES >> 12) + 8;
    const [low, high] = keeps ? [(i << 12) | 0x67, 0] : entry(i << 12, random);
    writeWords(place(lowest, i), low);
    if (wide) writeWords(place(lowest, i) + 4, high);
  }
}

function setRegisters(long: boolean, data: number, random: Random): void {
  const p = fuzzProcessor;
  const { view } = p;
  for (let n = 0; n < 16; n++) {
    const near = BigInt(data + random(CODE_BYTES) + (random(6) ? 0 : 0x90000));
    const far = (BigInt(random(0x100000000)) << 32n) | BigInt(random(0x100000000));
    view.setBigUint64(at.GPR + n * 8, random(3) ? near : long ? far : far & 0xffffffffn, true);
  }
  if (random(4)) p.setRegister64(4, BigInt(data + 0x4000 + random(0x2000)));
  for (let n = 0; n < 4; n++) view.setBigUint64(at.DR + n * 8, BigInt(random(CODE_BYTES)), true);
  if (random(8) === 0) view.setUint32(at.DR + 7 * 8, 0x400 | random(0x10000) | (random(0x10000) << 16), true);
  view.setUint16(at.X87_CONTROL, random(2) ? 0x37f : random(0x10000), true);
  view.setUint16(at.X87_TAG, random(2) ? 0xffff : random(0x10000), true);
  view.setUint32(at.MXCSR, random(2) ? 0x1f80 : random(0x10000), true);
  for (let i = 0; i < 256; i += 4) view.setUint32(at.XMM + i, random(0x100000000), true);
  for (let i = 0; i < 128; i += 4) if (i % 16 < 8) view.setUint32(at.X87 + i, random(0x100000000), true);
}

function setSegments(start: Start, cpl: number, random: Random): void {
  const { segments } = fuzzProcessor;
  const segmented = start === "protected, segmented" || start === "real";
  const isReal = start === "real" || start === "virtual-8086";
  const limit = isReal || segmented ? 0xffff : 0xffffffff;
  const base = () => (segmented || isReal ? random(0x400) * 16 : 0);
  const size = isReal ? 0 : start.startsWith("64") ? 0xa000 : random(2) ? 0xc000 : 0x8000;
  const level = cpl << 5;
  const set = (n: number, selector: number, attributes: number) => {
    const b = base();
    segments.set(n, { selector: isReal ? b >> 4 : selector | cpl, base: b, limit, attributes: attributes | level });
  };
  set(CS, 8, isReal ? 0x93 : 0x9b | size);
  const data = isReal ? 0x93 : 0x93 | (size & 0x4000 || start.startsWith("64") ? 0xc000 : 0x8000);
  for (const n of [DS, ES, SS, FS, GS]) set(n, 0x10, random(16) || n === SS ? data : 0x91 | level);
  if (start.startsWith("64")) segments.setBase64(GS, BigInt(random(0x1000)));
}

/** Default operand size of a start's code. */
export function codeBitsOf(start: Start): 16 | 32 | 64 {
  if (start.startsWith("64")) return 64;
  return start === "real" || start === "virtual-8086" ? 16 : 32;
}

/** Puts the processor and its memory where `seed` says; `data`: where most registers point, from there CODE_BYTES on. */
export function prepareStart(start: Start, seed: number, data = 0): void {
  const random = randomFrom(seed);
  const p = fuzzProcessor;
  p.reset();
  map.ram.fill(0);
  fillCode(codeBitsOf(start), random);
  const long = start.startsWith("64") || start === "compatibility";
  const paged = long || start.endsWith("paging") || (start === "virtual-8086" && random(2) === 1);
  const wide = long || start === "PAE paging";
  const levels = start.endsWith("five levels") ? 5 : long ? 4 : wide ? 3 : 2;
  if (start !== "real") buildTables(long, random);
  if (paged) buildPaging(levels, wide, random);
  const cpl = start === "real" ? 0 : start === "virtual-8086" || random(2) ? 3 : 0;
  setRegisters(long, data, random);
  setSegments(start, cpl, random);
  const numeric = [0, 0, 2, 4, 8, 0x20][random(6)] as number;
  const cr0 =
    0x10 | numeric | (start === "real" ? 0 : 1) | (paged ? 0x80000000 : 0) | (random(2) << 16) | (random(2) << 18);
  p.setControl(0, cr0 >>> 0);
  p.setControl(3, PAGES);
  const options = (random(2) ? 0x600 : 0) | (random(0x100) & 0x8f) | (random(4) ? 0 : 0x300000) | (random(2) << 16);
  p.setControl(4, options | (wide ? 0x20 : 0x10) | (levels === 5 ? 0x1000 : 0));
  const efer = long ? EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE : wide && random(2) ? EFER_NXE : 0;
  p.view.setUint32(at.EFER, efer, true);
  for (let i = 0; i < 4; i++) p.view.setBigUint64(at.PDPTES + i * 8, i === 0 ? BigInt(PAGES + 0x1001) : 0n, true);
  const flags = random(0x100000000) & (random(4) ? 0x243ed5 : 0x277fd5);
  p.flags = (start === "virtual-8086" ? flags | VM : flags) | 2;
  p.rip = BigInt(random(CODE_BYTES));
  p.view.setUint32(at.MXCSR, random(2) ? 0x1f80 : random(0x10000), true);
  for (let i = 0; i < 256; i += 4) p.view.setUint32(at.XMM + i, random(3) ? random(0x100000000) : 0x3f800000, true);
  p.setInterrupt(random(2) === 0);
  p.restored();
}
