/**
 * The fast TLB: which pages generated code may touch at once, and where they are in linear memory. Derived: whatever it
 * has, the architectural TLB has too, and it may be forgotten at any moment without the guest's noticing.
 *
 * One pair of tables (read, write) for each kind of access, so that a change of privilege only changes two pointers.
 */
import * as at from "./layout.ts";

/**
 * Kinds of access: CPL 3; CPL 0–2; CPL 0–2 while CR4.SMAP guards user pages; any while each access is looked at, for
 * alignment or a data breakpoint.
 */
export type AccessClass = 0 | 1 | 2 | 3;
export const CLASS_USER = 0;
export const CLASS_SUPERVISOR = 1;
export const CLASS_GUARDED = 2;
export const CLASS_CHECKED = 3;

/** The last one has one table, which stays empty. */
const CLASSES = 3;
/** As many filled slots are remembered one by one; beyond that a table is wiped whole. */
const LOG = 1024;

/** One table, and which of its slots are filled. */
class Table {
  private readonly log = new Uint32Array(LOG);
  private count = LOG + 1;
  private readonly words: Int32Array;

  constructor(buffer: ArrayBufferLike, at_: number) {
    this.words = new Int32Array(buffer, at_, at.FAST_TLB_ENTRIES * 4);
    this.forget();
  }

  set(low: number, high: number, host: number, mark: number): void {
    const slot = ((low >>> 12) % at.FAST_TLB_ENTRIES) * 4;
    const w = this.words;
    if (this.count < LOG) this.log[this.count] = slot;
    if (this.count <= LOG) this.count++;
    w[slot] = (low & ~0xfff) | mark;
    w[slot + 1] = high;
    w[slot + 2] = host - low;
  }

  /** Where `low` (below 4 GiB) is in linear memory, −1 where that is not known here. */
  host(low: number): number {
    const slot = ((low >>> 12) % at.FAST_TLB_ENTRIES) * 4;
    const w = this.words;
    return w[slot] === (low & ~0xfff) && w[slot + 1] === 0 ? ((w[slot + 2] as number) + low) >>> 0 : -1;
  }

  drop(low: number, high: number): void {
    const slot = ((low >>> 12) % at.FAST_TLB_ENTRIES) * 4;
    const w = this.words;
    if (((w[slot] as number) & ~0xfff) === (low & ~0xfff) && w[slot + 1] === (high | 0)) this.empty(slot);
  }

  // No page address has its low bits set, so all ones match nothing.
  private empty(slot: number): void {
    this.words[slot] = -1;
    this.words[slot + 1] = -1;
  }

  forget(): void {
    if (this.count > LOG) this.words.fill(-1);
    else for (let i = 0; i < this.count; i++) this.empty(this.log[i] as number);
    this.count = 0;
  }
}

export class FastTlb {
  private readonly tables: readonly Table[];
  private readonly view: DataView;
  private readonly cpu: number;

  /** Of the processor at `cpu`, over `view` of its fields. */
  constructor(view: DataView, cpu: number) {
    this.view = view;
    this.cpu = cpu;
    this.tables = Array.from({ length: CLASSES * 2 + 1 }, (_, i) => new Table(view.buffer, cpu + tableAt(i)));
    this.select(CLASS_SUPERVISOR);
  }

  /** Makes generated code look into the tables of a class. */
  select(now: AccessClass): void {
    this.view.setInt32(at.TLB_CLASS, now, true);
    this.view.setInt32(at.TLB_READ, this.cpu + tableAt(now * 2), true);
    this.view.setInt32(at.TLB_WRITE, this.cpu + tableAt(now === CLASS_CHECKED ? CLASSES * 2 : now * 2 + 1), true);
  }

  get selected(): AccessClass {
    return this.view.getInt32(at.TLB_CLASS, true) as AccessClass;
  }

  /** `mark`: CODE_PAGE where the page holds decoded code. */
  remember(write: boolean, low: number, high: number, host: number, mark = 0, as = this.selected): void {
    if (as !== CLASS_CHECKED) (this.tables[as * 2 + (write ? 1 : 0)] as Table).set(low, high, host, mark);
  }

  /** Where an access of a class to `low` (below 4 GiB) goes in linear memory, −1 where that is not known here. */
  host(write: boolean, as: AccessClass, low: number): number {
    return as === CLASS_CHECKED ? -1 : (this.tables[as * 2 + (write ? 1 : 0)] as Table).host(low);
  }

  /** Forgets a page of 2^`pageBits` bytes. */
  drop(low: number, high: number, pageBits: number): void {
    if (pageBits > 12) this.forget();
    else for (const table of this.tables) table.drop(low, high);
  }

  forget(): void {
    for (const table of this.tables) table.forget();
  }

  /** Forgets what can be stored to: one of these pages has got decoded code. */
  forgetWrites(): void {
    for (let i = 1; i < this.tables.length; i += 2) (this.tables[i] as Table).forget();
  }
}

/** Where in the processor a table is: of each class, for reads and for writes. */
export function tableAt(index: number): number {
  return at.FAST_TLB + index * at.FAST_TLB_ENTRIES * 16;
}
