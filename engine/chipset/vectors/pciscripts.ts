/**
 * Register scripts (scripts.ts) for PCI, IDE, fw_cfg and power management. The hard disk and the CD hold the floppy's image.
 *
 * Where QEMU is known to leave the data sheets, the scripts keep away or mask: bits of CF8 that are reserved, registers of
 * the bridges and of the power management that it lets be written whole, PCI status bits; a disk's model, and its command
 * sets beyond those we have, the copy bit of a lead-out and the count of a CD-ROM drive's features; ERR on an address past the end (ABRT there, IDNF by ATA).
 */

/** Brings one IDE device back to its signature. */
const RESET_DISK = "out 3f6 6; out 3f6 2; poll 3f6 80 0; out 1f6 e0; poll 3f6 c0 40";
const RESET_CD = "out 376 6; out 376 2; poll 376 80 0; out 176 a0";
/** Sends a packet to the CD-ROM drive and awaits data or the end. */
const packet = (...words: readonly string[]) =>
  `out 171 0; out 174 fe; out 175 ff; out 177 a0; poll 376 88 8; in 172 7; ${[0, 1, 2, 3, 4, 5]
    .map((i) => `outw 170 ${words[i] ?? "0"}`)
    .join("; ")}; poll 376 80 0; in 376 89; in 172 7`;
const words = (port: string, count: number) => Array(count).fill(`inw ${port}`).join("; ");
/** Memory of the recorder from 20000h on: a descriptor table at 100 for 600 bytes at 400 and the rest at 1000. */
const TABLE = [0x00, 0x04, 0x02, 0, 0x00, 0x02, 0, 0, 0x00, 0x10, 0x02, 0, 0x00, 0x04, 0, 0x80]
  .map((byte, i) => `fill ${(0x100 + i).toString(16)} 1 ${byte.toString(16)}`)
  .join("; ");
const MASTER = "outl cf8 80000920; outl cfc d000; outl cf8 80000904; outw cfc 5";

export const PCI_SCRIPTS: { readonly [name: string]: string } = {
  "PCI configuration accesses": `
    outl cf8 80000000; inl cf8; inl cfc; inw cfc; inw cfe; in cfc; in cfd; in cff
    outl cf8 80000008; inl cfc; outl cf8 80000800; inl cfc; outl cf8 8000080c; in cfe
    outl cf8 80000900; inl cfc; outl cf8 80000908; inl cfc; outl cf8 80000b00; inl cfc; outl cf8 80000b08; inl cfc
    outl cf8 8000f800; inl cfc; inw cfc; in cfe; outl cf8 80010000; inl cfc; outl cf8 0; inl cfc
    outl cf8 8000082c; inl cfc; outl cf8 80000b3c; in cfd`,

  "PCI base addresses of the display, sized and moved": `
    outl cf8 80001000; inl cfc; outl cf8 80001008; inl cfc; outl cf8 80001004; outw cfc 0; inw cfc
    outl cf8 80001010; outl cfc ffffffff; inl cfc; outl cfc fd123456; inl cfc; out cff e0; inl cfc
    outl cf8 80001014; outl cfc ffffffff; inl cfc; outl cf8 80001018; outl cfc ffffffff; inl cfc
    outl cf8 80001030; outl cfc ffffffff; inl cfc; outl cfc fffffffe; inl cfc; outl cfc 0
    outl cf8 80000920; outl cfc ffffffff; inl cfc; outl cfc d123; inl cfc
    outl cf8 80001000; outl cfc 0; inl cfc; outl cf8 80001008; outl cfc 0; inl cfc`,

  "PIIX3 routing and reset control": `
    outl cf8 80000860; outl cfc 8b8a8985; inl cfc; outl cfc 80808080; inl cfc; out cf9 2; in cf9; out cf9 0; in cf9
    out b3 5a; in b3`,

  "DISPI registers": `
    outw 1ce 0; inw 1cf; outw 1cf b0c4; inw 1cf; outw 1cf b0c5; outw 1ce a; inw 1cf
    outw 1ce 4; outw 1cf 2; outw 1ce 1; inw 1cf; outw 1ce 2; inw 1cf; outw 1ce 3; inw 1cf; outw 1ce 4; outw 1cf 0
    outw 1ce 1; outw 1cf 321; outw 1ce 2; outw 1cf 258; outw 1ce 3; outw 1cf 20; outw 1ce 4; outw 1cf 41; inw 1cf
    outw 1ce 1; inw 1cf; outw 1ce 2; inw 1cf; outw 1ce 6; inw 1cf; outw 1cf 80c; inw 1cf
    outw 1ce 9; outw 1cf 10; inw 1cf; outw 1cf ffff; inw 1cf; outw 1ce 5; outw 1cf 7; inw 1cf
    outw 1ce 2; outw 1cf ffff; inw 1cf; outw 1ce 4; outw 1cf 0; inw 1cf`,

  "fw_cfg signature, features, DMA signature": `
    outw 510 0; in 511; in 511; in 511; in 511; in 511; outw 510 1; in 511; in 511; in 511; in 511; inl 514; inl 518
    outw 510 5; in 511; in 511; outw 510 3; in 511; in 511; in 511; in 511; in 511; outw 510 7fff; in 511`,

  "power management registers": `
    outl cf8 80000b40; outl cfc 601; outl cf8 80000b80; out cfc 1; outw 602 0; outw 600 ffff; outw 604 0
    inw 600 520; inw 602; inw 604 3c07; outw 602 121; inw 602; outw 602 0; out b2 f1; inw 604 1; out b2 f0; inw 604 1
    outw afe0 ffff; outw afe2 0; in afe0; in afe2`,

  "ATA signature and IDENTIFY DEVICE": `
    ${RESET_DISK}; in 1f1; in 1f2; in 1f3; in 1f4; in 1f5; in 1f6 4f; in 1f7 e9
    out 1f7 ec; poll 3f6 88 8; in 1f7 c9; inw 1f0; inw 1f0; inw 1f0; inw 1f0; inw 1f0 0; inw 1f0 0; inw 1f0
    ${RESET_DISK}; out 1f7 a1; poll 3f6 81 1; in 1f1; in 1f4; in 1f5; in 1f7 c9
    out 1f7 f; poll 3f6 81 1; in 1f1; out 1f6 f0; in 1f7; out 1f6 e0; in 1f7 c9`,

  "READ SECTORS by LBA, and by cylinder, head and sector": `
    ${RESET_DISK}; out 1f2 2; out 1f3 5; out 1f4 0; out 1f5 0; out 1f6 e0; out 1f7 20; poll 3f6 88 8; in 1f7 c9
    ${words("1f0", 3)}; ${RESET_DISK}; out 1f2 1; out 1f3 2; out 1f4 1; out 1f5 0; out 1f6 a3; out 1f7 20
    poll 3f6 88 8; in 1f7 c9; ${words("1f0", 2)}; ${RESET_DISK}
    out 1f2 0; out 1f2 1; out 1f3 0; out 1f3 7; out 1f4 0; out 1f4 1; out 1f5 0; out 1f5 0; out 1f6 40; out 1f7 24
    poll 3f6 88 8; in 1f7 c9; ${words("1f0", 2)}; out 3f6 82; in 1f3; in 1f2; out 3f6 2; in 1f3 0; ${RESET_DISK}`,

  "ATA commands without data": `
    ${RESET_DISK}; out 1f7 e7; poll 3f6 80 0; in 1f7 c9; out 1f2 0; out 1f7 e5; poll 3f6 80 0; in 1f2; in 1f7 c9
    out 1f6 e0; out 1f7 f8; poll 3f6 80 0; in 1f3; in 1f4; in 1f5; in 1f6 4f; in 1f7 c9
    out 1f2 8; out 1f7 c6; poll 3f6 80 0; in 1f7 c9; out 1f2 5; out 1f7 c6; poll 3f6 80 0; in 1f7 c9; in 1f1
    out 1f2 42; out 1f1 3; out 1f7 ef; poll 3f6 80 0; in 1f7 c9; out 1f7 10; poll 3f6 80 0; in 1f7 c9
    out 1f7 90; poll 3f6 80 0; in 1f1; in 1f2; in 1f3; in 1f4; in 1f5`,

  "READ DMA over two descriptors": `
    ${MASTER}; ${RESET_DISK}; fill 400 200 ee; fill 1000 600 ee; ${TABLE}
    out d000 0; out d002 6; in d002 7; outl d004 20100; inl d004
    out 1f2 3; out 1f3 9; out 1f4 0; out 1f5 0; out 1f6 e0; out 3f6 0; out 1f7 c8; out d000 9
    poll d002 4 4; in d002 7; in 1f7 c9; dump 400 2; dump 5ff 1; dump 1000 1; dump 11ff 2; dump 13ff 2
    out d000 0; out d002 4; in d002 7; in d000 9; out 3f6 2`,

  "WRITE DMA, and what it wrote": `
    ${MASTER}; ${RESET_DISK}; fill 400 200 5a; fill 1000 400 a5; ${TABLE}
    out d000 0; out d002 6; outl d004 20100; out 1f2 3; out 1f3 20; out 1f4 0; out 1f5 0; out 1f6 e0; out 3f6 0
    out 1f7 ca; out d000 1; poll d002 4 4; in d002 7; in 1f7 c9; out d000 0; out d002 6; out 3f6 2
    out 1f2 1; out 1f3 21; out 1f7 20; poll 3f6 88 8; ${words("1f0", 2)}; ${RESET_DISK}
    out 1f2 1; out 1f3 20; out 1f7 20; poll 3f6 88 8; ${words("1f0", 2)}; ${RESET_DISK}`,

  "ATAPI signature, IDENTIFY, packets without data": `
    ${RESET_CD}; in 171; in 172; in 173; in 174; in 175; in 177 89
    out 177 ec; poll 376 81 1; in 171; in 174; in 175; out 177 a1; poll 376 88 8; in 177 89; inw 170; ${RESET_CD}
    ${packet("3", "0", "12")}; ${words("170", 9)}; ${packet("0")}; in 171; in 177 89
    ${packet("ff")}; in 171; ${packet("3", "0", "12")}; inw 170; inw 170; ${words("170", 7)}`,

  "ATAPI capacity, table of contents, sectors": `
    ${RESET_CD}; ${packet("3", "0", "12")}; ${words("170", 9)}; ${packet("25")}; in 174; in 175; ${words("170", 4)}
    ${packet("43", "0", "0", "0", "14")}; in 174; ${words("170", 6)}; inw 170 ff; ${words("170", 3)}
    ${packet("243", "0", "0", "aa", "c")}; in 174; inw 170; inw 170; inw 170 ff; ${words("170", 3)}
    ${packet("28", "0", "0500", "0", "2")}; in 174 0; ${words("170", 3)}; ${RESET_CD}
    ${packet("46", "0", "0", "0", "8")}; inw 170; inw 170 0; inw 170; inw 170
    ${packet("28", "0", "ff", "0", "1")}; in 171; ${packet("3", "0", "12")}; ${words("170", 9)}`,
};
