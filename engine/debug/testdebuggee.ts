/** For the tests: a machine with a program at 7C00h, and a debugger that speaks in packets. */
import { expect } from "vitest";
import type { MachineConfiguration, Until } from "../machine/api.ts";
import { assembleSource } from "../machine/assembling.ts";
import type { Job } from "../machine/job.ts";
import { loadResources, powerOn } from "../machine/resources.ts";
import { MachineTarget } from "./machinetarget.ts";
import { PacketReader, packetOf } from "./packets.ts";
import { Stub } from "./stub.ts";

const resources = await loadResources();
const SLICE = 50_000;

/** `program` in a boot sector, run as far as its first instruction. */
export function debuggee(program: string, configuration: MachineConfiguration = {}) {
  const { bytes, diagnostics } = assembleSource(program, { file: "boot.S", origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const machine = powerOn({ memoryMiB: 2, floppies: [sector], ...configuration }, resources);
  machine.run({ address: 0x7c00 });
  const sent: number[] = [];
  let job: Job | undefined;
  let isStopped = true;
  const until: Until = {};
  const target: MachineTarget = new MachineTarget({
    ...{ machine, until, isWide: true },
    drive(next) {
      job = next ?? machine.begin(until);
      isStopped = false;
    },
    halt() {
      isStopped = true;
      stub.stopped(target.halted());
    },
    monitor: (command) => `you said ${command}\n`,
    kill: () => sent.push(...packetOf("killed")),
  });
  const stub: Stub = new Stub(target, (part) => sent.push(...part));
  stub.connected();

  /** Runs it in slices until it stands. */
  function run(slices = 10_000): void {
    for (let i = 0; i < slices && !isStopped; i++) {
      const stop = job?.slice(SLICE);
      if (stop === undefined || stop === "idle") continue;
      isStopped = true;
      const meaning = target.meaningOf(stop);
      if (meaning) stub.stopped(meaning);
    }
  }
  const heard = () => {
    const packets = new PacketReader().read(Uint8Array.from(sent.splice(0)));
    return packets.flatMap((each) => (each.kind === "packet" ? [each.text] : []));
  };
  /** The answers to one packet, when the machine stands again. */
  const ask = (text: string): string[] => {
    stub.receive(packetOf(text));
    run();
    return heard();
  };
  return { machine, stub, target, sent, heard, ask, run };
}
