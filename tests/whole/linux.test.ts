// Debian's Linux under our BIOS, from its packages, with a busybox that works for its living: to power-off. The long list
// (RING_FULL=1) only; packages are fetched with apt-get when the test runs, and where that fails it says so and skips.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";

const ring = join(import.meta.dirname, "../../engine/cli/ring.mjs");
const folder = mkdtempSync(join(tmpdir(), "ring-linux-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const APPLETS = "sh mount echo cat seq sha256sum gzip awk poweroff true".split(" ");
const INIT = `#!/bin/sh
mount -t proc proc /proc
echo "begin $(cat /proc/sys/kernel/osrelease)"
cat /proc/interrupts
echo "sha256 $(seq 1 20000 | sha256sum)"
echo "awk $(seq 1 20000 | awk '{s+=$1} END {print s}')"
i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done
echo "forks $i"
poweroff -f
`;

/** Fetches and unpacks a package; the folder, or why not. */
function unpack(name: string): { at: string } | { fault: string } {
  const at = join(folder, name.replace(":", "_"));
  mkdirSync(at);
  const got = spawnSync("apt-get", ["download", "-qq", name], { cwd: at, encoding: "utf8", timeout: 120_000 });
  const file = readdirSync(at).find((f) => f.endsWith(".deb"));
  if (got.status !== 0 || !file)
    return { fault: `apt-get download ${name}: ${(got.stderr ?? "").trim().split("\n").at(-1)}` };
  const unpacked = spawnSync("dpkg", ["-x", file, "."], { cwd: at });
  return unpacked.status === 0 ? { at } : { fault: `dpkg -x ${file} failed` };
}

/** The package of the newest kernel that a metapackage stands for. */
function kernelOf(meta: string): string {
  const said = spawnSync("apt-cache", ["depends", meta], { encoding: "utf8" }).stdout ?? "";
  return /Depends: (linux-image-\S+)/.exec(said)?.[1] ?? meta;
}

/** An initial RAM disk in cpio's "newc" format. */
function ramDisk(files: readonly { name: string; mode: number; bytes: Uint8Array }[]): Uint8Array {
  const parts: Buffer[] = [];
  const entries = [...files, { name: "TRAILER!!!", mode: 0, bytes: new Uint8Array() }];
  for (const [i, { name, mode, bytes }] of entries.entries()) {
    const fields = [i + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = `070701${fields.map((f) => f.toString(16).padStart(8, "0")).join("")}${name}\0`;
    for (const part of [Buffer.from(header, "latin1"), Buffer.from(bytes)]) {
      parts.push(part, Buffer.alloc(-part.length & 3));
    }
  }
  return gzipSync(Buffer.concat(parts));
}

describe.runIf(process.env.RING_FULL)("Debian's Linux with a busybox initramfs", () => {
  test.each([
    ["linux-image-686:i386", "busybox-static:i386"],
    ["linux-image-amd64", "busybox-static:amd64"],
  ])("%s: to its init, 200 forks, the right sums, and off by ACPI", { timeout: 1_800_000 }, (meta, shell) => {
    const [kernel, busybox] = [unpack(kernelOf(meta)), unpack(shell)];
    if ("fault" in kernel || "fault" in busybox) {
      console.log(`skipped: ${"fault" in kernel ? kernel.fault : "fault" in busybox ? busybox.fault : ""}`);
      return;
    }
    const boot = join(kernel.at, "boot");
    const image = join(boot, readdirSync(boot).find((f) => f.startsWith("vmlinuz")) as string);
    const text = (s: string) => new TextEncoder().encode(s);
    const directory = (name: string) => ({ name, mode: 0o40755, bytes: new Uint8Array() });
    const disk = ramDisk([
      ...["bin", "proc", "dev"].map(directory),
      { name: "bin/busybox", mode: 0o100755, bytes: readFileSync(join(busybox.at, "bin/busybox")) },
      ...APPLETS.map((name) => ({ name: `bin/${name}`, mode: 0o120777, bytes: text("busybox") })),
      { name: "init", mode: 0o100755, bytes: text(INIT) },
    ]);
    const initrd = join(folder, "initrd.gz");
    writeFileSync(initrd, disk);
    const log = join(folder, "serial.txt");
    const machine = ["-m", "256", "-kernel", image, "-initrd", initrd, "-append", "console=ttyS0 panic=-1"];
    const end = ["-no-reboot", "-display", "none", "-serial", `file:${log}`];
    const ran = spawnSync(process.execPath, [ring, ...machine, ...end], { encoding: "utf8", timeout: 1_700_000 });
    const said = readFileSync(log, "latin1");
    const numbers = `${Array.from({ length: 20_000 }, (_, i) => i + 1).join("\n")}\n`;
    expect(said).toContain(`sha256 ${createHash("sha256").update(numbers).digest("hex")}`);
    expect(said).toContain("awk 200010000");
    expect(said).toContain("forks 200");
    expect(said).toContain("Power down");
    expect(said.match(/^.*(BUG|WARNING|unexpected|spurious|lost).*$/gm) ?? []).toEqual([]);
    expect(ran.status).toBe(0);
  });
});
