// Cache lines that move between processors, in the ledger of a machine that asks for them.
import { expect, test } from "vitest";
import { CacheLines } from "../cpu/cachelines.ts";
import * as at from "../cpu/layout.ts";
import { Ledger } from "../cpu/ledger.ts";
import { openBench } from "../index.ts";
import type { Machine } from "./machine.ts";

test("a line is shared by those who load, and one who stores takes it from all others", () => {
  const lines = new CacheLines(4096);
  const ledgers = [0, 1, 2].map(() => new Ledger(new ArrayBuffer(at.PROCESSOR_BYTES), 0));
  const said: string[] = [];
  const access = (n: number, place: number, bytes: number, write: boolean) => {
    const ledger = ledgers[n] as Ledger;
    const before = ledger.read();
    lines.access(n, place, bytes, write, ledger);
    const { lineFetches, lineClaims } = ledger.read();
    said.push(`${lineFetches - before.lineFetches} ${lineClaims - before.lineClaims}`);
  };
  access(0, 0, 4, false); // from memory
  access(1, 60, 4, false); // from 0, shared
  access(2, 32, 8, false); // from either
  access(0, 0, 4, true); // 1 and 2 drop it
  access(0, 8, 4, true); // its own
  access(1, 0, 1, true);
  access(2, 60, 8, false); // two lines, of which 1 had the first
  access(0, 4092, 16, true); // ends where RAM does
  expect(said).toEqual(["0 0", "1 0", "1 0", "0 1", "0 0", "0 1", "1 0", "0 0"]);
});

/** Two processors that add to a number each, a hundred times; `apart` is the distance of the two, in bytes. */
const guest = (apart: number) => `
        .code32
header: .long   0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000), header, 0x100000, 0, 0, start
start:  cli
        cld
        mov     $0x8000, %edi
        mov     $wake, %esi
        mov     $(wakeEnd - wake), %ecx
        rep movsb
        movl    $0xc4500, 0xfee00300
        movl    $0xc4608, 0xfee00300
        mov     $0x110000, %ebx
begin:  mov     $100, %ecx
1:      lock incl (%ebx)
        loop    1b
2:      cmpl    $100, 0x110000 + ${apart}
        jne     2b
end:    hlt

        .code16
wake:   xor     %ax, %ax
        mov     %ax, %ds
        lgdtl   0x8000 + table - wake
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $8, $other
        .balign 8
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff
table:  .word   0x17
        .long   0x8000 + gdt - wake
wakeEnd:
        .code32
other:  mov     $0x10, %eax
        mov     %eax, %ds
        mov     $0x110000 + ${apart}, %ebx
        mov     $100, %ecx
1:      lock incl (%ebx)
        loop    1b
3:      jmp     3b
`;

async function booted(apart: number, cacheLines: boolean): Promise<{ m: Machine; end: number }> {
  const bench = await openBench();
  const { bytes, symbols, diagnostics } = bench.assemble(guest(apart), {
    file: "guest.S",
    origin: 0x100000,
    codeBits: 32,
  });
  expect(diagnostics).toEqual([]);
  const m = bench.powerOn({
    memoryMiB: 4,
    kernel: { image: bytes },
    processors: 2,
    turns: { ticks: 20 },
    ...(cacheLines ? { cacheLines } : {}),
  });
  return { m, end: symbols.end as number };
}

const moved = (m: Machine) => [0, 1].map((n) => m.ledger(n).counts.lineFetches + m.ledger(n).counts.lineClaims);

test("two numbers in one line make it go to and fro, each in its own line do not; unasked, nothing is counted", async () => {
  const counts: number[][] = [];
  for (const [apart, counting] of [
    [4, true],
    [64, true],
    [4, false],
  ] as const) {
    const { m, end } = await booted(apart, counting);
    expect(m.run({ address: end, ticks: 10_000_000 }).reason.kind).toBe("until");
    counts.push(moved(m));
  }
  const [together, own, unasked] = counts as [number[], number[], number[]];
  // 200 instructions of a hundred additions, in turns of 20.
  expect(together[0]).toBeGreaterThanOrEqual(9);
  expect(together[1]).toBeGreaterThanOrEqual(9);
  expect(Math.max(...own)).toBeLessThan(6);
  expect(unasked).toEqual([0, 0]);
});

test("lines count the same in one go, in slices, and again after a step back or from a snapshot", async () => {
  const { m, end } = await booted(4, true);
  m.run({ address: end, ticks: 10_000_000 });
  const [counts, hash, last] = [moved(m), m.hash(), m.tick];
  const sliced = (await booted(4, true)).m;
  for (let slice = 1; sliced.tick < last; slice = (slice * 5 + 1) % 97)
    sliced.run({ ticks: Math.min(slice + 1, last - sliced.tick) });
  expect([moved(sliced), sliced.hash()]).toEqual([counts, hash]);
  m.stepBack(150);
  expect(moved(m)).not.toEqual(counts);
  const snapshot = m.snapshot();
  m.run({ ticks: last - m.tick });
  expect([moved(m), m.hash()]).toEqual([counts, hash]);
  m.restore(snapshot);
  m.run({ ticks: last - m.tick });
  expect([moved(m), m.hash()]).toEqual([counts, hash]);
});
