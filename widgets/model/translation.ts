// What the views of address translation read at an instant: tables along a path, the walk of an address with the segment
// in front of it, and what the TLBs hold. The engine makes the walks; here is only asked and put together.
import type { HeldTranslation, PageWalk, RegisterFile, TlbView, WalkAccess } from "../../engine/index.ts";
import { evaluate, readRegister, type Value } from "./expression.ts";
import type { Parsed } from "./number.ts";
import { indexesOf, type PagingMode, pagingMode, readEntry, tableBytes, tableValues } from "./page-tables.ts";
import { type Instant, type Reader, screenRows } from "./reader.ts";
import { accessOf, type Segmented, splitSegment, throughSegment } from "./walk-words.ts";

/** What an expression is worth at this instant; what a frame lacks reads as FF. */
function ask(source: string, reader: Reader, registers: RegisterFile, { status }: Instant): Promise<Parsed<Value>> {
  const readable = {
    registers: async () => registers,
    async readMemory(space: "physical" | "linear", address: number, length: number) {
      return (await reader.readMemory(space, address, length)) ?? new Uint8Array(length).fill(0xff);
    },
    async screenRows() {
      const screen = await reader.screen();
      return screen ? screenRows(screen) : [];
    },
    serial: async () => "",
    tick: async () => status.tick,
    ledger: async () => {
      throw new Error("The ledger holds no address.");
    },
  };
  return evaluate(source, readable, "hex");
}

/** A table on a path: where it is, and what is in it. */
export interface Table {
  readonly address: number;
  readonly values: readonly bigint[];
}

export interface TablesRead {
  /** Undefined while paging is off. */
  readonly mode: PagingMode | undefined;
  /** From the root down, as far as the path leads. */
  readonly tables: readonly Table[];
  /** The open entry of each. */
  readonly path: readonly number[];
}

/** Reads the tables on the path `chosen`, or of the address `of`; where neither says, the first entry that is present. */
export async function readTables(
  reader: Reader,
  instant: Instant,
  of: string,
  chosen?: readonly number[],
): Promise<TablesRead | undefined> {
  const registers = await reader.registers();
  if (!registers) return undefined;
  const mode = pagingMode(registers);
  const tables: Table[] = [];
  const path: number[] = [];
  if (!mode) return { mode, tables, path };
  const answer = of && !chosen ? await ask(of, reader, registers, instant) : undefined;
  const address = answer && "value" in answer && typeof answer.value === "bigint" ? answer.value : undefined;
  const wanted = chosen ?? (address === undefined ? [] : indexesOf(mode, address));
  for (let table = mode.root, depth = 0; depth < mode.levels.length; depth++) {
    const bytes = await reader.readMemory("physical", table, tableBytes(mode, depth));
    if (!bytes) break;
    const values = tableValues(mode, bytes);
    tables.push({ address: table, values });
    const first = values.findIndex((value) => value & 1n);
    const index = wanted[depth] ?? (first < 0 ? undefined : first);
    if (index === undefined) break;
    path.push(index);
    const entry = readEntry(mode, depth, values[index]);
    if (!entry.present || entry.leaf) break;
    table = entry.target;
  }
  return { mode, tables, path };
}

/** What is asked about: as the attributes of <ring-walk> say it. */
export interface WalkWish {
  readonly of: string;
  readonly access: string;
  readonly ring: number | undefined;
}

export interface WalkRead {
  readonly segmented: Segmented | undefined;
  readonly walk: PageWalk;
  readonly mode: PagingMode | undefined;
  /** What the TLB that serves the access holds for the address. */
  readonly held: HeldTranslation | undefined;
}

/** The walk of an address as it would be at this instant; undefined where that is not known. */
export async function readWalk(
  reader: Reader,
  instant: Instant,
  { of, access, ring }: WalkWish,
): Promise<Parsed<WalkRead> | undefined> {
  const registers = await reader.registers();
  if (!registers) return undefined;
  const fault = /^\s*fault\s*$/i.test(of);
  const { segment, rest } = splitSegment(fault ? "CR2" : of || "0", registers);
  const answer = await ask(rest, reader, registers, instant);
  if (!("value" in answer)) return answer;
  if (typeof answer.value === "string") return { message: "Text is no address.", hint: "Write RBX, DS:ESI or 401000." };
  const long = instant.status.mode === "long";
  const segmented = segment && throughSegment(segment, answer.value, long);
  const based = segment && (!long || segment.name === "FS" || segment.name === "GS");
  const linear = answer.value + (based ? BigInt(segment.base) : 0n);
  const kind = access === "write" || access === "execute" ? access : "read";
  const asked: WalkAccess = { kind, ...(ring === undefined ? {} : { user: ring === 3 }) };
  const wish = (fault ? lastFault(instant) : undefined) ?? asked;
  const [walk, tlb] = await Promise.all([reader.walk(linear, wish), reader.tlb()]);
  if (!walk) return undefined;
  const held = walk.paging === "off" ? undefined : tlb?.entries.find((one) => serves(one, walk, contextOf(registers)));
  return { value: { segmented, walk, mode: pagingMode(registers), held } };
}

/** The access of the newest page fault, which CR2 has the address of. */
function lastFault({ status, events }: Instant): WalkAccess | undefined {
  const last = events.findLast(
    (event) => event.kind === "exception" && event.vector === 14 && event.tick <= status.tick,
  );
  return last?.kind === "exception" && last.errorCode !== undefined ? accessOf(last.errorCode) : undefined;
}

/** The process-context identifier that walks are made under. */
export function contextOf(registers: RegisterFile): number {
  const identifies = ((readRegister(registers, "CR4") ?? 0n) & 0x20000n) !== 0n;
  return identifies ? Number((readRegister(registers, "CR3") ?? 0n) & 0xfffn) : 0;
}

function serves(held: HeldTranslation, { linear, access }: PageWalk, pcid: number): boolean {
  const from = BigInt.asUintN(64, held.linear);
  const covers = linear >= from && linear < from + BigInt(held.size);
  return covers && held.tlb === (access.kind === "execute" ? "code" : "data") && (held.global || held.pcid === pcid);
}

/** So many entries are compared with the tables. */
const mostCompared = 64;

export interface TlbRead {
  readonly view: TlbView;
  readonly entries: readonly HeldTranslation[];
  /** CR4.PCIDE: entries belong to contexts. */
  readonly contexts: boolean;
  /** What a read of an entry's page would find now: of global ones, and of the present context's. */
  readonly walks: ReadonlyMap<HeldTranslation, PageWalk>;
}

/** What the TLB `which` holds ("data", "code", "both"); `compare`: against the tables, too. */
export async function readTlb(reader: Reader, which: string, compare = true): Promise<TlbRead | undefined> {
  const [registers, view] = await Promise.all([reader.registers(), reader.tlb()]);
  if (!registers || !view) return undefined;
  const pcid = contextOf(registers);
  const entries = view.entries.filter(({ tlb }) => which === "both" || tlb === (which || "data"));
  const ours = compare ? entries.filter((one) => one.global || one.pcid === pcid).slice(0, mostCompared) : [];
  const linear = (one: HeldTranslation) => BigInt.asUintN(64, one.linear);
  const found = await Promise.all(ours.map((one) => reader.walk(linear(one), { kind: "read", user: false })));
  const walks = new Map<HeldTranslation, PageWalk>();
  for (const [i, walk] of found.entries()) if (walk) walks.set(ours[i], walk);
  const contexts = ((readRegister(registers, "CR4") ?? 0n) & 0x20000n) !== 0n;
  return { view, entries, contexts, walks };
}
