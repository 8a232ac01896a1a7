/**
 * A virtio console: up to eight ports, each a line of bytes both ways, the first usually the guest's console; and a queue each
 * way by which device and driver tell each other of ports.
 *
 *   queues    0, 1 port 0 in and out     2, 3 control in and out     4, 5 port 1     6, 7 port 2 …
 *   control   0 port (32)  4 event (16)  6 value (16), behind it a name
 *   events    0 device ready   1 port added   3 port ready   4 is a console   6 open   7 name
 *
 * The far end of every port is always there. Without the feature of several ports only port 0 is.
 * Not modelled: sizes of consoles, ports that come and go.
 *
 * Source: OASIS Virtual I/O Device 1.2, 5.3.
 */
import type { Bus, Device } from "./bus.ts";
import type { PciBus } from "./pci.ts";
import { VirtioPci } from "./virtiopci.ts";
import type { Chain } from "./virtqueue.ts";

export interface VirtioPort {
  /** The guest may use it as its console. */
  readonly isConsole: boolean;
  /** What the guest finds it by. */
  readonly name?: string;
}

export interface VirtioConsoleOptions {
  /** Unique in the machine: `"virtio-serial.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  /** By number; a number may be left out. At most 8. */
  readonly ports: readonly (VirtioPort | undefined)[];
  /** Bytes that the guest sent by a port. */
  readonly send: (port: number, bytes: Uint8Array) => void;
}

const MULTIPORT = 1;
const EMERGENCY_WRITE = 2;
const CONTROL_IN = 2;
const CONTROL_OUT = 3;
const EVENT = { deviceReady: 0, portAdd: 1, portReady: 3, console: 4, open: 6, name: 7 } as const;
const QUEUE_SIZE = 128;
/** Most bytes of one request; the driver sends a page at most. */
const MAX_BYTES = 65536;
/** Bytes that wait for the guest, of a port, and messages; what comes beyond them is lost. */
const MAX_WAITING = 65536;
const MAX_MESSAGES = 256;
const HEADER = 8;

const inQueue = (port: number) => (port === 0 ? 0 : 2 + 2 * port);

export class VirtioConsole implements Device {
  readonly name: string;
  /** What waits for room in the guest's buffers: bytes by port, messages of control. */
  readonly state: { waiting: number[][]; messages: Uint8Array[] };
  readonly transport: VirtioPci;
  readonly #options: VirtioConsoleOptions;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, options: VirtioConsoleOptions) {
    const { name, slot, ports } = options;
    this.name = `${name}.ports`;
    this.#options = options;
    this.state = { waiting: ports.map(() => []), messages: [] };
    const queues = Math.max(4, 2 + 2 * ports.length);
    this.transport = new VirtioPci(bus, pci, {
      name,
      slot,
      type: 3,
      transitionalId: 0x1003,
      classCode: 0x078000,
      queueSizes: Array<number>(queues).fill(QUEUE_SIZE),
      features: [MULTIPORT, EMERGENCY_WRITE],
      config: [
        { offset: 4, size: 4, get: () => ports.length },
        { offset: 8, size: 4, get: () => 0, set: (value) => this.#send(0, Uint8Array.of(value & 0xff)) },
      ],
      configBytes: 12,
      waitingQueues: [CONTROL_IN, ...ports.map((_, port) => inQueue(port))],
      refilled: () => this.#deliver(),
      request: (chain, n) => this.#request(chain, n),
      reset: () => this.reset(),
    });
  }

  /** The driver knows of no port any more; bytes on their way to the guest still come. */
  reset(): void {
    this.state.messages.length = 0;
  }

  /** Room for bytes on their way to a port. */
  room(port: number): number {
    return MAX_WAITING - (this.state.waiting[port]?.length ?? MAX_WAITING);
  }

  /** Bytes from the far end of a port. */
  receive(port: number, bytes: Uint8Array): void {
    const waiting = this.state.waiting[port];
    if (waiting === undefined || this.#options.ports[port] === undefined) return;
    for (const byte of bytes.subarray(0, this.room(port))) waiting.push(byte);
    this.#deliver();
  }

  #request({ readable }: Chain, n: number): number {
    if (n === CONTROL_OUT) this.#control(readable.read(0, HEADER));
    else this.#send(n === 1 ? 0 : (n - 3) >> 1, readable.read(0, MAX_BYTES));
    return 0;
  }

  #send(port: number, bytes: Uint8Array): void {
    if (this.#options.ports[port] !== undefined && bytes.length > 0) this.#options.send(port, bytes);
  }

  /** What the driver tells. */
  #control(message: Uint8Array): void {
    if (message.length < HEADER) return;
    const view = new DataView(message.buffer, message.byteOffset, HEADER);
    const [id, event, value] = [view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true)];
    const { ports } = this.#options;
    if (event === EVENT.deviceReady && value === 1) {
      for (const [n, port] of ports.entries()) if (port !== undefined) this.#tell(n, EVENT.portAdd, 1);
    } else if (event === EVENT.portReady && value === 1) {
      const port = ports[id];
      if (port === undefined) return;
      if (port.isConsole) this.#tell(id, EVENT.console, 1);
      if (port.name !== undefined) this.#tell(id, EVENT.name, 1, port.name);
      this.#tell(id, EVENT.open, 1);
    }
    this.#deliver();
  }

  #tell(port: number, event: number, value: number, name = ""): void {
    if (this.state.messages.length >= MAX_MESSAGES) return;
    const text = new TextEncoder().encode(name);
    const message = new Uint8Array(HEADER + text.length);
    const view = new DataView(message.buffer);
    view.setUint32(0, port, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    message.set(text, HEADER);
    this.state.messages.push(message);
  }

  /** What waits to the buffers that the driver gave. */
  #deliver(): void {
    const { waiting, messages } = this.state;
    while (messages.length > 0 && this.#put(CONTROL_IN, messages[0] as Uint8Array) > 0) messages.shift();
    for (const [port, bytes] of waiting.entries()) {
      while (bytes.length > 0) {
        const written = this.#put(inQueue(port), Uint8Array.from(bytes));
        if (written === 0) break;
        bytes.splice(0, written);
      }
    }
  }

  /** One buffer's worth of bytes; 0 where there is no buffer. */
  #put(n: number, bytes: Uint8Array): number {
    const chain = this.transport.ready(n) ? this.transport.queues[n]?.take() : undefined;
    if (chain === undefined) return 0;
    const written = chain.writable.write(0, bytes);
    this.transport.queues[n]?.give(chain, written);
    this.transport.tell(n);
    return written;
  }
}
