// What a page is told of translation and its cost: the ledger, the TLBs, the walk of an address.
import { beforeAll, expect, test } from "vitest";
import { LEDGER_CHARGES, openBench, type Workbench } from "../index.ts";
import type { LedgerCounts, LedgerItem, TlbView } from "./api.ts";
import type { Machine } from "./machine.ts";

/** Directory at 200000h: 0–4 MiB as one page, 400000h by the table at 201000h (pages 0–3; 1 read-only), the APIC's. */
const GUEST = `
        .code32
header: .long   0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000), header, 0x100000, 0, 0, start
start:  cli
        cld
        mov     $0x300000, %esp
        lgdt    gdtr
        ljmp    $8, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     $0x200000, %edi
        mov     $0x800, %ecx
        rep stosl
        lidt    idtr
        movl    $0x83, 0x200000
        movl    $0x201007, 0x200004
        movl    $0xfec00083, 0x200000 + 0x3fb * 4
        movl    $0x300007, 0x201000
        movl    $0x301005, 0x201004
        movl    $0x302007, 0x201008
        movl    $0x303107, 0x20100c
        mov     $0x90, %eax
        mov     %eax, %cr4
        mov     $0x200000, %eax
        mov     %eax, %cr3
        mov     %cr0, %eax
        or      $0x80010000, %eax
        mov     %eax, %cr0
        nop
begin:  mov     0x400000, %eax
        mov     %eax, 0x400004
        mov     0x400008, %eax
        mov     0x401000, %eax
        mov     %eax, 0x401000
        mov     0x40c000, %eax
        invlpg  0x400000
        mov     0x400000, %eax
        mov     0x403000, %eax
        mov     %cr3, %eax
        mov     %eax, %cr3
        mov     0x403000, %eax
        mov     0xfee00020, %eax
        mov     %eax, 0xfee00080
        in      $0x61, %al
        out     %al, $0x80
        int     $0x30
end:    hlt

skip:   add     $4, %esp                # the instruction that faults has 5 bytes
        addl    $5, (%esp)
        iret
back:   iret

        .balign 8
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   .word   23
        .long   gdt
        .balign 8
idt:    .fill   14, 8, 0
        .word   skip - header, 8, 0x8e00, 0x10
        .fill   33, 8, 0
        .word   back - header, 8, 0x8e00, 0x10
idtr:   .word   0x30 * 8 + 7
        .long   idt
`;

let bench: Workbench;
let image: Uint8Array;
let symbols: Readonly<Record<string, number>>;
beforeAll(async () => {
  bench = await openBench();
  const built = bench.assemble(GUEST, { file: "guest.S", origin: 0x100000, codeBits: 32 });
  expect(built.diagnostics).toEqual([]);
  image = built.bytes;
  symbols = built.symbols;
});

function atBegin(): Machine {
  const machine = bench.powerOn({ memoryMiB: 4, kernel: { image } });
  machine.run({ address: symbols.begin as number, ticks: 50_000_000 });
  expect(machine.status().address).toBe(symbols.begin);
  return machine;
}

/** What has come to the counts since `before`. */
function since(before: LedgerCounts, now: LedgerCounts): Partial<Record<LedgerItem, number>> {
  const items = Object.keys(now) as LedgerItem[];
  return Object.fromEntries(items.filter((i) => now[i] !== before[i]).map((i) => [i, now[i] - before[i]]));
}

/** What the next instruction costs. */
function costOfStep(m: Machine): Partial<Record<LedgerItem, number>> {
  const before = m.ledger().counts;
  m.step();
  return since(before, m.ledger().counts);
}

test("each access, flush, fault, port and device costs what its sentence says, and nothing else does", () => {
  const m = atBegin();
  const said: [string, object][] = [
    ["first read of a page", { dataMiss4K: 1, walkReads: 2, walkWrites: 2 }],
    ["first write", { rewalks: 1, walkReads: 2, walkWrites: 1 }],
    ["another read", {}],
    ["read of a read-only page", { dataMiss4K: 1, walkReads: 2, walkWrites: 1 }],
  ];
  for (const [what, cost] of said) expect(costOfStep(m), what).toEqual(cost);
  // Read-only for ring 0 too, by CR0.WP. The walk that refuses it reads 2; delivery finds the IDT's page by 1, and makes
  // the same page dirty by 1 more, as the stack is on it.
  const delivery = { exceptions: 1, pageFaults: 1, dataMiss4M: 1, rewalks: 1, walkWrites: 1 };
  expect(costOfStep(m)).toEqual({ ...delivery, walkReads: 2 + 1 + 1 });
  m.step(3);
  // Not present: the second entry ends the walk.
  expect(costOfStep(m)).toEqual({ exceptions: 1, pageFaults: 1, walkReads: 2 });
  m.step(3);
  expect(costOfStep(m), "INVLPG").toEqual({ invalidations: 1 });
  expect(costOfStep(m), "its page again").toEqual({ dataMiss4K: 1, walkReads: 2 });
  expect(costOfStep(m), "a global page").toEqual({ dataMiss4K: 1, walkReads: 2, walkWrites: 1 });
  m.step();
  const refetch = { codeMiss4M: 1, walkReads: 1 };
  expect(costOfStep(m), "MOV to CR3").toEqual({ flushes: 1 });
  expect(costOfStep(m), "its own fetch; the global page, kept").toEqual(refetch);
  const mapped = { dataMiss4M: 1, walkReads: 1, walkWrites: 1 };
  expect(costOfStep(m), "a device's register").toEqual({ ...mapped, mmioReads: 1 });
  expect(costOfStep(m)).toEqual({ rewalks: 1, walkReads: 1, walkWrites: 1, mmioWrites: 1 });
  expect(costOfStep(m)).toEqual({ portReads: 1 });
  expect(costOfStep(m)).toEqual({ portWrites: 1 });
  expect(costOfStep(m), "INT 30h: the tables' page").toMatchObject({ softwareInterrupts: 1, dataMiss4M: 1 });
});

test("charges sum up to cycles; stepping back takes the costs back; a reset begins at 0", () => {
  const m = atBegin();
  const { counts, cycles } = m.ledger();
  let sum = 0;
  for (const item of Object.keys(LEDGER_CHARGES) as LedgerItem[]) sum += LEDGER_CHARGES[item].cycles * counts[item];
  expect(cycles).toBe(sum);
  m.step(12);
  expect(m.ledger().counts.pageFaults).toBe(2);
  m.stepBack(12);
  expect(m.ledger()).toEqual({ processor: 0, counts, cycles });
  m.reset();
  expect(m.ledger().cycles).toBe(0);
});

test("the costs of a run are the same in one go, in slices, and in single steps", () => {
  const end = (m: Machine) => m.tick >= last;
  const one = atBegin();
  const first = one.tick;
  const last = one.run({ address: symbols.end as number }).tick;
  const counts = one.ledger().counts;
  expect(counts.walkReads).toBeGreaterThan(15);
  const stepped = atBegin();
  while (!end(stepped)) stepped.step();
  const sliced = atBegin();
  for (let slice = 1; !end(sliced); slice = (slice * 5 + 1) % 7)
    sliced.run({ ticks: Math.min(slice, last - sliced.tick) });
  expect(first).toBeLessThan(last);
  for (const m of [stepped, sliced]) {
    expect(m.ledger().counts).toEqual(counts);
    expect(m.hash()).toBe(one.hash());
  }
});

const pages = ({ entries }: TlbView) =>
  entries.map((e) => `${e.tlb} ${e.linear.toString(16)} ${e.physical.toString(16)} ${e.size / 1024}K`);

test("the TLBs show what was used, newest first, and stay stale until INVLPG", () => {
  const m = atBegin();
  expect(pages(m.tlb())).toEqual(["code 0 0 4096K"]);
  m.step(4);
  expect(pages(m.tlb())).toEqual(["data 400000 300000 4K", "data 401000 301000 4K", "code 0 0 4096K"]);
  const [first, second] = m.tlb().entries;
  expect(first).toMatchObject({ set: 0, age: 0, writable: true, user: true, dirty: true, global: false, pcid: 0 });
  expect(second).toMatchObject({ set: 1, age: 0, writable: false, dirty: false, executable: true, key: 0 });
  m.writeMemory("physical", 0x201000, Uint8Array.of(7, 0x20, 0x30, 0));
  expect(m.tlb().entries[0]).toEqual(first);
  m.run({ address: symbols.end as number });
  expect(pages(m.tlb())).toContain("data 403000 303000 4K");
  expect(m.tlb().entries.find((e) => e.linear === 0x403000n)).toMatchObject({ global: true, dirty: false });
  expect(pages(m.tlb())).not.toContain("data 400000 300000 4K");
});

test("a walk reads the directory's entry and the table's, and says which bits the access would set", () => {
  const m = atBegin();
  const hash = m.hash();
  const walk = m.walk(0x400123, { kind: "write" });
  expect(walk).toMatchObject({
    linear: 0x400123n,
    access: { kind: "write", user: false },
    paging: "32-bit",
    cr3: 0x200000n,
  });
  expect(
    walk.steps.map(({ table, index, address, value, leads, to, sets }) => [
      table,
      index,
      address,
      value,
      leads,
      to,
      sets,
    ]),
  ).toEqual([
    ["PD", 1, 0x200004, 0x201007n, "table", 0x201000, ["accessed"]],
    ["PT", 0, 0x201000, 0x300007n, "page", 0x300000, ["accessed", "dirty"]],
  ]);
  expect(walk.steps[1]?.bits).toMatchObject({
    present: true,
    writable: true,
    user: true,
    accessed: false,
    large: false,
  });
  const page = { kind: "page", page: 0x300000, size: 4096, physical: 0x300123, writable: true, user: true };
  expect(walk.outcome).toMatchObject({ ...page, executable: true, global: false });
  expect(m.walk(0x12345, { kind: "read" }).outcome).toMatchObject({ size: 2 ** 22, physical: 0x12345 });
  expect(m.hash()).toBe(hash);
});

test("a walk that is refused has the error code and the cause that the fault will have", () => {
  const m = atBegin();
  const faults: { errorCode?: number }[] = [];
  m.onEvent = (e) => {
    if (e.kind === "exception") faults.push({ errorCode: e.errorCode });
  };
  const asked = [m.walk(0x401000, { kind: "write" }), m.walk(0x40c000, { kind: "read" })].map((w) => w.outcome);
  m.run({ address: symbols.end as number });
  expect(faults).toEqual([{ errorCode: 3 }, { errorCode: 0 }]);
  expect(asked).toEqual([
    { kind: "page fault", errorCode: 3, cause: "read-only page" },
    { kind: "page fault", errorCode: 0, cause: "not present" },
  ]);
  expect(m.walk(0x1000, { kind: "read", user: true }).outcome).toMatchObject({
    errorCode: 5,
    cause: "supervisor page",
  });
  expect(m.walk(0x400000, { kind: "write", user: true }).outcome).toMatchObject({ kind: "page" });
});

test("several processors have a ledger each; a page's handle answers all three for one tick", async () => {
  const { createLocalEngine } = await import("../index.ts");
  const engine = await createLocalEngine();
  const m = await engine.create("costs", { memoryMiB: 4, kernel: { image }, processors: 2 });
  await m.run({ address: symbols.begin as number });
  const { values } = await m.together([
    { method: "ledger", args: [0] },
    { method: "ledger", args: [1] },
    { method: "tlb", args: [0] },
    { method: "walk", args: [0x400000, { kind: "read" }, 0] },
  ]);
  expect(values[0]).toMatchObject({ processor: 0, counts: { codeMiss4M: 1, dataMiss4K: 0 } });
  expect(values[1]).toMatchObject({ processor: 1, counts: { codeMiss4M: 0 } });
  expect(values[2]).toMatchObject({ entries: [{ tlb: "code" }] });
  expect(values[3]).toMatchObject({ outcome: { physical: 0x300000 } });
  m.close();
});
