// What INT 13h says of a floppy drive without a disk, by our BIOS and by SeaBIOS.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { patternedDisk } from "../../../engine/firmware/test/answers.ts";
import { noQemu, OUR_BIOS, onOurPc, onQemu, probe } from "./probes.ts";

const SEABIOS = "/usr/share/seabios/bios-256k.bin";
const image = patternedDisk(probe("emptyfloppy"), 16 * 63 * 512);
const machine = { memoryMiB: 4, bootOrder: "c", floppies: [undefined], drives: [{ kind: "disk", image }] } as const;

const OURS = [
  "type 02", // a floppy with a change line
  "changed 06",
  "read 80", // not ready
  "status 80",
  "verify 80",
  "write 80",
  "reset 00",
  "read again 80",
  "still changed 06",
  "end",
];

test("our BIOS: a drive with a change line, which is up; reads, verifies and writes say 80h, not ready", () => {
  expect(onOurPc(machine)).toEqual(OURS);
});

test.skipIf(noQemu)(`and so it does under QEMU${noQemu}`, { timeout: 60_000 }, async () => {
  const files = { disk: image };
  const args = ["-drive", "file={disk},format=raw,if=ide", "-boot", "c"];
  expect(await onQemu({ bios: OUR_BIOS, files, args })).toEqual(OURS);
});

// The probe has 10 s of guest time to its end; one timeout of SeaBIOS takes 5.
const noSeaBios = existsSync(SEABIOS) ? "" : ` (skipped: needs ${SEABIOS})`;
test.skipIf(noSeaBios !== "")(`SeaBIOS: no medium that it knows, C0h, and no timeout${noSeaBios}`, () => {
  const lines = onOurPc({ ...machine, bios: new Uint8Array(readFileSync(SEABIOS)) });
  const noMedium = ["read C0", "status C0", "verify C0", "write C0", "reset 00", "read again C0"];
  expect(lines).toEqual(["type 01", "changed 06", ...noMedium, "still changed 06", "end"]);
});
