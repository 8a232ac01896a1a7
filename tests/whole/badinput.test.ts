// Images, kernels and ROMs that are none: each is refused with the place and what was expected there, or is a guest that
// fails as on hardware. Nothing throws, hangs, or takes the engine with it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type MachineConfiguration, openBench } from "../../engine/index.ts";
import { checkConfiguration } from "../../engine/machine/configuration.ts";

const bench = await openBench();
const FULL = process.env["RING_FULL"] !== undefined;
const RUNS = FULL ? 400 : 12;
/** Of what first goes through firmware's self-test, and of code that is nothing but faults. */
const LONG_RUNS = FULL ? 40 : 2;
const TICKS = 3_000_000;
const FIRMWARE_TICKS = 12_000_000;
const BOOT_SECTOR = 0x7c00;
const FAULT_TICKS = 300_000;

/** What a machine of this does: refused with reasons that say something, or run without a fault of ours. */
function tryOut(configuration: MachineConfiguration, { ticks = TICKS, from = 0 } = {}): "refused" | "ran" {
  const faults = checkConfiguration(configuration);
  if (faults.length > 0) {
    for (const { message, hint } of faults) {
      expect(message.length).toBeGreaterThan(5);
      expect(hint.length).toBeGreaterThan(5);
    }
    return "refused";
  }
  const machine = bench.powerOn({ memoryMiB: 4, ...configuration });
  // Firmware first, where the code that matters comes after it.
  if (from !== 0) machine.run({ address: from, ticks: FIRMWARE_TICKS });
  expect(machine.run({ ticks }).state).not.toBe("failed");
  return "ran";
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: "max" });
/** Random bytes, repeated up to a length. */
const filled = (length: number) =>
  fc
    .uint8Array({ minLength: 1, maxLength: 2000, size: "max" })
    .map((part) => Uint8Array.from({ length }, (_, i) => part[i % part.length]));

/** A header at 0, with whatever behind it and in some of its bytes, cut anywhere. */
function headed(header: readonly [at: number, bytes: readonly number[]][]) {
  return fc
    .record({
      rest: bytes(6000),
      spoiled: fc.array(fc.tuple(fc.nat(0x300), fc.nat(255)), { maxLength: 3 }),
      cut: fc.nat(12_000),
    })
    .map(({ rest, spoiled, cut }) => {
      const image = new Uint8Array(Math.max(0x300, rest.length));
      image.set(rest);
      for (const [at, part] of header) image.set(part, at);
      for (const [at, value] of spoiled) image[at] = value;
      return image.subarray(0, cut);
    });
}

const word = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
const ELF32 = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0];
const KERNELS = {
  "Multiboot 1": headed([
    [
      0x40,
      [...word(0x1badb002), ...word(0x10003), ...word(-(0x1badb002 + 0x10003)), ...word(0x100040), ...word(0x100000)],
    ],
  ]),
  "Multiboot 1 with a mode": headed([
    [
      0,
      [...word(0x1badb002), ...word(0x10007), ...word(-(0x1badb002 + 0x10007)), ...word(0x100000), ...word(0x100000)],
    ],
  ]),
  "Multiboot 2": headed([
    [0, [...word(0xe85250d6), ...word(0), ...word(64), ...word(-(0xe85250d6 + 64)), 2, 0, 0, 0, 24, 0, 0, 0]],
  ]),
  ELF: headed([[0, ELF32]]),
  Linux: headed([
    [0x1f1, [1]],
    [0x1fe, [0x55, 0xaa]],
    [0x202, [0x48, 0x64, 0x72, 0x53, 0x0f, 0x02]],
    [0x211, [1]],
    [0x238, [0xff, 7]],
  ]),
};

for (const [kind, image] of Object.entries(KERNELS)) {
  test(`kernels that begin as ${kind} and go on as they like`, () => {
    fc.assert(
      fc.property(image, bytes(100), (kernel, module) => {
        const modules = kind === "Linux" ? {} : { modules: [{ bytes: module, commandLine: "m" }] };
        tryOut({ kernel: { image: kernel, ...modules } });
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
}

test("empty, cut and oversized images are refused by name", () => {
  const refused: [MachineConfiguration, string][] = [
    [{ bios: new Uint8Array(0) }, "bios"],
    [{ bios: new Uint8Array(65537) }, "bios"],
    [{ vgaBios: new Uint8Array(100) }, "vgaBios"],
    [{ floppies: [new Uint8Array(0)] }, "floppies[0]"],
    [{ floppies: [undefined, new Uint8Array(2880 * 1024 + 1)] }, "floppies[1]"],
    [{ drives: [{ kind: "disk", image: new Uint8Array(0) }] }, "drives[0].image"],
    [{ kernel: { image: new Uint8Array(0) } }, "kernel.image"],
    [{ kernel: { image: new Uint8Array(64 * 2 ** 20 + 1) } }, "kernel.image"],
    [{ cards: [{ kind: "e1000", rom: new Uint8Array(3) }] }, "cards[0].rom"],
    [{ cards: [{ kind: "virtio-serial", ports: [] }] }, "cards[0].ports"],
    [{ memoryMiB: 1, loads: [{ address: 2 ** 20 - 1, bytes: new Uint8Array(2) }] }, "loads[0].address"],
  ];
  for (const [configuration, part] of refused)
    expect(checkConfiguration(configuration).map((fault) => fault.part)).toEqual([part]);
});

test("random ROMs run as the processor takes them: firmware, the display's, a card's", () => {
  fc.assert(
    fc.property(filled(65536), filled(2048), (rom, small) => {
      expect(tryOut({ bios: rom }, { ticks: FAULT_TICKS })).toBe("ran");
      // With a signature and a length firmware calls it.
      small.set([0x55, 0xaa, 4]);
      tryOut({ vgaBios: small, cards: [{ kind: "e1000", rom: small }] });
    }),
    { numRuns: LONG_RUNS },
  );
}, 600_000);

test("random floppies, disks and CDs are read, and booted from where they seem to be made for it", () => {
  fc.assert(
    fc.property(filled(20_480), fc.constantFrom("a", "c", "d"), (image, bootOrder) => {
      image.set([0x55, 0xaa], 510);
      const drives = [{ kind: "disk", image }, undefined, { kind: "cdrom", image }] as const;
      tryOut({ bootOrder, floppies: [image], drives }, { ticks: FAULT_TICKS, from: BOOT_SECTOR });
    }),
    { numRuns: LONG_RUNS },
  );
}, 600_000);
