import { expect, test } from "vitest";
import { dependantsOf } from "./dependants.ts";

const block = (id: string, gives: string[], needs: string[]) => ({ id, gives, needs });

test("a name's users and their users depend on it, in a circle too; others and it itself do not", () => {
  const a = block("a", ["x"], []);
  const all = [
    a,
    block("b", ["y"], ["x"]),
    block("c", ["z"], ["y"]),
    block("d", ["w"], ["v"]),
    block("e", ["x2"], ["z", "x"]),
  ];
  expect([...dependantsOf(a, all)].map(({ id }) => id)).toEqual(["b", "c", "e"]);
  const p = block("p", ["m"], ["n"]);
  const q = block("q", ["n"], ["m"]);
  expect([...dependantsOf(p, [p, q])].map(({ id }) => id)).toEqual(["q"]);
});
