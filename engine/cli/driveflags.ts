/**
 * Drives and their images: `-hda`, `-cdrom`, `-fda`, `-drive`, and the devices that take a `-drive if=none` by its id.
 *
 * As with QEMU's `-snapshot`, images are never written to; where a drive says `snapshot=off`, what the guest wrote goes back
 * into its file at the end.
 */
import { bootDevice } from "./bootindex.ts";
import type { DriveOption, ImageOption, Options } from "./options.ts";
import { expectKeys, integer, onOff, type Properties, properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** A `-drive`, wherever it is plugged in. */
export interface Drive {
  readonly image?: ImageOption;
  readonly isCdrom: boolean;
  readonly serial?: string;
}

const MEANT = [
  "file",
  "format",
  "driver",
  "if",
  "bus",
  "index",
  "unit",
  "id",
  "media",
  "serial",
  "snapshot",
  "readonly",
];
/** How the host is to treat the file: nothing the guest sees. */
const HOST = ["cache", "aio", "discard", "detect-zeroes", "werror", "rerror", "copy-on-read", "file.locking"];

export class DriveFlags {
  readonly byId = new Map<string, Drive>();
  readonly #options: Options;
  readonly #addVirtio: (drive: Drive) => void;

  constructor(options: Options, addVirtio: (drive: Drive) => void) {
    this.#options = options;
    this.#addVirtio = addVirtio;
  }

  /** `-drive`. */
  add(text: string): void {
    const given = properties(text);
    expectKeys("-drive", given, [...MEANT, ...HOST]);
    const format = given["format"] ?? given["driver"] ?? "raw";
    if (format !== "raw") throw new UsageError(`-drive format=${format} is not supported; the nearest is format=raw`);
    const drive = driveOf(given);
    const at = given["if"] ?? "ide";
    switch (at) {
      case "none":
        if (!given["id"]) throw new UsageError(`-drive ${text}: expected id=ID`);
        this.byId.set(given["id"], drive);
        return;
      case "virtio":
        needFile(drive, "-drive if=virtio");
        this.#addVirtio(drive);
        return;
      case "pflash":
        this.#options.flash[placeOf(given, 2) ?? this.#options.flash.length] = needFile(drive, "-drive if=pflash").path;
        return;
      case "floppy":
        this.floppy(placeOf(given, 2) ?? 0, needFile(drive, "-drive if=floppy"));
        return;
      case "ide":
        this.ide(placeOf(given, 4) ?? this.#free("-drive"), drive, drive.isCdrom ? "-drive media=cdrom" : "-drive");
        return;
    }
    throw new UsageError(`-drive if=${at} is not supported; the nearest is if=ide`);
  }

  /** `-device NAME,drive=ID,…`; false where `name` is no drive. */
  device(name: string, given: Properties): boolean {
    const kind = { "ide-hd": "disk", "ide-cd": "cdrom", "ide-drive": "disk", floppy: "floppy" }[name];
    if (kind === undefined) return false;
    const flag = `-device ${name}`;
    expectKeys(flag, given, ["drive", "bus", "unit", "id", "serial", "bootindex", "model", "ver", "drive-type"]);
    const found = this.byId.get(given["drive"] ?? "");
    if (found === undefined && (kind !== "cdrom" || given["drive"] !== undefined))
      throw new UsageError(`${flag},drive=${given["drive"] ?? ""}: expected the id of a -drive if=none`);
    const drive: Drive = { ...(found ?? { isCdrom: true }), isCdrom: kind === "cdrom" };
    if (kind === "floppy") {
      const unit = integer(`${flag},unit=`, given["unit"] ?? "0");
      this.floppy(unit, needFile(drive, flag));
      bootDevice(this.#options, flag, given, `isa@1/fdc@03f0/floppy@${unit}`);
    } else {
      const place = busPlace(flag, given) ?? this.#free(flag);
      this.ide(place, drive, flag);
      bootDevice(this.#options, flag, given, `ide@1,1/drive@${place >> 1}/disk@${place & 1}`);
    }
    return true;
  }

  floppy(unit: number, image: ImageOption): void {
    if (unit > 1) throw new UsageError(`${image.flag} ${image.path}: expected drive 0 or 1, not ${unit}`);
    this.#options.floppies[unit] = image;
  }

  /** A drive of the IDE interface, by place: 0 hda to 3 hdd. */
  ide(place: number, drive: Drive, flag: string): void {
    const { drives } = this.#options;
    const { image, isCdrom } = drive;
    if (drives[place] !== undefined)
      throw new UsageError(`${flag} ${image?.path ?? ""}: there is a drive already as hd${"abcd"[place]}`);
    if (!isCdrom) needFile(drive, flag);
    const made: DriveOption = { kind: isCdrom ? "cdrom" : "disk", ...(image ? { image } : {}) };
    drives[place] = made;
  }

  #free(flag: string): number {
    const place = this.#options.drives.indexOf(undefined);
    if (place < 0) throw new UsageError(`${flag}: all four places of the IDE interface are taken`);
    return place;
  }
}

function driveOf(given: Properties): Drive {
  const media = given["media"] ?? "disk";
  if (media !== "disk" && media !== "cdrom") throw new UsageError(`-drive media=${media}: expected disk or cdrom`);
  const { file: path, serial } = given;
  const isKept = !onOff("-drive snapshot=", given["snapshot"], true);
  const flag = given["id"] ? `-drive id=${given["id"]}` : "-drive";
  return {
    isCdrom: media === "cdrom",
    ...(path ? { image: { path, flag, ...(isKept && media === "disk" ? { isKept } : {}) } } : {}),
    ...(serial === undefined ? {} : { serial }),
  };
}

function needFile({ image }: Drive, flag: string): ImageOption {
  if (image === undefined) throw new UsageError(`${flag}: expected file=PATH`);
  return image;
}

/** `index=N`, or `bus=N,unit=N`; `count` places, two on a bus. */
function placeOf(given: Properties, count: number): number | undefined {
  const { index, bus, unit } = given;
  if (index === undefined && bus === undefined && unit === undefined) return undefined;
  const place = index
    ? integer("-drive index=", index)
    : 2 * integer("-drive bus=", bus ?? "0") + integer("-drive unit=", unit ?? "0");
  if (place >= count) throw new UsageError(`-drive: place ${place}: expected 0 to ${count - 1}`);
  return place;
}

/** `bus=ide.1,unit=0`. */
function busPlace(flag: string, { bus, unit }: Properties): number | undefined {
  if (bus === undefined && unit === undefined) return undefined;
  const [, channel] = /^ide\.([01])$/.exec(bus ?? "ide.0") ?? [];
  const drive = integer(`${flag},unit=`, unit ?? "0");
  if (channel === undefined || drive > 1)
    throw new UsageError(`${flag},bus=${bus},unit=${unit}: expected ide.0 or ide.1, 0 or 1`);
  return 2 * Number(channel) + drive;
}
