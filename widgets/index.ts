// Registers every live view. Cheap: the engine is fetched when a machine wakes, a view that not every page has where its
// tag stands.
import type { RingMachine } from "./elements/machine.ts";
import { pageTurns } from "./model/turns.ts";
import { elements, fetched } from "./registry.ts";

// A turn for each: the page may hold dozens of them, and all come to life as their name is defined. On a page without a
// machine somebody is about to make one, and needs its class.
for (const [name, element] of Object.entries(elements)) {
  const define = () => customElements.define(name, element);
  if (customElements.get(name)) continue;
  if (name === "ring-machine" && !document.querySelector(name)) define();
  else void pageTurns.take(define);
}

const missing = new Set(Object.keys(fetched).filter((name) => !customElements.get(name)));
/** Fetches and defines what the page has a tag of and no class for. */
function fetchViews(): void {
  for (const name of missing) {
    if (!document.querySelector(name)) continue;
    missing.delete(name);
    void fetched[name]().then((element) =>
      pageTurns.take(() => customElements.get(name) ?? customElements.define(name, element)),
    );
  }
}
fetchViews();
// A cell, or the page's own script, may bring one later.
new MutationObserver(fetchViews).observe(document, { childList: true, subtree: true });

// Machines in running text leave their buttons, on a phone, to a dock at the foot of the window.
void pageTurns.take(() => {
  if (document.querySelector("article ring-machine") && !document.querySelector("ring-dock"))
    document.body.append(document.createElement("ring-dock"));
});

export { allMachines, machineById, whenMachine } from "./model/machines.ts";
export { pageEngine, usePageEngine } from "./model/page-engine.ts";
export { parseFrame, type RecordedFrame, recordFrame } from "./model/reader.ts";
export type { MachineSession } from "./model/session.ts";
export { say } from "./model/speech.ts";
export type { RingMachine };

// Cells bring a runtime of their own: only where there are some.
if (document.querySelector("ring-cell, ring-asm")) void import("./notebook/index.ts");
