/** Flags and devices that are not there: which of ours comes nearest. */
import { nearest } from "../toolchain/diagnostic.ts";

/** What QEMU has and we lack, and the nearest of ours where the spelling does not tell. */
const LACKING: Readonly<Record<string, string>> = {
  sd: "hda",
  mtdblock: "hda",
  blockdev: "drive",
  L: "bios",
  balloon: "device",
  "mem-path": "m",
  "mem-prealloc": "m",
  overcommit: "m",
  plugin: "d",
  "prom-env": "fw_cfg",
  qtest: "monitor",
  echr: "serial",
  "watchdog-action": "action",
  dtb: "initrd",
  shim: "kernel",
  qmp: "monitor",
  "qmp-pretty": "monitor",
  spice: "display",
  sdl: "display",
  gtk: "display",
  daemonize: "display",
  pidfile: "D",
  loadvm: "snapshot",
  incoming: "snapshot",
  trace: "d",
  dfilter: "d",
  smbios: "fw_cfg",
  acpitable: "fw_cfg",
  "option-rom": "fw_cfg",
  virtfs: "drive",
  fsdev: "drive",
  usb: "device",
  usbdevice: "device",
  audio: "device",
  audiodev: "device",
  soundhw: "device",
  tpmdev: "device",
  watchdog: "device",
  numa: "smp",
  readconfig: "device",
  "full-screen": "display",
};

/** One sentence about a flag as it was written, of this name; `known`: ours. */
export function nearestFlag(written: string, name: string, known: readonly string[]): string {
  const near = Object.hasOwn(LACKING, name) ? LACKING[name] : nearest(name, known);
  const what = Object.hasOwn(LACKING, name) ? "is not supported" : "is no flag of ring";
  return `${written} ${what}; the nearest is -${near ?? "help"}`;
}

/** Kinds of QEMU's devices that we lack, by their names, and ours of that kind. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/net|^rtl|^ne2k|^i82|e1000|tulip/, "e1000 or virtio-net-pci"],
  [/scsi|nvme|ahci|^lsi|sas|^sd|ide/, "ide-hd or virtio-blk-pci"],
  [/vga|gpu|qxl|display|ramfb/i, "VGA"],
  [/serial|console/, "isa-serial or virtio-serial-pci"],
];

/** One sentence about `-device name`; `known`: ours. */
export function nearestDevice(name: string, known: readonly string[]): string {
  const near = nearest(name, known) ?? KINDS.find(([pattern]) => pattern.test(name))?.[1];
  return `-device ${name} is not supported; ${near ? `the nearest is ${near}` : "-device help lists what is"}`;
}
