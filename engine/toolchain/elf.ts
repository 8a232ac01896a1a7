/**
 * Reads ELF files for the PC: 32- and 64-bit, little-endian, executable. Segments to load, symbols, where to start. Not
 * read: relocations, dynamic linking, notes. Source: System V ABI, 4 "Object Files" and 5 "Program Loading".
 */

export interface ElfSegment {
  /** Physical address to load to. */
  readonly address: number;
  /** Address at which the program sees it. */
  readonly virtualAddress: bigint;
  /** Bytes from the file; zeros follow up to `size`. */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly isExecutable: boolean;
  readonly isWritable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  /** Bytes; 0 where the file does not say. */
  readonly size: number;
  readonly kind: "function" | "object" | "other";
  readonly isGlobal: boolean;
}

export interface Elf {
  readonly bits: 32 | 64;
  readonly entry: bigint;
  readonly segments: readonly ElfSegment[];
  /** In the order of the file, without sections' and files' names. */
  readonly symbols: readonly ElfSymbol[];
}

/** Why bytes are no ELF file we take: where, and what was expected there. */
export interface ElfFault {
  readonly offset: number;
  readonly message: string;
}

const EM_386 = 3;
const EM_X86_64 = 62;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
const SHT_SYMTAB = 2;
const SHN_UNDEF = 0;
const STT = ["other", "object", "function"] as const;
const MOST_SYMBOLS = 1_000_000;

/** Bounds-checked little-endian reading; the first place outside the file is kept. */
class Reader {
  readonly view: DataView;
  readonly is64: boolean;
  outside: ElfFault | undefined;

  constructor(bytes: Uint8Array, is64: boolean) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.is64 = is64;
  }

  private has(at: number, count: number, what: string): boolean {
    if (at >= 0 && at + count <= this.view.byteLength) return true;
    this.outside ??= {
      offset: at,
      message: `expected ${what} here, and the file ends at byte ${this.view.byteLength}`,
    };
    return false;
  }

  half(at: number, what: string): number {
    return this.has(at, 2, what) ? this.view.getUint16(at, true) : 0;
  }

  word(at: number, what: string): number {
    return this.has(at, 4, what) ? this.view.getUint32(at, true) : 0;
  }

  /** An address or offset: four bytes or eight. */
  address(at: number, what: string): bigint {
    if (!this.is64) return BigInt(this.word(at, what));
    return this.has(at, 8, what) ? this.view.getBigUint64(at, true) : 0n;
  }
}

/** Reads an executable; a fault names the offset and what was expected there. */
export function readElf(bytes: Uint8Array): Elf | ElfFault {
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (magic.some((b, i) => bytes[i] !== b))
    return { offset: 0, message: "expected 7F 45 4C 46, with which every ELF file begins" };
  if (bytes[4] !== 1 && bytes[4] !== 2)
    return { offset: 4, message: `expected 1 (32-bit) or 2 (64-bit), not ${bytes[4]}` };
  if (bytes[5] !== 1) return { offset: 5, message: "expected 1: little-endian" };
  const is64 = bytes[4] === 2;
  const r = new Reader(bytes, is64);
  const machine = r.half(18, "the machine");
  const expected = is64 ? EM_X86_64 : EM_386;
  if (machine !== expected)
    return { offset: 18, message: `expected machine ${expected} (${is64 ? "x86-64" : "80386"}), not ${machine}` };
  const type = r.half(16, "the type");
  if (type !== ET_EXEC && type !== ET_DYN) {
    return {
      offset: 16,
      message: `expected 2, an executable, not ${type}${type === 1 ? ": an object file must be linked first (ld)" : ""}`,
    };
  }
  const entry = r.address(24, "the entry point");
  const segments = readSegments(r, bytes);
  if (!Array.isArray(segments)) return segments;
  const symbols = readSymbols(r);
  return r.outside ?? { bits: is64 ? 64 : 32, entry, segments, symbols };
}

function readSegments(r: Reader, bytes: Uint8Array): ElfSegment[] | ElfFault {
  const table = Number(r.address(r.is64 ? 32 : 28, "the place of the program headers"));
  const size = r.half(r.is64 ? 54 : 42, "the size of a program header");
  const count = r.half(r.is64 ? 56 : 44, "the number of program headers");
  const least = r.is64 ? 56 : 32;
  if (count > 0 && size < least)
    return { offset: r.is64 ? 54 : 42, message: `expected program headers of ${least} bytes, not ${size}` };
  const segments: ElfSegment[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    const type = r.word(at, `program header ${i}`);
    if (type === PT_INTERP)
      return {
        offset: at,
        message: "a program that needs a dynamic linker cannot run without one: link it with -static",
      };
    if (type !== PT_LOAD) continue;
    const flags = r.word(at + (r.is64 ? 4 : 24), "segment flags");
    const place = (n: number, what: string) => Number(r.address(at + (r.is64 ? 8 * n : 4 * n), what));
    const offset = place(1, "a segment's place in the file");
    const inFile = place(4, "a segment's size in the file");
    const inMemory = place(5, "a segment's size in memory");
    if (r.outside) return r.outside;
    if (offset + inFile > bytes.length) {
      return {
        offset: at,
        message: `segment ${i} is bytes ${offset} to ${offset + inFile} of the file, which has ${bytes.length}`,
      };
    }
    if (inFile > inMemory)
      return { offset: at, message: `segment ${i} has ${inFile} bytes in the file and only ${inMemory} in memory` };
    segments.push({
      address: place(3, "a physical address"),
      virtualAddress: r.address(at + (r.is64 ? 16 : 8), "a virtual address"),
      bytes: bytes.subarray(offset, offset + inFile),
      size: inMemory,
      isExecutable: (flags & 1) !== 0,
      isWritable: (flags & 2) !== 0,
    });
  }
  if (segments.length === 0)
    return { offset: table, message: "expected a segment to load (PT_LOAD), and there is none" };
  return segments;
}

/** The symbol table, where there is one; what is broken in it is left out, for the program runs without. */
function readSymbols(r: Reader): ElfSymbol[] {
  const table = Number(r.address(r.is64 ? 40 : 32, "the place of the section headers"));
  const size = r.half(r.is64 ? 58 : 46, "the size of a section header");
  const count = r.half(r.is64 ? 60 : 48, "the number of section headers");
  const least = r.is64 ? 64 : 40;
  if (table === 0 || size < least || table + count * size > r.view.byteLength) return [];
  const section = (i: number) => {
    const at = table + i * size;
    const field = (n32: number, n64: number) => Number(r.address(at + (r.is64 ? n64 : n32), "a section header"));
    return {
      type: r.word(at + 4, "a section's type"),
      offset: field(16, 24),
      size: field(20, 32),
      link: r.word(at + (r.is64 ? 40 : 24), "a link"),
    };
  };
  for (let i = 0; i < count; i++) {
    const s = section(i);
    if (s.type !== SHT_SYMTAB || s.link >= count) continue;
    const strings = section(s.link);
    const each = r.is64 ? 24 : 16;
    const inFile = s.offset + s.size <= r.view.byteLength && strings.offset + strings.size <= r.view.byteLength;
    if (!inFile || s.size / each > MOST_SYMBOLS) return [];
    const names = new Uint8Array(r.view.buffer, r.view.byteOffset + strings.offset, strings.size);
    const symbols: ElfSymbol[] = [];
    for (let at = s.offset; at + each <= s.offset + s.size; at += each) {
      const info = r.view.getUint8(at + (r.is64 ? 4 : 12));
      const place = r.half(at + (r.is64 ? 6 : 14), "a symbol");
      const name = stringAt(names, r.word(at, "a symbol"));
      if (name === "" || place === SHN_UNDEF || (info & 15) > 2) continue;
      symbols.push({
        name,
        address: r.address(at + (r.is64 ? 8 : 4), "a symbol"),
        size: Number(r.address(at + (r.is64 ? 16 : 8), "a symbol")),
        kind: STT[info & 15] ?? "other",
        isGlobal: info >> 4 !== 0,
      });
    }
    return symbols;
  }
  return [];
}

function stringAt(names: Uint8Array, at: number): string {
  if (at >= names.length) return "";
  const end = names.indexOf(0, at);
  return new TextDecoder().decode(names.subarray(at, end < 0 ? names.length : end));
}
