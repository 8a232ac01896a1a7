// A boot sector from power-on: what it shows, says and leaves behind, however its run is cut.
import { expect, test } from "vitest";
import { openBench, screenText } from "../../engine/index.ts";
import { bootSector, COUNTING } from "../fixtures/bootsector.ts";

const bench = await openBench();
const HELLO = `
        xor   %ax, %ax
        mov   %ax, %ds
        mov   $text, %si
1:      lodsb
        test  %al, %al
        jz    2f
        mov   $0x0e, %ah
        mov   $7, %bx
        int   $0x10
        mov   $0x3f8, %dx
        out   %al, %dx
        jmp   1b
2:      cli
        hlt
text:   .asciz "Hello, reader\\r\\n"
`;

/** A machine with that boot sector in drive A. */
function power(source: string) {
  return bench.powerOn({ memoryMiB: 4, floppies: [bootSector(bench, source)] });
}

test("from F000:FFF0 through the BIOS to a greeting on the screen, then HLT with interrupts off", () => {
  const machine = power(HELLO);
  expect(machine.status()).toMatchObject({ cs: 0xf000, ip: 0xfff0, address: 0xfffffff0, mode: "real", tick: 0 });
  expect(machine.run({ address: 0x7c00, ticks: 100_000_000 })).toMatchObject({ address: 0x7c00, cs: 0 });
  expect(machine.readMemory("physical", 0x7dfe, 2)).toEqual(Uint8Array.of(0x55, 0xaa));
  expect(machine.run({ ticks: 100_000_000 }).reason).toEqual({ kind: "halt", forever: true });
  const screen = machine.screen();
  expect(screen.kind === "text" && screenText(screen)).toContain("\nHello, reader\n");
});

test("1.5 s of guest time: one hash in one go, in random slices, over snapshots, and back and forth", () => {
  const end = 300_000_000;
  const one = power(COUNTING);
  one.run(end);
  const hash = one.hash();
  const sliced = power(COUNTING);
  let other = power(COUNTING);
  const seed = { value: 271_828 };
  const random = (below: number) => {
    seed.value = (seed.value * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed.value % below;
  };
  while (sliced.tick < end) sliced.run(Math.min(end - sliced.tick, 1 + random(5_000_000)));
  expect(sliced.hash()).toBe(hash);
  while (other.tick < end) {
    other.run(Math.min(end - other.tick, 1 + random(20_000_000)));
    const snapshot = other.snapshot();
    other = power(COUNTING);
    expect(other.restore(snapshot)).toBeUndefined();
  }
  expect(other.hash()).toBe(hash);
  for (let i = 0; i < 5; i++) {
    one.goTo(random(end));
    one.step(random(50));
    one.stepBack(random(50));
  }
  one.goTo(end);
  expect(one.hash()).toBe(hash);
}, 60_000);

test("guests that reset, fault or write nonsense to every port for ever do not hold the run", () => {
  const guests = [
    "mov $0xfe, %al\n out %al, $0x64\n hlt",
    "lidt 1f\n int3\n1: .word 0, 0, 0",
    "1: inc %dx\n imul $77, %dx, %ax\n cmp $0xf4, %dx\n je 1b\n out %al, %dx\n in %dx, %al\n jmp 1b",
    "cli\n 1: mov $0xffff, %sp\n push %ax\n jmp 1b",
  ];
  for (const source of guests) {
    const machine = power(source);
    const status = machine.run(40_000_000);
    expect(status.state, source).not.toBe("failed");
    expect(status.tick).toBe(40_000_000);
  }
}, 60_000);
