/** Who answers where, read from the wired machine without touching a register: for maps of a PC. */
import type { BoardMap, MemoryRange } from "./api.ts";
import type { Pc } from "./pc.ts";

export function boardMap(pc: Pc): BoardMap {
  return {
    ports: pc.ports.ranges(),
    memory: memoryRanges(pc),
    pci: pc.board.pci.functions
      .map((f) => ({
        part: f.owner,
        device: f.device,
        function: f.function,
        config: f.state.config.slice(),
        bars: f.bars,
      }))
      .sort((a, b) => a.device - b.device || a.function - b.function),
  };
}

/** Each piece between two edges has one answer: what is found at its first byte. */
function memoryRanges(pc: Pc): MemoryRange[] {
  const apics = (pc.apics?.local ?? []).map((apic) => apic.state.base);
  const devices = [...pc.mmio.ranges(), ...apics.map((first) => ({ first, last: first + 0xfff }))];
  const edges = new Set([...pc.map.edges(), ...devices.flatMap(({ first, last }) => [first, last + 1])]);
  const sorted = [...edges].sort((a, b) => a - b);
  const found: MemoryRange[] = [];
  for (const [i, first] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined) break;
    const range = { first, last: next - 1, ...answerAt(pc, first) };
    const before = found.at(-1);
    if (before && before.kind === range.kind && before.part === range.part)
      found[found.length - 1] = { ...before, last: range.last };
    else found.push(range);
  }
  return found;
}

function answerAt(pc: Pc, hpa: number): Pick<MemoryRange, "kind" | "part"> {
  const kind = pc.map.kindAt(hpa);
  if (kind) return { kind };
  const part = pc.partAt(hpa);
  return part === undefined ? { kind: "empty" } : { kind: "device", part };
}
