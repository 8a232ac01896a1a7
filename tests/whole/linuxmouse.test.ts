// Linux's own driver on the PS/2 mouse: Debian's kernel reads /dev/input/mice, and says what came. The long list
// (RING_FULL=1) only: packages are fetched with apt-get when the test runs, and where that fails it says so and skips.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type MouseAction, openBench } from "../../engine/index.ts";
import { busybox, type DebianKernel, debianKernel, modulesInOrder, NotHere } from "../fixtures/debian.ts";
import { directory, link, program, ramDisk } from "../fixtures/ramdisk.ts";

const INIT = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t devtmpfs dev /dev
insmod /psmouse
while ! grep Name /proc/bus/input/devices | grep Mouse; do sleep 1; done
echo reading
exec od -An -v -w3 -tx1 /dev/input/mice
`;
const APPLETS = "sh mount insmod grep sleep echo od".split(" ");
const SECOND = 200_000_000;

function parts(): { kernel: DebianKernel; shell: Uint8Array } | undefined {
  try {
    return { kernel: debianKernel("686"), shell: readFileSync(busybox("i386")) };
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    console.log(`skipped: ${error.message}`);
    return undefined;
  }
}

test.runIf(process.env.RING_FULL)(
  "psmouse finds five buttons and a wheel, and its sums are those of the mouse: 1,000 and -2,500 at once, -700 down",
  { timeout: 900_000 },
  async (context) => {
    const { kernel, shell } = parts() ?? context.skip();
    const [driver] = modulesInOrder(kernel.modules, ["psmouse"]);
    const initrd = ramDisk([
      ...["bin", "dev", "proc"].map(directory),
      program("bin/busybox", shell),
      ...APPLETS.map((name) => link(`bin/${name}`, "busybox")),
      program("psmouse", readFileSync(driver)),
      program("init", INIT),
    ]);
    const machine = (await openBench()).powerOn({
      memoryMiB: 128,
      kernel: { image: readFileSync(kernel.image), initrd, commandLine: "console=ttyS0 quiet" },
    });
    machine.run({ serial: "reading", ticks: 300 * SECOND });
    machine.run({ ticks: 2 * SECOND });
    const before = machine.guest.serial[0].text();
    expect(before).toContain("ImExPS/2 Generic Explorer Mouse");
    expect(machine.status().mouse).toBe(true);
    const actions: MouseAction[] = [
      { right: 3, down: -1 },
      { right: 1000, down: -700 },
      { right: -2500 },
      { buttons: 1 },
      { buttons: 7 },
      { buttons: 0 },
    ];
    for (const action of actions) {
      machine.mouse(action);
      machine.run({ ticks: 2 * SECOND });
    }
    const said = machine.guest.serial[0].text().slice(before.length);
    const packets = [...said.matchAll(/(\w\w) (\w\w) (\w\w)/g)].map(([, ...bytes]) =>
      bytes.map((byte) => Number.parseInt(byte, 16)),
    );
    const sum = (at: number) => packets.reduce((all, bytes) => all + ((bytes[at] << 24) >> 24), 0);
    expect([sum(1), -sum(2)]).toEqual([-1497, -701]);
    expect(packets.slice(-3).map(([first]) => first & 7)).toEqual([1, 7, 0]);
  },
);
