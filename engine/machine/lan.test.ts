import { expect, test } from "vitest";
import { assembleSource } from "./assembling.ts";
import { Lan } from "./lan.ts";
import { buildOnDisk, firmwareOnDisk } from "./ondisk.ts";
import { powerOn } from "./resources.ts";

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

/** Sends "Hello" behind a header to everybody, by the ports of the card. */
const SENDER = `${SETUP}
        movl  $frame, 0x1000
        movl  $0, 0x1004
        movl  $0x0b000000+20, 0x1008
        movl  $0, 0x100c
        set   0x3800, 0x1000
        set   0x3808, 128
        set   0x400, 0x0a
        set   0x3818, 1
1:      hlt
        jmp   1b
frame:  .byte 255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0, 0, 1, 8, 0
        .ascii "Hello\\n"
`;

/** Receives one frame and says what is behind its header. */
const RECEIVER = `${SETUP}
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
        mov   $0x300e, %si
        mov   $0x3f8, %dx
        mov   $6, %cx
        cld
        rep   outsb
2:      jmp   2b
`;

function machine(source: string, mac: string) {
  const { bytes, diagnostics } = assembleSource(source, { file: "boot.S", origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const cards = [{ kind: "e1000", mac, network: { kind: "link" } }] as const;
  const configuration = { floppies: [sector], memoryMiB: 2, cards };
  const made = powerOn(configuration, { build: buildOnDisk(), firmware: firmwareOnDisk }, { history: false });
  return made;
}

function run() {
  const lan = new Lan();
  const sender = machine(SENDER, "52:54:00:00:00:01");
  const receivers = [2, 3].map((n) => machine(RECEIVER, `52:54:00:00:00:0${n}`));
  for (const each of [...receivers, sender]) lan.join(each, 0);
  lan.run(60_000_000);
  const said = receivers.map((each) => each.guest.serial[0].text());
  return { said, hashes: [sender, ...receivers].map((each) => each.hash()) };
}

test("a frame to everybody that one machine sends reaches two others through the switch, the same in every run", () => {
  const first = run();
  expect(first.said).toEqual(["Hello\n", "Hello\n"]);
  expect(run().hashes).toEqual(first.hashes);
}, 120_000);
