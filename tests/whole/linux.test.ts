// Debian's Linux 6.1 under our BIOS, from its packages, with a busybox that works for its living on every device we have, to
// its power-off by ACPI; QEMU beside it says what it would have said. The long list (RING_FULL=1) only: packages are fetched
// with apt-get when the test runs, and where that fails it says so and skips.
import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NotHere } from "../fixtures/debian.ts";
import { type LinuxGuest, type Media, makeLinuxGuest, makeMedia } from "../fixtures/linuxguest.ts";
import { hasQemu, qemu, type Ran, ring } from "../fixtures/ring.ts";

const FLAVOURS = ["686", "686-pae", "amd64"];
const LIMIT_S = 3000;
/** Words of a log that tell of trouble, if QEMU's log has not the same line. */
const TROUBLE = /^.*(BUG|WARNING|unexpected|spurious|lost).*$/gm;

let media: Media;
beforeAll(() => {
  if (process.env.RING_FULL) media = makeMedia();
});
afterAll(() => {
  if (media) rmSync(media.folder, { recursive: true, force: true });
});

/** The guest, or undefined, with the reason told, where its parts cannot be had. */
function guestOf(flavour: string): LinuxGuest | undefined {
  try {
    return makeLinuxGuest(flavour, media);
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    console.log(`skipped: ${error.message}`);
    return undefined;
  }
}

/** Waits for the shell, asks it something, leaves it: the machine goes off then. */
const TALK = {
  says: [
    ["shell> ", "echo a$((6*7))b\r"],
    ["a42b", "exit\r"],
  ],
  seconds: LIMIT_S,
} as const;

/** Lines without their times, that tell of trouble. */
function trouble(log: string): string[] {
  return (log.match(TROUBLE) ?? []).map((line) => line.replace(/^\[ *[\d.]+\] /, "").trim());
}

/** Counts by the name at a line's end, of all processors. */
function interrupts(log: string): { [name: string]: number[] } {
  const table = log.slice(log.lastIndexOf("\ninterrupts"), log.lastIndexOf("end of interrupts"));
  const rows = table.matchAll(/^ *(\w+):((?: +\d+)+)(?: +(.*\S))?\s*$/gm);
  return Object.fromEntries(
    [...rows].map(([, number, counts, name = ""]) => [
      /^\d+$/.test(number as string) ? (name.split(/\s+/).at(-1) as string) : (number as string),
      (counts as string).trim().split(/\s+/).map(Number),
    ]),
  );
}

const sum = (counts: readonly number[] = []) => counts.reduce((all, count) => all + count, 0);

function judge(guest: LinuxGuest, processors: number, ours: Ran, theirs: Ran | undefined): void {
  expect(ours.status).toBe(0);
  expect(ours.err).toBe("");
  expect(ours.out).toContain(`processors ${processors}`);
  for (const line of guest.expected) expect(ours.out).toContain(line);
  expect(ours.out).toContain("reboot: Power down");
  expect(readFileSync(guest.said, "latin1")).toBe("said by a virtio console\r\n");
  const known = new Set(theirs ? trouble(theirs.out) : []);
  expect(trouble(ours.out).filter((line) => !known.has(line))).toEqual([]);
  const counts = interrupts(ours.out);
  // Linux numbers virtio devices in the order of the bus: the disk's requests come by whichever number it has.
  const disk = Object.keys(counts).find((name) => /^virtio\d+-req\.0$/.test(name)) ?? "virtio disk";
  for (const source of ["timer", "ttyS0", "ata_piix", disk, "eth1"])
    expect([source, sum(counts[source]) > 0]).toEqual([source, true]);
  expect(counts["LOC"]?.length).toBe(processors);
  expect(counts["LOC"]?.every((count) => count > 100)).toBe(true);
  expect([counts["ERR"], counts["MIS"]]).toEqual([[0], [0]]);
  if (processors > 1) expect(counts["RES"]?.every((count) => count > 0)).toBe(true);
}

/** Boots it to its power-off, and QEMU beside it. */
async function boot(flavour: string, processors: number, memoryMiB: number): Promise<Ran | undefined> {
  const guest = guestOf(flavour);
  if (guest === undefined) return undefined;
  const flags = ["-m", String(memoryMiB), "-smp", String(processors), ...guest.flags];
  const theirs = hasQemu ? await qemu(flags, TALK) : undefined;
  const ours = await ring(flags, TALK);
  const beside = theirs ? `, QEMU ${theirs.seconds.toFixed(0)} s` : "";
  console.log(`${flavour} on ${processors}, ${memoryMiB} MiB: ring ${ours.seconds.toFixed(0)} s${beside}`);
  judge(guest, processors, ours, theirs);
  return ours;
}

describe.runIf(process.env.RING_FULL)("Debian's Linux with a busybox initramfs", () => {
  for (const flavour of FLAVOURS) {
    for (const processors of [1, 2, 4]) {
      test(
        `${flavour} on ${processors}: shell, sums, 300 forks, disks, CD, both network cards, power-off`,
        async () => void (await boot(flavour, processors, 256)),
        LIMIT_S * 2000,
      );
    }
  }

  test(
    "686 on 2 sleeps (S3), the clock's alarm wakes it, and its second processor comes back",
    async () => {
      const guest = guestOf("686");
      if (guest === undefined) return;
      const flags = [...guest.sleeper, "-smp", "2", "-no-reboot"];
      const theirs = hasQemu ? await qemu(flags, { seconds: LIMIT_S }) : undefined;
      const ours = await ring(flags, { seconds: LIMIT_S });
      for (const ran of theirs ? [ours, theirs] : [ours]) {
        expect(ran.status).toBe(0);
        expect(ran.out).toMatch(/came back after [2-5] s\r\nprocessors 2/);
        expect(ran.out).toContain("PM: suspend entry (deep)");
        expect(ran.out).toContain("CPU1 is up");
        expect(ran.out).toContain("reboot: Power down");
      }
      // It has compared both processors' counters, before and after.
      expect(ours.out).toContain("Switched to clocksource tsc\r\n");
      expect(ours.out).not.toContain("Marking TSC unstable");
      const known = new Set(theirs ? trouble(theirs.out) : []);
      expect(trouble(ours.out).filter((line) => !known.has(line))).toEqual([]);
    },
    LIMIT_S * 2000,
  );

  // 3 GiB lie below 4 GiB, the rest above, which Linux takes first: files come by DMA through its bounce buffers on IDE,
  // straight on virtio.
  test(
    "amd64 with 828 MiB above 4 GiB does all that too, and keeps both disks' files there",
    async () => {
      const ours = await boot("amd64", 1, 3900);
      if (ours === undefined) return;
      const pattern =
        /(\w+) read into frames.* nr_zone_inactive_file (\d+) nr_zone_active_file (\d+).* start_pfn: (\d+)/g;
      const disks = [...ours.out.matchAll(pattern)].map(([, disk, inactive, active, start]) => ({
        disk,
        // The file's 300,000 bytes.
        full: Number(inactive) + Number(active) >= 74,
        start: Number(start) * 4096,
      }));
      expect(disks).toEqual(["ide", "virtio"].map((disk) => ({ disk, full: true, start: 2 ** 32 })));
    },
    LIMIT_S * 2000,
  );
});

// A hundred cold boots are hours on the interpreter: RING_BOOTS=100 asks for them, RING_BOOTS=20-29 for ten of them.
const [first, last = first] = (process.env["RING_BOOTS"] ?? "").split("-").map(Number) as [number, number?];
const seeds = process.env["RING_BOOTS"]?.includes("-") ? [first, last] : [1, first];

describe.runIf(process.env.RING_FULL && process.env["RING_BOOTS"])("cold boots of the 686 kernel", () => {
  test(`seeds ${seeds[0]} to ${seeds[1]}: two to four processors in another order each time, all reach the shell`, async () => {
    const guest = guestOf("686");
    if (guest === undefined) return;
    const failed: string[] = [];
    for (let seed = seeds[0] as number; seed <= (seeds[1] as number); seed++) {
      const flags = [...guest.bare, "-smp", String(2 + (seed % 3)), "--turns", `seed=${seed}`];
      const { out, seconds } = await ring(flags, { until: "shell> ", seconds: LIMIT_S });
      console.log(`seed ${seed}: ${seconds.toFixed(0)} s`);
      if (!out.includes("shell> ")) failed.push(`seed ${seed}: ${out.slice(-200)}`);
    }
    expect(failed).toEqual([]);
  }, 100_000_000);
});
