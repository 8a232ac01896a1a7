import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { pciWords } from "./pci-words.ts";

const bench = await openBench();

test("the functions of a PC with an e1000 after POST, as lspci would name them", () => {
  const machine = bench.powerOn({ memoryMiB: 16, cards: [{ kind: "e1000" }] });
  machine.run({ ticks: 5_000_000 });
  const words = machine.board().pci.map(pciWords);
  const ids = words.map(({ vendorId, deviceId }) => `${vendorId.toString(16)}:${deviceId.toString(16)}`);
  expect(words.map(({ place, className }, i) => `${place} ${ids[i]} ${className}`)).toEqual([
    "00:00.0 8086:1237 host bridge",
    "00:01.0 8086:7000 ISA bridge",
    "00:01.1 8086:7010 IDE controller",
    "00:01.3 8086:7113 other bridge",
    "00:02.0 1234:1111 VGA-compatible display",
    "00:03.0 8086:100e Ethernet controller",
  ]);
  // Pin A of device 3 is PIRQC.
  expect(words[5].interrupt).toMatch(/^INTA# to IRQ \d+$/);
  expect(words[0].interrupt).toBe("");
});
