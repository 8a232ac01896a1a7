import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acpiTables, placeAcpi } from "./acpi.ts";
import { name } from "./aml.ts";
import { smbiosTables } from "./smbios.ts";

const SERIAL = [{ base: 0x3f8, irq: 4 }];
const MEMORY = { bytes: 64 << 20, below: 64 << 20, above: 0 };
const MACHINE = { memory: MEMORY, processors: 3, apics: true, serialPorts: SERIAL };
const AT = 0x3ff0000;

/** Tables by signature, found from the RSDP as an operating system does. */
function walk() {
  const { tables, rsdp } = placeAcpi(acpiTables(MACHINE), AT);
  const view = new DataView(tables.buffer);
  const at = (address: number) => {
    const offset = address - AT;
    const bytes = tables.subarray(offset, offset + view.getUint32(offset + 4, true));
    return { signature: String.fromCharCode(...bytes.subarray(0, 4)), bytes, offset };
  };
  const rsdt = at(new DataView(rsdp.buffer).getUint32(16, true));
  const entries = (rsdt.bytes.length - 36) / 4;
  const listed = Array.from({ length: entries }, (_, i) => at(view.getUint32(rsdt.offset + 36 + 4 * i, true)));
  const fadt = listed[0];
  const dsdt = at(view.getUint32(fadt.offset + 40, true));
  return { rsdp, rsdt, listed, fadt, dsdt, facs: at(view.getUint32(fadt.offset + 36, true)), view };
}

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0) & 0xff;

test("RSDP, RSDT, FADT, MADT, HPET and DSDT are found from each other, and their bytes sum to 0", () => {
  const { rsdp, rsdt, listed, dsdt, facs } = walk();
  expect([rsdt, ...listed, dsdt, facs].map(({ signature }) => signature)).toEqual([
    ...["RSDT", "FACP", "APIC", "HPET", "DSDT", "FACS"],
  ]);
  expect([rsdp, ...[rsdt, ...listed, dsdt].map(({ bytes }) => bytes)].map(sum)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(facs.offset % 64).toBe(0);
});

test("MADT: three local APICs, an I/O APIC, overrides of IRQ 0, 5, 9, 10, 11, NMI at LINT1", () => {
  const [, { bytes }] = walk().listed;
  const entries: number[][] = [];
  for (let at = 44; at < bytes.length; at += bytes[at + 1]) entries.push([...bytes.subarray(at, at + bytes[at + 1])]);
  expect(entries.map(([type]) => type)).toEqual([0, 0, 0, 1, 2, 2, 2, 2, 2, 4]);
  expect(entries[2].slice(2)).toEqual([2, 2, 1, 0, 0, 0]);
  expect(entries[4].slice(3, 5)).toEqual([0, 2]);
});

test("names: one segment, two, four, from the root", () => {
  const text = (path: string) => String.fromCharCode(...name(path));
  expect([text("_S5"), text("\\_SB.LNKA"), text("\\_SB.PCI0.ISA.PRQ0")]).toEqual([
    ...["_S5_", "\\\x2e_SB_LNKA", "\\\x2f\x04_SB_PCI0ISA_PRQ0"],
  ]);
});

test("SMBIOS: the anchor sums to 0 and counts structures of the lengths that they say", () => {
  const { tables, anchor } = smbiosTables({ memory: MEMORY, processors: 2 });
  expect([sum(anchor), sum(anchor.subarray(16)), anchor.length]).toEqual([0, 0, 31]);
  const view = new DataView(anchor.buffer);
  const types: number[] = [];
  for (let at = 0; at < tables.length; ) {
    types.push(tables[at]);
    at += tables[at + 1];
    while (tables[at] !== 0 || tables[at + 1] !== 0) at++;
    at += 2;
  }
  expect(types).toEqual([1, 3, 4, 4, 16, 17, 19, 32, 127]);
  expect([view.getUint16(22, true), view.getUint16(28, true)]).toEqual([tables.length, 9]);
});

const iasl = spawnSync("iasl", ["-v"]).status === 0;
test.skipIf(!iasl)(
  `the DSDT disassembles and compiles again without a warning${iasl ? "" : " (skipped: needs iasl)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "acpi-"));
    try {
      writeFileSync(join(folder, "dsdt.aml"), walk().dsdt.bytes);
      expect(spawnSync("iasl", ["-d", "dsdt.aml"], { cwd: folder }).status).toBe(0);
      expect(readFileSync(join(folder, "dsdt.dsl"), "utf8")).toContain("Device (PCI0)");
      const { stdout } = spawnSync("iasl", ["dsdt.dsl"], { cwd: folder, encoding: "utf8" });
      expect(stdout).toContain("0 Errors, 0 Warnings");
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
