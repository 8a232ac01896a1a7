// The interrupt controllers of a machine at one instant, and what the processor would be given next.
import type { IoApicState, LocalApicState, PicState } from "./interrupt-lines.ts";
import { lineNames, nextInput, nextVector, passesExternal, picVector } from "./interrupt-lines.ts";
import { hex } from "./number.ts";
import type { Reader } from "./reader.ts";

export interface Controllers {
  readonly tick: number;
  readonly master: PicState | undefined;
  readonly slave: PicState | undefined;
  readonly local: readonly LocalApicState[];
  readonly io: IoApicState | undefined;
  /** The interrupt that the boot processor would acknowledge now. */
  readonly next: { readonly vector: number; readonly source: string } | undefined;
  /** IF of the processor whose registers these are. */
  readonly takes: boolean;
}

const mostProcessors = 8;
const names = [
  "i8259.master",
  "i8259.slave",
  "ioapic",
  ...Array.from({ length: mostProcessors }, (_, n) => `lapic.${n}`),
];

/** Reads them; undefined where they are not known. */
export async function readControllers(reader: Reader, tick: number): Promise<Controllers | undefined> {
  const [devices, registers] = await Promise.all([reader.devices(names), reader.registers()]);
  if (!devices) return undefined;
  const master = devices["i8259.master"] as PicState | undefined;
  const slave = devices["i8259.slave"] as PicState | undefined;
  const local = names
    .filter((name) => name.startsWith("lapic.") && devices[name])
    .map((name) => devices[name] as LocalApicState);
  return {
    tick,
    master,
    slave,
    local,
    io: devices["ioapic"] as IoApicState | undefined,
    next: nextOf(master, slave, local[0]),
    takes: ((registers?.flags ?? 0) & 0x200) !== 0,
  };
}

/** The local APIC's own request goes first; then comes what the 8259s announce, where the APIC lets it pass. */
function nextOf(
  master: PicState | undefined,
  slave: PicState | undefined,
  apic: LocalApicState | undefined,
): Controllers["next"] {
  const own = apic && nextVector(apic);
  if (own !== undefined) return { vector: own, source: `vector ${hex(own, 2)}h of the local APIC` };
  // A message that says “ask the 8259” was sent by the I/O APIC, and is not taken back when the request goes.
  const asked = apic?.extInt === true;
  if (!master || (!asked && (!master.output || (apic && !passesExternal(apic))))) return undefined;
  const n = nextInput(master, true);
  if (n < 0)
    return asked
      ? { vector: picVector(master, 7), source: "An ExtINT message, while the 8259 has no request: spurious IRQ 7" }
      : undefined;
  if (n !== 2 || !slave || !(master.icw3 & 4))
    return { vector: picVector(master, n), source: `IRQ ${n} (${lineNames[n]})` };
  // A slave whose request has gone answers as if its IR7 had asked.
  const inner = nextInput(slave, false);
  const line = inner < 0 ? 7 : inner;
  return { vector: picVector(slave, line), source: `IRQ ${line + 8} (${lineNames[line + 8]})` };
}
