// Our BIOS's own network boot over the 82540EM: DHCP, TFTP, and the program that came runs, and finds PXE. On our PC and,
// where they are installed, under QEMU, there also with iPXE, and with pxelinux.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Qemu } from "../../../engine/firmware/test/qemu.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";
import { debianPackage, NotHere } from "../../fixtures/debian.ts";
import { noQemu, OUR_BIOS, ourPc } from "./probes.ts";

/** `bytes` long; says its last byte on COM1. */
function program(bytes: number, last: string): Uint8Array {
  const source = `
        .code16
        mov   $0x7c00 + ${bytes} - 1, %eax
        mov   %al, %bl
        and   $15, %bx
        shr   $4, %eax
        mov   %ax, %ds
        mov   (%bx), %al
        mov   $0x3f8, %dx
        out   %al, %dx
1:      hlt
        jmp   1b
`;
  const made = assemble(source, { origin: 0x7c00, include: () => undefined });
  expect(made.diagnostics).toEqual([]);
  const image = new Uint8Array(bytes);
  image.set(made.bytes);
  image[bytes - 1] = last.charCodeAt(0);
  return image;
}

function boot(network: { files?: { [path: string]: Uint8Array }; bootFile?: string } | undefined) {
  const card = { kind: "e1000", ...(network ? { network: { kind: "user", ...network } as const } : {}) } as const;
  const machine = ourPc({ bootOrder: "n", floppies: [], cards: [card] });
  machine.run({ serial: "!", screen: "No bootable device.", ticks: 8_000_000_000 });
  return machine;
}

// One block, whole blocks, more than a segment.
test.each([100, 1024, 100_000])("a program of %i bytes comes as a whole and starts at 7C00", (bytes) => {
  const machine = boot({ files: { "a/program": program(bytes, "!") }, bootFile: "a/program" });
  expect(machine.guest.debug.text()).toMatch(/memory\nAsking the network for an address\nLoading a\/program\n$/);
  expect(machine.guest.serial[0].text()).toBe("!");
});

test.each<[string, Parameters<typeof boot>[0], string]>([
  ["a network without a file to boot", { files: {} }, "Nobody there says what to boot"],
  ["a file that is not there", { files: {}, bootFile: "a" }, "Loading a\nThe file did not come"],
  [
    "a file that has no room",
    { files: { a: new Uint8Array(700_000) }, bootFile: "a" },
    "Loading a\nThe file did not come",
  ],
])("%s: says so, and goes on to the next device", (_, network, line) => {
  const said = boot(network).guest.debug.text();
  expect(said).toContain(`Asking the network for an address\n${line}\nNo bootable device.\n`);
});

function assembled(source: string): Uint8Array {
  const made = assemble(source, { origin: 0x7c00, include: () => undefined });
  expect(made.diagnostics).toEqual([]);
  return made.bytes;
}

const ASKS_PXE = assembled(readFileSync(join(import.meta.dirname, "../../../engine/firmware/test/pxe.S"), "utf8"));
const TEXT = new TextEncoder().encode("a file by datagrams");

test("the program finds PXE on its stack, in ES:BX and by INT 1Ah, what DHCP said, and sends and gets datagrams", () => {
  const machine = boot({ files: { ask: ASKS_PXE, "a/text": TEXT }, bootFile: "ask" });
  expect(machine.guest.serial[0].text()).toBe("SEICMUa file by datagrams!");
});

test.runIf(process.env["RING_FULL"])("pxelinux reads its menu, and starts another program", ({ skip }) => {
  const files: Record<string, Uint8Array> = { "b.bin": program(512, "!") };
  try {
    const at = (name: string, path: string) => new Uint8Array(readFileSync(join(debianPackage(name, "amd64"), path)));
    files["pxelinux.0"] = at("pxelinux", "usr/lib/PXELINUX/pxelinux.0");
    files["ldlinux.c32"] = at("syslinux-common", "usr/lib/syslinux/modules/bios/ldlinux.c32");
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    return skip(error.message);
  }
  const menu = "SERIAL 0 115200\nDEFAULT b\nLABEL b\n KERNEL b.bin\n";
  files["pxelinux.cfg/default"] = new TextEncoder().encode(menu);
  const machine = ourPc({
    bootOrder: "n",
    floppies: [],
    cards: [{ kind: "e1000", network: { kind: "user", files, bootFile: "pxelinux.0" } }],
  });
  machine.run({ serial: "!", ticks: 8_000_000_000 });
  expect(machine.guest.serial[0].text()).toMatch(/PXELINUX 6.*\r\n!$/);
});

// Seconds of waiting.
test.runIf(process.env["RING_FULL"])("a card without a cable is passed over", () =>
  expect(boot(undefined).guest.debug.text()).toMatch(/memory\n(Asking.*\nNobody.*\n)?No bootable device\.\n$/),
);

test.skipIf(noQemu).each([
  ["our BIOS, a long program", OUR_BIOS, program(40_000, "!"), ",romfile=", "!"],
  ["our BIOS, one that asks PXE", OUR_BIOS, ASKS_PXE, ",romfile=", "SEICMUa file by datagrams!"],
  ["SeaBIOS and iPXE, one that asks PXE", undefined, ASKS_PXE, "", "SEICMUa file by datagrams!"],
])(`under QEMU, from its own network: %s${noQemu}`, { timeout: 60_000 }, async (_, bios, image, rom, said) => {
  const folder = mkdtempSync(join(tmpdir(), "tftp-"));
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "program"), image);
  writeFileSync(join(folder, "a", "text"), TEXT);
  const netdev = `user,id=n,tftp=${folder},bootfile=a/program`;
  const args = ["-boot", "n", "-netdev", netdev, "-device", `e1000,netdev=n${rom}`];
  const qemu = new Qemu({ ...(bios === undefined ? {} : { bios }), args });
  try {
    await qemu.until(() => qemu.serial.endsWith(said));
  } finally {
    qemu.stop();
    rmSync(folder, { recursive: true });
  }
});
