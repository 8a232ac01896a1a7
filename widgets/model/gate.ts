// The way from a vector to its handler: an entry of the interrupt vector table in real mode, a gate of the IDT in the
// other modes. Sources: AMD APM vol. 2, 4.7.4 and 4.8.4 (gates), 8.6 (real mode), 8.7 and 8.9 (delivery).
import type { MachineStatus, RegisterFile } from "../../engine/index.ts";
import type { Reader } from "./reader.ts";

export type GateKind = "vector" | "interrupt gate" | "trap gate" | "task gate" | "none";

/** Where a vector leads. */
export interface Gate {
  readonly kind: GateKind;
  /** Linear address of the entry. */
  readonly address: number;
  /** Bytes of a slot that delivery pushes: 2, 4 or 8. */
  readonly slot: 2 | 4 | 8;
  readonly selector: number;
  readonly offset: bigint;
  readonly present: boolean;
  /** Who may use it by INT n: this ring and those inside. */
  readonly dpl: number;
  /** The stack of the TSS that it switches to in long mode, 1 to 7; 0: none. */
  readonly ist: number;
  /** The entry lies beyond the table's limit. */
  readonly beyond: boolean;
}

export const isLong = ({ mode }: Pick<MachineStatus, "mode">): boolean => mode === "long" || mode === "compatibility";

/** Reads where `vector` leads; undefined where memory is not known. */
export async function readGate(
  reader: Pick<Reader, "readMemory">,
  { idtr }: Pick<RegisterFile, "idtr">,
  mode: Pick<MachineStatus, "mode">,
  vector: number,
): Promise<Gate | undefined> {
  const real = mode.mode === "real";
  const size = real ? 4 : isLong(mode) ? 16 : 8;
  const address = idtr.base + vector * size;
  const bytes = await reader.readMemory("linear", address, size);
  if (!bytes) return undefined;
  const beyond = vector * size + size - 1 > idtr.limit;
  return { ...(real ? decodeVector(bytes) : decodeGate(bytes)), address, beyond };
}

type Decoded = Omit<Gate, "address" | "beyond">;

function decodeVector(bytes: Uint8Array): Decoded {
  const [offset, selector] = [bytes[0] | (bytes[1] << 8), bytes[2] | (bytes[3] << 8)];
  return { kind: "vector", slot: 2, selector, offset: BigInt(offset), present: true, dpl: 0, ist: 0 };
}

/** A gate of 8 bytes, or of 16 in long mode. */
export function decodeGate(bytes: Uint8Array): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes.length === 16;
  const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
  const type = (high >> 8) & 0x1f;
  const wide = type === 14 || type === 15;
  const kind: GateKind =
    wide || (!long && (type === 6 || type === 7))
      ? type & 1
        ? "trap gate"
        : "interrupt gate"
      : type === 5 && !long
        ? "task gate"
        : "none";
  const low32 = wide ? ((high & 0xffff0000) | (low & 0xffff)) >>> 0 : low & 0xffff;
  return {
    kind,
    slot: long ? 8 : wide ? 4 : 2,
    selector: low >>> 16,
    offset: BigInt(low32) | (long ? BigInt(view.getUint32(8, true)) << 32n : 0n),
    present: (high & 0x8000) !== 0,
    dpl: (high >> 13) & 3,
    ist: long ? high & 7 : 0,
  };
}
