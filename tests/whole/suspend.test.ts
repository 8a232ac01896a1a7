// The sleep that keeps RAM (ACPI's S3), as an operating system goes there and comes back: by the tables, through our BIOS and
// through SeaBIOS, on one processor and on two.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";

const bench = await openBench();
const SEABIOS = "/usr/share/seabios/bios-256k.bin";
const FIRMWARE = ["ours", ...(existsSync(SEABIOS) ? ["SeaBIOS"] : [])];

/** Says so before it sleeps and, in real mode at 8000h, when it was woken; what PMSTS says then is its exit status. */
const KERNEL = `
        .code32
        .set  MAGIC, 0x1badb002
        .set  PM1_STATUS, 0x600
        .set  PM1_ENABLE, 0x602
        .set  PM1_CONTROL, 0x604
header: .long MAGIC, 0x10000, -(MAGIC + 0x10000)
        .long header, header, end, end + 0x1000, entry
entry:  mov   $end + 0x1000, %esp
        mov   $0xe0000, %esi
1:      cmpl  $0x20445352, (%esi)       # "RSD "
        jne   2f
        cmpl  $0x20525450, 4(%esi)      # "PTR "
        je    3f
2:      add   $16, %esi
        jmp   1b
3:      mov   16(%esi), %esi            # RSDT
4:      mov   36(%esi), %edi
        add   $4, %esi
        cmpl  $0x50434146, (%edi)       # "FACP"
        jne   4b
        mov   36(%edi), %edi            # FACS
        movl  $0x8000, 12(%edi)
        mov   $woken, %esi
        mov   $0x8000, %edi
        mov   $end - woken, %ecx
        rep movsb
        movl  $0, 0x9000
        ALARM
        mov   $'s', %al
        out   %al, $0xe9
        mov   $PM1_CONTROL, %dx
        mov   $0x2400, %ax              # SLP_EN, SLP_TYP 1
        out   %ax, %dx
5:      incl  0x9000                    # asleep it does not get here
        jmp   5b

        .code16
woken:  mov   $'w', %al
        out   %al, $0xe9
        mov   $PM1_STATUS, %dx
        in    %dx, %ax
        shr   $8, %ax
        add   0x9000, %ax
        out   %ax, $0xf4
6:      hlt
        jmp   6b
end:
`;

/** The clock's alarm each second, which may wake. */
const ALARM = `
        mov   $PM1_ENABLE, %dx
        mov   $0x400, %ax
        out   %ax, %dx
        mov   $1, %ah
7:      mov   %ah, %al
        out   %al, $0x70
        mov   $0xc0, %al
        out   %al, $0x71
        add   $2, %ah
        cmp   $7, %ah
        jb    7b
        mov   $0x0b, %al
        out   %al, $0x70
        in    $0x71, %al
        or    $0x20, %al
        out   %al, $0x71
`;

function asleep(alarm: string, firmware: string, processors: number) {
  const source = KERNEL.replace("ALARM", alarm);
  const { bytes, diagnostics } = bench.assemble(source, { file: "sleep.S", origin: 0x100000, codeBits: 32 });
  expect(diagnostics).toEqual([]);
  return bench.powerOn({
    memoryMiB: 16,
    processors,
    kernel: { image: bytes },
    debugExit: { iobase: 0xf4, iosize: 2 },
    ...(firmware === "ours" ? {} : { bios: readFileSync(SEABIOS) }),
  });
}

const WAK_AND_RTC = 0x84;

for (const firmware of FIRMWARE) {
  test.each([1, 2])(`by ${firmware}, %i processors: the clock's alarm wakes it, with WAK and RTC in PMSTS`, (count) => {
    const machine = asleep(ALARM, firmware, count);
    const status = machine.run({ ticks: 4_000_000_000 });
    expect(machine.guest.debug.text()).toMatch(/s.*w$/s);
    expect(status.reason).toEqual({ kind: "exit", status: (WAK_AND_RTC << 1) | 1 });
  });
}

test("without RTC_EN the alarm does not wake it", () => {
  const machine = asleep(ALARM.replace("$0x400", "$0"), "ours", 1);
  machine.run({ ticks: 2_000_000_000 });
  expect(machine.guest.debug.text()).toMatch(/s$/);
});
