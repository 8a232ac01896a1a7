// The notebook's elements, and the machines of the page as names that cells see: each under its id, the first one (or
// the one that a cell's `machine=` names) as `machine`.
import type { RingMachine } from "../elements/machine.ts";
import { RingAsm } from "./asm.ts";
import { RingCell } from "./cell.ts";
import { type Observation, observe } from "./observation.ts";
import { pageEdits, pageNotebook } from "./page.ts";

async function provideMachines(): Promise<void> {
  await customElements.whenDefined("ring-machine");
  const machines = document.querySelectorAll<RingMachine>("ring-machine");
  for (const [index, machine] of machines.entries()) {
    const names = [...(index === 0 ? ["machine"] : []), ...(/^[A-Za-z_]\w*$/.test(machine.id) ? [machine.id] : [])];
    const tell = names.map((name) => pageNotebook().provide<Observation>(name));
    const { session } = machine;
    let handle = session.handle;
    let stop: (() => void) | undefined;
    const follow = () => {
      if (session.handle === handle && stop) return;
      handle = session.handle;
      stop?.();
      stop = handle && observe(handle, (observation) => tell.forEach((change) => void change(observation)));
    };
    session.addEventListener("change", follow);
    follow();
  }
}

if (!customElements.get("ring-cell")) {
  // An edit that hung the page must be known before any cell runs.
  pageEdits();
  customElements.define("ring-asm", RingAsm);
  customElements.define("ring-cell", RingCell);
  void provideMachines();
}

export { Observation } from "./observation.ts";
export { RingAsm, RingCell };
