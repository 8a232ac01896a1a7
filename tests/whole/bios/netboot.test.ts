// Our BIOS's own network boot over the 82540EM: DHCP, TFTP, and the program that came runs. On our PC and, where it is
// installed, under QEMU.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Qemu } from "../../../engine/firmware/test/qemu.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";
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

// Seconds of waiting.
test.runIf(process.env["RING_FULL"])("a card without a cable is passed over", () =>
  expect(boot(undefined).guest.debug.text()).toMatch(/memory\n(Asking.*\nNobody.*\n)?No bootable device\.\n$/),
);

test.skipIf(noQemu)(`under QEMU, from its own network${noQemu}`, { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tftp-"));
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "program"), program(40_000, "!"));
  const netdev = `user,id=n,tftp=${folder},bootfile=a/program`;
  const args = ["-boot", "n", "-netdev", netdev, "-device", "e1000,netdev=n,romfile="];
  const qemu = new Qemu({ bios: OUR_BIOS, args });
  try {
    await qemu.until(() => qemu.serial === "!");
  } finally {
    qemu.stop();
    rmSync(folder, { recursive: true });
  }
});
