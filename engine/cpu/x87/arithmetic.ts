/**
 * Addition, multiplication, division and square root of the x87. Source: AMD APM vol. 1, 6.3 "x87 Data Types", 6.4.5
 * "Arithmetic"; NaNs by 6.3.4 "Number Representation" and what processors do.
 */
import type { Expression } from "../../wasm/expression.ts";
import * as w from "../../wasm/expression.ts";
import { convertSigned, fadd, fmul, fsqrt, reinterpret, truncateSigned } from "../../wasm/float.ts";
import { BIAS, DENORMAL, DIVISION, INVALID, i, type Library, l, QUIET_BIT, TOP_BIT, type Writer } from "./library.ts";

const EXPONENT = i(0x7fff);
const INFINITY = TOP_BIT;

/** A number taken apart, in locals that a function may change. */
interface Parts {
  readonly m: Expression;
  readonly e: Expression;
  readonly sign: Expression;
}

function takeApart(x: Writer, address: Expression): Parts {
  const top = x.let(x.top(address));
  return {
    m: x.variable(x.mantissa(address)),
    e: x.variable(w.and(top, EXPONENT)),
    sign: x.variable(w.shru(top, i(15))),
  };
}

/** Anything but a normal number. */
const isUnusual = (p: Parts) => w.or(w.ges(p.m, l(0)), w.eqz(w.and(w.add(p.e, i(1)), i(0x7ffe))));
const isZero = (p: Parts) => w.and(w.eqz(p.m), w.eqz(p.e));
const isInfinite = (p: Parts) => w.eq(p.e, EXPONENT);

/** Gives a denormal its integer bit and an exponent below 1. */
function normalize(x: Writer, p: Parts): void {
  x.if(w.eqz(p.e), () => {
    const shift = x.let(w.clz(p.m));
    x.set(p.m, w.shl(p.m, shift));
    x.set(p.e, w.sub(i(1), w.wrap(shift)));
  });
}

/** The high 64 bits of a product; the low ones are a plain multiplication. */
function highProduct(x: Writer, a: Expression, b: Expression): Expression {
  const low32 = (v: Expression) => w.and(v, l(0xffffffffn));
  const high32 = (v: Expression) => w.shru(v, l(32));
  const [a0, a1, b0, b1] = [x.let(low32(a)), x.let(high32(a)), x.let(low32(b)), x.let(high32(b))];
  const p00 = x.let(w.mul(a0, b0));
  const p01 = x.let(w.mul(a0, b1));
  const p10 = x.let(w.mul(a1, b0));
  const middle = x.let(w.add(w.add(high32(p00), low32(p01)), low32(p10)));
  return x.let(w.add(w.add(w.mul(a1, b1), high32(middle)), w.add(high32(p01), high32(p10))));
}

/** Ends a function: the stack is popped where the result was written (not 0). */
type Done = (stored: Expression) => void;
/** Emits a op b, written to the register at `to`. */
type Core = (x: Writer, done: Done, to: Expression, a: Expression, b: Expression, given: Expression) => void;

export function defineArithmetic(library: Library): void {
  /** Class of the NaN or unsupported number at an address: 0 neither, 1 quiet, 2 signalling, 4 unsupported, 8 denormal. */
  library.define("oddity", ["i32"], ["i32"], (x, address) => {
    const m = x.let(x.mantissa(address));
    const e = x.let(w.and(x.top(address), EXPONENT));
    x.if(w.eqz(e), () => x.return(w.select(w.ne(m, l(0)), i(8), i(0))));
    x.if(w.ges(m, l(0)), () => x.return(i(4)));
    x.if(w.or(w.ne(e, EXPONENT), w.eq(m, l(INFINITY))), () => x.return(i(0)));
    x.return(w.select(w.ne(w.and(m, l(QUIET_BIT)), l(0)), i(1), i(2)));
  });

  /**
   * What any operation on two numbers does first: unsupported operands, NaNs, denormals. `flags`: exceptions of the
   * operand's widening. Answers −1 where the result was written, −2 where an unmasked exception leaves all as it was, or the
   * exceptions so far.
   */
  library.define("operands", ["i32", "i32", "i32", "i32"], ["i32"], (x, to, a, b, given) => {
    const ka = x.let(x.call("oddity", a));
    const kb = x.let(x.call("oddity", b));
    const both = x.let(w.or(ka, kb));
    x.if(w.and(both, i(4)), () => x.return(w.sub(x.call("invalid", to, i(0)), i(2))));
    x.if(w.and(both, i(3)), () => {
      const signals = x.let(w.and(both, i(2)));
      x.if(
        signals,
        () => {
          x.if(x.call("raise", i(INVALID), i(0)), () => x.return(i(-2)));
        },
        () => x.do("raise", i(0), i(0)),
      );
      const ma = x.let(x.mantissa(a));
      const mb = x.let(x.mantissa(b));
      const isNaNa = w.and(ka, i(3));
      const isNaNb = w.and(kb, i(3));
      // Of two NaNs a quiet one goes before a signalling one, then the larger mantissa, then the positive one.
      const larger = w.or(w.gtu(ma, mb), w.and(w.eq(ma, mb), w.leu(x.top(a), x.top(b))));
      const quieter = w.select(w.eq(ka, kb), larger, w.eq(ka, i(1)));
      const first = x.let(w.select(w.eqz(isNaNb), i(1), w.select(w.eqz(isNaNa), i(0), quieter)));
      const from = x.let(w.select(first, a, b));
      const top = x.let(x.top(from));
      x.write(to, w.or(x.mantissa(from), l(QUIET_BIT)), top);
      x.mark(x.registerAt(to), false);
      x.return(i(-1));
    });
    x.return(w.or(w.and(given, i(DENORMAL)), w.shru(w.and(both, i(8)), i(2))));
  });

  /** Whether the denormal exception among `flags` is unmasked: then it is noted, and nothing else happens. */
  library.define("stopped", ["i32"], ["i32"], (x, flags) => {
    x.if(w.and(w.and(flags, w.not(x.control())), i(DENORMAL | DIVISION)), () => {
      x.do("raise", flags, i(0));
      x.return(i(1));
    });
    x.return(i(0));
  });

  /** The unusual operands of a two-operand function: returns from it where `operands` has settled the result. */
  const prepare = (x: Writer, done: Done, to: Expression, a: Expression, b: Expression, flags: Expression) => {
    x.set(flags, x.call("operands", to, a, b, flags));
    x.if(w.lts(flags, i(0)), () => done(w.add(flags, i(2))));
  };
  const stopWhereUnmasked = (x: Writer, done: Done, flags: Expression) =>
    x.if(x.call("stopped", flags), () => done(i(0)));
  const put = (
    x: Writer,
    done: Done,
    to: Expression,
    mantissa: Expression,
    exponent: Expression,
    sign: Expression,
    flags: Expression,
  ) => {
    x.do("put", to, mantissa, w.or(w.shl(sign, i(15)), exponent), flags, i(0));
    done(i(1));
  };

  const add: Core = (x, done, to, pa, pb, given) => {
    const flags = x.variable(w.and(given, i(DENORMAL)));
    const a = takeApart(x, pa);
    const b = takeApart(x, pb);
    // FSUB turns its second operand round, but not a NaN's sign.
    const flip = x.let(w.and(w.shru(given, i(8)), i(1)));
    x.set(b.sign, w.xor(b.sign, flip));
    x.if(w.or(w.or(isUnusual(a), isUnusual(b)), flags), () => {
      prepare(x, done, to, pa, pb, flags);
      x.if(w.and(w.and(isInfinite(a), isInfinite(b)), w.ne(a.sign, b.sign)), () => {
        done(x.call("invalid", to, i(0)));
      });
      stopWhereUnmasked(x, done, flags);
      x.if(isInfinite(a), () => put(x, done, to, a.m, a.e, a.sign, flags));
      x.if(isInfinite(b), () => put(x, done, to, b.m, b.e, b.sign, flags));
      x.if(w.and(isZero(a), isZero(b)), () => {
        const sign = w.select(w.eq(a.sign, b.sign), a.sign, w.eq(x.rounding(), i(1)));
        put(x, done, to, l(0), i(0), sign, flags);
      });
      normalize(x, a);
      normalize(x, b);
    });
    // The larger one first.
    x.if(w.or(w.lts(a.e, b.e), w.and(w.eq(a.e, b.e), w.ltu(a.m, b.m))), () => {
      const [m, e, sign] = [x.variable(a.m), x.variable(a.e), x.variable(a.sign)];
      x.set(a.m, b.m);
      x.set(a.e, b.e);
      x.set(a.sign, b.sign);
      x.set(b.m, m);
      x.set(b.e, e);
      x.set(b.sign, sign);
    });
    const distance = x.let(w.extendU(w.sub(a.e, b.e)));
    const high = x.variable(b.m);
    const low = x.variable(l(0));
    x.if(w.ne(distance, l(0)), () => {
      x.if(
        w.ltu(distance, l(64)),
        () => {
          x.set(low, w.shl(b.m, w.sub(l(64), distance)));
          x.set(high, w.shru(b.m, distance));
        },
        () => {
          x.set(high, l(0));
          x.if(
            w.ltu(distance, l(128)),
            () => {
              const lost = w.and(w.ne(w.shl(b.m, w.sub(l(0), distance)), l(0)), w.gtu(distance, l(64)));
              x.set(low, w.or(w.shru(b.m, distance), w.extendU(lost)));
            },
            () => x.set(low, w.extendU(w.ne(b.m, l(0)))),
          );
        },
      );
    });
    x.if(
      w.eq(a.sign, b.sign),
      () => {
        const sum = x.let(w.add(a.m, high));
        x.set(high, sum);
        x.if(w.ltu(sum, a.m), () => {
          x.set(low, w.or(w.or(w.shru(low, l(1)), w.and(low, l(1))), w.shl(sum, l(63))));
          x.set(high, w.or(w.shru(sum, l(1)), l(TOP_BIT)));
          x.set(a.e, w.add(a.e, i(1)));
        });
      },
      () => {
        const borrow = x.let(w.extendU(w.ne(low, l(0))));
        x.set(low, w.sub(l(0), low));
        x.set(high, w.sub(w.sub(a.m, high), borrow));
        x.if(w.eqz(w.or(high, low)), () => put(x, done, to, l(0), i(0), w.eq(x.rounding(), i(1)), flags));
        x.if(w.eqz(high), () => {
          x.set(high, low);
          x.set(low, l(0));
          x.set(a.e, w.sub(a.e, i(64)));
        });
        const shift = x.let(w.clz(high));
        x.if(w.ne(shift, l(0)), () => {
          x.set(high, w.or(w.shl(high, shift), w.shru(low, w.sub(l(64), shift))));
          x.set(low, w.shl(low, shift));
          x.set(a.e, w.sub(a.e, w.wrap(shift)));
        });
      },
    );
    x.do("finish", to, a.sign, a.e, high, low, flags);
    done(i(1));
  };

  const multiply: Core = (x, done, to, pa, pb, given) => {
    const flags = x.variable(w.and(given, i(DENORMAL)));
    const a = takeApart(x, pa);
    const b = takeApart(x, pb);
    const sign = x.let(w.xor(a.sign, b.sign));
    x.if(w.or(w.or(isUnusual(a), isUnusual(b)), flags), () => {
      prepare(x, done, to, pa, pb, flags);
      const infinite = x.let(w.or(isInfinite(a), isInfinite(b)));
      const zero = x.let(w.or(isZero(a), isZero(b)));
      x.if(w.and(infinite, zero), () => done(x.call("invalid", to, i(0))));
      stopWhereUnmasked(x, done, flags);
      x.if(infinite, () => put(x, done, to, l(INFINITY), EXPONENT, sign, flags));
      x.if(zero, () => put(x, done, to, l(0), i(0), sign, flags));
      normalize(x, a);
      normalize(x, b);
    });
    const high = x.variable(highProduct(x, a.m, b.m));
    const low = x.variable(w.mul(a.m, b.m));
    const e = x.variable(w.sub(w.add(a.e, b.e), i(BIAS - 1)));
    x.if(w.ges(high, l(0)), () => {
      x.set(high, w.or(w.shl(high, l(1)), w.shru(low, l(63))));
      x.set(low, w.shl(low, l(1)));
      x.set(e, w.sub(e, i(1)));
    });
    x.do("finish", to, sign, e, high, low, flags);
    done(i(1));
  };

  /** The quotient of high.low by d, whose top bit is set and which is larger than `high`; by digits of 32 bits. */
  library.define("divideWide", ["i64", "i64", "i64"], ["i64"], (x, high, low, d) => {
    const d1 = x.let(w.shru(d, l(32)));
    const d0 = x.let(w.and(d, l(0xffffffffn)));
    const digit = (n: Expression, next: Expression): { q: Expression; rest: Expression } => {
      const q = x.variable(w.divu(n, d1));
      const r = x.variable(w.sub(n, w.mul(q, d1)));
      const tooLarge = () => w.or(w.ne(w.shru(q, l(32)), l(0)), w.gtu(w.mul(q, d0), w.or(w.shl(r, l(32)), next)));
      x.f.block((out) => {
        x.f.loop((again) => {
          x.f.brIf(out, w.eqz(tooLarge()));
          x.set(q, w.sub(q, l(1)));
          x.set(r, w.add(r, d1));
          x.f.brIf(again, w.eqz(w.shru(r, l(32))));
        });
      });
      return { q, rest: x.let(w.sub(w.or(w.shl(n, l(32)), next), w.mul(q, d))) };
    };
    const first = digit(high, x.let(w.shru(low, l(32))));
    const second = digit(first.rest, x.let(w.and(low, l(0xffffffffn))));
    x.return(w.or(w.shl(first.q, l(32)), second.q));
  });

  const divide: Core = (x, done, to, pa, pb, given) => {
    const flags = x.variable(w.and(given, i(DENORMAL)));
    const a = takeApart(x, pa);
    const b = takeApart(x, pb);
    const sign = x.let(w.xor(a.sign, b.sign));
    x.if(w.or(w.or(isUnusual(a), isUnusual(b)), flags), () => {
      prepare(x, done, to, pa, pb, flags);
      x.if(w.or(w.and(isInfinite(a), isInfinite(b)), w.and(isZero(a), isZero(b))), () =>
        done(x.call("invalid", to, i(0))),
      );
      x.if(isInfinite(a), () => {
        stopWhereUnmasked(x, done, flags);
        put(x, done, to, l(INFINITY), EXPONENT, sign, flags);
      });
      x.if(isZero(b), () => {
        // A denormal dividend is not told as well.
        x.set(flags, i(DIVISION));
        stopWhereUnmasked(x, done, flags);
        put(x, done, to, l(INFINITY), EXPONENT, sign, flags);
      });
      stopWhereUnmasked(x, done, flags);
      x.if(w.or(isZero(a), isInfinite(b)), () => put(x, done, to, l(0), i(0), sign, flags));
      normalize(x, a);
      normalize(x, b);
    });
    const e = x.variable(w.add(w.sub(a.e, b.e), i(BIAS - 1)));
    const high = x.variable(a.m);
    const low = x.variable(l(0));
    x.if(w.geu(a.m, b.m), () => {
      x.set(low, w.shl(a.m, l(63)));
      x.set(high, w.shru(a.m, l(1)));
      x.set(e, w.add(e, i(1)));
    });
    const q = x.let(x.call("divideWide", high, low, b.m));
    const rest = x.let(w.sub(low, w.mul(q, b.m)));
    // What follows the quotient is more than one half, one half, less, or nothing.
    const twice = x.let(w.shl(rest, l(1)));
    const overHalf = w.or(w.lts(rest, l(0)), w.gtu(twice, b.m));
    const tail = w.select(
      overHalf,
      l(TOP_BIT | 1n),
      w.select(w.eq(twice, b.m), l(TOP_BIT), w.extendU(w.ne(rest, l(0)))),
    );
    x.do("finish", to, sign, e, q, tail, flags);
    done(i(1));
  };

  library.define("squareRoot", [], [], (x) => {
    const { address: to, empty } = x.locate(i(0));
    x.if(empty, () => {
      x.do("underflow", to);
      x.return();
    });
    const a = takeApart(x, to);
    const flags = x.variable(i(0));
    const done = () => x.return();
    x.if(w.or(isUnusual(a), a.sign), () => {
      x.set(flags, x.call("operands", to, to, to, i(0)));
      x.if(w.lts(flags, i(0)), done);
      x.if(isZero(a), () => {
        x.do("raise", i(0), i(0));
        x.return();
      });
      x.if(a.sign, () => {
        x.do("invalid", to, i(0));
        x.return();
      });
      x.if(isInfinite(a), () => {
        x.do("raise", i(0), i(0));
        x.return();
      });
      x.if(x.call("stopped", flags), done);
      normalize(x, a);
    });
    // The root of m × 2^63 or m × 2^64, so that the exponent is halved without a rest.
    const exponent = x.let(w.sub(a.e, i(BIAS)));
    const isOddExponent = x.let(w.and(exponent, i(1)));
    const high = x.let(w.select(isOddExponent, a.m, w.shru(a.m, l(1))));
    const low = x.let(w.select(isOddExponent, l(0), w.shl(a.m, l(63))));
    const half = convertSigned("f64", w.shru(a.m, l(1)));
    const scaled = x.let(half);
    const radicand = w.select(isOddExponent, fadd(scaled, scaled), scaled);
    const TWO_31 = reinterpret(l(0x41e0000000000000n));
    const near = x.let(w.add(w.shl(truncateSigned("i64", fmul(fsqrt(radicand), TWO_31)), l(1)), l(8192)));
    const guess = x.let(w.select(w.lts(near, l(0)), near, l(-1)));
    const other = x.let(x.call("divideWide", high, low, guess));
    const root = x.variable(w.add(w.add(w.shru(guess, l(1)), w.shru(other, l(1))), w.and(w.and(guess, other), l(1))));
    const squareLow = x.let(w.mul(root, root));
    const squareHigh = highProduct(x, root, root);
    const tooLarge = w.or(w.gtu(squareHigh, high), w.and(w.eq(squareHigh, high), w.gtu(squareLow, low)));
    const rest = x.variable(w.sub(low, squareLow));
    const restHigh = x.variable(w.sub(w.sub(high, squareHigh), w.extendU(w.ltu(low, squareLow))));
    x.if(tooLarge, () => {
      x.set(root, w.sub(root, l(1)));
      // (r − 1)² = r² − 2 (r − 1) − 1
      const more = x.let(w.add(w.shl(root, l(1)), l(1)));
      x.set(rest, w.add(rest, more));
      x.set(restHigh, w.add(w.add(restHigh, w.shru(root, l(63))), w.extendU(w.ltu(rest, more))));
    });
    const overHalf = w.or(w.ne(restHigh, l(0)), w.gtu(rest, root));
    const tail = w.select(overHalf, l(TOP_BIT | 1n), w.extendU(w.ne(rest, l(0))));
    const e = w.add(w.shrs(exponent, i(1)), i(BIAS));
    x.do("finish", to, i(0), e, root, tail, flags);
  });

  for (const [name, core] of Object.entries({ add, multiply, divide })) {
    /** (to, from, exceptions of widening | 0x100 subtracts | 0x200 reversed, pops) */
    library.define(name, ["i32", "i32", "i32", "i32"], [], (x, to, from, given, pops) => {
      const a = x.locate(to);
      const b = x.locate(from);
      const done = (stored: Expression) => {
        x.if(w.and(stored, pops), () => x.do("pop"));
        x.return();
      };
      x.if(w.or(a.empty, b.empty), () => done(x.call("underflow", a.address)));
      const reversed = x.let(w.and(given, i(0x200)));
      const first = x.let(w.select(reversed, b.address, a.address));
      const second = x.let(w.select(reversed, a.address, b.address));
      core(x, done, a.address, first, second, given);
    });
  }
}
