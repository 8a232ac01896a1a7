/**
 * QEMU's PCI test device (`-device pci-testdev`), which counts accesses; kvm-unit-tests and others drive it.
 *
 *   BAR 0   4 KiB of memory      BAR 1   256 ports; each has the same header
 *     0  write: choose a test and clear its count: 0 counts bytes equal to `data` that are written at `offset`; 1 and 2 hand
 *        the writes they match to a notifier of the host, so that nothing is counted
 *     0  number of the test (memory 0–2, ports 3–5)   1  width   4  offset   8  data   C  count   10  its name
 *
 * Accesses are of bytes; beyond the name, and before a test is chosen, they read as 0.
 * Source: QEMU, docs/specs/pci-testdev, hw/misc/pci-testdev.c.
 */
import type { Device, Registers } from "./bus.ts";
import type { PciBus } from "./pci.ts";

const TESTS = ["no-eventfd", "wildcard-eventfd", "datamatch-eventfd"];
const WILDCARD = 1;
const MATCHED = 0xfa;
const NOT_MATCHED = 0xce;
const NAME = 16;
const NONE = -1;
const [MEMORY_SIZE, PORTS_SIZE] = [2048, 128];

export class PciTestDevice implements Device {
  readonly name: string;
  readonly state = { current: NONE, counts: new Uint32Array(2 * TESTS.length) };

  constructor(pci: PciBus, { name, slot }: { readonly name: string; readonly slot: number }) {
    this.name = `${name}.tests`;
    pci.add({
      name,
      device: slot,
      vendorId: 0x1b36,
      deviceId: 0x0005,
      classCode: 0x00ff00,
      bars: [
        { kind: "memory", size: 2 * MEMORY_SIZE, registers: this.#range(0) },
        { kind: "io", size: 2 * PORTS_SIZE, registers: this.#range(TESTS.length) },
      ],
    });
  }

  /** The range whose tests begin with `first`. */
  #range(first: number): Registers {
    return {
      widest: 1,
      read: (offset) => this.#read(offset),
      write: (offset, value) => this.#write(first, offset, value),
    };
  }

  #read(offset: number): number {
    const { current } = this.state;
    return current === NONE ? 0 : (this.#header(current)[offset] ?? 0);
  }

  #write(first: number, offset: number, value: number): void {
    const { state } = this;
    if (offset === 0) {
      state.current = value < TESTS.length ? first + value : NONE;
      if (state.current !== NONE) state.counts[state.current] = 0;
      return;
    }
    const { current } = state;
    // The others' writes are the notifier's.
    if ((current === 0 || current === TESTS.length) && offset === offsetOf(current) && value === MATCHED)
      state.counts[current] = (state.counts[current] as number) + 1;
  }

  /** The bytes of a test's header: its name ends with 0. */
  #header(test: number): Uint8Array {
    const kind = test % TESTS.length;
    const name = `${test < TESTS.length ? "mmio" : "portio"}-${TESTS[kind]}`;
    const bytes = new Uint8Array(NAME + name.length + 1);
    const view = new DataView(bytes.buffer);
    bytes[0] = test;
    bytes[1] = 1;
    view.setUint32(4, offsetOf(test), true);
    bytes[8] = kind === WILDCARD ? NOT_MATCHED : MATCHED;
    view.setUint32(12, this.state.counts[test] as number, true);
    bytes.set(new TextEncoder().encode(name), NAME);
    return bytes;
  }

  reset(): void {
    this.state.current = NONE;
  }
}

/** Where a test's writes go: behind the header, each at its own place. */
function offsetOf(test: number): number {
  return (test < TESTS.length ? MEMORY_SIZE : PORTS_SIZE) + test;
}
