/**
 * Transmission of the 82540EM: the descriptors of its ring, gathered to packets, with offloads.
 *
 *   legacy    0 address  8 length (16)  A CSO  B command  C status  D CSS  E VLAN tag
 *   context   0 IPCSS IPCSO IPCSE(16)  4 TUCSS TUCSO TUCSE(16)  8 length (20) type 0 command  C status HDRLEN MSS(16)
 *   data      0 address  8 length (20) type 1 command  C status  D options: 0 IP checksum, 1 TCP's  E VLAN tag
 *   command   0 EOP  1 IFCS  2 IC, TSE  3 RS  5 DEXT  6 VLE  7 IDE      status  0 DD
 *
 * A packet without IFCS is sent as it is and gets its FCS all the same, as in QEMU.
 *
 * Source: Intel 317453, 3.3–3.5.
 */
import type { PhysicalMemory } from "./bus.ts";
import { segmentTcp, storeChecksum } from "./inetchecksum.ts";

/** Offsets in a packet and lengths that a context descriptor gave; it holds until the next. */
export type TransmitContext = {
  ipStart: number;
  ipChecksum: number;
  ipEnd: number;
  start: number;
  checksum: number;
  end: number;
  header: number;
  mss: number;
  /** Command byte: 0 TCP, 1 IPv4. */
  command: number;
};

/** What a snapshot keeps of a transmission. */
export type TransmitState = {
  /** The packet so far. */
  packet: Uint8Array;
  /** Of its first data descriptor. */
  options: number;
  segments: boolean;
  context: TransmitContext;
};

/** What a descriptor did. */
export interface Transmitted {
  readonly frames: readonly Uint8Array[];
  /** The command byte. */
  readonly command: number;
  /** Bytes that were moved. */
  readonly bytes: number;
  readonly segmented: boolean;
}

const EOP = 0x01;
const IC = 0x04;
const TSE = 0x04;
export const RS = 0x08;
const DEXT = 0x20;
const VLE = 0x40;
export const IDE = 0x80;
const DD = 1;
const IXSM = 1;
const TXSM = 2;
const IPV4 = 2;
const MAX_PACKET = 16288;
/** With segmentation: as much as its 20 bits of length allow is never one IP packet. */
const MAX_SEGMENTED = 0x20000;

export function newTransmit(): TransmitState {
  return {
    packet: new Uint8Array(0),
    options: 0,
    segments: false,
    context: contextOf(new DataView(new ArrayBuffer(16))),
  };
}

/** Carries out the descriptor at `at`. `vlanType`: tags go in where a descriptor asks (CTRL.VME), or undefined. */
export function transmitDescriptor(
  state: TransmitState,
  memory: PhysicalMemory,
  at: number,
  vlanType: number | undefined,
): Transmitted {
  const bytes = new Uint8Array(16);
  memory.readBytes(at, bytes);
  const view = new DataView(bytes.buffer);
  const command = bytes[11];
  const done = (frames: readonly Uint8Array[], moved = 0, segmented = false): Transmitted => {
    if (command & RS) memory.write8(at + 12, bytes[12] | DD);
    return { frames, command, bytes: moved, segmented };
  };
  const extended = (command & DEXT) !== 0;
  if (extended && bytes[10] >> 4 === 0) {
    state.context = contextOf(view);
    return done([]);
  }
  const length = extended ? view.getUint32(8, true) & 0xfffff : view.getUint16(8, true);
  if (extended && state.packet.length === 0) {
    state.options = bytes[13];
    state.segments = (command & TSE) !== 0;
  }
  gather(state, memory, view.getUint32(0, true) + (view.getUint32(4, true) & 0xfffff) * 2 ** 32, length);
  if (!(command & EOP)) return done([], length);
  const { packet } = state;
  state.packet = new Uint8Array(0);
  const segmented = extended && state.segments;
  let frames: readonly Uint8Array[];
  if (!extended) {
    if (command & IC) storeChecksum(packet, bytes[13], packet.length, bytes[10]);
    frames = [packet];
  } else frames = offload(state, packet);
  if (!extended) state.options = 0;
  state.segments = false;
  if (command & VLE && vlanType !== undefined) {
    frames = frames.map((frame) => tagged(frame, vlanType, view.getUint16(14, true)));
  }
  return done(frames, length, segmented);
}

function gather(state: TransmitState, memory: PhysicalMemory, address: number, length: number): void {
  const before = state.packet;
  const room = (state.segments ? MAX_SEGMENTED : MAX_PACKET) - before.length;
  const part = new Uint8Array(Math.max(0, Math.min(room, length)));
  memory.readBytes(address, part);
  const joined = new Uint8Array(before.length + part.length);
  joined.set(before);
  joined.set(part, before.length);
  state.packet = joined;
}

function offload({ context, options, segments }: TransmitState, packet: Uint8Array): readonly Uint8Array[] {
  const { ipStart, ipChecksum, ipEnd, start, checksum, end, header, mss, command } = context;
  if (segments && header > 0 && header >= start && packet.length > header && mss > 0) {
    const ipv6 = !(command & IPV4);
    return segmentTcp(packet, { ip: ipStart, tcp: start, payload: header, bytes: mss, ipv6 });
  }
  const limit = (inclusive: number) => (inclusive === 0 ? packet.length : inclusive + 1);
  if (options & TXSM) storeChecksum(packet, start, limit(end), checksum);
  if (options & IXSM) storeChecksum(packet, ipStart, limit(ipEnd), ipChecksum);
  return [packet];
}

function contextOf(view: DataView): TransmitContext {
  return {
    ipStart: view.getUint8(0),
    ipChecksum: view.getUint8(1),
    ipEnd: view.getUint16(2, true),
    start: view.getUint8(4),
    checksum: view.getUint8(5),
    end: view.getUint16(6, true),
    header: view.getUint8(13),
    mss: view.getUint16(14, true),
    command: view.getUint8(11),
  };
}

function tagged(frame: Uint8Array, type: number, tag: number): Uint8Array {
  const out = new Uint8Array(frame.length + 4);
  out.set(frame.subarray(0, 12));
  out.set([type >> 8, type, tag >> 8, tag], 12);
  out.set(frame.subarray(12), 16);
  return out;
}
