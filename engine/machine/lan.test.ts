import { expect, test } from "vitest";
import { makeDatagram } from "../chipset/ipv4.ts";
import { GATEWAY, GUEST, macOf } from "../chipset/useraddresses.ts";
import type { NetworkConfiguration } from "./api.ts";
import { assembleSource } from "./assembling.ts";
import { Lan } from "./lan.ts";
import { LocalEngine } from "./local.ts";
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
const SENDER = `${SETUP}${send("frame", 20)}
1:      hlt
        jmp   1b
frame:  .byte 255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0, 0, 1, 8, 0
        .ascii "Hello\\n"
`;

/** Receives one frame and says what is behind its header. */
const RECEIVER = `${SETUP}${RECEIVE}
        mov   $0x300e, %si
        mov   $0x3f8, %dx
        mov   $6, %cx
        cld
        rep   outsb
2:      jmp   2b
`;

const A = "192.168.7.1";
const B = "192.168.7.2";
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
const CLIENT = `${SETUP}
        jmp   begin
frame:  .byte ${[...ASK].join()}
begin:
${send("frame", ASK.length)}${RECEIVE}${SAY}`;

/** Sends what it got back, with its ends exchanged, and says it: checksums do not mind. */
const ANSWERER = `${SETUP}${RECEIVE}
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

function configured(source: string, mac: string, network: NetworkConfiguration = { kind: "link" }) {
  const { bytes, diagnostics } = assembleSource(source, { file: "boot.S", origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const cards = [{ kind: "e1000", mac, network }] as const;
  return { floppies: [sector], memoryMiB: 2, cards };
}

const machine = (...given: Parameters<typeof configured>) =>
  powerOn(configured(...given), { build: buildOnDisk(), firmware: firmwareOnDisk }, { history: false });

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

function forward() {
  const lan = new Lan();
  const forwards = [{ protocol: "udp", port: 1007, to: B, toPort: 7 }] as const;
  const client = machine(CLIENT, "52:54:00:00:00:01", { kind: "user", address: A, forwards });
  const answerer = machine(ANSWERER, "52:54:00:00:00:02", { kind: "user", address: B });
  for (const each of [answerer, client]) lan.join(each, 0);
  const machines = [client, answerer];
  return {
    ...{ lan, machines },
    said: () => machines.map((each) => each.guest.serial[0].text()),
    hashes: () => machines.map((each) => each.hash()),
  };
}

test("a datagram to a forwarded port comes to the other machine from its gateway, and its answer back", () => {
  const { lan, said, hashes } = forward();
  lan.run(3_000_000);
  // Ports as bytes: 1007 to 2000 at who asked, 7 to 49152 where it was answered.
  expect(said()).toEqual(["\x03\xef\x07\xd0Hello\n", "\0\x07\xc0\0Hello\n"]);
  const again = forward();
  for (let i = 0; i < 3; i++) again.lan.run(1_000_000);
  expect(again.hashes()).toEqual(hashes());
}, 120_000);

test("snapshots of both taken while a forwarded datagram is on its way go on to the same end", () => {
  const first = forward();
  const isAsked = () => JSON.stringify(first.machines[1].guest.state().devices).includes('"port":49152');
  for (let round = 0; round < 150 && !isAsked(); round++) first.lan.run(20_000);
  expect([isAsked(), first.said()]).toEqual([true, ["", ""]]);
  const second = forward();
  for (const [n, machine] of second.machines.entries())
    expect(machine.restore(first.machines[n].snapshot())).toBeUndefined();
  for (const { lan } of [first, second]) lan.run(2_000_000);
  expect(second.said().map((text) => text.slice(4))).toEqual(["Hello\n", "Hello\n"]);
  expect(second.hashes()).toEqual(first.hashes());
}, 120_000);

test("machines of one engine hear each other by a switch, also when powered on again, but not while they stand still", async () => {
  const engine = new LocalEngine();
  const sender = await engine.create("sender", configured(SENDER, "52:54:00:00:00:01"));
  const receiver = await engine.create("receiver", configured(RECEIVER, "52:54:00:00:00:02"));
  await expect(engine.connect([{ machine: "nobody", card: 0 }])).rejects.toThrow("there is no machine nobody");
  await expect(engine.connect([{ machine: "sender", card: 1 }])).rejects.toThrow("card 1 of sender has no cable");
  await engine.connect(["sender", "receiver"].map((id) => ({ machine: id, card: 0 })));
  await expect(engine.connect([{ machine: "sender", card: 0 }])).rejects.toThrow("plugged in already");
  for (const machine of [receiver, sender]) await machine.run({ ticks: 30_000_000 });
  expect(receiver.machine.guest.serial[0].text()).toBe("");
  const heard = receiver.run({ serial: "Hello\n", ticks: 4_000_000_000 });
  await sender.powerOn();
  await sender.run({ ticks: 30_000_000 });
  expect((await heard).reason).toMatchObject({ kind: "until" });
  for (const machine of [sender, receiver]) machine.close();
}, 120_000);
