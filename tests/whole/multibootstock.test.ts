// Stock Multiboot kernels from Debian's packages by `-kernel`, to what they say last: GNU Mach 1.8, and the Xen hypervisor
// to where it begins to build its first guest. Both find memory, ACPI or the PCI BIOS, interrupts and timers on their way.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { type Architecture, debianPackage, NotHere } from "../fixtures/debian.ts";

const bench = await openBench();

const KERNELS: readonly {
  readonly name: string;
  readonly package: string;
  readonly architecture: Architecture;
  readonly commandLine: string;
  readonly says: readonly string[];
}[] = [
  {
    name: "GNU Mach",
    package: "gnumach-image-1.8-486",
    architecture: "i386",
    commandLine: "gnumach console=com0",
    says: [
      "biosmem: 000000000000100000:00000000000fffe000, available",
      "pcibios_init : PCI BIOS revision 2.10",
      "ide: Intel 82371 PIIX3",
      "Floppy drive(s): fd0 is 1.44M",
      "RTC time is 2026-01-01 00:00:0",
      "No bootstrap code loaded with the kernel",
    ],
  },
  {
    name: "Xen",
    package: "xen-hypervisor-4.17-amd64",
    architecture: "amd64",
    commandLine: "xen com1=115200,8n1 console=com1 loglvl=all noreboot",
    says: [
      "ACPI: HPET id: 0x8086a201 base: 0xfed00000",
      "Platform timer is 100.000MHz HPET",
      "Detected 2000.000 MHz processor",
      "..TIMER: vector=0xF0 apic1=0 pin1=2",
      "Brought up 2 CPUs",
      "*** Building a PV Dom0 ***",
    ],
  },
];

for (const { name, package: from, architecture, commandLine, says } of KERNELS) {
  test.runIf(process.env["RING_FULL"])(
    `${name} boots`,
    ({ skip }) => {
      let image: Uint8Array;
      try {
        const folder = join(debianPackage(from, architecture), "boot");
        const file = readdirSync(folder).find((found) => found.endsWith(".gz")) as string;
        image = new Uint8Array(gunzipSync(readFileSync(join(folder, file))));
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        return skip(error.message);
      }
      // Xen does not begin without a module, which need not be a kernel yet.
      const modules = [{ bytes: new Uint8Array(4096), commandLine: "nothing" }];
      const kernel = { image, commandLine, ...(name === "Xen" ? { modules } : {}) };
      const machine = bench.powerOn({ memoryMiB: 256, processors: name === "Xen" ? 2 : 1, kernel });
      machine.run({ serial: says.at(-1) as string, ticks: 6_000_000_000 });
      const said = machine.guest.serial[0].text();
      for (const line of says) expect(said).toContain(line);
    },
    400_000,
  );
}
