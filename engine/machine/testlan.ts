/** Guests of a boot sector each that send and receive by an e1000, for tests of switches and port forwards. */
import { makeDatagram } from "../chipset/ipv4.ts";
import { GATEWAY, GUEST, macOf } from "../chipset/useraddresses.ts";
import type { MachineConfiguration, NetworkConfiguration } from "./api.ts";
import { assembleSource } from "./assembling.ts";

const SETUP = `
        .code16
        .macro pci register, value
        mov   $0xcf8, %dx
        mov   $0x80001800+\\register, %eax
        out   %eax, %dx
        mov   $0xcfc, %dx
        mov   $\\value, %eax
        out   %eax, %dx
        .endm
        .macro set register, value
        mov   $0xd000, %dx
        mov   $\\register, %eax
        out   %eax, %dx
        mov   $0xd004, %dx
        mov   $\\value, %eax
        out   %eax, %dx
        .endm
        xor   %ax, %ax
        mov   %ax, %ds
        pci   0x14, 0xd000
        pci   0x04, 5
`;

/** Receives one frame into 3000h. */
const RECEIVE = `
        movl  $0x3000, 0x2000
        movl  $0, 0x2004
        movl  $0, 0x200c
        set   0x2800, 0x2000
        set   0x2808, 128
        set   0x2818, 1
        set   0x100, 0x8002
1:      pause
        testb $1, 0x200c
        jz    1b
`;

/** Sends `count` bytes from `frame`. */
const send = (frame: string, count: number) => `
        movl  $${frame}, 0x1000
        movl  $0, 0x1004
        movl  $0x0b000000+${count}, 0x1008
        movl  $0, 0x100c
        set   0x3800, 0x1000
        set   0x3808, 128
        set   0x400, 0x0a
        set   0x3818, 1
`;

/** Sends "Hello" behind a header to everybody, by the ports of the card. */
export const SENDER = `${SETUP}${send("frame", 20)}
1:      hlt
        jmp   1b
frame:  .byte 255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0, 0, 1, 8, 0
        .ascii "Hello\\n"
`;

/** Receives one frame and says what is behind its header. */
export const RECEIVER = `${SETUP}${RECEIVE}
        mov   $0x300e, %si
        mov   $0x3f8, %dx
        mov   $6, %cx
        cld
        rep   outsb
2:      jmp   2b
`;

/** Addresses of two joined user networks. */
export const A = "192.168.7.1";
export const B = "192.168.7.2";
/** From a guest to port 1007 of its gateway. */
const ASK = makeDatagram(
  { fromMac: Uint8Array.of(0x52, 0x54, 0, 0, 0, 1), toMac: macOf(GATEWAY), from: GUEST, to: GATEWAY },
  { fromPort: 2000, toPort: 1007, data: new TextEncoder().encode("Hello\n") },
);

/** Says the ports of the datagram, high bytes first, and the six bytes in it. */
const SAY = `
        mov   $0x3f8, %dx
        cld
        mov   $0x3022, %si
        mov   $4, %cx
        rep   outsb
        mov   $0x302a, %si
        mov   $6, %cx
        rep   outsb
2:      jmp   2b
`;

/** Asks, and says what comes back. */
export const CLIENT = `${SETUP}
        jmp   begin
frame:  .byte ${[...ASK].join()}
begin:
${send("frame", ASK.length)}${RECEIVE}${SAY}`;

/** Sends what it got back, with its ends exchanged, and says it: checksums do not mind. */
export const ANSWERER = `${SETUP}${RECEIVE}
        .macro exchange first, second, count
        .set  i, 0
        .rept \\count
        mov   0x3000+\\first+i, %ax
        xchg  %ax, 0x3000+\\second+i
        mov   %ax, 0x3000+\\first+i
        .set  i, i+2
        .endr
        .endm
        exchange 0, 6, 3
        exchange 26, 30, 2
        exchange 34, 36, 1
${send("0x3000", ASK.length)}${SAY}`;

/** A machine whose boot sector is `source`, with an e1000 of that address on `network`. Throws on bad source. */
export function configured(
  source: string,
  mac: string,
  network: NetworkConfiguration = { kind: "link" },
): MachineConfiguration {
  const { bytes, diagnostics } = assembleSource(source, { file: "boot.S", origin: 0x7c00 });
  if (diagnostics.length > 0) throw new Error(`boot.S:${diagnostics[0].line}: ${diagnostics[0].message}`);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  return { floppies: [sector], memoryMiB: 2, cards: [{ kind: "e1000", mac, network }] };
}
