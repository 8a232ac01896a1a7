/** Packets `m`, `M` and `X`: memory as hex digits, or as bytes. */
import { bytesOf, hexOf, MAX_PACKET } from "./packets.ts";
import type { Target } from "./target.ts";
import { numberOf } from "./threads.ts";

const OK = "OK";
/** What QEMU answers: EFAULT and EINVAL, as hex digits. */
const [FAULT, INVALID] = ["E14", "E22"];

export class MemoryPackets {
  readonly #target: Target;
  /** Addresses are physical. */
  isPhysical = false;

  constructor(target: Target) {
    this.#target = target;
  }

  read(processor: number, args: string): string {
    const [address, bytes] = placeOf(args) ?? [];
    if (address === undefined || bytes === undefined || bytes > MAX_PACKET / 2) return INVALID;
    const read = this.#target.readMemory(processor, address, bytes, this.isPhysical);
    return read === undefined ? FAULT : hexOf(read);
  }

  write(processor: number, args: string): string {
    return this.#write(processor, args, bytesOf);
  }

  writeBinary(processor: number, args: string): string {
    return this.#write(processor, args, (data) => Uint8Array.from(data, (character) => character.charCodeAt(0)));
  }

  #write(processor: number, args: string, decode: (data: string) => Uint8Array | undefined): string {
    const colon = args.indexOf(":");
    const [address, bytes] = placeOf(args.slice(0, Math.max(0, colon))) ?? [];
    const data = decode(args.slice(colon + 1));
    if (address === undefined || data === undefined || data.length !== bytes) return INVALID;
    if (data.length === 0) return OK;
    return this.#target.writeMemory(processor, address, data, this.isPhysical) ? OK : FAULT;
  }
}

/** `ADDRESS,LENGTH` */
export function placeOf(text: string): [address: bigint, bytes: number] | undefined {
  const [address = "", length = "", more] = text.split(",");
  const [from, bytes] = [numberOf(address), numberOf(length)];
  if (from === undefined || bytes === undefined || more !== undefined || bytes > 2n ** 32n) return undefined;
  return [from, Number(bytes)];
}
