/**
 * IPv6's router solicitation, and an answer that says there is no way out: a router that is nobody's default router (its
 * lifetime is 0) and advertises no prefix. Hosts that configure IPv6 beside IPv4 then need not wait until they give up, which
 * takes iPXE 15 seconds.
 *
 *    0 destination, 6 source, 12 86DDh                                        Ethernet, RFC 2464
 *   14 version 6, 18 length, 20 next header, 21 hops, 22 from, 38 to          RFC 8200, 3
 *   54 type, 55 code, 56 checksum, 58 more of the message                     RFC 4443, 2.1
 *
 * Source: RFC 4861, 4.1 (solicitation), 4.2 (advertisement), 4.6.1 (link-layer address), 6.1.1 (what is discarded).
 */
import { setWord, sum16, word } from "./inetchecksum.ts";

export const IPV6_TYPE = 0x86dd;
const FROM = 22;
const MESSAGE = 54;
const ICMPV6 = 58;
const SOLICITATION = 133;
const ADVERTISEMENT = 134;
/** Messages that passed a router have fewer. */
const HOPS = 255;
const LINK_LAYER_ADDRESS = 1;
/** FF02::1, all nodes. */
const EVERYBODY = [0xff, 0x02, ...Array(13).fill(0), 1];
const EVERYBODY_MAC = [0x33, 0x33, 0, 0, 0, 1];
/** FE80::2. */
const ROUTER = [0xfe, 0x80, ...Array(13).fill(0), 2];

/** The advertisement for the frame of a valid solicitation, from the router at `mac`; undefined for any other frame. */
export function answerSolicitation(frame: Uint8Array, mac: Uint8Array): Uint8Array | undefined {
  const length = word(frame, 18);
  if (frame[14] >> 4 !== 6 || frame[20] !== ICMPV6 || frame[21] !== HOPS) return undefined;
  if (length < 8 || frame.length < MESSAGE + length) return undefined;
  if (frame[MESSAGE] !== SOLICITATION || frame[MESSAGE + 1] !== 0 || messageSum(frame, length) !== 0xffff)
    return undefined;
  // Hops that hosts shall use; no flags, lifetime or times; the router's MAC.
  const message = [ADVERTISEMENT, 0, 0, 0, 64, ...Array(11).fill(0), LINK_LAYER_ADDRESS, 1, ...mac];
  const answer = new Uint8Array(MESSAGE + message.length);
  answer.set([...EVERYBODY_MAC, ...mac]);
  setWord(answer, 12, IPV6_TYPE);
  answer[14] = 0x60;
  setWord(answer, 18, message.length);
  answer.set([ICMPV6, HOPS, ...ROUTER, ...EVERYBODY, ...message], 20);
  setWord(answer, MESSAGE + 2, ~messageSum(answer, message.length) & 0xffff);
  return answer;
}

/** Of the message and its pseudo-header: both addresses, the length and the next header (RFC 8200, 8.1). */
function messageSum(frame: Uint8Array, length: number): number {
  return sum16(frame, FROM, MESSAGE + length, length + ICMPV6);
}
