import { expect, test } from "vitest";
import { assemble } from "../toolchain/assembler.ts";
import { checkConfiguration } from "./configuration.ts";
import { memorySize } from "./memorysize.ts";
import { loadResources, powerOn } from "./resources.ts";

const mib = (memoryMiB: number, end?: number) => {
  const { below, above } = memorySize({ memoryMiB, ...(end ? { maxMemoryBelow4GiB: end } : {}) });
  return [below / 2 ** 20, above / 2 ** 20];
};

// QEMU 7.2, `info mtree -f` with -m 3583, 3584, 3968, and with -M pc,max-ram-below-4g=512M -m 512, 768.
test("3583 MiB are below 4 GiB, of 3584 MiB 3072 are; an end that is asked for holds", () => {
  expect([mib(3583), mib(3584), mib(3968), mib(512, 512), mib(768, 512)]).toEqual([
    [3583, 0],
    [3072, 512],
    [3072, 896],
    [512, 0],
    [512, 256],
  ]);
});

test("4096 MiB, and 3585 MiB below 4 GiB, are errors that say how much there can be", () => {
  expect(checkConfiguration({ memoryMiB: 4096 })).toMatchObject([
    { part: "memoryMiB", message: "4096 is not a size of memory", hint: "A whole number of MiB from 1 to 3968." },
  ]);
  expect(checkConfiguration({ maxMemoryBelow4GiB: 3585 })).toMatchObject([{ part: "maxMemoryBelow4GiB" }]);
});

const AT = 0xa0000000;
/** Adds 1 to EAX a hundred times by an instruction whose operand it changes before and after. */
const COUNTING = `
    .code32
    xor  %eax, %eax
    mov  $100, %ecx
1:  movb $1, added + 2
added:
    add  $0, %eax
    movb $0, added + 2
    loop 1b
2:  jmp  2b
`;
/** Flat protected mode. */
const ENTRY: [string, bigint][] = [
  ["CR0", 0x11n],
  ...["CS", "DS"].flatMap((name): [string, bigint][] => [
    [`${name}.base`, 0n],
    [`${name}.limit`, 0xffffffffn],
    [`${name}.attributes`, name === "CS" ? 0xc09bn : 0xc093n],
  ]),
  ["EFLAGS", 2n],
  ["EIP", BigInt(AT)],
];

const { bytes } = assemble(COUNTING, { origin: AT });
const resources = await loadResources();

function counting(options: { history?: false }) {
  const m = powerOn({ memoryMiB: 2624, floppies: [], loads: [{ address: AT, bytes }] }, resources, options);
  for (const [name, value] of ENTRY) m.guest.pc.first.writeRegister(name, value);
  m.run({ ticks: 1000 });
  expect(m.guest.pc.first.readRegister("EAX")).toBe(100n);
  return m;
}

test("a machine of 2.6 GiB: code runs and changes beyond 2 GiB of it", () => {
  counting({ history: false });
});

test.runIf(process.env.RING_FULL)(
  "a snapshot of it weighs what it holds, and restores its hash",
  { timeout: 120_000 },
  () => {
    const m = counting({});
    const [hash, snapshot] = [m.hash(), m.snapshot()];
    expect(snapshot.data.length).toBeLessThan(400_000);
    m.run({ ticks: 1000 });
    expect(m.restore(snapshot)).toBe(undefined);
    expect(m.hash()).toBe(hash);
  },
);
