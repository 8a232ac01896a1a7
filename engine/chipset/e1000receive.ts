/**
 * Reception of the 82540EM: which frames it takes, and how they lie in memory.
 *
 *   descriptor  0 address  8 length (16)  A checksum (16)  C status  D errors  E VLAN tag
 *   status      0 DD  1 EOP  2 checksums not checked  3 tag taken out  5 TCP's checked  6 IP's checked
 *   errors      5 TCP or UDP checksum   6 IP checksum
 *
 * Source: Intel 317453, 3.2, 13.4.22, 13.5.1–13.5.3.
 */
import { RAH_VALID, RCTL, REG } from "./e1000registers.ts";
import { sum16, word } from "./inetchecksum.ts";

/** Registers by offset. */
type Read = (offset: number) => number;

const IXSM = 0x04;
const TCPCS = 0x20;
const IPCS = 0x40;
const TCPE = 0x20;
const IPE = 0x40;
const PCSS = 0xff;
const IPOFL = 0x100;
const TUOFL = 0x200;
/** Bits of an address that choose an entry of the multicast table, by RCTL's MO. */
const MULTICAST_SHIFT = [4, 3, 2, 0];
const CFIEN = 0x80000;
const CFI = 0x100000;

export type Kind = "broadcast" | "multicast" | "unicast";

export function kindOf(frame: Uint8Array): Kind {
  if (!(frame[0] & 1)) return "unicast";
  return frame.subarray(0, 6).every((byte) => byte === 0xff) ? "broadcast" : "multicast";
}

/** Whether the filters let the frame through. `vlan`: its tag, where it has one. */
export function accepts(read: Read, frame: Uint8Array, vlan: number | undefined): boolean {
  const rctl = read(REG.RCTL);
  if (vlan !== undefined && rctl & RCTL.VFE) {
    const id = vlan & 0xfff;
    if (!(read(REG.VFTA + 4 * (id >> 5)) & (1 << (id & 31)))) return false;
    if (rctl & CFIEN && ((vlan & 0x1000) !== 0) !== ((rctl & CFI) !== 0)) return false;
  }
  const kind = kindOf(frame);
  if (kind === "broadcast" && rctl & (RCTL.BAM | RCTL.MPE)) return true;
  if (kind === "unicast" ? rctl & RCTL.UPE : rctl & RCTL.MPE) return true;
  for (let i = 0; i < 16; i++) {
    const high = read(REG.RAH0 + 8 * i);
    if (high & RAH_VALID && isAddress(frame, read(REG.RAL0 + 8 * i), high)) return true;
  }
  if (kind !== "multicast") return false;
  const hash = ((frame[4] | (frame[5] << 8)) >> MULTICAST_SHIFT[(rctl >> 12) & 3]) & 0xfff;
  return (read(REG.MTA + 4 * (hash >> 5)) & (1 << (hash & 31))) !== 0;
}

function isAddress(frame: Uint8Array, low: number, high: number): boolean {
  for (let i = 0; i < 4; i++) if (frame[i] !== ((low >>> (8 * i)) & 0xff)) return false;
  return frame[4] === (high & 0xff) && frame[5] === ((high >> 8) & 0xff);
}

/** Bytes of a receive buffer (RCTL's BSIZE and BSEX; the reserved combination is taken for 2,048). */
export function bufferSize(rctl: number): number {
  const size = 2048 >> ((rctl >> 16) & 3);
  return rctl & RCTL.BSEX && size < 2048 ? 16 * size : size;
}

/** What the card found of the checksums: status and error bits, and the packet checksum. */
export function checksums(rxcsum: number, frame: Uint8Array): { status: number; errors: number; sum: number } {
  const sum = ~sum16(frame, rxcsum & PCSS, frame.length) & 0xffff;
  const none = { status: IXSM, errors: 0, sum };
  if (!(rxcsum & (IPOFL | TUOFL)) || word(frame, 12) !== 0x0800 || frame[14] >> 4 !== 4) return none;
  const header = (frame[14] & 15) * 4;
  const end = 14 + word(frame, 16);
  if (header < 20 || end > frame.length || end < 14 + header) return none;
  let status = 0;
  let errors = 0;
  if (rxcsum & IPOFL) {
    status |= IPCS;
    if (sum16(frame, 14, 14 + header) !== 0xffff) errors |= IPE;
  }
  const protocol = frame[23];
  const whole = (word(frame, 20) & 0x3fff) === 0;
  const transport = 14 + header;
  const plain = protocol === 17 && word(frame, transport + 6) === 0;
  if (rxcsum & TUOFL && whole && (protocol === 6 || protocol === 17) && !plain) {
    status |= TCPCS;
    const pseudo = sum16(frame, 26, 34, protocol + end - transport);
    if (sum16(frame, transport, end, pseudo) !== 0xffff) errors |= TCPE;
  }
  return { status, errors, sum };
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The frame with its FCS (IEEE 802.3, 3.2.9). */
export function withFcs(frame: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of frame) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  const out = new Uint8Array(frame.length + 4);
  out.set(frame);
  new DataView(out.buffer).setUint32(frame.length, ~crc >>> 0, true);
  return out;
}
