// The tables that our BIOS leaves for systems, and its PCI services, compared with SeaBIOS's under QEMU.
import { describe, expect, test } from "vitest";
import { Qemu } from "../../../engine/firmware/test/qemu.ts";
import { noQemu, OUR_BIOS, onOurPc, onQemu, ourPc, probe } from "./probes.ts";

/** The first MiB of a PC. */
type Memory = Uint8Array;

const ascii = (memory: Memory, at: number, bytes: number) => String.fromCharCode(...memory.subarray(at, at + bytes));
const sum = (memory: Memory, at: number, bytes: number) =>
  memory.subarray(at, at + bytes).reduce((total, byte) => total + byte, 0) & 0xff;
const view = (memory: Memory) => new DataView(memory.buffer, memory.byteOffset, memory.length);

/** Where `mark` stands at a multiple of 16 of the F segment. */
function find(memory: Memory, mark: string): number {
  for (let at = 0xf0000; at < 0x100000; at += 16) if (ascii(memory, at, mark.length) === mark) return at;
  throw new Error(`no ${mark}`);
}

/** What an MP table says: processors as [APIC, flags], I/O APICs, and the pin of each interrupt by "bus source". */
function readMp(memory: Memory) {
  const pointer = find(memory, "_MP_");
  expect(sum(memory, pointer, 16)).toBe(0);
  const table = view(memory).getUint32(pointer + 4, true);
  expect(ascii(memory, table, 4)).toBe("PCMP");
  const bytes = view(memory).getUint16(table + 4, true);
  expect(sum(memory, table, bytes)).toBe(0);
  const processors: number[][] = [];
  const ioApics: number[][] = [];
  const buses = new Map<number, string>();
  const pins = new Map<string, number>();
  const local: number[][] = [];
  let at = table + 44;
  for (let n = view(memory).getUint16(table + 34, true); n > 0; n--) {
    const entry = [...memory.subarray(at, at + 20)];
    if (entry[0] === 0) processors.push([entry[1], entry[3]]);
    else if (entry[0] === 1) buses.set(entry[1], ascii(memory, at + 2, 6).trim());
    else if (entry[0] === 2) ioApics.push([entry[1], view(memory).getUint32(at + 4, true)]);
    else if (entry[0] === 3) pins.set(`${buses.get(entry[4])} ${entry[5]}`, entry[7]);
    else local.push([entry[1], entry[7]]);
    at += entry[0] === 0 ? 20 : 8;
  }
  expect(at).toBe(table + bytes);
  return { processors, ioApics, pins, local };
}

/** The structures that SMBIOS's entry point leads to: type and bytes of each, after its sums and counts were checked. */
function readSmbios(memory: Memory): [type: number, bytes: number][] {
  const anchor = find(memory, "_SM_");
  expect([sum(memory, anchor, 31), sum(memory, anchor + 16, 15)]).toEqual([0, 0]);
  const [bytes, count] = [0x16, 0x1c].map((offset) => view(memory).getUint16(anchor + offset, true));
  const start = view(memory).getUint32(anchor + 0x18, true);
  const structures: [number, number][] = [];
  let at = start;
  let longest = 0;
  while (at < start + bytes) {
    const from = at;
    structures.push([memory[at], memory[at + 1]]);
    at += memory[at + 1];
    while (memory[at] !== 0 || memory[at + 1] !== 0) at++;
    at += 2;
    longest = Math.max(longest, at - from);
  }
  expect([at - start, structures.length]).toEqual([bytes, count]);
  expect(view(memory).getUint16(anchor + 8, true)).toBe(longest);
  return structures;
}

async function memoryOnQemu(args: string[], bios?: Uint8Array): Promise<Memory> {
  const qemu = new Qemu({ ...(bios ? { bios } : {}), args });
  try {
    await qemu.until(() => qemu.debug.includes("No bootable device."));
    return await qemu.memory(0, 0x100000);
  } finally {
    qemu.stop();
  }
}

function memoryOnOurPc(processors: number): Memory {
  const machine = ourPc({ memoryMiB: 16, floppies: [], processors, cards: [{ kind: "e1000" }] });
  machine.run({ screen: "No bootable device.", ticks: 400_000_000 });
  return machine.guest.pc.map.ram.slice(0, 0x100000);
}

describe("tables", { timeout: 90_000 }, () => {
  test.each([1, 4, 8])("MP: %i processors, an I/O APIC, 16 interrupts of ISA and those of PCI", (processors) => {
    const mp = readMp(memoryOnOurPc(processors));
    expect(mp.processors).toEqual(Array.from({ length: processors }, (_, n) => [n, n === 0 ? 3 : 1]));
    expect(mp.ioApics).toEqual([[0, 0xfec00000]]);
    expect(mp.local).toEqual([[3, 0], [1, 1]]); // biome-ignore format: pairs
    expect(mp.pins.get("ISA 0")).toBe(2);
    expect(mp.pins.get("ISA 4")).toBe(4);
    // INTA# of the card in slot 3 is PIRQC, IRQ 11; power management's IRQ 9 is device 1's INTA#.
    expect(mp.pins.get(`PCI ${3 << 2}`)).toBe(11);
    expect(mp.pins.get(`PCI ${1 << 2}`)).toBe(9);
  });

  test("SMBIOS: type 0 of ours, then the machine's structures", () => {
    const types = readSmbios(memoryOnOurPc(2)).map(([type]) => type);
    expect(types).toEqual([0, 1, 3, 4, 4, 16, 17, 19, 32, 127]);
  });

  test("$PIR, _32_ and $PnP stand at multiples of 16, once each, with bytes that sum to 0", () => {
    const memory = memoryOnOurPc(1);
    // An instruction that looks for such a mark may hold it at a multiple of 16 too: the sum tells.
    const good = (mark: string, bytes: number) =>
      Array.from({ length: 0x1000 }, (_, n) => 0xf0000 + 16 * n).filter(
        (at) => ascii(memory, at, 4) === mark && sum(memory, at, bytes) === 0,
      );
    expect(good("$PIR", 32 + 31 * 16).length).toBe(1);
    expect(good("_32_", 16)).toEqual([0xfe060]);
    expect(good("$PnP", 33)).toEqual([0xfe070]);
  });

  test.skipIf(noQemu)(`under QEMU with 4 processors: SeaBIOS's MP and SMBIOS say the same${noQemu}`, async () => {
    const args = ["-smp", "4,sockets=4", "-device", "e1000,romfile=", "-device", "e1000,romfile="];
    const [ours, theirs] = [await memoryOnQemu(args, OUR_BIOS), await memoryOnQemu(args)];
    expect(readSmbios(ours)).toEqual(readSmbios(theirs));
    const [mine, other] = [readMp(ours), readMp(theirs)];
    expect(mine.processors).toEqual(other.processors);
    expect(mine.ioApics).toEqual(other.ioApics);
    expect(mine.local).toEqual(other.local);
    for (const [source, pin] of mine.pins) expect([source, other.pins.get(source)]).toEqual([source, pin]);
    expect(mine.pins.size).toBe(other.pins.size);
  });

  test("PCI BIOS: INT 1Ah and the BIOS32 entry answer alike, and as SeaBIOS under QEMU", async () => {
    const disk = new Uint8Array(1_474_560);
    disk.set(probe("pcibios"));
    const lines = onOurPc({ bootOrder: "a", floppies: [disk] });
    const at = lines.indexOf("in protected mode");
    expect(lines.slice(at + 2, -1)).toEqual(lines.slice(0, at));
    expect(lines).toContain("IDE 00 00 0009 00010180");
    expect(lines).toContain("read dword 00 00 0008 0B0A0A0A");
    if (noQemu) return;
    expect(await onQemu({ floppy: disk, bios: OUR_BIOS })).toEqual(lines);
    // The specification has 83h for a vendor that cannot be; SeaBIOS looks for it.
    const same = (line: string) => !line.startsWith("vendor FFFF");
    expect((await onQemu({ floppy: disk })).filter(same)).toEqual(lines.filter(same));
  });
});
