// The machines of this page by their ids, for views that stand outside of them (`machine="boot"`).
import type { MachineSession } from "./session.ts";

const machines = new Map<string, MachineSession>();
const waiting = new EventTarget();

/** Makes a machine findable; a second one of the same id replaces the first. */
export function announceMachine(session: MachineSession): void {
  machines.set(session.id, session);
  waiting.dispatchEvent(new Event(session.id));
}

/** Forgets a machine that left the page. */
export function withdrawMachine(session: MachineSession): void {
  if (machines.get(session.id) === session) machines.delete(session.id);
}

/** The machine of that id, if it is on the page. */
export function machineById(id: string): MachineSession | undefined {
  return machines.get(id);
}

/** All of them, in the order in which they came. */
export function allMachines(): readonly MachineSession[] {
  return [...machines.values()];
}

/** Resolves when a machine of that id is on the page, at once if it is. */
export function whenMachine(id: string): Promise<MachineSession> {
  const there = machines.get(id);
  if (there) return Promise.resolve(there);
  return new Promise((resolve) => {
    waiting.addEventListener(id, () => resolve(machines.get(id)!), { once: true });
  });
}
