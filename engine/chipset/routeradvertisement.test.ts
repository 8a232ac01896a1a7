import { expect, test } from "vitest";
import { answerSolicitation } from "./routeradvertisement.ts";
import { TestBus } from "./testbus.ts";
import { UserNetwork } from "./usernetwork.ts";

const MAC = Uint8Array.of(0x52, 0x56, 0, 0, 0, 2);

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** What iPXE 1.0.0+git-20190125 sent under QEMU 7.2, whose advertisement was that below. */
const SOLICITATION = bytes(
  "33330000000252540012345686dd" +
    "6000000000103afffe80000000000000505400fffe123456ff020000000000000000000000000002" +
    "850071b5000000000101525400123456",
);
const QEMUS = bytes(
  "33330000000152560000000286dd" +
    "6000000000383afffe800000000000000000000000000002ff020000000000000000000000000001" +
    "8600155e40000708000000000000000001015256000000020304" +
    "40c0000151800000384000000000fec00000000000000000000000000000",
);

/** The Internet's checksum of a message with its pseudo-header, straight from RFC 4443, 2.3: 0 where it is right. */
function checksum(frame: Uint8Array): number {
  const length = frame[18] * 256 + frame[19];
  const summed = [...frame.subarray(22, 54 + length), 0, 0, frame[18], frame[19], 0, 0, 0, frame[20]];
  let sum = 0;
  for (let i = 0; i < summed.length; i += 2) sum += summed[i] * 256 + summed[i + 1];
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return ~sum & 0xffff;
}

test("iPXE's solicitation is answered as by QEMU, but with a lifetime of 0 and no prefix", () => {
  expect([checksum(SOLICITATION), checksum(QEMUS)]).toEqual([0, 0]);
  const answer = answerSolicitation(SOLICITATION, MAC) ?? new Uint8Array();
  const expected = QEMUS.slice(0, 14 + 40 + 24);
  expected.set([0, 24], 18);
  expected.set(answer.subarray(56, 58), 56); // the checksum
  expected.set([0, 0], 60);
  expect(answer).toEqual(expected);
  expect(checksum(answer)).toBe(0);
});

test("the user network's gateway is that router", () => {
  const bus = new TestBus();
  const network = new UserNetwork(bus, { name: "network.0" });
  const received: Uint8Array[] = [];
  network.attach({ receive: (frame) => received.push(frame) > 0 });
  network.transmit(SOLICITATION);
  network.transmit(QEMUS);
  bus.wait(200_000);
  expect(received).toEqual([answerSolicitation(SOLICITATION, Uint8Array.of(0x52, 0x55, 10, 0, 2, 2))]);
});

test("nobody answers where a byte is wrong, nor a solicitation that is cut off, nor other messages", () => {
  for (let at = 54; at < SOLICITATION.length; at++) {
    const wrong = SOLICITATION.slice();
    wrong[at] ^= 0x40;
    expect(answerSolicitation(wrong, MAC)).toBeUndefined();
    expect(answerSolicitation(SOLICITATION.subarray(0, at), MAC)).toBeUndefined();
  }
  const hops = SOLICITATION.slice();
  hops[21] = 254;
  expect(answerSolicitation(hops, MAC)).toBeUndefined();
  expect(answerSolicitation(QEMUS, MAC)).toBeUndefined();
});
