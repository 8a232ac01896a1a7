/**
 * How the x87 ends a computation: exceptions noted, masked or not; the exact result rounded to the precision and in the
 * direction that the control word says; overflow and underflow. Source: AMD APM vol. 1, 6.8 "x87 Floating-Point
 * Exceptions"; Intel SDM vol. 1, 8.5. Tininess is found after rounding, as processors do.
 */
import type { Expression } from "../../wasm/expression.ts";
import * as w from "../../wasm/expression.ts";
import * as at from "../layout.ts";
import {
  BUSY,
  C1,
  INEXACT,
  INVALID,
  i,
  type Library,
  l,
  MAX_EXPONENT,
  OVERFLOW,
  QUIET_BIT,
  STACK_FAULT,
  SUMMARY,
  TOP_BIT,
  UNDERFLOW,
  type Writer,
} from "./library.ts";

/** In the flags given to `finish`: precision control does not apply. */
export const FULL_PRECISION = 0x10000;
/** What the exponent of an unmasked overflow or underflow is moved by. */
const WRAP = 24576;
/** What there is of the control word: masks, precision, rounding, and the bit that told the 80287 of two infinities. */
const CONTROL_BITS = 0x1f7f;

/** Whether a discarded part makes the kept one grow: `rest` has its highest bit worth one half. */
export function roundsUp(
  x: Writer,
  rounding: Expression,
  sign: Expression,
  isOdd: Expression,
  rest: Expression,
): Expression {
  const isHalf = w.eq(rest, l(TOP_BIT));
  const nearest = w.or(w.gtu(rest, l(TOP_BIT)), w.and(isHalf, isOdd));
  // Down (1) for negative numbers, up (2) for the others.
  const directed = w.and(w.ne(rest, l(0)), w.eq(rounding, w.sub(i(2), sign)));
  return x.let(w.select(w.eqz(rounding), nearest, directed));
}

export function defineRounding(library: Library): void {
  /** Notes exceptions and C1; answers those that are not masked. */
  library.define("raise", ["i32", "i32"], ["i32"], (x, flags, c1) => {
    const unmasked = x.let(w.and(w.and(flags, w.not(x.control())), i(0x3f)));
    const old = w.and(x.status(), i(~C1));
    const summary = w.select(unmasked, i(SUMMARY | BUSY), i(0));
    x.setStatus(w.or(w.or(w.or(old, w.and(flags, i(0x7f))), c1), summary));
    x.return(unmasked);
  });

  /** Writes a number to a register, which is full then, and notes exceptions that do not keep it from being written. */
  library.define("put", ["i32", "i64", "i32", "i32", "i32"], [], (x, to, mantissa, top, flags, c1) => {
    x.write(to, mantissa, top);
    x.mark(x.registerAt(to), false);
    x.do("raise", flags, c1);
  });

  /** An invalid operation on a register: the indefinite number where it is masked. Answers whether that was written. */
  library.define("invalid", ["i32", "i32"], ["i32"], (x, to, flags) => {
    x.if(x.call("raise", w.or(flags, i(INVALID)), i(0)), () => x.return(i(0)));
    x.write(to, l(TOP_BIT | QUIET_BIT), i(0xffff));
    x.mark(x.registerAt(to), false);
    x.return(i(1));
  });

  /** An operand that is an empty register. */
  library.define("underflow", ["i32"], ["i32"], (x, to) => {
    x.return(x.call("invalid", to, i(STACK_FAULT)));
  });

  /** Loads the control word. An exception that it unmasks waits from now on, one that it masks does no more. */
  library.define("setControl", ["i32"], [], (x, value) => {
    x.f.store(16, x.cpu, w.or(w.and(value, i(CONTROL_BITS)), i(0x40)), at.X87_CONTROL);
    const status = w.and(x.status(), i(~(SUMMARY | BUSY)));
    const waits = x.let(w.and(w.and(x.status(), w.not(value)), i(0x3f)));
    x.setStatus(w.or(status, w.select(waits, i(SUMMARY | BUSY), i(0))));
    x.if(w.eqz(waits), () => x.f.store(8, x.cpu, i(0), at.X87_IGNORED));
  });

  library.define("pop", [], [], (x) => {
    const status = x.let(x.status());
    const top = x.let(w.and(w.shru(status, i(11)), i(7)));
    x.mark(top, true);
    x.setStatus(w.or(w.and(status, i(~0x3800)), w.shl(w.and(w.add(top, i(1)), i(7)), i(11))));
  });

  /**
   * Rounds (−1)^sign × high.low × 2^(exponent − bias), exact but for a last bit that stands for all below it, and writes it
   * to a register, which is full already. `high` has its top bit set. `flags` are exceptions already found, which are masked.
   */
  library.define(
    "finish",
    ["i32", "i32", "i32", "i64", "i64", "i32"],
    [],
    (x, to, sign, exponent, high, low, given) => {
      const control = x.let(x.control());
      const rounding = x.let(x.rounding());
      const flags = x.variable(w.and(given, i(0x3f)));
      const precision = w.and(w.shru(control, i(8)), i(3));
      const full = w.or(w.and(precision, i(1)), w.ne(w.and(given, i(FULL_PRECISION)), i(0)));
      // 24, 53 or 64 bits; the reserved value is 64 bits.
      const drop = x.let(w.extendU(w.select(full, i(0), w.select(precision, i(11), i(40)))));
      const unit = x.let(w.shl(l(1), drop));
      const below = x.let(w.sub(unit, l(1)));
      const e = x.variable(exponent);
      const m = x.variable(high);
      const rest = x.variable(low);
      const up = x.variable(i(0));
      /** Rounds m.rest at `unit`; e grows where the mantissa overflows. */
      const round = () => {
        x.if(w.ne(drop, l(0)), () => {
          const sticky = w.extendU(w.ne(rest, l(0)));
          x.set(rest, w.or(w.shl(m, w.sub(l(64), drop)), sticky));
          x.set(m, w.and(m, w.not(below)));
        });
        const isOdd = w.ne(w.and(m, unit), l(0));
        x.set(up, roundsUp(x, rounding, sign, isOdd, rest));
        x.if(up, () => {
          x.set(m, w.add(m, unit));
          x.if(w.eqz(m), () => {
            x.set(m, l(TOP_BIT));
            x.set(e, w.add(e, i(1)));
          });
        });
      };
      const inexact = () => x.if(w.ne(rest, l(0)), () => x.set(flags, w.or(flags, i(INEXACT))));
      const write = () => {
        x.write(to, m, w.or(w.shl(sign, i(15)), e));
        const unmasked = w.and(w.and(flags, w.not(control)), i(0x3f));
        const now = w.or(w.or(w.and(x.status(), i(~C1)), flags), w.shl(up, i(9)));
        x.setStatus(w.or(now, w.select(unmasked, i(SUMMARY | BUSY), i(0))));
        x.return();
      };
      round();
      x.if(w.and(w.gts(e, i(0)), w.lts(e, i(MAX_EXPONENT))), () => {
        inexact();
        write();
      });
      x.if(w.les(e, i(0)), () => {
        x.if(
          w.and(control, i(UNDERFLOW)),
          () => {
            // Masked: the number is made a denormal, and rounded there.
            const shift = x.let(w.extendU(w.sub(i(1), exponent)));
            const far = x.let(w.gtu(shift, l(63)));
            x.if(
              far,
              () => {
                x.set(m, l(0));
                // Two bits are kept of what is less than one half of the last place.
                const isHalf = w.eq(shift, l(64));
                x.set(rest, w.select(isHalf, w.or(high, w.extendU(w.ne(low, l(0)))), l(1)));
              },
              () => {
                x.set(m, w.shru(high, shift));
                const moved = w.or(w.shl(high, w.sub(l(64), shift)), w.shru(low, shift));
                const lost = w.extendU(w.ne(w.shl(low, w.sub(l(64), shift)), l(0)));
                x.set(rest, w.or(moved, lost));
              },
            );
            x.set(e, i(0));
            round();
            // A mantissa that reaches its integer bit is a normal number again.
            x.if(w.lts(m, l(0)), () => x.set(e, i(1)));
            x.if(w.ne(rest, l(0)), () => x.set(flags, w.or(flags, i(UNDERFLOW | INEXACT))));
            write();
          },
          () => {
            inexact();
            x.set(flags, w.or(flags, i(UNDERFLOW)));
            x.set(e, w.add(e, i(WRAP)));
            x.if(w.les(e, i(0)), () => {
              // Farther below than the wrapped exponent reaches: FSCALE alone comes here.
              x.set(m, l(0));
              x.set(e, i(0));
              x.set(flags, w.or(flags, i(INEXACT)));
            });
            write();
          },
        );
      });
      // Overflow.
      x.set(flags, w.or(flags, i(OVERFLOW)));
      x.if(
        w.and(control, i(OVERFLOW)),
        () => {
          x.set(flags, w.or(flags, i(INEXACT)));
          const toInfinity = x.let(w.or(w.eqz(rounding), w.eq(rounding, w.sub(i(2), sign))));
          x.set(m, w.select(toInfinity, l(TOP_BIT), w.not(below)));
          x.set(e, w.select(toInfinity, i(MAX_EXPONENT), i(MAX_EXPONENT - 1)));
          x.set(up, toInfinity);
          write();
        },
        () => {
          inexact();
          x.set(e, w.sub(e, i(WRAP)));
          x.if(w.ges(e, i(MAX_EXPONENT)), () => {
            x.set(m, l(TOP_BIT));
            x.set(e, i(MAX_EXPONENT));
            x.set(flags, w.or(flags, i(INEXACT)));
            x.set(up, i(1));
          });
          write();
        },
      );
    },
  );
}
