/**
 * Modes of a processor as decoded code depends on them: interned, so that a number stands for one in a block's key and in
 * the jump table.
 */
import type { DecodeMode } from "../isa/decoded.ts";
import type { Core, ModeName } from "./core.ts";
import * as at from "./layout.ts";
import type { Model } from "./models.ts";
import { EFER_LMA } from "./registers.ts";
import { CS, DB, DS, ES, L, SS } from "./segments.ts";

/** All that the meaning of code bytes depends on besides the bytes and their address. */
export interface Mode extends DecodeMode {
  /** Distinguishes modes; small. */
  readonly id: number;
  readonly stackBits: 16 | 32 | 64;
  /** CS, DS, ES and SS all cover 4 GiB from 0, readable and (but CS) writable. */
  readonly flat: boolean;
  /** Of CS. */
  readonly base: number;
  readonly limit: number;
}

export class Modes {
  private readonly model: Model;
  /** Called before numbers are given out anew: what was decoded under the old ones is of no use. */
  private readonly onForget: () => void;
  private readonly known = new Map<number | string, Mode>();
  private last: Mode | undefined;

  constructor(model: Model, onForget: () => void) {
    this.model = model;
    this.onForget = onForget;
  }

  /** The mode that a processor is in. */
  of(p: Core): Mode {
    const { segments } = p;
    const attributes = segments.attributes(CS);
    const base = segments.base(CS);
    const limit = segments.limit(CS);
    const protectedMode = p.protectedMode && !p.virtual8086;
    const long = (p.view.getUint32(at.EFER, true) & EFER_LMA) !== 0 && (attributes & L) !== 0;
    if (long) return this.longMode(protectedMode);
    const codeBits = attributes & DB ? 32 : 16;
    const stackBits = segments.attributes(SS) & DB ? 32 : 16;
    const flat =
      segments.isFlat(CS, false) && segments.isFlat(DS, true) && segments.isFlat(ES, true) && segments.isFlat(SS, true);
    const { last } = this;
    if (
      last?.base === base &&
      last.limit === limit &&
      last.codeBits === codeBits &&
      last.stackBits === stackBits &&
      last.flat === flat &&
      last.protectedMode === protectedMode
    ) {
      return last;
    }
    const kind = codeBits + (stackBits >> 4) + (flat ? 8 : 0) + (protectedMode ? 128 : 0);
    const isCommon = limit === 0xffff || limit === 0xffffffff;
    const key = isCommon ? base * 512 + kind + (limit === 0xffff ? 0 : 256) : `${kind} ${base} ${limit}`;
    let mode = this.known.get(key);
    if (!mode) {
      if (this.known.size >= at.MAX_MODES) {
        this.known.clear();
        this.onForget();
      }
      const { features } = this.model;
      mode = { id: this.known.size, codeBits, stackBits, flat, base, limit, protectedMode, features };
      this.known.set(key, mode);
    }
    this.last = mode;
    return mode;
  }

  /** 64-bit mode: bases and limits of CS, DS, ES and SS count for nothing (AMD APM vol. 2, 4.5). */
  private longMode(protectedMode: boolean): Mode {
    let mode = this.known.get("long");
    if (!mode) {
      const { features } = this.model;
      const id = this.known.size;
      mode = { id, codeBits: 64, stackBits: 64, flat: false, base: 0, limit: 0xffffffff, protectedMode, features };
      this.known.set("long", mode);
    }
    return mode;
  }
}

/** What `mode` is called, where a processor is in it. */
export function nameOf(p: Core, { codeBits }: Mode): ModeName {
  if (!p.protectedMode) return "real";
  if (p.longMode) return codeBits === 64 ? "long" : "compatibility";
  if (p.virtual8086) return "virtual-8086";
  return codeBits === 32 ? "protected 32" : "protected 16";
}
