import { expect, test } from "vitest";
import { joinTrace, mostRows, type TraceEvent } from "./bus-trace.ts";

const port = (tick: number, value = 0): TraceEvent => ({
  kind: "port",
  tick,
  write: true,
  port: 0x3f8,
  size: 1,
  value,
  part: "ns16550.0",
  cs: 0,
  ip: 0x7c00,
});
const dma = (tick: number, address: number, write = true): TraceEvent => ({
  kind: "dma",
  tick,
  write,
  address,
  length: 1,
  part: "i8237",
});

test("512 bytes to neighbouring addresses are one row of 512; another direction is another row", () => {
  const bytes = Array.from({ length: 512 }, (_, i) => dma(100 + i, 0x8000 + i));
  const rows = joinTrace(joinTrace([], bytes.slice(0, 200)), bytes.slice(200));
  expect(rows).toEqual([{ ...dma(100, 0x8000), length: 512 }]);
  expect(joinTrace(rows, [dma(900, 0x8200, false)])).toHaveLength(2);
});

test("a line that rises between two bytes of one instant does not cut their row", () => {
  const line: TraceEvent = { kind: "line", tick: 7, line: 6, level: true };
  expect(joinTrace([], [dma(7, 0x8000), line, dma(7, 0x8001)])).toEqual([{ ...dma(7, 0x8000), length: 2 }, line]);
});

test("a new run from tick 5 replaces what the old one had from there on", () => {
  const rows = joinTrace([port(1), port(5, 1), port(9)], [port(5, 2)]);
  expect(rows.map(({ tick }) => tick)).toEqual([1, 5]);
  expect(rows[1]).toMatchObject({ value: 2 });
});

test("an interrupt that is taken after a stop keeps the bytes and the line of its tick", () => {
  const line: TraceEvent = { kind: "line", tick: 7, line: 6, level: true };
  const interrupt: TraceEvent = { kind: "interrupt", tick: 7, vector: 0x0e, cs: 0, ip: 0 } as TraceEvent;
  const known = joinTrace([port(6)], [dma(7, 0x8000), line]);
  expect(joinTrace([...known, port(9)], [interrupt])).toEqual([port(6), dma(7, 0x8000), line, interrupt]);
  // The same again, from before the bytes: nothing twice.
  expect(joinTrace([...known, interrupt], [dma(7, 0x8000), line, interrupt])).toHaveLength(4);
});

test(`no more than ${mostRows} rows are kept, the newest`, () => {
  const rows = joinTrace(
    [],
    Array.from({ length: mostRows + 7 }, (_, i) => port(i)),
  );
  expect([rows.length, rows[0].tick]).toEqual([mostRows, 7]);
});
