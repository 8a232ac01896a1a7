// Older boot loaders from Debian's packages on our BIOS: ISOLINUX from a CD and SYSLINUX from a hard disk draw their menu on
// the screen and on COM1, and GRUB Legacy takes commands; each switches the machine off by APM. PXELINUX, loaded by the card's
// ROM, draws the menu of Debian's installer.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readFolder } from "../../engine/cli/images.ts";
import { type GraphicsScreen, type MachineConfiguration, openBench } from "../../engine/index.ts";
import { debianPackage, NotHere } from "../fixtures/debian.ts";

const bench = await openBench();
const scratch = mkdtempSync(join(tmpdir(), "loaders-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The only entry is taken when the clock runs out. */
const MENU = `SERIAL 0 115200
UI menu.c32
MENU TITLE Our menu
TIMEOUT 10
DEFAULT off
LABEL off
  MENU LABEL Switch it off
  COM32 poweroff.c32
`;

function run(program: string, ...args: string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { cwd: scratch, encoding: "utf8" });
  if (status !== 0) throw new NotHere(`${program}: ${error?.message ?? stderr.trim()}`);
}

/** The folder `name` with SYSLINUX's modules and a menu. */
function withModules(name: string): string {
  const at = join(scratch, name);
  const modules = join(debianPackage("syslinux-common", "amd64"), "usr/lib/syslinux/modules/bios");
  mkdirSync(at);
  for (const module of ["ldlinux", "menu", "libutil", "libcom32", "poweroff"])
    cpSync(join(modules, `${module}.c32`), join(at, `${module}.c32`));
  return at;
}

function isolinux(): Partial<MachineConfiguration> {
  const at = withModules("iso");
  writeFileSync(join(at, "isolinux.cfg"), MENU);
  cpSync(join(debianPackage("isolinux", "amd64"), "usr/lib/ISOLINUX/isolinux.bin"), join(at, "isolinux.bin"));
  const boot = ["-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"];
  run("genisoimage", "-quiet", "-o", "cd.iso", ...boot, "iso");
  return { drives: [undefined, undefined, { kind: "cdrom", image: readFileSync(join(scratch, "cd.iso")) }] };
}

/** One partition of FAT, from cylinder 0, head 1 on. */
function syslinux(): Partial<MachineConfiguration> {
  const sectors = 32 * 16 * 63;
  const at = withModules("fat");
  writeFileSync(join(at, "syslinux.cfg"), MENU);
  const disk = Buffer.alloc(512 * sectors);
  readFileSync(join(debianPackage("syslinux-common", "amd64"), "usr/lib/syslinux/mbr/mbr.bin")).copy(disk);
  disk.set([0x80, 1, 1, 0, 6, 15, 63, 31, 63, 0, 0, 0], 446);
  disk.writeUInt32LE(sectors - 63, 458);
  disk.set([0x55, 0xaa], 510);
  writeFileSync(join(scratch, "hd.img"), disk);
  const partition = "hd.img@@32256";
  run("mformat", "-i", partition, "-t", "32", "-h", "16", "-s", "63", "-H", "63", "::");
  for (const file of ["menu.c32", "libutil.c32", "libcom32.c32", "poweroff.c32", "syslinux.cfg"])
    run("mcopy", "-i", partition, join(at, file), "::");
  run(join(debianPackage("syslinux", "amd64"), "usr/bin/syslinux"), "-t", "32256", "-i", "hd.img");
  return { floppies: [], drives: [{ kind: "disk", image: readFileSync(join(scratch, "hd.img")) }] };
}

/** Its two stages, one behind the other. */
function grubLegacy(): Partial<MachineConfiguration> {
  const at = join(debianPackage("grub-legacy", "amd64"), "usr/lib/grub/x86_64-pc");
  const path = join(scratch, "grub.img");
  writeFileSync(path, Buffer.concat(["stage1", "stage2"].map((stage) => readFileSync(join(at, stage)))));
  truncateSync(path, 1_474_560);
  return { floppies: [readFileSync(path)] };
}

/** By the card's own ROM: iPXE loads PXELINUX, which goes on by iPXE's drivers. */
function netboot(): Partial<MachineConfiguration> {
  const installer = debianPackage("debian-installer-12-netboot-i386", "amd64");
  const files = readFolder("", join(installer, "usr/lib/debian-installer/images/12/i386/text"), 2 ** 29);
  const rom = readFileSync(join(debianPackage("ipxe-qemu", "amd64"), "usr/lib/ipxe/qemu/pxe-e1000.rom"));
  const network = { kind: "user", files, bootFile: "/pxelinux.0" } as const;
  return { bootOrder: "n", cards: [{ kind: "e1000", rom, network }] };
}

const coloursOf = ({ pixels }: GraphicsScreen) => new Set(new Uint32Array(pixels.buffer)).size;

/** A machine with what `make` makes; or the reason why that cannot be had. */
function start(make: () => Partial<MachineConfiguration>) {
  try {
    return bench.powerOn({ memoryMiB: 64, ...make() });
  } catch (error) {
    if (error instanceof NotHere) return error.message;
    throw error;
  }
}

describe.runIf(process.env["RING_FULL"])("stock loaders", { timeout: 900_000 }, () => {
  for (const [name, make] of [
    ["ISOLINUX from a CD", isolinux],
    ["SYSLINUX from a hard disk", syslinux],
  ] as const)
    test(`${name}: the menu, and off when its clock has run out`, ({ skip }) => {
      const machine = start(make);
      if (typeof machine === "string") return skip(machine);
      machine.run({ screen: "Switch it off", ticks: 4_000_000_000 });
      expect(machine.screenText()).toContain("Our menu");
      expect(machine.run({ ticks: 4_000_000_000 }).reason).toEqual({ kind: "power off" });
      expect(machine.guest.serial[0].text()).toContain("Switch it off");
    });

  test("Debian's installer from the network: iPXE, PXELINUX and its menu in 640x480", ({ skip }) => {
    const machine = start(netboot);
    if (typeof machine === "string") return skip(machine);
    let screen = machine.screen();
    for (let i = 0; i < 60 && !(screen.kind === "graphics" && coloursOf(screen) > 100); i++) {
      machine.run({ ticks: 100_000_000 });
      screen = machine.screen();
    }
    expect(screen).toMatchObject({ kind: "graphics", width: 640, height: 480 });
  });

  test("GRUB Legacy from a floppy: geometry and halt", ({ skip }) => {
    const machine = start(grubLegacy);
    if (typeof machine === "string") return skip(machine);
    machine.run({ screen: "grub>", ticks: 4_000_000_000 });
    expect(machine.screenText()).toContain("GNU GRUB  version 0.97  (639K lower / 64504K upper memory)");
    machine.type("geometry (fd0)\n");
    machine.run({ screen: "The number of sectors = 2880", ticks: 2_000_000_000 });
    expect(machine.screenText()).toContain("drive 0x0: C/H/S = 80/2/18, The number of sectors = 2880");
    machine.type("halt\n");
    expect(machine.run({ ticks: 4_000_000_000 }).reason).toEqual({ kind: "power off" });
  });
});
