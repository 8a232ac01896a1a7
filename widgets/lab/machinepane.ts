/** The machine pane: Run above, then the course's own views of one machine. */
import type { RingMachine } from "../index.ts";
import "../index.ts";
import type { MachineSession } from "../model/session.ts";

/** Fills the pane; answers its machine. */
export function mountMachine(host: HTMLElement, run: () => void): MachineSession {
  const head = document.createElement("div");
  head.className = "machine-head";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.run = "";
  button.textContent = "Build and run";
  button.addEventListener("click", run);
  const says = document.createElement("span");
  says.className = "machine-says";
  says.textContent = "Puts your sector on drive A and switches the machine on.";
  head.append(button, says);

  const machine = document.createElement("ring-machine") as RingMachine;
  machine.id = "lab";
  machine.setAttribute("label", "The lab's machine");
  machine.setAttribute("memory", "2");
  for (const view of [
    "ring-controls",
    "ring-timeline",
    "ring-screen",
    "ring-disassembly",
    "ring-registers",
    "ring-memory",
  ]) {
    machine.append(document.createElement(view));
  }
  host.replaceChildren(head, machine);
  return machine.session;
}
