/** The machine pane: Run above, then the course's own views of one machine. */
import type { RingMachine } from "../index.ts";
import "../index.ts";
import type { MachineSession } from "../model/session.ts";

const AT_REST = "Puts your program on drive A and switches the machine on.";

export interface MachinePane {
  readonly session: MachineSession;
  /** Says beside Run what the machine was changed for; undefined: nothing. */
  explain(scenario: string | undefined): void;
}

/** Fills the pane; `views`: what the lab shows besides. */
export function mountMachine(host: HTMLElement, run: () => void, views: readonly string[] = []): MachinePane {
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
  says.textContent = AT_REST;
  head.append(button, says);

  const machine = document.createElement("ring-machine") as RingMachine;
  machine.id = "lab";
  machine.setAttribute("label", "The lab's machine");
  machine.setAttribute("memory", "2");
  // What the lab is about stands above the screen.
  const about = views.length > 0 ? ["ring-disassembly", ...views, "ring-screen"] : ["ring-screen", "ring-disassembly"];
  for (const view of ["ring-controls", "ring-timeline", ...about, "ring-registers", "ring-memory"]) {
    machine.append(document.createElement(view));
  }
  // The header's Check is the one ink-filled button of a lab.
  machine.querySelector("ring-controls")?.setAttribute("plain", "");
  host.replaceChildren(head, machine);
  // On a phone its buttons stand at the foot of the window, whichever part of the lab is read.
  if (!document.querySelector("ring-dock")) {
    const dock = document.createElement("ring-dock");
    dock.setAttribute("plain", "");
    document.body.append(dock);
  }
  return {
    session: machine.session,
    explain(scenario) {
      says.textContent = scenario === undefined ? AT_REST : `A run of the check: ${scenario.toLowerCase()}.`;
    },
  };
}
