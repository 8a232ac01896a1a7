// Expansion ROMs of PCI cards under our BIOS: found among several images, copied to where option ROMs live, called, asked to
// connect their disks and to boot from the network; what is no ROM is passed over.
import { expect, test } from "vitest";
import { assemble } from "../../../engine/toolchain/assembler.ts";
import { ourPc } from "./probes.ts";

const E1000 = 0x100e8086;

/**
 * An image for `device`: says "i", AX and where it runs on port 402h when called; "c" when asked to connect, "b" when asked
 * to boot. Shrinks itself to 512 bytes.
 */
function image(device: number, { kind = 0, last = true, units = 4 } = {}): Uint8Array {
  const source = `
        .code16
        .byte 0x55, 0xaa, ${units}
        jmp   start
        .org  0x18
        .word data, header
start:  mov   %ax, %bx
        mov   $0x402, %dx
        mov   $'i', %al
        out   %al, %dx
        mov   %bh, %al
        call  hex
        mov   %bl, %al
        call  hex
        mov   %cs, %ax
        mov   %ah, %al
        call  hex
        movb  $1, %cs:2                 # it is writable now
        lret
hex:    push  %ax
        shr   $4, %al
        call  1f
        pop   %ax
1:      and   $15, %al
        cmp   $10, %al
        sbb   $0x69, %al
        das
        out   %al, %dx
        ret
connect:
        mov   $'c', %al
        mov   $0x402, %dx
        out   %al, %dx
        lret
boot:   mov   $0x402, %dx
        mov   $'b', %al
        out   %al, %dx
        movb  $7, %cs:2                 # and is not any more
        mov   %cs:2, %al
        add   $'0', %al
        out   %al, %dx
        int   $0x18
        .balign 4
data:   .ascii "PCIR"
        .long ${device}
        .word 0, 24
        .byte 0, 0, 0, 2
        .word ${units}, 1
        .byte ${kind}, ${last ? 0x80 : 0}
        .word 0
        .balign 16
header: .ascii "$PnP"
        .byte 1, 2
        .word 0
        .byte 0, 0
        .long 0
        .word 0, 0
        .byte 2, 0, 0, 0
        .word connect, 0, boot, 0, 0
        .org  ${units * 512}
`;
  const { bytes, diagnostics } = assemble(source, { origin: 0, include: () => undefined });
  expect(diagnostics).toEqual([]);
  bytes[6] = -bytes.reduce((sum, byte) => sum + byte, 0) + bytes[6];
  return bytes;
}

/** What POST and INT 19h say, after the banner, until there is nothing left to boot but the firmware's own network boot. */
function said(...roms: (Uint8Array | undefined)[]): string {
  const cards = roms.map((rom) => ({ kind: "e1000", ...(rom ? { rom } : {}) }) as const);
  const machine = ourPc({ memoryMiB: 4, bootOrder: "n", floppies: [], cards });
  const said = () => machine.guest.debug.text().replace(/^.*memory\n/, "");
  while (!END.test(said()) && machine.tick < 400_000_000) machine.run({ ticks: 1_000_000 });
  return said();
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const with_ = (rom: Uint8Array, at: number, ...bytes: number[]) => {
  const changed = rom.slice();
  changed.set(bytes, at);
  return changed;
};
const NOTHING = "No bootable device.\n";
/** The card has no ROM that counts: the firmware asks for itself. */
const PASSED_OVER = "Asking the network for an address\n";
const END = new RegExp(`(${NOTHING}|${PASSED_OVER})$`);
const RAN = "i0018C8c";
const BOOTED = "Booting from the network\nb1";

test("a card's ROM runs at C8000 with AX = 0018h, connects, boots, and is read-only by then", () =>
  expect(said(image(E1000))).toBe(`${RAN}${BOOTED}${NOTHING}`));

test("of three images the one for a PC and this device counts", () => {
  const rom = joined(
    image(E1000, { kind: 3, last: false }),
    image(0x12348086, { last: false, units: 2 }),
    image(E1000, { units: 8 }),
  );
  expect(said(rom)).toBe(`${RAN}${BOOTED}${NOTHING}`);
});

test("the next card's ROM comes right behind what the first has shrunk to; the first boots", () =>
  expect(said(image(E1000), image(E1000))).toBe(`${RAN}i0020C8c${BOOTED}${NOTHING}`));

test.each<[string, () => Uint8Array | undefined]>([
  ["no ROM", () => undefined],
  ["zeros", () => new Uint8Array(65536)],
  ["a wrong sum", () => with_(image(E1000), 0x1ff, 1)],
  ["another device's ROM", () => image(0x100f8086)],
  ["a length of 0", () => with_(image(E1000), 2, 0)],
  ["a data structure outside", () => with_(image(E1000), 0x18, 0xff, 0xff)],
  ["no data structure", () => with_(image(E1000), 0x18, 0, 0)],
  ["images without an end", () => image(E1000, { kind: 1, last: false })],
  ["127 KiB, which have no room", () => joined(image(E1000, { units: 254 }))],
])("%s is passed over", (_, rom) => expect(said(rom())).toBe(PASSED_OVER));

test("random ROMs neither hang POST nor run unless their sum is right", () => {
  let x = 19811128;
  const next = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  for (let i = 0; i < (process.env["RING_FULL"] ? 100 : 5); i++) {
    const rom = image(E1000);
    for (let n = 1 + (next() % 8); n > 0; n--) rom[next() % rom.length] = next();
    rom[rom.length - 1]++;
    expect(said(rom), `ROM ${i}`).toMatch(END);
  }
});
