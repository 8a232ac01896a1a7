/**
 * Register scripts that run on a real machine model (QEMU's `pc`) and on ours, with the answers compared byte by byte.
 *
 *   out PORT VALUE…        in PORT [MASK]          byte accesses; `in` is an answer, of which MASK is compared
 *   outw, outl, inw, inl                           the same of words and dwords; answers are bytes, lowest first
 *   poll PORT MASK VALUE   until (in PORT) & MASK = VALUE
 *   fill ADDRESS COUNT VALUE, dump ADDRESS COUNT   memory, from 0x20000; `dump` gives answers
 *
 * Numbers are hexadecimal. A script begins by bringing its parts into a known state, because a BIOS ran before it.
 * Where QEMU is known to leave the data sheet, the scripts keep away or mask: its 8254 counts regardless of gates, has no
 * null count and no OUT before the first count; its 8259 keeps a request whose line fell; its UART's loopback sets no
 * change bits; its 8042 does not take the system flag from the command byte nor forget that the
 * last write was a command; its 8237 cannot read the mask; its 82077 reports seek end at the end of a cylinder, shows
 * half of SPECIFY in DUMPREG, and never waits for an index pulse.
 */

/** Scripts by name. */
export const SCRIPTS: { readonly [name: string]: string } = {
  "8259 registers": `
    out 3f9 0; out 2f9 0; out 43 30
    out 20 11; out 21 8 4 1; out a0 11; out a1 70 2 1
    in 21; in a1; out 21 5a; in 21; out 21 ff; out a1 ff; in a1
    out 20 0a; in 20; out 20 0b; in 20; out a0 0b; in a0; out 4d0 ff; in 4d0; out 4d1 ff; in 4d1; out 4d0 0; out 4d1 0`,

  "8259 priorities by poll, with IRQ 3 and 4 from the UARTs": `
    out 21 ff; out 3f9 0; out 2f9 0; out 3fa 0; out 2fa 0; out 3fc 8; out 2fc 8; in 3fa; in 2fa
    out 20 11; out 21 8 4 1; out 21 e7
    out 3f9 2; out 2f9 2; out 20 0a; in 20
    out 20 0c; in 20; out 20 0b; in 20; out 20 0c; in 20
    out 20 20; out 20 0b; in 20; out 20 0c; in 20; out 20 0b; in 20
    out 20 64; in 20; in 2fa; in 3fa; out 20 0a; in 20`,

  "8259 rotation and special mask": `
    out 21 ff; out 3f9 0; out 2f9 0; out 3fc 8; out 2fc 8; in 3fa; in 2fa
    out 20 11; out 21 8 4 1; out 21 e7; out 20 c3
    out 3f9 2; out 2f9 2; out 20 0c; in 20; out 20 0b; in 20; out 20 a0; in 20
    out 20 0c; in 20; out 20 20; in 20
    out 20 11; out 21 8 4 1; out 21 e7; in 2fa; in 3fa; out 3f9 0; out 2f9 0; out 2f9 2; out 20 0c; in 20
    out 3f9 2; out 20 0c; in 20; out 20 68; out 21 ef; out 20 0c; in 20; out 20 0b; in 20
    out 20 64; in 20; out 20 48; out 20 63; in 20; in 2fa; in 3fa; out 21 ff`,

  "8259 automatic end of interrupt, by poll": `
    out 21 ff; out 3f9 0; out 2f9 0; out 3fc 8; out 2fc 8; in 3fa; in 2fa
    out 20 11; out 21 8 4 3; out 21 e7
    out 3f9 2; out 2f9 2; out 20 0c; in 20; out 20 0b; in 20; out 20 0c; in 20; in 20
    out 20 11; out 21 8 4 1; out 21 ff; in 2fa; in 3fa`,

  "MC146818 formats and a new century": `
    out 70 0b; out 71 82; in 71; out 70 0a; out 71 76; in 71
    out 70 0; out 71 59; out 70 2; out 71 59; out 70 4; out 71 23; out 70 6; out 71 6
    out 70 7; out 71 31; out 70 8; out 71 12; out 70 9; out 71 99; out 70 32; out 71 19
    out 70 1; out 71 ff; out 70 3; out 71 ff; out 70 5; out 71 ff
    out 70 0c; in 71; out 70 0b; out 71 12; out 70 0a; out 71 26
    out 70 0; poll 71 ff 0; out 70 0c; poll 71 10 10; in 71 b0; out 70 0b; out 71 2
    out 70 0; in 71; out 70 2; in 71; out 70 4; in 71; out 70 6; in 71; out 70 7; in 71; out 70 8; in 71
    out 70 9; in 71; out 70 32; in 71; out 70 0d; in 71; in 70; out 70 8d; in 71
    out 70 0b; out 71 82; out 71 80; out 70 4; out 71 92; in 71; out 70 0b; out 71 84; in 71; out 71 2`,

  "16550 registers": `
    out 3fb 0; out 3f9 0; out 3fa 0; out 3fc 0; in 3f8; in 3fd; in 3fe
    out 3fb 80; out 3f8 34; out 3f9 12; in 3f8; in 3f9; out 3fb 1f; in 3fb; in 3f9; out 3ff a5; in 3ff
    out 3fc ff; in 3fc; out 3fc 0; in 3fe f0; in 3fe; in 3fa; out 3fa c7; in 3fa; out 3fa 0; in 3fa; in 3fd`,

  "16550 loopback and interrupts": `
    out 3f9 0; out 3fa 0; out 3fb 83; out 3f8 1; out 3f9 0; out 3fb 3; out 3fc 10; in 3fe f0; in 3fe
    out 3f8 55; poll 3fd 1 1; in 3fd; in 3f8; in 3fd
    out 3fc 1f; in 3fe f0; in 3fe; out 3fc 1b; in 3fe f0; out 3fc 10; in 3fe f0; in 3fe
    out 3f9 7; in 3fa; in 3fa; out 3f8 41; poll 3fd 1 1; in 3fa; in 3f8; in 3fa; in 3fa
    out 3f9 7; out 3fc 1f; in 3fa; in 3fe f0; in 3fa; out 3f9 0; out 3fc 0; in 3fe f0`,

  "16550 FIFO": `
    out 3f9 0; out 3fb 83; out 3f8 1; out 3f9 0; out 3fb 3; out 3fa 0; out 3fc 10; out 3fa 41; out 3f9 1; in 3fa
    out 3f8 61 62 63; poll 3fd 40 40; in 3fa c0; in 3fd; out 3f8 64; poll 3fd 40 40; in 3fa c0
    in 3f8; in 3f8; in 3f8; in 3f8; in 3fd; in 3fa; out 3fa 0; in 3fa; out 3f9 0; out 3fc 0`,

  "8042 commands": `
    out 64 ad; out 64 a7; out 64 60; out 60 34; in 64 f7
    out 64 aa; poll 64 1 1; in 64 f7; in 60; in 64 f7; out 64 20; in 60; out 64 ab; in 60; out 64 a9; in 60
    out 64 60; out 60 35; out 64 20; in 60; out 64 d0; in 60; out 64 c0; in 60
    out 64 d2; out 60 5a; in 64 f7; in 60; out 64 d3; out 60 a5; in 64 f7; in 60; in 64 f7
    out 64 ae; out 64 20; in 60; out 64 a8; out 64 20; in 60; out 64 dd; out 64 d0; in 60; out 64 df; out 64 d0; in 60`,

  "keyboard commands": `
    out 64 60; out 60 20; out 60 f5; poll 64 1 1; in 60
    out 60 f2; poll 64 1 1; in 60; poll 64 1 1; in 60; poll 64 1 1; in 60
    out 60 ee; poll 64 1 1; in 60; out 60 ed; poll 64 1 1; in 60; out 60 2; poll 64 1 1; in 60
    out 60 f3; poll 64 1 1; in 60; out 60 20; poll 64 1 1; in 60
    out 60 f0; poll 64 1 1; in 60; out 60 0; poll 64 1 1; in 60; poll 64 1 1; in 60
    out 60 f0; poll 64 1 1; in 60; out 60 3; poll 64 1 1; in 60; out 60 f0; poll 64 1 1; in 60; out 60 0
    poll 64 1 1; in 60; poll 64 1 1; in 60; out 60 f4; poll 64 1 1; in 60
    out 60 ff; poll 64 1 1; in 60; poll 64 1 1; in 60
    out 64 60; out 60 60; out 60 f2; poll 64 1 1; in 60; poll 64 1 1; in 60; poll 64 1 1; in 60`,

  "mouse commands": `
    out 64 60; out 60 10; out 64 d4; out 60 ff; poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60
    out 64 d4; out 60 f2; poll 64 21 21; in 60; poll 64 21 21; in 60
    out 64 d4; out 60 e8; poll 64 21 21; in 60; out 64 d4; out 60 3; poll 64 21 21; in 60
    out 64 d4; out 60 e7; poll 64 21 21; in 60; out 64 d4; out 60 f4; poll 64 21 21; in 60
    out 64 d4; out 60 e9; poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 c8; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 64; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 50; poll 64 21 21; in 60
    out 64 d4; out 60 f2; poll 64 21 21; in 60; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 c8; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 c8; poll 64 21 21; in 60
    out 64 d4; out 60 f3; poll 64 21 21; in 60; out 64 d4; out 60 50; poll 64 21 21; in 60
    out 64 d4; out 60 f2; poll 64 21 21; in 60; poll 64 21 21; in 60; out 64 d4; out 60 eb
    poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60; poll 64 21 21; in 60`,

  "8237 registers": `
    out 0d 0; out 0a 6; out 0c 0; out 4 34 12; out 5 78 56; in 4; in 4; in 5; in 5; in 4; out 0c 0; in 5; in 5
    in 8; out 0f 0f; out 0e 0; out 0a 5; out 0d 0; out 0c 0; in 4; in 4
    out 81 12; in 81; out 8f 34; in 8f; out c4 cd ab; out d8 0; in c4; in c4
    out d4 0; out d6 c0`,

  "82077 reset, SPECIFY, seeks and registers": `
    out 3f2 0; out 3f2 c; poll 3f4 80 80; in 3f4
    out 3f5 8; in 3f4; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5
    out 3f5 8; in 3f4; in 3f5; in 3f4; out 3f2 1c; in 3f2; out 3f7 0; out 3f5 3 df 2; in 3f4
    out 3f5 7 0; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5
    out 3f5 f 0 12; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5
    out 3f5 f 4 5; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5; in 3f7
    out 3f5 4 0; in 3f5; out 3f5 10; in 3f5; out 3f5 94; in 3f5; out 3f5 14; in 3f5; out 3f5 1f; in 3f4; in 3f5; in 3f4
    out 3f5 13 0 57 12; out 3f5 0e; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5 0; in 3f5 0; in 3f5 0; in 3f5; in 3f5; in 3f5`,

  "82077 READ DATA": `
    out 3f2 0; out 3f2 c; poll 3f4 80 80; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5
    out 3f5 8; in 3f5; in 3f5; out 3f2 1c; out 3f7 0; out 3f5 3 df 2; out 3f5 7 0; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5
    out d4 0; out d6 c0; out 81 2; fill 0 2000 ee
    out 0a 6; out 0c 0; out 0b 46; out 4 0 0; out 5 ff 1; out 0a 2
    out 3f5 e6 0 0 0 2 2 12 1b ff; poll 3f4 c0 c0; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f4
    dump 0 4; dump 1fe 4; in 8
    out 0a 6; out 0c 0; out 0b 46; out 4 0 0; out 5 ff 7; out 0a 2
    out 3f5 e6 0 0 0 11 2 12 1b ff; poll 3f4 c0 c0; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5
    dump 0 1; dump 200 1; dump 400 1; dump 600 1; dump 7ff 2
    out 0a 6; out 0c 0; out 0b 46; out 4 0 0; out 5 ff 1; out 0a 2
    out 3f5 e6 0 0 0 12 2 12 1b ff; poll 3f4 c0 c0; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5
    out 0a 6; out 0c 0; out 0b 46; out 4 0 0; out 5 ff 1; out 0a 2
    out 3f5 66 0 0 0 12 2 12 1b ff; poll 3f4 c0 c0; in 3f5 df; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5`,

  "82077 WRITE DATA and what it wrote": `
    out 3f2 0; out 3f2 c; poll 3f4 80 80; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5; out 3f5 8; in 3f5; in 3f5
    out 3f5 8; in 3f5; in 3f5; out 3f2 1c; out 3f7 0; out 3f5 3 df 2; out 3f5 7 0; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5
    out d4 0; out d6 c0; out 81 2; fill 0 200 5a; fill 200 200 a5
    out 3f5 f 4 3; poll 3f4 9f 80; out 3f5 8; in 3f5; in 3f5
    out 0a 6; out 0c 0; out 0b 4a; out 4 0 0; out 5 ff 3; out 0a 2
    out 3f5 c5 4 3 1 11 2 12 1b ff; poll 3f4 c0 c0; in 3f5 df; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5
    fill 0 800 0
    out 0a 6; out 0c 0; out 0b 46; out 4 0 0; out 5 ff 5; out 0a 2
    out 3f5 e6 4 3 1 10 2 12 1b ff; poll 3f4 c0 c0; in 3f5 df; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5; in 3f5
    dump 0 1; dump 200 1; dump 400 1`,
};
