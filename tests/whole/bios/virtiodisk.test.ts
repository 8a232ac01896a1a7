// Our BIOS boots disks on virtio: INT 13h answers as to the same disk on IDE, and as SeaBIOS does under QEMU.
import { expect, test } from "vitest";
import { patternedDisk } from "../../../engine/firmware/test/answers.ts";
import { noQemu, OUR_BIOS, onOurPc, onQemu, ourPc, probe } from "./probes.ts";

/** Of so many cylinders, with 16 heads and 63 sectors each. */
const disk = (cylinders = process.env["RING_FULL"] ? 16 : 2) =>
  patternedDisk(probe("harddisk"), cylinders * 16 * 63 * 512);

test("a disk on virtio boots, and INT 13h reads and writes it as if it were on IDE", () => {
  const virtio = onOurPc({ floppies: [], cards: [{ kind: "virtio-blk", image: disk() }] });
  const ide = onOurPc({ floppies: [], drives: [{ kind: "disk", image: disk() }] });
  expect(virtio.at(-1)).toBe("end");
  expect(virtio).toEqual(ide);
});

test.skipIf(noQemu)(`under QEMU it answers as SeaBIOS${noQemu}`, { timeout: 60_000 }, async () => {
  const options = { files: { disk: disk() }, args: ["-drive", "file={disk},format=raw,if=virtio"] };
  const ours = await onQemu({ ...options, bios: OUR_BIOS });
  expect(ours).toEqual(await onQemu(options));
});

test("of a disk on IDE and one on virtio the first is 80h, the other 81h", () => {
  const drives = [{ kind: "disk", image: disk(16) } as const];
  const machine = ourPc({ floppies: [], drives, cards: [{ kind: "virtio-blk", image: disk(16) }] });
  machine.run({ serial: "end\n", ticks: 2_000_000_000 });
  expect(machine.guest.serial[0].text()).toContain("second disk 00\ndisks 02\n");
});

test("a disk on virtio of a single sector boots, as it does on IDE", () => {
  const image = probe("harddisk").slice(0, 512);
  const machine = ourPc({ floppies: [], cards: [{ kind: "virtio-blk", image }] });
  machine.run({ address: 0x7c00, ticks: 2_000_000_000 });
  expect(machine.status().reason).toMatchObject({ kind: "until" });
});
