// A boot sector that writes a sector of a hard disk by PIO and switches the machine off: what it wrote is in snapshots, and
// never in the image.
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { bootSector } from "../fixtures/bootsector.ts";

const bench = await openBench();

/** Writes 256 words AA55h to sector 9 of hda, waits at `written`, then soft off: PMBASE is put to 600h before. */
const WRITER = `
        cli
        mov   $0x1f6, %dx
        mov   $0xe0, %al
        out   %al, %dx
        mov   $0x1f2, %dx
        mov   $1, %al
        out   %al, %dx
        inc   %dx
        mov   $9, %al
        out   %al, %dx
        inc   %dx
        xor   %al, %al
        out   %al, %dx
        inc   %dx
        out   %al, %dx
        mov   $0x1f7, %dx
        mov   $0x30, %al
        out   %al, %dx
1:      in    %dx, %al
        and   $0x88, %al
        cmp   $0x08, %al
        jne   1b
        mov   $0x1f0, %dx
        mov   $0xaa55, %ax
        mov   $256, %cx
2:      out   %ax, %dx
        loop  2b
        mov   $0x1f7, %dx
3:      in    %dx, %al
        test  $0x80, %al
        jnz   3b
        jmp   written
        .org  0x100
written:
        mov   $0xcf8, %dx
        mov   $0x80000b40, %eax
        out   %eax, %dx
        mov   $0xcfc, %dx
        mov   $0x601, %eax
        out   %eax, %dx
        mov   $0xcf8, %dx
        mov   $0x80000b80, %eax
        out   %eax, %dx
        mov   $0xcfc, %dx
        mov   $1, %al
        out   %al, %dx
        mov   $0x604, %dx
        mov   $0x2000, %ax
        out   %ax, %dx
        hlt
`;

function power(image: Uint8Array) {
  const drives = [{ kind: "disk", image }] as const;
  return bench.powerOn({ memoryMiB: 4, floppies: [bootSector(bench, WRITER)], drives });
}

test("a sector written by PIO is in the snapshot and not in the image; soft off ends the machine", () => {
  const image = new Uint8Array(1 << 20);
  const one = power(image);
  one.run({ address: 0x7d00, ticks: 200_000_000 });
  const written = new Uint8Array(512).map((_, i) => (i & 1 ? 0xaa : 0x55));
  const sector = (machine: typeof one) =>
    machine.guest.pc.board.storage.disks[0]?.contents().subarray(9 * 512, 10 * 512);
  expect(sector(one)).toEqual(written);
  const two = power(image);
  expect(sector(two)).toEqual(new Uint8Array(512));
  expect(two.restore(one.snapshot())).toBeUndefined();
  expect(sector(two)).toEqual(written);
  expect(image.every((byte) => byte === 0)).toBe(true);
  expect(two.run({ ticks: 100_000_000 })).toMatchObject({ state: "exited", reason: { kind: "power off" } });
  expect(one.run({ ticks: 100_000_000 }).reason).toEqual({ kind: "power off" });
  expect(two.hash()).toBe(one.hash());
});
