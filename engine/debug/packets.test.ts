import { expect, test } from "vitest";
import { bytesOf, hexOf, MAX_PACKET, PacketReader, packetOf, textOf } from "./packets.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const sent = (text: string) => textOf(packetOf(text));

test("a packet is $, its data, # and the sum of its data: OK is 9a", () => {
  expect(sent("OK")).toBe("$OK#9a");
  expect(sent("")).toBe("$#00");
  expect(new PacketReader().read(bytes("+$qSupported#37"))).toEqual([{ kind: "packet", text: "qSupported" }]);
});

test("# $ } and * travel as } and themselves XOR 20h, and every byte comes back as it was", () => {
  expect(sent("#$}*")).toBe("$}\x03}\x04}]}\x0a#62");
  const all = textOf(Array.from({ length: 256 }, (_, n) => n));
  expect(new PacketReader().read(packetOf(all))).toEqual([{ kind: "packet", text: all }]);
});

test("a wrong sum, or digits that are none, are bad; what comes behind is read", () => {
  const kinds = new PacketReader().read(bytes("$g#00$g#zz$g#67")).map(({ kind }) => kind);
  expect(kinds).toEqual(["bad", "bad", "packet"]);
});

test("Ctrl-C counts outside of a packet, - asks again, a packet inside of another begins anew", () => {
  expect(new PacketReader().read(bytes("\x03-$X0,1:\x03$g#67"))).toEqual([
    { kind: "interrupt" },
    { kind: "again" },
    { kind: "packet", text: "g" },
  ]);
});

test("a packet of more than 16 KiB is long, and its bytes are not kept", () => {
  const text = "a".repeat(MAX_PACKET + 1);
  expect(new PacketReader().read(packetOf(text))).toEqual([{ kind: "long" }]);
});

test("a stream cut anywhere says the same", () => {
  const stream = new Uint8Array([...packetOf("m0,4"), 3, ...packetOf("X0,1:}#"), ...bytes("-")]);
  const whole = new PacketReader().read(stream);
  const reader = new PacketReader();
  expect([...stream].flatMap((byte) => reader.read(Uint8Array.of(byte)))).toEqual(whole);
  expect(whole).toHaveLength(4);
});

test("hex digits: pairs to bytes and back; an odd one or another letter is refused", () => {
  expect(hexOf(Uint8Array.of(1, 0xab))).toBe("01ab");
  expect(bytesOf("01aB")).toEqual(Uint8Array.of(1, 0xab));
  for (const text of ["0", "0g", "0x"]) expect(bytesOf(text)).toBeUndefined();
});
