import { expect, test } from "vitest";
import { plainText, spokenLines } from "./transcript.ts";

test("colours, cursor moves and a title are no text; CR LF is one line end", () => {
  expect(plainText("\x1b[1;32mok\x1b[0m\x1b]0;title\x07\r\n\x1b[2Jnext\x08")).toBe("ok\nnext");
});

test("an unfinished line waits", () => {
  expect(spokenLines("one\ntwo")).toEqual({ spoken: "one", rest: "two" });
});

test("of 38 lines five are said, and 33 more lines in the transcript", () => {
  const { spoken } = spokenLines(Array.from({ length: 38 }, (_, i) => `l${i}\n`).join(""));
  expect(spoken).toBe("l0. l1. l2. l3. l4 33 more lines in the transcript");
});
