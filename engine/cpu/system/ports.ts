/** IN, OUT, INS, OUTS. Source: AMD APM vol. 1, 3.8; vol. 3, IN, OUT, INS, OUTS. */

import type { Decoded } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";
import * as at from "../layout.ts";
import { DF, REPEATING } from "../registers.ts";
import { ES } from "../segments.ts";
import type { LinearAddress } from "../translation.ts";
import { type Bytes, operand, read, write } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { checkPorts } from "./tss.ts";

export function readPort(p: Core, port: number, bytes: Bytes): number {
  p.ledger.add("portReads");
  return p.surroundings.portRead(port, bytes);
}

export function writePort(p: Core, port: number, value: number, bytes: Bytes): void {
  p.ledger.add("portWrites");
  p.surroundings.portWrite(port, value, bytes);
}

const input: Operation = (p, d) => {
  const to = operand(d, 0);
  const bytes = (to.kind === "register" ? to.bits / 8 : 1) as Bytes;
  const port = read(p, operand(d, 1)) & 0xffff;
  checkPorts(p, port, bytes);
  p.debug.port(port, bytes);
  write(p, to, readPort(p, port, bytes));
};

const output: Operation = (p, d) => {
  const from = operand(d, 1);
  const bytes = (from.kind === "register" ? from.bits / 8 : 1) as Bytes;
  const port = read(p, operand(d, 0)) & 0xffff;
  checkPorts(p, port, bytes);
  p.debug.port(port, bytes);
  writePort(p, port, read(p, from), bytes);
};

/** One element; under REP the instruction stays until rCX is zero, so that an interrupt can come between two. */
function element(
  p: Core,
  d: Decoded,
  pointer: 6 | 7,
  bytes: Bytes,
  once: (offset: LinearAddress, port: number) => void,
): void {
  const bits = d.addressBits;
  const repeats = d.repeat !== 0;
  const count = indexRegister(p, 1, bits);
  if (repeats && count === 0n) return;
  const port = p.register(2, 16);
  checkPorts(p, port, bytes);
  const offset = indexRegister(p, pointer, bits);
  once(p.long ? offset : Number(offset), port);
  p.debug.port(port, bytes);
  setIndexRegister(p, pointer, offset + BigInt(p.flags & DF ? -bytes : bytes), bits);
  if (!repeats) return;
  setIndexRegister(p, 1, count - 1n, bits);
  if (count === 1n) return;
  p.rip = BigInt.asUintN(64, p.rip - BigInt(d.length));
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) | REPEATING, true);
}

/** A register at the width of an address. */
function indexRegister(p: Core, n: number, bits: number): bigint {
  return bits === 64 ? p.register64(n) : BigInt(p.register(n, bits));
}

function setIndexRegister(p: Core, n: number, value: bigint, bits: number): void {
  if (bits === 64) p.setRegister64(n, value);
  else p.setRegister(n, Number(BigInt.asUintN(bits, value)), bits);
}

const inputString =
  (bytes: Bytes): Operation =>
  (p, d) =>
    element(p, d, 7, bytes, (offset, port) => {
      const la = p.memory.linear(ES, offset, bytes, true);
      p.memory.probeWrite(la, bytes);
      p.memory.store(la, readPort(p, port, bytes), bytes);
    });

const outputString =
  (bytes: Bytes): Operation =>
  (p, d) =>
    element(p, d, 6, bytes, (offset, port) => {
      const from = operand(d, 1);
      const la = p.memory.linear(from.kind === "memory" ? from.segment : 3, offset, bytes, false);
      writePort(p, port, p.memory.load(la, bytes), bytes);
    });

export const PORT_OPERATIONS: Readonly<Record<string, Operation>> = {
  IN: input,
  OUT: output,
  INSB: inputString(1),
  INSW: inputString(2),
  INSD: inputString(4),
  OUTSB: outputString(1),
  OUTSW: outputString(2),
  OUTSD: outputString(4),
};
