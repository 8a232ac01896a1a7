/**
 * What a DHCP server for one guest answers, to BOOTP too.
 *
 *   0 op  1 type  2 length  4 transaction  C client  10 yours  14 next server  1C hardware address
 *   2C server's name  6C boot file  EC 63825363h  F0 options
 *
 * Source: RFC 951, 2131, 2132.
 */
import { addressBytes, type Ipv4, readAddress } from "./ipv4.ts";

export interface DhcpAnswers {
  readonly guest: Ipv4;
  readonly mask: Ipv4;
  /** Router and server. */
  readonly gateway: Ipv4;
  readonly dns: Ipv4;
  /** What the guest's firmware loads by TFTP, at most 127 characters. */
  readonly bootFile?: string | undefined;
}

const OPTIONS = 240;
const COOKIE = [0x63, 0x82, 0x53, 0x63];
const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const ACK = 5;
const NAK = 6;
const INFORM = 8;
const LEASE_SECONDS = 86400;
const LEAST_BYTES = 300;

/** The answer to `request`, or undefined where there is none. */
export function answerDhcp(request: Uint8Array, answers: DhcpAnswers): Uint8Array | undefined {
  if (request.length < 236 || request[0] !== 1) return undefined;
  const options = readOptions(request);
  const type = options.get(53)?.[0];
  if (type !== undefined && type !== DISCOVER && type !== REQUEST && type !== INFORM) return undefined;
  const { guest, gateway, bootFile = "" } = answers;
  const server = options.get(54);
  if (server && server.length === 4 && readAddress(server, 0) !== gateway) return undefined;
  const asked = options.get(50);
  const wanted = asked?.length === 4 ? readAddress(asked, 0) : readAddress(request, 12);
  const refuses = type === REQUEST && wanted !== 0 && wanted !== guest;
  const reply = new Uint8Array(548);
  reply.set(request.subarray(0, 12));
  reply[0] = 2;
  reply[3] = 0;
  reply.set(request.subarray(12, 16), 12);
  if (!refuses && type !== INFORM) reply.set(addressBytes(guest), 16);
  if (!refuses) reply.set(addressBytes(gateway), 20);
  reply.set(request.subarray(28, 44), 28);
  if (!refuses) reply.set(new TextEncoder().encode(bootFile).subarray(0, 127), 108);
  const kind = type === undefined ? [] : [53, 1, refuses ? NAK : type === DISCOVER ? OFFER : ACK];
  const lease = type === INFORM || type === undefined ? [] : [51, 4, ...addressBytes(LEASE_SECONDS)];
  const given = refuses ? [] : offered(answers, lease);
  const all = [...COOKIE, ...kind, 54, 4, ...addressBytes(gateway), ...given, 255];
  reply.set(all, OPTIONS - 4);
  return reply.subarray(0, Math.max(LEAST_BYTES, OPTIONS - 4 + all.length));
}

function offered({ mask, gateway, dns }: DhcpAnswers, lease: readonly number[]): number[] {
  return [1, 4, ...addressBytes(mask), 3, 4, ...addressBytes(gateway), 6, 4, ...addressBytes(dns), ...lease];
}

/** Options by code; none without the magic cookie. */
function readOptions(message: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  if (!COOKIE.every((byte, i) => message[OPTIONS - 4 + i] === byte)) return options;
  for (let at = OPTIONS; at + 1 < message.length && message[at] !== 255; ) {
    if (message[at] === 0) {
      at++;
      continue;
    }
    options.set(message[at], message.subarray(at + 2, at + 2 + message[at + 1]));
    at += 2 + message[at + 1];
  }
  return options;
}
