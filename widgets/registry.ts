// Every live view by its tag. widgets/index.ts defines them in a page; the check of lessons reads in Node which there are
// and what attributes each declares (registry.test.ts), so there is no second list: a module here, and what it imports,
// touches no DOM, `import.meta.glob` or `?raw` while it loads.
import { RingControls } from "./elements/controls.ts";
import { RingDisassembly } from "./elements/disassembly.ts";
import { RingDock } from "./elements/dock.ts";
import { RingMachine } from "./elements/machine.ts";
import { RingMemory } from "./elements/memory.ts";
import { RingPredict } from "./elements/predict.ts";
import { RingRegisters } from "./elements/registers.ts";
import { RingScreen } from "./elements/screen.ts";
import { RingSource } from "./elements/source.ts";
import { RingTimeline } from "./elements/timeline.ts";
import { RingValue } from "./elements/value.ts";
import { RingVerb } from "./elements/verb.ts";

// The machine first: views look for the one around them.
export const elements = {
  "ring-machine": RingMachine,
  "ring-controls": RingControls,
  "ring-screen": RingScreen,
  "ring-registers": RingRegisters,
  "ring-disassembly": RingDisassembly,
  "ring-source": RingSource,
  "ring-memory": RingMemory,
  "ring-timeline": RingTimeline,
  "ring-predict": RingPredict,
  "ring-value": RingValue,
  "ring-verb": RingVerb,
  "ring-dock": RingDock,
};
/** Views of their own module, fetched where a page has one (site/preload.ts names it in the page's head). */
export const fetched: Readonly<Record<string, () => Promise<CustomElementConstructor>>> = {
  "ring-card": async () => (await import("./elements/card.ts")).RingCard,
  "ring-console": async () => (await import("./elements/console.ts")).RingConsole,
  "ring-descriptors": async () => (await import("./elements/descriptors.ts")).RingDescriptors,
  "ring-drop": async () => (await import("./elements/drop.ts")).RingDrop,
  "ring-frame": async () => (await import("./elements/frame.ts")).RingFrame,
  "ring-interrupts": async () => (await import("./elements/interrupts.ts")).RingInterrupts,
  "ring-page-tables": async () => (await import("./elements/page-tables.ts")).RingPageTables,
  "ring-tlb": async () => (await import("./elements/tlb.ts")).RingTlb,
  "ring-walk": async () => (await import("./elements/walk.ts")).RingWalk,
  "ring-pc": async () => (await import("./elements/pc.ts")).RingPc,
  "ring-pci": async () => (await import("./elements/pci.ts")).RingPci,
  "ring-trace": async () => (await import("./elements/trace.ts")).RingTrace,
  "ring-rules": async () => (await import("./elements/rules.ts")).RingRules,
  "ring-system": async () => (await import("./elements/system.ts")).RingSystem,
};
