/**
 * `bootindex=` of devices: the file "bootorder" of fw_cfg, which firmware reads: a path a line, lowest index first.
 *
 * Source: QEMU, softmmu/bootdevice.c; docs/specs/fw_cfg.rst.
 */
import type { Options } from "./options.ts";
import { integer, type Properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** Notes the index that `flag` gives its device, which is at `path` from the PCI bus on. */
export function bootDevice(options: Options, flag: string, { bootindex }: Properties, path: string): void {
  if (bootindex === undefined || bootindex === "-1") return;
  const index = integer(`${flag},bootindex=`, bootindex);
  if (options.bootDevices.some((device) => device.index === index))
    throw new UsageError(`${flag},bootindex=${index}: another device has it already`);
  options.bootDevices.push({ index, path: `/pci@i0cf8/${path}` });
}

/** When all flags are read. */
export function writeBootOrder({ bootDevices, isBootStrict, firmwareFiles }: Options): void {
  const paths = bootDevices.toSorted((a, b) => a.index - b.index).map(({ path }) => path);
  const lines = isBootStrict ? [...paths, "HALT"] : paths;
  if (lines.length > 0) firmwareFiles.push({ name: "bootorder", text: `${lines.join("\n")}\0` });
}
