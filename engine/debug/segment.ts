/**
 * A segment register given another selector by a debugger: in real and virtual-8086 mode the base follows from it, in
 * protected mode base, limit and attributes come from its descriptor, without the checks that an instruction makes. Where
 * there is no descriptor nothing is changed, as with QEMU.
 *
 * Source: AMD APM vol. 2, 4.7 "Legacy Segment Descriptors".
 */
import type { Machine } from "../machine/machine.ts";
import type { Target } from "./target.ts";

const [PE, VM, G, LOCAL] = [1n, 0x20000n, 0x8000, 4];
const PAGES = 12;

export function loadSegment(
  target: Pick<Target, "readRegister" | "readMemory">,
  processor: number,
  name: string,
  selector: number,
  machine: Machine,
): void {
  const read = (register: string) => target.readRegister(processor, register);
  const write = (register: string, value: bigint) => machine.writeRegister(register, value, processor);
  if (!(read("CR0") & PE) || read("RFLAGS") & VM) {
    write(name, BigInt(selector));
    return;
  }
  const table = selector & LOCAL ? "LDTR" : "GDTR";
  const offset = BigInt(selector & 0xfff8);
  if (offset + 7n > read(`${table}.limit`)) return;
  const bytes = target.readMemory(processor, read(`${table}.base`) + offset, 8, false);
  if (bytes === undefined) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
  const attributes = (high >>> 8) & 0xf0ff;
  const units = (low & 0xffff) | (high & 0xf0000);
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  const limit = attributes & G ? ((units << PAGES) | 0xfff) >>> 0 : units;
  const values = { selector, base, limit, attributes };
  for (const [part, value] of Object.entries(values)) write(`${name}.${part}`, BigInt(value));
}
