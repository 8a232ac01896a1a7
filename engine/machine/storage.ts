/**
 * The disks of a configuration on the board's IDE interface: hda and hdb on the primary channel, hdc and hdd on the
 * secondary.
 */
import { AtaDisk } from "../chipset/atadisk.ts";
import { AtapiCd } from "../chipset/atapicd.ts";
import type { Bus, Device, Line } from "../chipset/bus.ts";
import type { DiskImage } from "../chipset/diskimage.ts";
import type { PciBus } from "../chipset/pci.ts";
import { PiixIde } from "../chipset/piixide.ts";
import type { CompleteConfiguration } from "./configuration.ts";

/** The interface and what hangs on it. */
export interface Storage {
  /** In the order of reset; the functions on the PCI bus are not among them. */
  readonly devices: readonly Device[];
  /** Hard disks by place, hda to hdd; undefined where there is none. */
  readonly disks: readonly (DiskImage | undefined)[];
  /** CD-ROM drives by place. */
  readonly cds: readonly (AtapiCd | undefined)[];
}

/** `irqs`: 14 and 15. */
export function buildStorage(
  bus: Bus,
  pci: PciBus,
  configuration: CompleteConfiguration,
  irqs: readonly [Line, Line],
): Storage {
  const ide = new PiixIde(bus, pci, irqs);
  const disks: (DiskImage | undefined)[] = [undefined, undefined, undefined, undefined];
  const cds: (AtapiCd | undefined)[] = [undefined, undefined, undefined, undefined];
  const drives: Device[] = [];
  const { drives: configured = [] } = configuration;
  for (const [place, drive] of configured.entries()) {
    const channel = ide.channels[place >> 1];
    if (drive === undefined || channel === undefined) continue;
    const name = `hd${"abcd"[place]}`;
    const serial = `RM${String(place + 1).padStart(5, "0")}`;
    if (drive.kind === "cdrom") {
      const cd = new AtapiCd(channel, name, () => drive.image, serial);
      if (drive.image !== undefined) cd.load(name);
      channel.attach((place & 1) as 0 | 1, cd);
      cds[place] = cd;
      drives.push(cd);
    } else {
      const disk = new AtaDisk(channel, name, drive.image, serial);
      channel.attach((place & 1) as 0 | 1, disk);
      disks[place] = disk.disk;
      drives.push(disk);
    }
  }
  return { devices: [...ide.channels, ...drives], disks, cds };
}
