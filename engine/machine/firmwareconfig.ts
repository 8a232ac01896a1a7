/**
 * What the machine tells firmware through fw_cfg: the items and files that QEMU's `pc` has there, as far as they say
 * something about ours.
 *
 * Source: QEMU, docs/specs/fw_cfg.rst, hw/i386/fw_cfg.c, include/standard-headers/linux/qemu_fw_cfg.h.
 */
import type { FwCfgContents } from "../chipset/fwcfg.ts";
import { acpiTables } from "../firmware/acpi.ts";
import { ACPI_RSDP, ACPI_TABLES, loaderScript } from "../firmware/loaderscript.ts";
import { smbiosTables } from "../firmware/smbios.ts";
import type { CompleteConfiguration } from "./configuration.ts";
import { isLinux } from "./linuximage.ts";
import { type MemorySize, memorySize } from "./memorysize.ts";

/** Where COM1 to COM4 are on every PC. */
const SERIAL_PORTS = [0x3f8, 0x2f8, 0x3e8, 0x2e8].map((base, n) => ({ base, irq: n & 1 ? 3 : 4 }));

/** The serial ports of a machine, COM1 first. */
export function serialPorts({ serialPorts: count = 2 }: Pick<CompleteConfiguration, "serialPorts">) {
  return SERIAL_PORTS.slice(0, count);
}

const RAM = 1;
/** Sectors of a bzImage's real-mode part where its header does not say. */
const SETUP_SECTORS = 4;

export function firmwareContents(configuration: CompleteConfiguration): FwCfgContents {
  const { processors, firmwareFiles = {}, headless, display, bootMenu } = configuration;
  const memory = memorySize(configuration);
  const machine = { memory, processors };
  const acpi = acpiTables({ ...machine, apics: true, serialPorts: serialPorts(configuration) });
  const smbios = smbiosTables(machine);
  const files = new Map<string, Uint8Array>([
    [ACPI_TABLES, acpi.tables],
    [ACPI_RSDP, acpi.rsdp],
    ["etc/table-loader", loaderScript(acpi)],
    ["etc/smbios/smbios-tables", smbios.tables],
    ["etc/smbios/smbios-anchor", smbios.anchor],
    ["etc/e820", e820(memory)],
    // S0, S3 and S5 work; S4, whose number is 2, does not.
    ["etc/system-states", Uint8Array.of(0x80, 0, 0, 0x81, 2, 0x80)],
    // Where nothing boots, firmware says so and stays.
    ["etc/boot-fail-wait", littleEndian(0xffffffff, 4)],
    ...Object.entries(firmwareFiles),
  ]);
  const items = new Map<number, Uint8Array>([
    [0x02, new Uint8Array(16)], // UUID
    [0x03, littleEndian(memory.bytes, 8)],
    [0x04, littleEndian(headless || display === "none" ? 1 : 0, 2)], // nobody sees the display
    [0x05, littleEndian(processors, 2)],
    [0x0d, new Uint8Array(8 + 8 * processors)], // NUMA: no nodes
    [0x0e, littleEndian(bootMenu ? 1 : 0, 2)],
    [0x0f, littleEndian(processors, 2)],
    ...kernelItems(configuration),
  ]);
  return { items, files };
}

/** A Linux kernel in the parts that QEMU's linuxboot ROM loads. */
function kernelItems({ kernel }: CompleteConfiguration): [number, Uint8Array][] {
  if (kernel === undefined || !isLinux(kernel.image)) return [];
  const { image, commandLine = "", initrd = new Uint8Array(0) } = kernel;
  const setupBytes = ((image[0x1f1] || SETUP_SECTORS) + 1) * 512;
  const text = new TextEncoder().encode(`${commandLine}\0`);
  return [
    [0x07, littleEndian(0x100000, 4)],
    [0x08, littleEndian(image.length - setupBytes, 4)],
    [0x11, image.subarray(setupBytes)],
    [0x0b, littleEndian(initrd.length, 4)],
    [0x12, initrd],
    [0x13, littleEndian(0x20000, 4)],
    [0x14, littleEndian(text.length, 4)],
    [0x15, text],
    [0x16, littleEndian(0x10000, 4)],
    [0x17, littleEndian(setupBytes, 4)],
    [0x18, image.subarray(0, setupBytes)],
  ];
}

/** Only RAM: firmware knows of the rest itself. */
function e820({ below, above }: MemorySize): Uint8Array {
  const entry = (address: number, length: number) => [
    ...littleEndian(address, 8),
    ...littleEndian(length, 8),
    ...littleEndian(RAM, 4),
  ];
  return Uint8Array.from([...entry(0, below), ...(above > 0 ? entry(2 ** 32, above) : [])]);
}

function littleEndian(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}
