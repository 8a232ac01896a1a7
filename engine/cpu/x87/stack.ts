/**
 * The x87's stack: numbers pushed, stored, exchanged, compared and looked at. Source: AMD APM vol. 1, 6.2 "Registers",
 * 6.8.2 "x87 Floating-Point Exception Causes"; vol. 5.
 */
import type { Expression } from "../../wasm/expression.ts";
import * as w from "../../wasm/expression.ts";
import {
  C0,
  C1,
  C2,
  C3,
  DENORMAL,
  INVALID,
  i,
  type Library,
  l,
  QUIET_BIT,
  STACK_FAULT,
  TOP_BIT,
  type Writer,
} from "./library.ts";

const EXPONENT = i(0x7fff);

/** What a comparison finds, as C3, C2 and C0. */
const LESS = C0;
const EQUAL = C3;
const UNORDERED = C0 | C2 | C3;
/** Beside them: an unmasked exception. */
const STOPPED = 1 << 31;

const clearC1 = (x: Writer) => x.setStatus(w.and(x.status(), i(~C1)));

export function defineStack(library: Library): void {
  /** (from, exceptions of widening) */
  library.define("push", ["i32", "i32"], [], (x, number, given) => {
    const from = x.locate(number);
    const target = x.let(x.physical(i(7)));
    const to = x.let(x.addressOf(target));
    const down = () => x.setStatus(w.or(w.and(x.status(), i(~0x3800)), w.shl(target, i(11))));
    const indefinite = (c1: number) => {
      x.if(x.call("raise", i(INVALID | STACK_FAULT), i(c1)), () => x.return());
      down();
      x.write(to, l(TOP_BIT | QUIET_BIT), i(0xffff));
      x.mark(target, false);
      x.return();
    };
    x.if(from.empty, () => indefinite(0));
    x.if(w.eqz(x.isEmpty(target)), () => indefinite(C1));
    const m = x.variable(x.mantissa(from.address));
    const top = x.let(x.top(from.address));
    x.if(
      given,
      () => {
        x.if(w.and(x.call("raise", given, i(0)), i(INVALID)), () => x.return());
        x.if(w.and(given, i(INVALID)), () => x.set(m, w.or(m, l(QUIET_BIT))));
      },
      () => clearC1(x),
    );
    down();
    x.write(to, m, top);
    x.mark(target, false);
  });

  /** (to, pops, an empty ST(0) is no exception, and not stored) */
  library.define("store", ["i32", "i32", "i32"], [], (x, number, pops, anyhow) => {
    const from = x.locate(i(0));
    const to = x.let(x.physical(number));
    const address = x.let(x.addressOf(to));
    x.if(
      from.empty,
      () => {
        x.if(
          anyhow,
          () => clearC1(x),
          () => {
            x.if(x.call("raise", i(INVALID | STACK_FAULT), i(0)), () => x.return());
            x.write(address, l(TOP_BIT | QUIET_BIT), i(0xffff));
            x.mark(to, false);
          },
        );
      },
      () => {
        x.write(address, x.mantissa(from.address), x.top(from.address));
        x.mark(to, false);
        clearC1(x);
      },
    );
    x.if(pops, () => x.do("pop"));
  });

  library.define("exchange", ["i32"], [], (x, number) => {
    clearC1(x);
    const a = x.locate(i(0));
    const b = x.locate(number);
    x.if(w.or(a.empty, b.empty), () => {
      x.if(x.call("raise", i(INVALID | STACK_FAULT), i(0)), () => x.return());
      for (const r of [a, b]) {
        x.if(r.empty, () => {
          x.write(r.address, l(TOP_BIT | QUIET_BIT), i(0xffff));
          x.mark(x.registerAt(r.address), false);
        });
      }
    });
    const m = x.variable(x.mantissa(a.address));
    const top = x.variable(x.top(a.address));
    x.write(a.address, x.mantissa(b.address), x.top(b.address));
    x.write(b.address, m, top);
  });

  /** (condition, from) */
  library.define("moveIf", ["i32", "i32"], [], (x, condition, number) => {
    const to = x.locate(i(0));
    const from = x.locate(number);
    x.if(w.or(to.empty, from.empty), () => {
      x.do("underflow", to.address);
      x.return();
    });
    x.if(condition, () => x.write(to.address, x.mantissa(from.address), x.top(from.address)));
  });

  /** (what sign and exponent keep, what of them is flipped) */
  library.define("sign", ["i32", "i32"], [], (x, mask, flip) => {
    const { address, empty } = x.locate(i(0));
    x.if(empty, () => {
      x.do("underflow", address);
      x.return();
    });
    x.f.store(16, address, w.xor(w.and(x.top(address), mask), flip), 8);
    clearC1(x);
  });

  library.define("examine", [], [], (x) => {
    const { address, empty } = x.locate(i(0));
    const m = x.let(x.mantissa(address));
    const top = x.let(x.top(address));
    const e = w.and(top, EXPONENT);
    const code = x.variable(i(C2)); // a normal number
    x.if(w.eqz(e), () => x.set(code, w.select(w.eqz(m), i(C3), i(C3 | C2))));
    x.if(w.and(w.ne(e, i(0)), w.ges(m, l(0))), () => x.set(code, i(0)));
    x.if(w.and(w.eq(e, EXPONENT), w.lts(m, l(0))), () => {
      x.set(code, w.select(w.eq(m, l(TOP_BIT)), i(C2 | C0), i(C0)));
    });
    x.if(empty, () => x.set(code, i(C3 | C0)));
    const sign = w.shl(w.shru(top, i(15)), i(9));
    x.setStatus(w.or(w.or(w.and(x.status(), i(~UNORDERED & ~C1)), code), sign));
  });

  /**
   * Compares ST(0) with (from): (exceptions of widening | 0x100 where a quiet NaN is no exception | 0x200 where C1 stays).
   * Answers C3, C2 and C0, and STOPPED where an unmasked exception keeps the stack from being popped.
   */
  library.define("relation", ["i32", "i32"], ["i32"], (x, number, given) => {
    const a = x.locate(i(0));
    const b = x.locate(number);
    const kept = x.let(w.and(w.and(given, i(C1)), x.status()));
    const unordered = (flags: Expression, c1: Expression) => {
      const unmasked = x.call("raise", flags, c1);
      x.return(w.select(unmasked, i(UNORDERED | STOPPED), i(UNORDERED)));
    };
    x.if(w.or(a.empty, b.empty), () => unordered(i(INVALID | STACK_FAULT), i(0)));
    const ka = x.call("oddity", a.address);
    const kb = x.call("oddity", b.address);
    const oddities = x.let(w.or(ka, kb));
    x.if(w.and(oddities, i(7)), () => {
      const isQuiet = w.and(w.ne(w.and(given, i(0x100)), i(0)), w.eqz(w.and(oddities, i(6))));
      unordered(w.select(isQuiet, i(0), i(INVALID)), kept);
    });
    const flags = x.let(w.or(w.and(given, i(DENORMAL)), w.shru(w.and(oddities, i(8)), i(2))));
    const stopped = x.let(w.select(x.call("raise", flags, kept), i(STOPPED), i(0)));
    const answer = (relation: Expression) => x.return(w.or(relation, stopped));
    const [ma, mb] = [x.let(x.mantissa(a.address)), x.let(x.mantissa(b.address))];
    const [ta, tb] = [x.let(x.top(a.address)), x.let(x.top(b.address))];
    // A denormal with an integer bit has the exponent of the smallest normal number.
    const exponent = (top: Expression, m: Expression) => {
      const e = x.let(w.and(top, EXPONENT));
      return x.let(w.or(e, w.and(w.eqz(e), w.lts(m, l(0)))));
    };
    const [ea, eb] = [exponent(ta, ma), exponent(tb, mb)];
    x.if(w.and(w.eqz(ma), w.eqz(mb)), () => answer(i(EQUAL)));
    const [sa, sb] = [x.let(w.shru(ta, i(15))), x.let(w.shru(tb, i(15)))];
    x.if(w.ne(sa, sb), () => answer(w.select(sa, i(LESS), i(0))));
    x.if(w.and(w.eq(ea, eb), w.eq(ma, mb)), () => answer(i(EQUAL)));
    const smaller = w.or(w.ltu(ea, eb), w.and(w.eq(ea, eb), w.ltu(ma, mb)));
    answer(w.select(w.xor(smaller, sa), i(LESS), i(0)));
  });

  /** (from, exceptions of widening | 0x100 quiet, pops): into the status word. */
  library.define("compare", ["i32", "i32", "i32"], [], (x, number, given, pops) => {
    const found = x.let(x.call("relation", number, given));
    x.setStatus(w.or(w.and(x.status(), i(~UNORDERED & ~C1)), w.and(found, i(UNORDERED))));
    x.if(w.lts(found, i(0)), () => x.return());
    x.if(pops, () => x.do("pop"));
    x.if(w.eq(pops, i(2)), () => x.do("pop"));
  });
}
