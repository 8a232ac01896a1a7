// The lab against tools that are not ours: GNU as makes the same bytes of every source, and SeaBIOS under QEMU boots the
// solution and refuses what the rubric refuses. Skipped where these are not installed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { readFiles, wrongNames } from "../folders.ts";
import { lab } from "./lab.ts";

const has = (tool: string) => spawnSync(tool, ["--version"]).status === 0;
const gnu = has("as") && has("ld");
const qemu = gnu && has("qemu-system-i386");
const folder = mkdtempSync(join(tmpdir(), "ring-boot-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The image that GNU as and ld make; undefined where they refuse the source. */
function gnuImage(source: string): Uint8Array | undefined {
  const [text, object, image] = ["boot.S", "boot.o", "boot.img"].map((name) => join(folder, name));
  writeFileSync(text, source);
  if (spawnSync("as", ["--32", text, "-o", object]).status !== 0) return undefined;
  const link = ["-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-e", "start", "-o", image, object];
  expect(spawnSync("ld", link).status).toBe(0);
  return readFileSync(image);
}

/** What SeaBIOS shows of a floppy with this sector, and whether the processor ends in HLT with IF = 0. */
function boot(image: Uint8Array): { screen: string; stopped: boolean } {
  const [disk, cells] = ["disk.img", "cells"].map((name) => join(folder, name));
  const floppy = new Uint8Array(1_474_560);
  floppy.set(image);
  writeFileSync(disk, floppy);
  const script = `sleep 3; echo 'pmemsave 0xb8000 4000 "${cells}"'; echo info registers; sleep 1; echo q`;
  const run = `(${script}) | qemu-system-i386 -display none -monitor stdio -drive format=raw,if=floppy,file=${disk}`;
  const { stdout } = spawnSync("sh", ["-c", run], { encoding: "utf8", timeout: 30_000 });
  const screen = String.fromCharCode(...readFileSync(cells).filter((_, i) => i % 2 === 0));
  const flags = Number.parseInt(/EFL=([0-9a-f]+)/.exec(stdout)?.[1] ?? "", 16);
  return { screen, stopped: stdout.includes("HLT=1") && (flags & 0x200) === 0 };
}

const folders = ["solution", "starter", ...wrongNames(lab.id).map((name) => `wrong/${name}`)];

test.skipIf(!gnu).each(folders)("%s: our assembler and GNU as make the same bytes, or both refuse", async (name) => {
  const files = readFiles(lab, name);
  const { text, request } = lab.source(files);
  const ours = (await engineBench()).assemble(text, request);
  const theirs = gnuImage(text);
  if (theirs) expect(Buffer.from(ours.bytes)).toEqual(Buffer.from(theirs));
  else expect(ours.diagnostics.filter(({ severity }) => severity === "error")).not.toEqual([]);
});

// QEMU runs in real time: on a busy host SeaBIOS may not be done when it is looked at.
const patient = { timeout: 60_000, retry: 3 };

test.skipIf(!qemu)("SeaBIOS boots the solution: the line is on the screen, HLT = 1, IF = 0", patient, () => {
  const { screen, stopped } = boot(gnuImage(readFiles(lab, "solution")["boot.S"]) as Uint8Array);
  expect([screen.includes("Booted from 7C00"), stopped]).toEqual([true, true]);
});

test.skipIf(!qemu)("SeaBIOS refuses the sector without 55 AA, too", patient, () => {
  const { screen } = boot(gnuImage(readFiles(lab, "wrong/no-signature")["boot.S"]) as Uint8Array);
  expect([screen.includes("Booted from 7C00"), screen.includes("not a bootable disk")]).toEqual([false, true]);
});
