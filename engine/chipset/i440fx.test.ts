import { expect, test } from "vitest";
import { testBoard } from "./testboard.ts";

function setUp() {
  const { bus, board, pci } = testBoard(new Uint8Array(1474560));
  for (const device of pci.functions) device.reset();
  const write = (register: number, value: number, size: 1 | 2 | 4 = 1) => {
    bus.ports.write(0xcf8, 0x80000000 + (register & 0xfc), 4);
    bus.ports.write(0xcfc + (register & 3), value, size);
  };
  const read = (register: number, size: 1 | 2 | 4 = 1) => {
    bus.ports.write(0xcf8, 0x80000000 + (register & 0xfc), 4);
    return bus.ports.read(0xcfc + (register & 3), size);
  };
  return { board, pci, write, read };
}

test("8086:1237 revision 2, a host bridge that always decodes memory and masters the bus", () => {
  const { read, write } = setUp();
  write(4, 0xffff, 2);
  expect([read(0, 4), read(4, 2), read(8, 4)]).toEqual([0x12378086, 0x0146, 0x06000002]);
});

test("PAM: each nibble is 16 KiB from C0000 on, the upper one of 59h is F0000–FFFFF; reads and writes apart", () => {
  const { board, write, read } = setUp();
  const reach = () => Array.from({ length: 16 }, (_, n) => board.reach[0xc0000 + n * 0x4000]);
  expect(reach()).toEqual(Array(16).fill(0));
  write(0x59, 0xff);
  write(0x5a, 0x12);
  write(0x5f, 0x30);
  expect(reach()).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3]);
  expect([read(0x59), read(0x5a), read(0x5f)]).toEqual([0x30, 0x12, 0x30]);
});

test("SMRAM: none, in SMM, for all; a lock closes it and keeps it until a reset", () => {
  const { board, pci, write, read } = setUp();
  expect([read(0x72), board.smram]).toEqual([0x02, "none"]);
  write(0x72, 0x0a);
  expect(board.smram).toBe("smm");
  write(0x72, 0x4a);
  expect(board.smram).toBe("all");
  write(0x72, 0x5a);
  expect([read(0x72), board.smram]).toEqual([0x1a, "smm"]);
  write(0x72, 0x42);
  expect([read(0x72), board.smram]).toEqual([0x1a, "smm"]);
  pci.at(0)?.reset();
  expect([read(0x72), board.smram]).toEqual([0x02, "none"]);
});

test("DRB: 64 MiB in eight rows of 8 MiB; TRC bit 2 resets the processor at its rise", () => {
  const { board, read, write } = setUp();
  expect(Array.from({ length: 8 }, (_, n) => read(0x60 + n))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  write(0x93, 4);
  write(0x93, 4);
  expect(board.resets).toBe(1);
});

test("a snapshot's registers come back with what they mean", () => {
  const { board, pci, write } = setUp();
  write(0x5c, 0x33);
  const saved = structuredClone(pci.at(0)?.state);
  pci.at(0)?.reset();
  expect(board.reach[0xd0000]).toBe(0);
  Object.assign(pci.at(0)?.state ?? {}, saved);
  pci.at(0)?.restored();
  expect([board.reach[0xd0000], board.reach[0xd4000], board.reach[0xd8000]]).toEqual([3, 3, 0]);
});
