// Kernels of our own by Multiboot 1, Multiboot 2 and Xen's PVH: what they find in their registers and in memory, as the
// specifications say.
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
        testl $2, (%ebx)                # the boot device: drive 80, partition 0
        jz    fail
        cmpl  $0x8000ffff, 12(%ebx)
        jne   fail
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

test("it starts in protected mode with magic, command line and map; of 8 MiB 6 are whole above the first", () => {
  const machine = bench.powerOn({
    memoryMiB: 8,
    kernel: { image: kernel(), commandLine: "kernel one two" },
    debugExit: { iobase: 0xf4, iosize: 1 },
  });
  const status = machine.run({ ticks: 100_000_000 });
  expect(status.reason).toEqual({ kind: "exit", status: (6 << 1) | 1 });
  expect(machine.guest.serial[0]?.text()).toBe("kernel one two");
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
  expect(machine.run({ ticks: 100_000_000 }).reason).toEqual({ kind: "exit", status: 13 });
});

/** Writes text at ESI, up to a 0 or, with EBP, up to that address, to COM1. */
const SAY = `
say:    mov   $0x3f8, %dx
1:      cmp   %ebp, %esi
        je    2f
        lodsb
        test  %al, %al
        jz    2f
        out   %al, %dx
        jmp   1b
2:      ret
`;

function assembled(source: string, origin: number): Uint8Array {
  const { bytes, diagnostics } = bench.assemble(source, { file: "kernel.S", origin, codeBits: 32 });
  expect(diagnostics).toEqual([]);
  return bytes;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("modules are on pages of their own behind the kernel, with their words; the map ends where firmware's tables begin", () => {
  const image = assembled(
    `
        .set  MAGIC, 0x1badb002
        .set  FLAGS, 0x10003
header: .long MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long header, header, end, end + 0x1000, entry
entry:  mov   $end + 0x1000, %esp
        mov   20(%ebx), %ecx
        mov   24(%ebx), %edi
1:      push  %ecx
        mov   (%edi), %esi
        test  $0xfff, %esi
        jnz   fail
        cmp   $end + 0x1000, %esi
        jb    fail
        mov   4(%edi), %ebp
        call  say
        mov   8(%edi), %esi
        xor   %ebp, %ebp
        call  say
        add   $16, %edi
        pop   %ecx
        loop  1b
        mov   8(%ebx), %eax             # mem_upper, in KiB: less than all, for tables are at the top
        cmp   $7 * 1024, %eax
        jae   fail
        cmp   $6 * 1024, %eax
        jb    fail
        mov   $1, %al
        out   %al, $0xf4
fail:   mov   $0x7f, %al
        out   %al, $0xf4
${SAY}
end:
`,
    0x100000,
  );
  const modules = [
    { bytes: bytes("first"), commandLine: "|a.bin one|" },
    { bytes: bytes("second"), commandLine: "|b.bin|" },
  ];
  const debugExit = { iobase: 0xf4, iosize: 1 };
  const machine = bench.powerOn({ memoryMiB: 8, kernel: { image, modules }, debugExit });
  expect(machine.run({ ticks: 200_000_000 }).reason).toEqual({ kind: "exit", status: 3 });
  expect(machine.guest.serial[0]?.text()).toBe("first|a.bin one|second|b.bin|");
});

/** Goes through the tags, says the type of each as a letter and the text of some, and paints two dots. */
const KERNEL2 = `
        .set  MAGIC, 0xe85250d6
header: .long MAGIC, 0, headerEnd - header, -(MAGIC + headerEnd - header)
        .word 2, 0
        .long 24, header, header, end, end + 0x1000
        .word 3, 0
        .long 12, entry, 0
        .word 5, 0
        .long 20, 640, 480, 32, 0
        .word 0, 0
        .long 8
headerEnd:
entry:  mov   $end + 0x1000, %esp
        cmp   $0x36d76289, %eax
        jne   fail
        xor   %ebp, %ebp
        mov   (%ebx), %edi
        add   %ebx, %edi
        add   $8, %ebx
1:      mov   (%ebx), %eax
        add   $'A', %al
        mov   $0x3f8, %dx
        out   %al, %dx
        lea   8(%ebx), %esi
        cmpl  $1, (%ebx)
        je    2f
        cmpl  $3, (%ebx)
        jne   3f
        lea   16(%ebx), %esi
2:      call  say
3:      cmpl  $8, (%ebx)
        jne   4f
        mov   8(%ebx), %esi
        movl  $0x00ff0000, (%esi)
        movl  $0x000000ff, 4(%esi)
4:      cmpl  $0, (%ebx)
        je    5f
        mov   4(%ebx), %eax
        add   $7, %eax
        and   $0xfffffff8, %eax
        add   %eax, %ebx
        cmp   %edi, %ebx
        jb    1b
fail:   mov   $0x7f, %al
        out   %al, $0xf4
5:      mov   $2, %al
        out   %al, $0xf4
${SAY}
end:
`;

test("Multiboot 2: tags A to P and their end, a module, and a linear mode of 640 by 480 that it may paint in", () => {
  const machine = bench.powerOn({
    memoryMiB: 8,
    kernel: {
      image: assembled(KERNEL2, 0x100000),
      commandLine: "(two)",
      modules: [{ bytes: bytes("x"), commandLine: "(module)" }],
    },
    debugExit: { iobase: 0xf4, iosize: 1 },
  });
  expect(machine.run({ ticks: 200_000_000 }).reason).toEqual({ kind: "exit", status: 5 });
  expect(machine.guest.serial[0]?.text()).toMatch(/^B\(two\)CD\(module\)EGI[OP]A$/);
  const screen = machine.screen();
  expect(screen).toMatchObject({ kind: "graphics", width: 640, height: 480 });
  expect(screen.kind === "graphics" && [...screen.pixels.subarray(0, 8)]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
});

/** A 64-bit ELF file with `code` at 1 MiB and Xen's note of a PVH entry there. */
function pvhKernel(code: Uint8Array): Uint8Array {
  const image = new Uint8Array(0x200 + code.length);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 62, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const header = (at: number, type: number, offset: bigint, address: bigint, size: bigint) => {
    view.setUint32(at, type, true);
    for (const [n, value] of [offset, address, address, size, size].entries())
      view.setBigUint64(at + 8 + 8 * n, value, true);
  };
  header(64, 1, 0x200n, 0x100000n, BigInt(code.length));
  header(120, 4, 0x180n, 0n, 20n);
  for (const [n, value] of [4, 4, 18].entries()) view.setUint32(0x180 + 4 * n, value, true);
  image.set(bytes("Xen\0"), 0x18c);
  view.setUint32(0x190, 0x100000, true);
  image.set(code, 0x200);
  return image;
}

test("an ELF64 file with Xen's note starts in 32-bit mode with hvm_start_info: map, command line, module", () => {
  const code = assembled(
    `
        mov   $0x80000, %esp
        cmpl  $0x336ec578, (%ebx)
        jne   fail
        cmpl  $1, 12(%ebx)              # modules
        jne   fail
        mov   16(%ebx), %edi
        mov   (%edi), %esi
        mov   8(%edi), %ebp
        add   %esi, %ebp
        call  say
        xor   %ebp, %ebp
        mov   24(%ebx), %esi
        call  say
        mov   40(%ebx), %edi            # the map: it has RAM at 1 MiB
        mov   48(%ebx), %ecx
1:      cmpl  $0x100000, (%edi)
        je    2f
        add   $24, %edi
        loop  1b
fail:   mov   $0x7f, %al
        out   %al, $0xf4
2:      cmpl  $1, 16(%edi)
        jne   fail
        mov   32(%ebx), %esi            # "RSD "
        cmpl  $0x20445352, (%esi)
        jne   fail
        mov   $9, %al
        out   %al, $0xf4
${SAY}
`,
    0x100000,
  );
  const machine = bench.powerOn({
    memoryMiB: 8,
    kernel: { image: pvhKernel(code), commandLine: "pvh", modules: [{ bytes: bytes("disk/") }] },
    debugExit: { iobase: 0xf4, iosize: 1 },
  });
  expect(machine.run({ ticks: 200_000_000 }).reason).toEqual({ kind: "exit", status: 19 });
  expect(machine.guest.serial[0]?.text()).toBe("disk/pvh");
});

test("images that are no kernels are refused with the offset and what was expected there", () => {
  const power = (image: Uint8Array, memoryMiB = 8) => bench.powerOn({ memoryMiB, kernel: { image } });
  expect(() => power(new Uint8Array(100))).toThrow("byte 0: expected Linux's header, a Multiboot header");
  const image = kernel();
  expect(() => power(image, 1)).toThrow("does not fit in 1 MiB of memory");
  expect(() => power(image.slice(0, 20))).toThrow("byte 20: expected the header's addresses");
  const elf = image.slice();
  new DataView(elf.buffer).setUint32(4, 3, true);
  new DataView(elf.buffer).setUint32(8, -(0x1badb002 + 3) >>> 0, true);
  expect(() => power(elf)).toThrow("byte 0: expected 7F 45 4C 46");
});
