/**
 * Our BIOS: which files it is made of, and how they become the 64 KiB ROM of a PC.
 *
 * The source is the .S files of this folder, GNU `as` (AT&T) syntax. How they become text is the caller's affair: read
 * from disk in Node, imported with `?raw` in a page.
 */

/** The file to assemble; it includes the others. */
export const BIOS_MAIN = "bios.S";

/** Every source file, in the order in which `bios.S` includes them, itself first. */
export const BIOS_SOURCES: readonly string[] = [
  BIOS_MAIN,
  "ports.S",
  "bda.S",
  "frame.S",
  "post.S",
  "boot.S",
  "bootorder.S",
  "print.S",
  "vectors.S",
  "exceptions.S",
  "pic.S",
  "apic.S",
  "mtrr.S",
  "clock.S",
  "rtc.S",
  "memory.S",
  "system.S",
  "a20.S",
  "blockmove.S",
  "protected.S",
  "keyboard.S",
  "mouse.S",
  "keymap.S",
  "keys.S",
  "serial.S",
  "video.S",
  "text.S",
  "vga.S",
  "palette.S",
  "graphics.S",
  "vbe.S",
  "videostate.S",
  "optionrom.S",
  "pcirom.S",
  "pcibios.S",
  "pci.S",
  "apm.S",
  "pir.S",
  "flat.S",
  "fwcfg.S",
  "acpi.S",
  "shadow.S",
  "suspend.S",
  "smbios.S",
  "mptable.S",
  "disk.S",
  "harddisk.S",
  "ata.S",
  "virtiodisk.S",
  "atapi.S",
  "eltorito.S",
  "netboot.S",
  "pxe.S",
  "udp.S",
  "e1000.S",
  "floppy.S",
  "fdc.S",
  "transfer.S",
  "glyph.S",
  "font.S",
  "font8.S",
  "entries.S",
];

/** Where the image stands. Addresses are physical; a label of the source is an offset into the image. */
export const BIOS_IMAGE = {
  bytes: 0x10000,
  /** The segment its code runs in. */
  segment: 0xf000,
  /** Below 1 MiB. */
  address: 0xf0000,
  /** The same bytes below 4 GiB, where a reset processor fetches its first instruction. */
  alias: 0xffff0000,
  /** Offset of the first instruction. */
  resetVector: 0xfff0,
} as const;

/** What an assembler is asked for, as options of the toolchain's `assemble`: one flat image from offset 0. */
export interface BiosRequest {
  readonly file: string;
  readonly origin: number;
  readonly syntax: "att";
  readonly codeBits: 16;
  /** Text of an included file. */
  readonly include: (name: string) => string | undefined;
}

/** Assembles the BIOS with `assemble` and answers what that answers; `readSource` is asked once for each file. */
export function assembleBios<Answer>(
  readSource: (name: string) => string,
  assemble: (source: string, request: BiosRequest) => Answer,
): Answer {
  const files = new Map(BIOS_SOURCES.map((name) => [name, readSource(name)]));
  const include = (name: string) => files.get(name);
  return assemble(include(BIOS_MAIN) ?? "", { file: BIOS_MAIN, origin: 0, syntax: "att", codeBits: 16, include });
}
