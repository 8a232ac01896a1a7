import { expect, test } from "vitest";
import { readOptions } from "./start.ts";

test("without wishes the course is at 127.0.0.1:4321", () => {
  expect(readOptions([], {})).toEqual({ host: "127.0.0.1", port: 4321 });
});

test("--port goes before PORT, in both spellings", () => {
  expect(readOptions([], { PORT: "8080" })).toEqual({ host: "127.0.0.1", port: 8080 });
  expect(readOptions(["--port", "81"], { PORT: "8080" })).toEqual({ host: "127.0.0.1", port: 81 });
  expect(readOptions(["--port=82", "--host", "0.0.0.0"], {})).toEqual({ host: "0.0.0.0", port: 82 });
});

test("a wrong wish is answered with one sentence that names it", () => {
  expect(readOptions(["--port", "abc"], {})).toMatch(/^--port is abc: .*\.$/);
  expect(readOptions([], { PORT: "70000" })).toMatch(/^PORT is 70000: .*\.$/);
  expect(readOptions(["--prot", "1"], {})).toMatch(/^--prot is unknown: .*\.$/);
  expect(readOptions(["--port"], {})).toMatch(/^--port needs a value\.$/);
});
