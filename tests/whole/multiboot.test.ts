// A Multiboot 1 kernel of our own: what it finds in its registers and in memory, as the specification's 3.2 and 3.3 say.
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";

const bench = await openBench();
const KERNEL = `
        .code32
        .set  MAGIC, 0x1badb002
        .set  FLAGS, 0x10003
header: .long MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long header, header, end, end + 0x1000, entry
entry:  mov   $end + 0x1000, %esp
        push  %eax
        mov   $0x3f8, %dx
        cmp   $0x2badb002, %eax
        jne   fail
        mov   16(%ebx), %esi            # the command line
1:      lodsb
        test  %al, %al
        jz    2f
        out   %al, %dx
        jmp   1b
2:      testl $0x40, (%ebx)
        jz    fail
        mov   48(%ebx), %esi            # the map: the region at 1 MiB
        mov   44(%ebx), %ecx
        add   %esi, %ecx
3:      cmpl  $0x100000, 4(%esi)
        je    4f
        add   (%esi), %esi
        add   $4, %esi
        cmp   %ecx, %esi
        jb    3b
fail:   mov   $0x7f, %al
        out   %al, $0xf4
4:      mov   12(%esi), %eax
        shr   $20, %eax                 # MiB above the first
        cmpl  $1, 20(%esi)
        jne   fail
        movw  $0x0741, 0xb8000          # text mode is on: an A
        mov   %cs, %cx
        smsw  %bx
        and   $1, %bx                   # PE
        jz    fail
        out   %al, $0xf4
end:
`;

function kernel(): Uint8Array {
  const { bytes, diagnostics } = bench.assemble(KERNEL, { file: "kernel.S", origin: 0x100000, codeBits: 32 });
  expect(diagnostics).toEqual([]);
  return bytes;
}

test("it starts in protected mode with magic, command line and map; 8 MiB are 7 above the first", () => {
  const machine = bench.powerOn({
    memoryMiB: 8,
    kernel: { image: kernel(), commandLine: "kernel one two" },
    debugExit: { iobase: 0xf4, iosize: 1 },
  });
  const status = machine.run({ ticks: 100_000_000 });
  expect(status.reason).toEqual({ kind: "exit", status: (7 << 1) | 1 });
  expect(machine.guest.serial[0].text()).toBe("kernel one two");
  const screen = machine.screen();
  expect(screen.kind === "text" && screen.cells[0]).toBe(0x0741);
});

test("a reset runs the firmware again and starts it again, with its memory as it was loaded", () => {
  const machine = bench.powerOn({
    memoryMiB: 8,
    kernel: { image: kernel(), commandLine: "x" },
    debugExit: { iobase: 0xf4, iosize: 1 },
  });
  machine.run({ address: 0x100020 });
  machine.writeMemory("physical", 0x100020, new Uint8Array(64));
  machine.reset();
  expect(machine.run({ ticks: 100_000_000 }).reason).toEqual({ kind: "exit", status: 15 });
});

test("images that are no kernels are refused with the offset and what was expected there", () => {
  const power = (image: Uint8Array, memoryMiB = 8) => bench.powerOn({ memoryMiB, kernel: { image } });
  expect(() => power(new Uint8Array(100))).toThrow("byte 0: expected a Multiboot 1 header");
  const image = kernel();
  expect(() => power(image, 1)).toThrow("does not fit in 1 MiB of memory");
  expect(() => power(image.slice(0, 20))).toThrow("expected the header's five addresses");
  const elf = image.slice();
  new DataView(elf.buffer).setUint32(4, 3, true);
  new DataView(elf.buffer).setUint32(8, -(0x1badb002 + 3) >>> 0, true);
  expect(() => power(elf)).toThrow("byte 0: expected 7F 45 4C 46");
});
