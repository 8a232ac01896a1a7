/**
 * Where jumps of generated code led before: the jump table (jumptable.ts has how generated code looks into it) and the pages
 * of code. Entries carry a tag of mode, epoch and privilege, so that one change of a number forgets them all. Derived.
 */
import type { Core } from "./core.ts";
import { jumpIndex } from "./jumptable.ts";
import * as at from "./layout.ts";
import type { Mode } from "./modes.ts";
import { PAGE } from "./physical.ts";

/** Epochs before the tables are wiped: with the modes and privileges they fill an i32's positive half. */
const EPOCHS = 2 ** 18;

export class JumpMemory {
  private readonly p: Core;
  private epoch = 0;
  /** Of what lies in global pages; never 0, so that no entry that was wiped matches. */
  private globalEpoch = 1;

  constructor(p: Core) {
    this.p = p;
  }

  /** The code at an offset in CS is that of record `target`; `isGlobal`: it lies in a global page. */
  remember(low: number, high: number, target: number, mode: Mode, isGlobal: boolean): void {
    const { map, view } = this.p;
    const slot = at.JUMPS + jumpIndex(low) * 16;
    const tag = view.getInt32(isGlobal ? at.GLOBAL_CODE_TAG : at.CODE_TAG, true);
    view.setUint32(slot, low, true);
    view.setInt32(slot + 4, high, true);
    view.setInt32(slot + 8, tag, true);
    view.setInt32(slot + 12, target, true);
    const host = map.view.getInt32(target + at.R_HOST, true);
    if (host && !isGlobal && (this.p.long || mode.base === 0)) this.rememberPage(low, high, tag, host);
  }

  private rememberPage(low: number, high: number, tag: number, host: number): void {
    const { view } = this.p;
    const slot = at.CODE_PAGES + ((low >>> 12) % at.CODE_PAGE_ENTRIES) * 16;
    view.setInt32(slot, low & ~(PAGE - 1), true);
    view.setInt32(slot + 4, high, true);
    view.setInt32(slot + 8, tag, true);
    view.setInt32(slot + 12, host - low, true);
  }

  /** What is remembered is of no use any more, in any mode; `butGlobal`: but for code in global pages. */
  forget(mode: Mode | undefined, butGlobal: boolean): void {
    this.epoch = (this.epoch + 1) % EPOCHS;
    if (!butGlobal) this.globalEpoch = Math.max(1, (this.globalEpoch + 1) % EPOCHS);
    if (this.epoch === 0 || (!butGlobal && this.globalEpoch === 1)) this.wipe();
    this.setTag(mode);
  }

  /** The records that are remembered are no more what they were; or the tags begin anew. */
  wipe(): void {
    const { map, cpu } = this.p;
    map.bytes.fill(0xff, cpu + at.JUMPS, cpu + at.JUMPS_END);
    map.bytes.fill(0xff, cpu + at.CODE_PAGES, cpu + at.CODE_PAGES + at.CODE_PAGE_ENTRIES * 16);
  }

  /** The mode, or the privilege, is another one. The tag of what lies in global pages is inverted. */
  setTag(mode: Mode | undefined): void {
    const user = this.p.cpl === 3 ? 1 : 0;
    const tag = (epoch: number) => (epoch * 2 + user) * at.MAX_MODES + (mode?.id ?? 0);
    this.p.view.setInt32(at.CODE_TAG, tag(this.epoch), true);
    this.p.view.setInt32(at.GLOBAL_CODE_TAG, ~tag(this.globalEpoch), true);
  }
}
