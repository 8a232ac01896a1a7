/**
 * A TFTP server that reads from given files: octet transfers, options blksize and tsize. What is lost its client asks for
 * again, so it needs no clock.
 *
 * Source: RFC 1350, 2347, 2348, 2349.
 */
import { setWord, word } from "./inetchecksum.ts";

/** One transfer, by the port of its client; the number of the block sent last, 0 where that was the options. */
export type Transfer = { port: number; file: string; blockSize: number; sent: number };

const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OPTIONS = 6;
const NOT_FOUND = 1;
const DENIED = 2;
const ILLEGAL = 4;
const DEFAULT_BLOCK = 512;
const MOST_BLOCK = 1428;
/** Old transfers are forgotten for new ones. */
const MAX_TRANSFERS = 20;

/** Answers `message` from `port`; `transfers` is kept as state. Undefined: there is no answer. */
export function answerTftp(
  message: Uint8Array,
  port: number,
  transfers: Transfer[],
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array | undefined {
  const operation = word(message, 0);
  const at = transfers.findIndex((transfer) => transfer.port === port);
  if (operation === READ) {
    if (at >= 0) transfers.splice(at, 1);
    return begin(message, port, transfers, files);
  }
  if (operation === WRITE) return error(DENIED, "files are only read here");
  if (operation === ERROR) {
    if (at >= 0) transfers.splice(at, 1);
    return undefined;
  }
  if (operation !== ACK || at < 0 || message.length < 4) return undefined;
  const transfer = transfers[at];
  const bytes = files.get(transfer.file) ?? new Uint8Array(0);
  // Numbers of blocks have 16 bits and go round in long files.
  const acknowledged = transfer.sent - ((transfer.sent - word(message, 2)) & 0xffff);
  if (acknowledged < 0) return undefined;
  if (acknowledged * transfer.blockSize > bytes.length) {
    transfers.splice(at, 1);
    return undefined;
  }
  transfer.sent = acknowledged + 1;
  return data(bytes, transfer);
}

/** The last block sent. */
function data(bytes: Uint8Array, { sent, blockSize }: Transfer): Uint8Array {
  const part = bytes.subarray((sent - 1) * blockSize, sent * blockSize);
  const reply = new Uint8Array(4 + part.length);
  setWord(reply, 0, DATA);
  setWord(reply, 2, sent & 0xffff);
  reply.set(part, 4);
  return reply;
}

function begin(
  message: Uint8Array,
  port: number,
  transfers: Transfer[],
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const words = new TextDecoder("latin1").decode(message.subarray(2)).split("\0");
  const [name = "", mode = "", ...pairs] = words;
  if (mode.toLowerCase() !== "octet") return error(ILLEGAL, "only octet transfers");
  const file = name.replace(/^\/+/, "");
  const bytes = files.get(file);
  if (bytes === undefined) return error(NOT_FOUND, "file not found");
  let blockSize = DEFAULT_BLOCK;
  const agreed: string[] = [];
  for (let i = 0; i + 1 < pairs.length && i < 20; i += 2) {
    const option = pairs[i].toLowerCase();
    const value = Number(pairs[i + 1]);
    if (option === "tsize") agreed.push("tsize", String(bytes.length));
    else if (option === "blksize" && Number.isInteger(value) && value >= 8) {
      blockSize = Math.min(value, MOST_BLOCK);
      agreed.push("blksize", String(blockSize));
    }
  }
  const transfer = { port, file, blockSize, sent: agreed.length === 0 ? 1 : 0 };
  transfers.push(transfer);
  if (transfers.length > MAX_TRANSFERS) transfers.shift();
  if (agreed.length === 0) return data(bytes, transfer);
  return Uint8Array.of(0, OPTIONS, ...new TextEncoder().encode(agreed.map((text) => `${text}\0`).join("")));
}

function error(code: number, text: string): Uint8Array {
  return Uint8Array.of(0, ERROR, 0, code, ...new TextEncoder().encode(`${text}\0`));
}
