// Our BIOS boots disks on virtio: INT 13h answers as to the same disk on IDE, and as SeaBIOS does under QEMU.
import { expect, test } from "vitest";
import { patternedDisk } from "../../../engine/firmware/test/answers.ts";
import { noQemu, OUR_BIOS, onOurPc, onQemu, ourPc, probe } from "./probes.ts";

const BYTES = 8_257_536;
const disk = () => patternedDisk(probe("harddisk"), BYTES);

test("a disk of 8 MB on virtio boots, and INT 13h reads and writes it as if it were on IDE", () => {
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
  const drives = [{ kind: "disk", image: disk() } as const];
  const machine = ourPc({ floppies: [], drives, cards: [{ kind: "virtio-blk", image: disk() }] });
  machine.run({ serial: "end\n", ticks: 2_000_000_000 });
  expect(machine.guest.serial[0].text()).toContain("second disk 00\ndisks 02\n");
});
