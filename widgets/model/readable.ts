// A machine as expressions read it (expression.ts), by way of its session.
import type { Readable } from "./expression.ts";
import { screenRows } from "./reader.ts";
import type { MachineSession } from "./session.ts";

/** Reads the instant at which the machine stands. Asleep, what its recorded frame holds; what it lacks reads as FF. */
export function readableOf(session: MachineSession): Readable {
  const reader = () => {
    if (!session.reader) throw new Error(`${session.label} has not woken and has no recorded frame.`);
    return session.reader;
  };
  return {
    async registers() {
      const registers = await reader().registers();
      if (!registers) throw new Error(`${session.label}: its recorded frame holds no registers.`);
      return registers;
    },
    async readMemory(space, address, length) {
      return (await reader().readMemory(space, address, length)) ?? new Uint8Array(length).fill(0xff);
    },
    async screenRows() {
      const screen = await reader().screen();
      return screen ? screenRows(screen) : [];
    },
    async serial() {
      return session.serial;
    },
    async ledger() {
      if (!session.handle) throw new Error(`${session.label} has not woken.`);
      return (await session.handle.ledger()).counts;
    },
    async tick() {
      return session.status?.tick ?? 0;
    },
  };
}
