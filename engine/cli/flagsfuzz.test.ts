import fc from "fast-check";
import { expect, test } from "vitest";
import { FLAGS, readOptions } from "./flags.ts";
import { UsageError } from "./usage.ts";

const WORDS =
  "on off none help ? stdio null file path id chardev drive if ide virtio floppy index unit bus media cdrom format raw user socket server wait host port tcp::1 tcp:a:99999 unix: mon:stdio chardev:c size 1G 0 -1 9 1e9 0x10 99999999999999999999 shift sleep auto order menu cad base utc 2026-01-01 never max kvm tcg pc q35 isa-debug-exit iobase iosize isa-debugcon isa-serial pc-testdev virtio-blk-pci virtio-net-pci virtio-serial-pci virtconsole ide-hd ide-cd loader addr data data-len e1000 netdev mac model nr name string __proto__ constructor toString tftp seed ticks cpus cores int in_asm +sse -nx snapshot".split(
    " ",
  );
const word = fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS), fc.string({ maxLength: 6 }));
const value = fc
  .array(fc.tuple(word, fc.constantFrom("", "=", ":", ",", ",,"), word), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map((part) => part.join("")).join(","));
const flag = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(FLAGS)).map((name) => `-${name}`) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

test("whatever a command line says, it is read or refused in one sentence", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(flag, value), { maxLength: 12 }), (args) => {
      try {
        const options = readOptions(args);
        expect(options.memoryMiB).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        expect(error.message).toMatch(/^[^\n]{5,}/);
      }
    }),
    { numRuns: process.env["RING_FULL"] ? 200_000 : 5000 },
  );
});
