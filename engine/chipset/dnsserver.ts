/**
 * What a name server answers that knows a fixed list of names: their IPv4 addresses, and that others do not exist.
 *
 * Source: RFC 1035, 4.
 */

import { setWord, word } from "./inetchecksum.ts";
import { addressBytes, type Ipv4 } from "./ipv4.ts";

const HEADER = 12;
const TYPE_A = 1;
const TYPE_ANY = 255;
const CLASS_IN = 1;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;
const SECONDS = 3600;

/** The answer to a query of one question, or undefined where it is none. */
export function answerDns(query: Uint8Array, names: ReadonlyMap<string, Ipv4>): Uint8Array | undefined {
  if (query.length < HEADER || query[2] & 0x80 || word(query, 4) !== 1) return undefined;
  const { name, end } = readName(query);
  if (end === undefined || end + 4 > query.length) return undefined;
  const type = word(query, end);
  const known = names.get(name);
  const isQuery = (query[2] & 0x78) === 0;
  const has =
    isQuery && known !== undefined && (type === TYPE_A || type === TYPE_ANY) && word(query, end + 2) === CLASS_IN;
  const answer = has
    ? [0xc0, HEADER, 0, TYPE_A, 0, CLASS_IN, ...addressBytes(SECONDS), 0, 4, ...addressBytes(known)]
    : [];
  const reply = new Uint8Array(end + 4 + answer.length);
  reply.set(query.subarray(0, end + 4));
  reply.set(answer, end + 4);
  reply[2] = 0x84 | (query[2] & 0x79);
  reply[3] = 0x80 | (isQuery ? (known === undefined ? NO_SUCH_NAME : 0) : NOT_IMPLEMENTED);
  setWord(reply, 6, has ? 1 : 0);
  setWord(reply, 8, 0);
  setWord(reply, 10, 0);
  return reply;
}

/** The name of the first question, in small letters, and where it ends. */
function readName(query: Uint8Array): { name: string; end: number | undefined } {
  const labels: string[] = [];
  let at = HEADER;
  while (at < query.length && query[at] !== 0) {
    const length = query[at];
    if (length > 63 || at + 1 + length >= query.length) return { name: "", end: undefined };
    labels.push(String.fromCharCode(...query.subarray(at + 1, at + 1 + length)).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join("."), end: at < query.length ? at + 1 : undefined };
}
