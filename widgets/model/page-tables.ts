// Page tables as views read them: which paging CR0, CR3, CR4 and EFER set up, what an entry says, and a table's entries
// with what is alike folded together. Whether an access is allowed is for the engine to say (`MachineHandle.walk`).
// Source: AMD APM vol. 2, 5.2 "Legacy-Mode Page Translation" and 5.3 "Long-Mode Page Translation".
import type { RegisterFile } from "../../engine/index.ts";
import { readRegister } from "./expression.ts";
import { hex, pageSize } from "./number.ts";

/** One level of tables: which bits of a linear address choose its entry. */
export interface Level {
  /** What the manual calls the table, and one of its entries. */
  readonly table: string;
  readonly entry: string;
  /** The lowest of the linear address's bits that are the index, and how many. */
  readonly shift: number;
  readonly bits: number;
}

export interface PagingMode {
  readonly name: "32-bit" | "PAE" | "4-level" | "5-level";
  /** From the root on. */
  readonly levels: readonly Level[];
  readonly entryBytes: 4 | 8;
  /** Physical address of the first table. */
  readonly root: number;
  /** CR4.PSE (or 8-byte entries): bit 7 makes a page of an entry above the last level. */
  readonly largePages: boolean;
}

const level = (table: string, entry: string, shift: number, bits: number): Level => ({ table, entry, shift, bits });
const long = [
  level("PML5", "PML5E", 48, 9),
  level("PML4", "PML4E", 39, 9),
  level("PDPT", "PDPTE", 30, 9),
  level("PD", "PDE", 21, 9),
  level("PT", "PTE", 12, 9),
];
const pae = [level("PDPT", "PDPTE", 30, 2), ...long.slice(3)];
const legacy = [level("PD", "PDE", 22, 10), level("PT", "PTE", 12, 10)];

/** How linear addresses become physical ones now; undefined while paging is off. */
export function pagingMode(registers: RegisterFile): PagingMode | undefined {
  const [cr0, cr3, cr4, efer] = ["CR0", "CR3", "CR4", "EFER"].map((name) => readRegister(registers, name) ?? 0n);
  if (!(cr0 & 0x8000_0000n)) return undefined;
  const root = Number(cr3 & 0x000f_ffff_ffff_f000n);
  if (!(cr4 & 0x20n)) {
    return { name: "32-bit", levels: legacy, entryBytes: 4, root, largePages: (cr4 & 0x10n) !== 0n };
  }
  const wide = { entryBytes: 8, root, largePages: true } as const;
  if (!(efer & 0x400n)) return { ...wide, name: "PAE", levels: pae, root: Number(cr3 & 0xffff_ffe0n) };
  if (cr4 & 0x1000n) return { ...wide, name: "5-level", levels: long };
  return { ...wide, name: "4-level", levels: long.slice(1) };
}

/** A bit of an entry that views show as a letter. */
export interface Letter {
  readonly name: string;
  readonly says: string;
  readonly on: boolean;
}

export interface PageEntry {
  readonly value: bigint;
  readonly present: boolean;
  /** It names a page, not a table. */
  readonly leaf: boolean;
  /** Physical address of the page or table. */
  readonly target: number;
  readonly letters: readonly Letter[];
}

/** What an entry of the table at `depth` (0: the root) says. */
export function readEntry(mode: PagingMode, depth: number, value: bigint): PageEntry {
  const { levels, entryBytes, largePages } = mode;
  const { shift } = levels[depth];
  const last = depth === levels.length - 1;
  // Only the two levels above the last have pages of their own (in PAE paging, one).
  const mayBeLarge = largePages && depth >= levels.length - (mode.name === "PAE" || entryBytes === 4 ? 2 : 3);
  const leaf = last || (mayBeLarge && (value & 0x80n) !== 0n);
  let target = value & 0x000f_ffff_ffff_f000n;
  if (leaf && !last) target = (target >> BigInt(shift)) << BigInt(shift);
  // PSE-36: bits 13 to 20 of a 4 MiB page's entry are bits 32 to 39 of its address.
  if (leaf && !last && entryBytes === 4) target = (value & 0xffc0_0000n) | (((value >> 13n) & 0xffn) << 32n);
  const bit = (name: string, at: number, says: string): Letter => ({
    name,
    says,
    on: ((value >> BigInt(at)) & 1n) === 1n,
  });
  const pointer = mode.name === "PAE" && depth === 0;
  const letters = [bit("P", 0, "present")];
  if (!pointer) letters.push(bit("W", 1, "writable"), bit("U", 2, "user"), bit("A", 5, "accessed"));
  if (leaf) letters.push(bit("D", 6, "dirty"), bit("G", 8, "global"));
  if (entryBytes === 8 && !pointer) letters.push(bit("NX", 63, "no execute"));
  return { value, present: (value & 1n) === 1n, leaf, target: Number(target), letters };
}

/** Bytes of the table at `depth`. */
export function tableBytes(mode: PagingMode, depth: number): number {
  return mode.entryBytes << mode.levels[depth].bits;
}

/** Bytes of linear addresses behind one entry at `depth`. */
export const reach = (mode: PagingMode, depth: number): number => 2 ** mode.levels[depth].shift;

/** "2 MiB page", or the table that the entry leads to. */
export function targetWords(mode: PagingMode, depth: number, entry: PageEntry): string {
  return entry.leaf ? `${pageSize(reach(mode, depth))} page` : mode.levels[depth + 1].table;
}

/** The values in a table's bytes, by index. */
export function tableValues(mode: PagingMode, bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / mode.entryBytes }, (_, i) =>
    mode.entryBytes === 8 ? view.getBigUint64(i * 8, true) : BigInt(view.getUint32(i * 4, true)),
  );
}

/** Entries of a table that stand in one row: `count` from `index` on, alike, their targets `step` bytes apart. */
export interface Fold {
  readonly index: number;
  readonly count: number;
  readonly entry: PageEntry;
  readonly step: number;
}

/** As many in a row are folded, where they are present. */
const leastFolded = 4;

/** A table's entries in order; absent ones, and present ones that go on as they began, in one row. */
export function foldTable(mode: PagingMode, depth: number, values: readonly bigint[]): Fold[] {
  const rows: Fold[] = [];
  for (let index = 0; index < values.length; ) {
    const entry = readEntry(mode, depth, values[index]);
    const step = index + 1 < values.length ? Number(values[index + 1] - values[index]) : 0;
    // What goes on: the same entry again, or one page (or table) further each time, with the same bits.
    const goesOn = step === 0 || (entry.present && (step === 4096 || (entry.leaf && step === reach(mode, depth))));
    let count = 1;
    while (goesOn && index + count < values.length && Number(values[index + count] - values[index]) === step * count) {
      count++;
    }
    if (entry.present && count < leastFolded) count = 1;
    rows.push({ index, count, entry, step: count > 1 ? step : 0 });
    index += count;
  }
  return rows;
}

/** The index at each level that a linear address has. */
export function indexesOf(mode: PagingMode, la: bigint): number[] {
  return mode.levels.map(({ shift, bits }) => Number((la >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)));
}

/** The first linear address behind the entries `path`, sign-extended where the mode's addresses are 64 bits. */
export function linearOf(mode: PagingMode, path: readonly number[]): bigint {
  const la = path.reduce((sum, index, depth) => sum | (BigInt(index) << BigInt(mode.levels[depth].shift)), 0n);
  if (mode.entryBytes === 4 || mode.name === "PAE") return la;
  return BigInt.asUintN(64, BigInt.asIntN(mode.levels[0].shift + mode.levels[0].bits, la));
}

/** A linear address as a view shows it: 8 digits, or 16 in long mode, where it is 12 without a high half. */
export function linearText(mode: PagingMode, la: bigint): string {
  if (mode.entryBytes === 4 || mode.name === "PAE") return hex(la, 8);
  return hex(la, la >> 48n ? 16 : 12);
}

/** A range of linear addresses that one row of pages maps. */
export interface Mapping {
  readonly la: bigint;
  readonly bytes: number;
  readonly pa: number;
  readonly pageBytes: number;
  /** All pages are one and the same, `bytes / pageBytes` times. */
  readonly alias: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

/** As many tables are read at most, and as many walked through: a tree may have millions, and one table many times. */
const mostTables = 256;
const mostWalked = 4096;

/** The values of every table that CR3 leads to, by address; `mostTables` at most. */
export async function collectTables(
  mode: PagingMode,
  read: (address: number, length: number) => Promise<Uint8Array | undefined>,
): Promise<Map<number, readonly bigint[]>> {
  const tables = new Map<number, readonly bigint[]>();
  const wanted = [{ address: mode.root, depth: 0 }];
  // Grows while it is gone through.
  for (const { address, depth } of wanted) {
    if (tables.has(address) || tables.size >= mostTables) continue;
    const bytes = await read(address, tableBytes(mode, depth));
    if (!bytes) continue;
    const values = tableValues(mode, bytes);
    tables.set(address, values);
    for (const value of values) {
      const entry = readEntry(mode, depth, value);
      if (entry.present && !entry.leaf) wanted.push({ address: entry.target, depth: depth + 1 });
    }
  }
  return tables;
}

/**
 * What the tables map, in order of linear addresses; at most `most` ranges, and whether that is all. `table` gives the
 * values of the one at a physical address.
 */
export function listMappings(
  mode: PagingMode,
  table: (address: number, depth: number) => readonly bigint[],
  most = 64,
): { mappings: readonly Mapping[]; complete: boolean } {
  const mappings: Mapping[] = [];
  let complete = true;
  let walked = 0;
  const descend = (address: number, path: readonly number[], above: Rights) => {
    const depth = path.length;
    if (++walked > mostWalked) complete = false;
    for (const { index, count, entry, step } of foldTable(mode, depth, table(address, depth))) {
      if (!entry.present) continue;
      const rights = combine(above, entry);
      if (!entry.leaf) {
        for (let i = 0; i < count && complete; i++) descend(entry.target + i * step, [...path, index + i], rights);
      } else if (mappings.length >= most) complete = false;
      else {
        const pageBytes = reach(mode, depth);
        const range = { la: linearOf(mode, [...path, index]), bytes: count * pageBytes, pa: entry.target, pageBytes };
        addMapping(mappings, { ...range, alias: count > 1 && step === 0, ...rights });
      }
    }
  };
  descend(mode.root, [], { writable: true, user: true, executable: true });
  return { mappings, complete };
}

type Rights = Pick<Mapping, "writable" | "user" | "executable">;

/** What one more entry on the way leaves of the rights. */
function combine(above: Rights, { letters }: PageEntry): Rights {
  const on = (name: string, without: boolean) => letters.find((one) => one.name === name)?.on ?? without;
  return {
    writable: above.writable && on("W", true),
    user: above.user && on("U", true),
    executable: above.executable && !on("NX", false),
  };
}

/** Adds a range, to the last one where it goes on from it. */
function addMapping(mappings: Mapping[], next: Mapping): void {
  const last = mappings.at(-1);
  const goesOn =
    last !== undefined &&
    !last.alias &&
    !next.alias &&
    last.la + BigInt(last.bytes) === next.la &&
    last.pa + last.bytes === next.pa &&
    last.pageBytes === next.pageBytes &&
    last.writable === next.writable &&
    last.user === next.user &&
    last.executable === next.executable;
  if (goesOn) mappings[mappings.length - 1] = { ...last, bytes: last.bytes + next.bytes };
  else mappings.push(next);
}
