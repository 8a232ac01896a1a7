// “Who wrote this?”: the last instruction that changed a value, found by going back. Every one of the last 4,096 is
// looked at; before them 64 in a stretch, then halves: a value that changed and changed back between two looks is not
// seen there, nor is a write of the value that stood there already.
import type { MachineHandle } from "../../engine/index.ts";

type Travelling = Pick<MachineHandle, "goTo" | "step" | "status">;

/**
 * The tick of that instruction, or undefined where `read` answers the same since power-on. Leaves the machine somewhere
 * in its past.
 */
export async function findLastChange<Machine extends Travelling>(
  machine: Machine,
  read: (machine: Machine) => Promise<string>,
): Promise<number | undefined> {
  const value = await read(machine);
  let high = machine.status.tick;
  for (const width of [32, 224, 3840]) {
    const low = Math.max(0, high - width);
    let found: number | undefined;
    await machine.goTo(low);
    for (let tick = low; tick < high; tick++) {
      if ((await read(machine)) !== value) found = tick;
      await machine.step();
    }
    if (found !== undefined) return found;
    high = low;
  }
  const differs = async (tick: number) => {
    await machine.goTo(tick);
    return (await read(machine)) !== value;
  };
  for (let width = 4096; high > 0; width *= 4) {
    const low = Math.max(0, high - width);
    const stride = Math.max(1, Math.ceil((high - low) / 64));
    for (let tick = high; tick > low; tick -= stride) {
      const earlier = Math.max(low, tick - stride);
      if (await differs(earlier)) return halve(earlier, tick, differs);
    }
    high = low;
  }
  return undefined;
}

/** The last tick of [low, high) at which `differs`, which is so at `low` and not at `high`. */
async function halve(low: number, high: number, differs: (tick: number) => Promise<boolean>): Promise<number> {
  let [yes, no] = [low, high];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (await differs(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
