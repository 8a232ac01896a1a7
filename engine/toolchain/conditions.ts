/** The tests of conditionals: `.if` and its family. Source: Using as, 7 ".if". */
import { readString } from "./directives.ts";
import type { Scanner } from "./scanner.ts";
import type { Assembly } from "./state.ts";

/** Whether the statements up to the next branch are read. */
export type Test = (a: Assembly, s: Scanner) => boolean;

/** Refuses what stands after a condition. */
export function finish(s: Scanner, name: string): void {
  if (!s.atEnd())
    s.fail(`\`${s.rest()}\` does not belong after ${name}`, s.peek() === "=" ? "Equality is written ==." : "");
}

const number =
  (test: (value: bigint) => boolean): Test =>
  (a, s) =>
    test(a.constantHere(s, "the condition"));

const defined =
  (expected: boolean): Test =>
  (a, s: Scanner) => {
    const name = s.name();
    if (!name) s.fail("a symbol's name is missing");
    return (a.symbols.named.get(name)?.definition !== undefined) === expected;
  };

const blank =
  (expected: boolean): Test =>
  (_a, s) => {
    const isBlank = s.atEnd();
    s.position = s.end;
    return isBlank === expected;
  };

/** `.ifc one,two`: text up to the comma, and the rest. */
const same =
  (expected: boolean): Test =>
  (_a, s) => {
    const comma = s.text.indexOf(",", s.position);
    if (comma < 0 || comma >= s.end) s.fail("`,` is missing between the texts to compare");
    const clean = (t: string) => t.trim().replace(/^(['"])(.*)\1$/, "$2");
    const first = clean(s.text.slice(s.position, comma));
    const second = clean(s.text.slice(comma + 1, s.end));
    s.position = s.end;
    return (first === second) === expected;
  };

const sameString =
  (expected: boolean): Test =>
  (_a, s) => {
    const first = readString(s).join();
    if (!s.take(",")) s.fail("`,` is missing between the strings");
    return (first === readString(s).join()) === expected;
  };

/** Tests by directive. */
export const TESTS: Readonly<Record<string, Test>> = {
  ".if": number((v) => v !== 0n),
  ".ifne": number((v) => v !== 0n),
  ".ifeq": number((v) => v === 0n),
  ".ifgt": number((v) => v > 0n),
  ".ifge": number((v) => v >= 0n),
  ".iflt": number((v) => v < 0n),
  ".ifle": number((v) => v <= 0n),
  ".ifdef": defined(true),
  ".ifndef": defined(false),
  ".ifnotdef": defined(false),
  ".ifb": blank(true),
  ".ifnb": blank(false),
  ".ifc": same(true),
  ".ifnc": same(false),
  ".ifeqs": sameString(true),
  ".ifnes": sameString(false),
};
