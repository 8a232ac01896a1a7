/**
 * Decoded code: blocks of records in linear memory, found by physical address and by what else the bytes' meaning depends
 * on, dropped by 64-byte line when their bytes change.
 */
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
import { EngineError } from "../wasm/error.ts";
import { DecodeCache, type KnownInstruction } from "./decodecache.ts";
import type { Addressing, Shape } from "./emitter.ts";
import type { Handlers } from "./handlers.ts";
import * as at from "./layout.ts";
import type { Mode } from "./modes.ts";
import { PAGE, type PhysicalMap } from "./physical.ts";
import { LONGEST_SEQUENCE } from "./sequence.ts";
import { traitsOf } from "./traits.ts";
import { emitBlock, type Step } from "./translate.ts";

const MAX_BLOCK = 32;
/** Of `kinds`: an instruction, rather than a block's end. `traitsOf` has the bits below. */
const INSTRUCTION = 0x80;
/** Records of one instruction that runs alone: it, what follows it, its target. */
const ALONE_RECORDS = 3;
/** Of one that generated code comes to by a guard: the guard, it, the block's end. */
const GUARDED_RECORDS = 3;

/** One instruction of a block that is being built. */
interface BlockStep {
  readonly decoded: Decoded;
  readonly ip: bigint;
  readonly host: number;
  /** Where the same bytes were decoded before. */
  known: KnownInstruction | undefined;
  /** Index of its handler. */
  readonly handler: number;
  /** The block ends with it. */
  readonly ended: boolean;
}

export class Blocks {
  private readonly map: PhysicalMap;
  private readonly handlers: Handlers;
  private readonly view: DataView;
  /** Record by mode and physical address; and of code that is mapped at several linear addresses, the others. */
  private readonly found = new Map<number, number>();
  private readonly aliases = new Map<string, number>();
  /** The same for records of one instruction that runs alone. */
  private readonly foundAlone = new Map<number, number>();
  /** Records by 64-byte line of linear memory. */
  private readonly byLine = new Map<number, number[]>();
  /** What operations in TypeScript need to know of theirs. */
  private readonly decodedAt: (Decoded | undefined)[] = [];
  /** What each record was made of, as far as that is kept; and the handler it had when it was dropped. */
  private readonly madeOf: (KnownInstruction | undefined)[] = [];
  private readonly handlersBefore: Int32Array;
  /** Of each block's first record: the linear-memory address of its code. */
  private readonly hosts: Uint32Array;
  /** What each record holds: INSTRUCTION, and its traits. */
  private readonly kinds: Uint8Array;
  /** How many records before each its sequence begins. */
  private readonly inSequence: Uint8Array;
  /** First record of each record's block. */
  private readonly heads: Int32Array;
  /** The instructions of the block that `renew` looks at. */
  private readonly renewed: KnownInstruction[] = [];
  /** Records that were set aside for the block that begins at each record. */
  private readonly sizes: Uint8Array;
  /** Grows whenever records that were in use are written anew: by a flush, or a block built in the place of a dropped one. */
  private rewrites = 0;
  private rewritten = { first: 0, end: 0 };
  /** Fields of records whose links lead to other pages: cut when the mapping changes. */
  private crossLinks: number[] = [];
  private readonly cache: DecodeCache;
  private next: number;
  private readonly start: number;
  private readonly end: number;
  /** Linear addresses at which a block stops with a breakpoint. */
  breakpoints: ReadonlySet<number> = new Set();
  /** Every block is translated when it is built: for the tests that compare the two readings. */
  translating = false;
  /** Runs of a block before its instructions are put together to sequences (fits eight bits); 0: it is so from the start. */
  warmth = 200;
  /** Called when all records were dropped. */
  onFlush: () => void = () => {};

  /** `number`: whose, of the machine's processors. */
  constructor(map: PhysicalMap, handlers: Handlers, number = 0) {
    this.map = map;
    this.handlers = handlers;
    this.view = map.view;
    this.start = map.records + number * map.recordCount * at.RECORD_BYTES;
    this.end = this.start + map.recordCount * at.RECORD_BYTES;
    this.next = this.start;
    this.cache = new DecodeCache(map.bytes);
    this.kinds = new Uint8Array(map.recordCount);
    this.inSequence = new Uint8Array(map.recordCount);
    this.heads = new Int32Array(map.recordCount);
    this.hosts = new Uint32Array(map.recordCount);
    this.handlersBefore = new Int32Array(map.recordCount);
    this.sizes = new Uint8Array(map.recordCount);
  }

  /** `traitsOf` the instruction of a record. */
  traitsAt(record: number): number {
    return (this.kinds[this.indexOf(record)] as number) & ~INSTRUCTION;
  }

  decodedOf(record: number): Decoded {
    const d = this.decodedAt[this.indexOf(record)];
    if (!d) throw new EngineError("no instruction at record", { record });
    return d;
  }

  /**
   * The record for offset `low`, `high` where code is readable memory, at linear-memory address `host`; 0 where nothing can
   * be cached.
   */
  find(low: number, high: number, host: number, mode: Mode): number {
    const key = host * 4096 + mode.id;
    const known = this.found.get(key);
    if (known !== undefined && !this.isAt(known, low, high)) return this.findAlias(key, low, high, host, mode);
    if (known !== undefined && !this.isDropped(known)) return known;
    const record = this.build(ripOf(low, high), host, mode, known ?? 0);
    if (record) this.found.set(key, record);
    return record;
  }

  private findAlias(key: number, low: number, high: number, host: number, mode: Mode): number {
    const alias = `${key} ${high} ${low}`;
    const known = this.aliases.get(alias);
    if (known !== undefined && !this.isDropped(known)) return known;
    const record = this.build(ripOf(low, high), host, mode, known ?? 0);
    if (record) this.aliases.set(alias, record);
    return record;
  }

  private isAt(record: number, low: number, high: number): boolean {
    const v = this.view;
    return v.getUint32(record + at.R_RIP, true) === low && v.getInt32(record + at.R_RIP + 4, true) === (high | 0);
  }

  /** `replaced`: the dropped block that stood here, in whose place the new one goes where it fits; or 0. */
  private build(rip: bigint, host: number, mode: Mode, replaced: number): number {
    if (replaced && this.renew(replaced, mode)) return replaced;
    const steps = this.decodeRun(rip, host, mode);
    const last = steps[steps.length - 1];
    if (!last) return 0;
    const size = steps.length + (last.ended ? 0 : 1);
    let first = replaced;
    if (!replaced || size > (this.sizes[this.indexOf(replaced)] ?? 0)) {
      if (this.next + size * at.RECORD_BYTES > this.end || !this.handlers.hasRoom) this.flush();
      else if (replaced) this.forward(replaced, this.next);
      first = this.next;
      this.next += size * at.RECORD_BYTES;
      this.sizes[this.indexOf(first)] = size;
    }
    if (first === replaced) this.noteRewrite(first, first + size * at.RECORD_BYTES);
    steps.forEach((step, i) => {
      const record = first + i * at.RECORD_BYTES;
      if (step.known) this.writeKnown(record, step, step.known);
      else {
        this.write(record, step.decoded, step.ip, step.handler);
        const handler = this.handlers.at(step.handler);
        if (handler?.kind) step.known = this.cache.keep(step.host, step.decoded, handler, mode, record);
      }
      this.madeOf[this.indexOf(record)] = step.known;
      this.view.setInt32(record + at.R_LEFT, steps.length - i, true);
      this.heads[this.indexOf(record)] = first;
      this.mark(record, step.host, step.decoded.length);
    });
    this.view.setInt32(first + at.R_HOST, host, true);
    if (!last.ended) this.writeEnd(first + steps.length * at.RECORD_BYTES, last.ip + BigInt(last.decoded.length));
    this.hosts[this.indexOf(first)] = host;
    if (this.translating && !this.breakpoints.size) this.translate(first, mode);
    else if (steps.length > 1) this.startWarming(first);
    return first;
  }

  /**
   * Makes a dropped block's records valid again where its instructions begin where they did: most code that is written
   * anew is what it was, or differs in an immediate. Whether it was so.
   */
  renew(first: number, mode: Mode): boolean {
    const index = this.indexOf(first);
    if (this.heads[index] !== first || this.translating || this.breakpoints.size > 0) return false;
    const count = this.view.getInt32(first + at.R_LEFT, true);
    const host = this.hosts[index] as number;
    const end = host - (host % PAGE) + PAGE;
    let p = host;
    let isOther = false;
    for (let i = index; i < index + count; i++) {
      const was = this.madeOf[i];
      const now = was && (this.cache.isStill(was, p, end, mode) ? was : this.cache.find(p, end, mode));
      if (!now || now.bytes.length !== was.bytes.length || now.handler.ended !== was.handler.ended) return false;
      this.renewed[i - index] = now;
      if (now !== was) isOther = true;
      p += now.bytes.length;
    }
    this.noteRewrite(first, first + count * at.RECORD_BYTES);
    p = host;
    for (let i = 0; i < count; i++) {
      const now = this.renewed[i] as KnownInstruction;
      this.renewRecord(first + i * at.RECORD_BYTES, p, now, count - i, isOther);
      p += now.bytes.length;
    }
    if (isOther && count > 1) this.startWarming(first);
    return true;
  }

  /** `isApart`: the block has no sequences any more. */
  private renewRecord(record: number, host: number, now: KnownInstruction, left: number, isApart: boolean): void {
    const v = this.view;
    const index = this.indexOf(record);
    const isDropped = this.isDropped(record);
    if (now !== this.madeOf[index]) {
      const [low, high] = [v.getInt32(record + at.R_RIP, true), v.getInt32(record + at.R_RIP + 4, true)];
      this.cache.write(now, host, record);
      v.setInt32(record + at.R_RIP, low, true);
      v.setInt32(record + at.R_RIP + 4, high, true);
      v.setInt32(record + at.R_LEFT, left, true);
      this.kinds[index] = INSTRUCTION | now.traits;
      if (now.handler.operates) this.decodedAt[index] = now.decoded;
      this.madeOf[index] = now;
    } else this.cache.writeImmediate(now, host, record);
    if (isApart) {
      v.setInt32(record + at.R_HANDLER, now.handler.index, true);
      this.inSequence[index] = 0;
    } else if (isDropped) v.setInt32(record + at.R_HANDLER, this.handlersBefore[index] as number, true);
    if (isDropped) this.mark(record, host, now.bytes.length);
  }

  /** The instructions of a block that begins at `rip`: to one that leaves, the page's end, a breakpoint, or a fault. */
  private decodeRun(rip: bigint, host: number, mode: Mode): BlockStep[] {
    const pageEnd = host - (host % PAGE) + PAGE;
    const steps: BlockStep[] = [];
    let p = host;
    let ip = rip;
    let ended = false;
    while (steps.length < MAX_BLOCK && p < pageEnd && !ended) {
      // A translation has the immediates in it.
      const known = this.translating ? undefined : this.cache.find(p, pageEnd, mode);
      const decoded = known ? known.decoded : this.decodeAt(p, pageEnd, ip, mode);
      if ("fault" in decoded || !fitsLimit(Number(ip), decoded, mode)) break;
      const isBreakpoint = this.breakpoints.size > 0 && this.breakpoints.has(linearOf(ip, mode));
      if (isBreakpoint && steps.length) break;
      const handler = known?.handler ?? this.handlers.of(decoded, shapeOf(decoded, mode));
      ended = handler.ended || isBreakpoint;
      steps.push({
        decoded,
        ip,
        host: p,
        known,
        handler: isBreakpoint ? this.handlers.breakpoint : handler.index,
        ended,
      });
      p += decoded.length;
      ip += BigInt(decoded.length);
    }
    return steps;
  }

  private decodeAt(host: number, end: number, ip: bigint, mode: Mode): ReturnType<typeof decode> {
    const { bytes } = this.map;
    return decode((i) => (host + i < end ? (bytes[host + i] as number) : -1), ip, mode);
  }

  private startWarming(first: number): void {
    const v = this.view;
    v.setUint8(first + at.R_WARMTH, this.warmth);
    v.setUint16(first + at.R_COLD_HANDLER, v.getInt32(first + at.R_HANDLER, true), true);
    v.setInt32(first + at.R_HANDLER, this.handlers.warming, true);
    if (this.warmth === 0) this.warm(first);
  }

  /** Puts the instructions of the block that begins at a record together to sequences. */
  warm(first: number): void {
    const v = this.view;
    v.setInt32(first + at.R_HANDLER, v.getUint16(first + at.R_COLD_HANDLER, true), true);
    const end = first + v.getInt32(first + at.R_LEFT, true) * at.RECORD_BYTES;
    let run: number[] = [];
    for (let record = first; record < end; record += at.RECORD_BYTES) {
      const index = v.getInt32(record + at.R_HANDLER, true);
      const handler = this.handlers.at(index);
      if (handler?.kind) run.push(index);
      const goesOn = handler?.kind && !handler.ended && run.length < LONGEST_SEQUENCE;
      if (goesOn && record + at.RECORD_BYTES < end) continue;
      const begin = record - (run.length - (handler?.kind ? 1 : 0)) * at.RECORD_BYTES;
      const sequence = run.length > 1 ? this.handlers.sequence(run) : undefined;
      if (sequence !== undefined) {
        v.setInt32(begin + at.R_HANDLER, sequence, true);
        for (let i = 1; i < run.length; i++) this.inSequence[this.indexOf(begin) + i] = i;
      }
      run = [];
    }
  }

  private noteRewrite(first: number, end: number): void {
    this.rewrites++;
    this.rewritten = { first, end };
  }

  /**
   * Looks up with `find` for one who holds `record`; whether that record is still what it was. (One look-up rewrites at
   * most one run of records.)
   */
  keeps(record: number, find: () => void): boolean {
    const { rewrites } = this;
    find();
    return rewrites === this.rewrites || record < this.rewritten.first || record >= this.rewritten.end;
  }

  private clear(record: number): void {
    this.map.bytes.fill(0, record, record + at.RECORD_BYTES);
    this.kinds[this.indexOf(record)] = 0;
    this.inSequence[this.indexOf(record)] = 0;
  }

  private write(record: number, d: Decoded, ip: bigint, handler: number): void {
    const v = this.view;
    this.clear(record);
    const index = this.indexOf(record);
    this.kinds[index] = INSTRUCTION | traitsOf(d);
    if (this.translating || this.handlers.at(handler)?.operates) this.decodedAt[index] = d;
    v.setInt32(record + at.R_HANDLER, handler, true);
    v.setInt32(record + at.R_LEFT, 1, true);
    v.setBigUint64(record + at.R_RIP, ip, true);
    v.setUint8(record + at.R_LENGTH, d.length);
    v.setUint8(record + at.R_BASE, at.ZERO);
    v.setUint8(record + at.R_INDEX, at.ZERO);
    v.setUint16(record + at.R_SEGMENT, at.SEGMENTS + segmentOf(d) * at.SEGMENT_BYTES, true);
    v.setUint16(record + at.R_IMMEDIATE, d.floatOpcode ?? 0, true);
    let registers = 0;
    for (const o of d.operands) {
      if (o.kind === "register")
        v.setUint8(record + at.R_REGISTER + registers++, at.GPR + o.number * 8 + (o.high ? 1 : 0));
      else if (o.kind === "xmm" || o.kind === "mmx") v.setUint8(record + at.R_REGISTER + registers++, o.number * 16);
      else if (o.kind === "segment") v.setUint8(record + at.R_REGISTER + registers++, o.number * at.SEGMENT_BYTES);
      else if (o.kind === "st") v.setUint8(record + at.R_REGISTER + registers++, o.number);
      else if (o.kind === "immediate") v.setBigUint64(record + at.R_IMMEDIATE, o.value, true);
      else if (o.kind === "target") v.setBigUint64(record + at.R_TARGET, o.address, true);
      else if (o.kind === "memory" && !isDestination(o)) {
        if (o.base >= 0 && o.base < 16) v.setUint8(record + at.R_BASE, at.GPR + o.base * 8);
        if (o.index >= 0) v.setUint8(record + at.R_INDEX, at.GPR + o.index * 8);
        v.setUint8(record + at.R_SCALE, o.scale);
        v.setBigUint64(record + at.R_DISPLACEMENT, BigInt.asUintN(64, o.displacement), true);
      }
    }
  }

  private writeKnown(record: number, { host, ip, handler }: BlockStep, known: KnownInstruction): void {
    const v = this.view;
    const index = this.indexOf(record);
    this.cache.write(known, host, record);
    v.setInt32(record + at.R_HANDLER, handler, true);
    v.setBigUint64(record + at.R_RIP, ip, true);
    this.inSequence[index] = 0;
    this.kinds[index] = INSTRUCTION | known.traits;
    if (this.translating || known.handler.operates) this.decodedAt[index] = known.decoded;
  }

  private mark(record: number, host: number, length: number): void {
    for (let line = host >>> 6; line <= (host + length - 1) >>> 6; line++) {
      const list = this.byLine.get(line);
      if (list?.length) {
        if (!list.includes(record)) list.push(record);
        continue;
      }
      if (list) list.push(record);
      else this.byLine.set(line, [record]);
      this.map.markCode(line);
    }
  }

  /** A dropped record, and its sequence, leaves to be decoded again; where it stands in its block is kept for the count of ticks. */
  private drop(record: number): void {
    const index = this.indexOf(record);
    this.dropAlone(record, index);
    const place = this.inSequence[index] as number;
    if (place > 0) this.dropAlone(record - place * at.RECORD_BYTES, index - place);
  }

  private dropAlone(record: number, index: number): void {
    if (!this.kinds[index] || this.isDropped(record)) return;
    this.handlersBefore[index] = this.view.getInt32(record + at.R_HANDLER, true);
    this.view.setInt32(record + at.R_HANDLER, this.handlers.redecode, true);
  }

  private indexOf(record: number): number {
    return (record - this.start) / at.RECORD_BYTES;
  }

  /** Drops what was decoded from the lines of `count` bytes at linear-memory address `host`. */
  invalidate(host: number, count: number): void {
    for (let line = host >>> 6; line <= (host + count - 1) >>> 6; line++) {
      const list = this.byLine.get(line);
      if (!list) continue;
      for (const record of list) {
        this.drop(record);
        this.drop(this.heads[this.indexOf(record)] as number);
      }
      list.length = 0;
    }
  }

  /** Whether it has code of a line (linear-memory address divided by 64). */
  holds(line: number): boolean {
    return (this.byLine.get(line)?.length ?? 0) > 0;
  }

  private isDropped(record: number): boolean {
    return this.view.getInt32(record + at.R_HANDLER, true) === this.handlers.redecode;
  }

  /**
   * Sends those who come to a dropped record, by links or the jump table, on to what took its place. It is no instruction any
   * more, and what becomes of the others of its block does not drop it again.
   */
  forward(dropped: number, record: number): void {
    this.kinds[this.indexOf(dropped)] = 0;
    this.view.setInt32(dropped + at.R_HANDLER, this.handlers.blockEnd().index, true);
    this.view.setInt32(dropped + at.R_LEFT, 0, true);
    this.view.setInt32(dropped + at.R_LINK_NEXT, record, true);
  }

  /** Drops everything. */
  flush(): void {
    this.found.clear();
    this.aliases.clear();
    this.foundAlone.clear();
    this.cache.clear();
    const lines = [...this.byLine.keys()].filter((line) => this.holds(line));
    this.byLine.clear();
    for (const line of lines) this.map.unmarkCode(line);
    this.crossLinks = [];
    this.next = this.start;
    this.decodedAt.length = 0;
    this.madeOf.length = 0;
    this.sizes.fill(0);
    this.noteRewrite(this.start, this.end);
    this.handlers.dropTranslations();
    this.handlers.dropSequences();
    this.onFlush();
  }

  /** Links `field` of `record` to `target`; `samePage` where no change of mapping can part them. */
  link(record: number, field: number, target: number, samePage: boolean): void {
    this.view.setInt32(record + field, target, true);
    if (!samePage) this.crossLinks.push(record + field);
  }

  /** Cuts the links between pages: linear addresses may mean other physical ones now. */
  cutCrossLinks(): void {
    for (const field of this.crossLinks) this.view.setInt32(field, 0, true);
    this.crossLinks = [];
  }

  /**
   * A record of the one instruction at `rip`, which leaves behind itself after one tick; 0 where its bytes cannot be kept
   * (they cross a page, or fault).
   */
  findAlone(low: number, high: number, host: number, mode: Mode): number {
    const key = host * 4096 + mode.id;
    const known = this.foundAlone.get(key);
    if (known !== undefined && this.isAt(known, low, high) && !this.isDropped(known)) return known;
    const rip = ripOf(low, high);
    const pageEnd = host - (host % PAGE) + PAGE;
    const d = this.decodeAt(host, pageEnd, rip, mode);
    if ("fault" in d || !fitsLimit(low, d, mode)) return 0;
    this.makeRoom(ALONE_RECORDS);
    const record = this.next;
    this.next += ALONE_RECORDS * at.RECORD_BYTES;
    this.writeAlone(record, d, rip, mode);
    this.heads[this.indexOf(record)] = record;
    this.mark(record, host, d.length);
    this.foundAlone.set(key, record);
    return record;
  }

  /**
   * The same for an instruction already decoded, whose bytes the caller watches, and the guard by which generated code may
   * come to it: 0 where it must not, as its repetitions could change it. Both are good until `onFlush`.
   */
  buildUnkept(d: Decoded, rip: bigint, mode: Mode): { record: number; guard: number } {
    this.makeRoom(ALONE_RECORDS + GUARDED_RECORDS);
    const record = this.next;
    this.next += (ALONE_RECORDS + GUARDED_RECORDS) * at.RECORD_BYTES;
    this.writeAlone(record, d, rip, mode);
    if (d.repeat || this.breakpoints.size) return { record, guard: 0 };
    const guard = record + ALONE_RECORDS * at.RECORD_BYTES;
    this.writeGuarded(guard, d, rip, mode);
    return { record, guard };
  }

  private makeRoom(records: number): void {
    if (this.next + records * at.RECORD_BYTES > this.end) this.flush();
  }

  private writeGuarded(guard: number, d: Decoded, rip: bigint, mode: Mode): void {
    const body = guard + at.RECORD_BYTES;
    const handler = this.handlers.of(d, shapeOf(d, mode));
    this.clear(guard);
    this.view.setInt32(guard + at.R_HANDLER, this.handlers.guard, true);
    this.view.setInt32(guard + at.R_LEFT, 1, true);
    this.view.setBigUint64(guard + at.R_RIP, rip, true);
    this.write(body, d, rip, handler.index);
    if (!handler.ended) this.writeEnd(body + at.RECORD_BYTES, rip + BigInt(d.length));
  }

  /** What stands behind a block's last instruction where that does not leave. */
  private writeEnd(end: number, rip: bigint): void {
    this.clear(end);
    this.view.setInt32(end + at.R_HANDLER, this.handlers.blockEnd().index, true);
    this.view.setBigUint64(end + at.R_RIP, rip, true);
  }

  private writeAlone(first: number, d: Decoded, ip: bigint, mode: Mode): void {
    const following = first + at.RECORD_BYTES;
    const target = following + at.RECORD_BYTES;
    this.write(first, d, ip, this.handlers.of(d, shapeOf(d, mode)).index);
    for (const [record, rip] of [
      [following, ip + BigInt(d.length)],
      [target, this.view.getBigUint64(first + at.R_TARGET, true)],
    ] as const) {
      this.clear(record);
      this.view.setInt32(record + at.R_HANDLER, this.handlers.budget, true);
      this.view.setBigUint64(record + at.R_RIP, rip, true);
    }
    this.view.setInt32(first + at.R_LINK_NEXT, following, true);
    this.view.setInt32(first + at.R_LINK_TARGET, target, true);
  }

  /** Replaces the interpretation of a block by its translation. */
  private translate(record: number, mode: Mode): void {
    const steps: Step[] = [];
    let r = record;
    for (let left = this.view.getInt32(record + at.R_LEFT, true); left > 0; left--) {
      const decoded = this.decodedOf(r);
      steps.push({
        decoded,
        record: r,
        rip: this.view.getBigUint64(r + at.R_RIP, true),
        shape: shapeOf(decoded, mode),
      });
      r += at.RECORD_BYTES;
    }
    const index = this.handlers.add((imports) => emitBlock(steps, r, imports));
    if (index !== undefined) this.view.setInt32(record + at.R_HANDLER, index, true);
  }
}

/** An offset in CS from its two words. */
export function ripOf(low: number, high: number): bigint {
  return high === 0 ? BigInt(low) : (BigInt(high >>> 0) << 32n) | BigInt(low);
}

/** Linear address of an offset in CS as breakpoints have it: a Number, negative in the upper half of 64-bit mode. */
export function linearOf(ip: bigint, mode: Mode): number {
  return mode.codeBits === 64 ? Number(BigInt.asIntN(64, ip)) : (mode.base + Number(ip)) >>> 0;
}

/** The whole instruction is inside CS's limit, and so is a target that was known at decoding. */
export function fitsLimit(ip: number, d: Decoded, mode: Mode): boolean {
  if (mode.codeBits === 64) return true;
  if (ip + d.length - 1 > mode.limit) return false;
  return d.operands.every((o) => o.kind !== "target" || Number(o.address) <= mode.limit);
}

function isDestination(o: {
  base: number;
  segment: number;
  override: boolean;
  index: number;
  displacementBytes: number;
}): boolean {
  return o.base === 7 && o.segment === 0 && !o.override && o.index < 0 && o.displacementBytes === 0;
}

/** The segment of the operand that an override can change. */
function segmentOf(d: Decoded): number {
  for (const [i, o] of d.operands.entries()) {
    if (o.kind === "memory" && d.encoding.operands[i]?.place !== "Y") return o.segment;
  }
  return d.segmentPrefix >= 0 ? d.segmentPrefix : 3;
}

export function shapeOf(d: Decoded, mode: Mode): Shape {
  const addressing: Addressing = mode.codeBits === 64 ? "long" : mode.flat ? "flat" : "segmented";
  const other: Addressing = addressing === "long" ? "based" : "segmented";
  const operandAddressing = segmentOf(d) > 3 ? other : addressing;
  return {
    operandBits: d.operandBits,
    addressBits: d.addressBits,
    stackBits: mode.stackBits,
    addressing,
    operandAddressing,
    repeat: d.repeat,
  };
}
