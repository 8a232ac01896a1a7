/**
 * Numbers of memory as the x87 widens and narrows them: 32- and 64-bit real numbers, signed integers. Source: AMD APM
 * vol. 1, 6.3.1 "Number Representation" and 6.3.3; Intel SDM vol. 1, 4.8.
 */
import type { Expression } from "../../wasm/expression.ts";
import * as w from "../../wasm/expression.ts";
import * as at from "../layout.ts";
import {
  BIAS,
  DENORMAL,
  INEXACT,
  INVALID,
  i,
  type Library,
  l,
  OVERFLOW,
  QUIET_BIT,
  STACK_FAULT,
  TOP_BIT,
  UNDERFLOW,
  type Writer,
} from "./library.ts";
import { roundsUp } from "./rounding.ts";

/** Set in X87_PENDING beside the exceptions: the result is not stored. */
const NOT_STORED = 1 << 31;
/** Set in X87_PENDING where the result was rounded up: C1's place. */
const UP = 0x200;

function defineWidening(library: Library, bits: 32 | 64): void {
  const fraction = bits === 32 ? 23 : 52;
  const most = bits === 32 ? 0xff : 0x7ff;
  const bias = BIAS - (most >> 1);
  /** Puts a real number into the slot; answers the exceptions of loading it. */
  library.define(`widen${bits}`, [bits === 32 ? "i32" : "i64"], ["i32"], (x, value) => {
    const wide = x.let(w.extendU(value));
    const e = x.let(w.and(w.wrap(w.shru(wide, l(fraction))), i(most)));
    const sign = x.let(w.shl(w.wrap(w.shru(wide, l(bits - 1))), i(15)));
    const m = x.let(w.shl(w.and(wide, l((1n << BigInt(fraction)) - 1n)), l(63 - fraction)));
    x.if(w.eqz(e), () => {
      x.if(w.eqz(m), () => {
        x.write(x.slot(), l(0), sign);
        x.return(i(0));
      });
      const shift = x.let(w.clz(m));
      x.write(x.slot(), w.shl(m, shift), w.or(sign, w.sub(i(bias + 1), w.wrap(shift))));
      x.return(i(DENORMAL));
    });
    const top = w.select(w.eq(e, i(most)), i(0x7fff), w.add(e, i(bias)));
    x.write(x.slot(), w.or(m, l(TOP_BIT)), w.or(sign, top));
    const signals = w.and(w.eq(e, i(most)), w.and(w.ne(m, l(0)), w.eqz(w.and(m, l(QUIET_BIT)))));
    x.return(w.select(signals, i(INVALID), i(0)));
  });
}

/** ST(0) for a store: returns from the function with `indefinite` where it is empty. */
function storedTop(x: Writer, indefinite: Expression): Expression {
  const { address, empty } = x.locate(i(0));
  x.if(empty, () => {
    pend(x, i(INVALID | STACK_FAULT));
    x.return(indefinite);
  });
  return address;
}

/** Notes what the store will raise; an invalid operand that is not masked keeps it from being made. */
function pend(x: Writer, flags: Expression, keepsBack: Expression = i(INVALID)): void {
  const unmasked = w.and(w.and(flags, keepsBack), w.not(x.control()));
  x.f.store(32, x.cpu, w.or(flags, w.select(unmasked, i(NOT_STORED), i(0))), at.X87_PENDING);
}

function defineNarrowing(library: Library, bits: 32 | 64): void {
  const fraction = bits === 32 ? 23 : 52;
  const most = bits === 32 ? 0xff : 0x7ff;
  const bias = BIAS - (most >> 1);
  const drop = 63 - fraction;
  const type = bits === 32 ? "i32" : "i64";
  const narrow = (v: Expression) => (bits === 32 ? w.wrap(v) : v);
  const quietNaN = (1n << BigInt(bits)) - (1n << BigInt(fraction - 1));
  /** ST(0) as a real number of memory, by the control word's rounding; what it raises waits in X87_PENDING. */
  library.define(`narrow${bits}`, [], [type], (x) => {
    const address = storedTop(x, narrow(l(quietNaN)));
    const given = x.let(x.mantissa(address));
    const top = x.let(x.top(address));
    const sign = x.let(w.shru(top, i(15)));
    const signBit = x.let(w.shl(w.extendU(sign), l(bits - 1)));
    const exponent = x.let(w.and(top, i(0x7fff)));
    const answer = (v: Expression) => x.return(narrow(w.or(v, signBit)));
    const oddity = x.let(x.call("oddity", address));
    x.if(w.and(oddity, i(7)), () => {
      x.if(w.and(oddity, i(4)), () => {
        pend(x, i(INVALID));
        x.return(narrow(l(quietNaN)));
      });
      pend(x, w.select(w.and(oddity, i(2)), i(INVALID), i(0)));
      const payload = w.or(w.shru(w.shl(given, l(1)), l(drop + 1)), l(1n << BigInt(fraction - 1)));
      answer(w.or(payload, l(BigInt(most) << BigInt(fraction))));
    });
    x.f.store(32, x.cpu, i(0), at.X87_PENDING);
    x.if(w.eq(exponent, i(0x7fff)), () => answer(l(BigInt(most) << BigInt(fraction))));
    x.if(w.eqz(w.or(given, w.extendU(exponent))), () => answer(l(0)));
    const shift = x.let(w.select(w.eqz(exponent), w.clz(given), l(0)));
    const m = x.let(w.shl(given, shift));
    const e = x.variable(w.sub(w.sub(w.add(exponent, w.eqz(exponent)), w.wrap(shift)), i(bias)));
    const rounding = x.let(x.rounding());
    const control = x.let(x.control());
    const flags = x.variable(i(0));
    const kept = x.variable(w.shru(m, l(drop)));
    const rest = x.variable(w.shl(m, l(64 - drop)));
    const up = x.variable(i(0));
    const round = () => {
      x.set(up, roundsUp(x, rounding, sign, w.wrap(w.and(kept, l(1))), rest));
      x.set(kept, w.add(kept, w.extendU(up)));
    };
    round();
    const carried = x.let(w.wrap(w.shru(kept, l(fraction + 1))));
    // Tiny, once rounded with an exponent without bounds.
    x.if(w.les(w.add(e, carried), i(0)), () => {
      x.if(w.eqz(w.and(control, i(UNDERFLOW))), () => {
        pend(x, w.or(flags, i(UNDERFLOW)), i(UNDERFLOW));
        x.return(narrow(l(0)));
      });
      const far = x.let(w.sub(i(drop + 1), e));
      const count = x.let(w.extendU(far));
      x.if(
        w.gtu(far, i(63)),
        () => {
          x.set(kept, l(0));
          x.set(rest, w.select(w.eq(far, i(64)), m, l(1)));
        },
        () => {
          x.set(kept, w.shru(m, count));
          x.set(rest, w.shl(m, w.sub(l(64), count)));
        },
      );
      round();
      x.if(w.ne(rest, l(0)), () => x.set(flags, w.or(flags, i(UNDERFLOW | INEXACT))));
      pend(x, w.or(flags, w.shl(up, i(9))));
      // A mantissa that reaches the integer bit is the smallest normal number.
      answer(kept);
    });
    x.if(carried, () => {
      x.set(kept, w.shru(kept, l(1)));
      x.set(e, w.add(e, i(1)));
    });
    x.if(w.ges(e, i(most)), () => {
      x.set(flags, w.or(flags, i(OVERFLOW)));
      x.if(w.eqz(w.and(control, i(OVERFLOW))), () => {
        pend(x, flags, i(OVERFLOW));
        x.return(narrow(l(0)));
      });
      const toInfinity = x.let(w.or(w.eqz(rounding), w.eq(rounding, w.sub(i(2), sign))));
      pend(x, w.or(w.or(flags, i(INEXACT)), w.shl(toInfinity, i(9))));
      const infinity = BigInt(most) << BigInt(fraction);
      answer(w.select(toInfinity, l(infinity), l(infinity - 1n)));
    });
    x.if(w.ne(rest, l(0)), () => x.set(flags, w.or(flags, i(INEXACT))));
    pend(x, w.or(flags, w.shl(up, i(9))));
    const place = w.shl(w.extendU(e), l(fraction));
    answer(w.or(w.and(kept, l((1n << BigInt(fraction)) - 1n)), place));
  });
}

/** The whole part of a number below 2^64 in `whole`, and what follows it, its first bit worth one half, in `rest`. */
function splitAtPoint(x: Writer, m: Expression, exponent: Expression, whole: Expression, rest: Expression): void {
  x.if(
    w.lts(exponent, i(0)),
    () => {
      x.set(whole, l(0));
      x.set(rest, w.select(w.eq(exponent, i(-1)), m, w.extendU(w.ne(m, l(0)))));
    },
    () => {
      const places = x.let(w.extendU(exponent));
      x.set(whole, w.shru(m, w.sub(l(63), places)));
      x.set(rest, w.select(w.eq(exponent, i(63)), l(0), w.shl(m, w.add(places, l(1)))));
    },
  );
}

export function defineConversion(library: Library): void {
  defineWidening(library, 32);
  defineWidening(library, 64);
  defineNarrowing(library, 32);
  defineNarrowing(library, 64);

  /** Puts a signed integer into the slot. */
  library.define("widenInteger", ["i64"], [], (x, value) => {
    const negative = x.let(w.lts(value, l(0)));
    const magnitude = x.let(w.select(negative, w.sub(l(0), value), value));
    const shift = x.let(w.clz(magnitude));
    const e = w.select(w.eqz(magnitude), i(0), w.sub(i(BIAS + 63), w.wrap(shift)));
    x.write(x.slot(), w.shl(magnitude, shift), w.or(w.shl(negative, i(15)), e));
  });

  /** ST(0) as a signed integer of (bits), rounded, or (truncated) cut; what it raises waits in X87_PENDING. */
  library.define("integer", ["i32", "i32"], ["i64"], (x, bits, truncated) => {
    const indefinite = x.let(w.shl(l(-1), w.extendU(w.sub(bits, i(1)))));
    const address = storedTop(x, indefinite);
    const m = x.let(x.mantissa(address));
    const top = x.let(x.top(address));
    const sign = x.let(w.shru(top, i(15)));
    const exponent = x.let(w.sub(w.and(top, i(0x7fff)), i(BIAS)));
    const oddity = x.let(x.call("oddity", address));
    const invalid = () => {
      pend(x, i(INVALID));
      x.return(indefinite);
    };
    x.if(w.or(w.and(oddity, i(7)), w.gts(exponent, i(63))), invalid);
    const whole = x.variable(l(0));
    const rest = x.variable(l(0));
    splitAtPoint(x, m, exponent, whole, rest);
    const rounding = w.select(truncated, i(3), x.rounding());
    const up = roundsUp(x, x.let(rounding), sign, w.wrap(w.and(whole, l(1))), rest);
    x.set(whole, w.add(whole, w.extendU(up)));
    // The most negative number has one more than the largest.
    const limit = x.let(w.shl(l(1), w.extendU(w.sub(bits, i(1)))));
    const wrapped = w.and(up, w.eqz(whole));
    x.if(w.or(wrapped, w.gtu(whole, w.sub(limit, w.extendU(w.eqz(sign))))), invalid);
    const flags = w.select(w.ne(rest, l(0)), i(INEXACT), i(0));
    pend(x, w.or(flags, w.shl(up, i(9))));
    x.return(w.select(sign, w.sub(l(0), whole), whole));
  });

  /** Ends a store to memory: raises what waits in X87_PENDING, and pops where the store was made. */
  library.define("stored", ["i32"], [], (x, pops) => {
    const pending = x.let(w.load("i32", 32, x.cpu, at.X87_PENDING));
    x.do("raise", w.and(pending, i(0x7f)), w.and(pending, i(UP)));
    x.if(w.and(pops, w.ges(pending, i(0))), () => x.do("pop"));
  });

  /** ST(0) for a store of all 80 bits: in the slot, or the indefinite number where it is empty. */
  library.define("narrow80", [], [], (x) => {
    const { address, empty } = x.locate(i(0));
    x.if(
      empty,
      () => {
        pend(x, i(INVALID | STACK_FAULT));
        x.write(x.slot(), l(TOP_BIT | QUIET_BIT), i(0xffff));
      },
      () => {
        x.f.store(32, x.cpu, i(0), at.X87_PENDING);
        x.write(x.slot(), x.mantissa(address), x.top(address));
      },
    );
  });

  library.define("roundToInteger", [], [], (x) => {
    const { address: to, empty } = x.locate(i(0));
    x.if(empty, () => {
      x.do("underflow", to);
      x.return();
    });
    const m = x.let(x.mantissa(to));
    const top = x.let(x.top(to));
    const sign = x.let(w.shru(top, i(15)));
    const exponent = x.let(w.sub(w.and(top, i(0x7fff)), i(BIAS)));
    const flags = x.let(x.call("operands", to, to, to, i(0)));
    x.if(w.lts(flags, i(0)), () => x.return());
    x.if(x.call("stopped", flags), () => x.return());
    x.if(w.or(w.ges(exponent, i(63)), w.eqz(w.or(m, w.extendU(w.and(top, i(0x7fff)))))), () => {
      x.do("raise", flags, i(0));
      x.return();
    });
    const whole = x.variable(l(0));
    const rest = x.variable(l(0));
    splitAtPoint(x, m, exponent, whole, rest);
    const up = roundsUp(x, x.let(x.rounding()), sign, w.wrap(w.and(whole, l(1))), rest);
    x.set(whole, w.add(whole, w.extendU(up)));
    const raised = x.let(w.or(flags, w.select(w.ne(rest, l(0)), i(INEXACT), i(0))));
    const shift = x.let(w.clz(whole));
    const e = w.select(w.eqz(whole), i(0), w.sub(i(BIAS + 63), w.wrap(shift)));
    x.write(to, w.shl(whole, shift), w.or(w.shl(sign, i(15)), e));
    x.do("raise", raised, w.shl(up, i(9)));
  });
}
