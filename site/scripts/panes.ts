// A lab's panes: dividers that move by pointer and keys and keep their place, and on narrow pages the tabs.
// The tab is in the address (?tab=code), so that reload and Back keep it; the hash belongs to machines.
import { browserStorage } from "./progress.ts";

const lab = document.querySelector<HTMLElement>(".lab");
const narrow = matchMedia("(max-width: 719px)");
const storage = browserStorage();

interface Divider {
  element: HTMLElement;
  /** The CSS variable that holds its place. */
  variable: string;
  axis: "x" | "y";
  least: number;
  /** What must stay for the pane on its other side. */
  spare: number;
  pane: HTMLElement;
}

function divider(name: string, axis: "x" | "y", least: number, spare: number): Divider | undefined {
  const element = document.querySelector<HTMLElement>(`[data-divider="${name}"]`);
  const pane = document.getElementById(`pane-${name}`);
  return element && pane ? { element, pane, axis, least, spare, variable: `--${name}-size` } : undefined;
}

function limits({ element, axis, least, spare }: Divider): [number, number] {
  const box = element.parentElement?.getBoundingClientRect();
  return [least, Math.max(least, (axis === "x" ? (box?.width ?? 0) : (box?.height ?? 0)) - spare)];
}

function place(one: Divider, wish: number, keep: boolean): void {
  const [low, high] = limits(one);
  const size = Math.round(Math.min(high, Math.max(low, wish)));
  lab?.style.setProperty(one.variable, `${size}px`);
  tell(one, size);
  if (!keep) return;
  try {
    storage?.setItem(`ring:lab${one.variable}`, String(size));
  } catch {
    // The place holds until the page is left.
  }
}

function tell(one: Divider, size: number): void {
  const [low, high] = limits(one);
  one.element.setAttribute("aria-valuemin", String(low));
  one.element.setAttribute("aria-valuemax", String(Math.round(high)));
  one.element.setAttribute("aria-valuenow", String(Math.round(size)));
}

const sizeOf = ({ pane, axis }: Divider) =>
  axis === "x" ? pane.getBoundingClientRect().width : pane.getBoundingClientRect().height;

function connect(one: Divider): void {
  const { element, axis } = one;
  const kept = Number(storage?.getItem(`ring:lab${one.variable}`));
  if (kept > 0) place(one, kept, false);
  else tell(one, sizeOf(one));
  addEventListener("resize", () => !narrow.matches && tell(one, sizeOf(one)));

  element.addEventListener("keydown", (event) => {
    const [low, high] = limits(one);
    const step: Record<string, number> =
      axis === "x" ? { ArrowLeft: -16, ArrowRight: 16 } : { ArrowUp: -16, ArrowDown: 16 };
    if (event.key in step) place(one, sizeOf(one) + step[event.key], true);
    else if (event.key === "Home") place(one, low, true);
    else if (event.key === "End") place(one, high, true);
    else return;
    event.preventDefault();
  });

  element.addEventListener("pointerdown", (down) => {
    const from = sizeOf(one) - (axis === "x" ? down.clientX : down.clientY);
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => place(one, from + (axis === "x" ? event.clientX : event.clientY), true);
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", move), {
      once: true,
    });
  });
}

const tabs = [...document.querySelectorAll<HTMLButtonElement>("[data-tab]")];
const paneOf = (tab: HTMLElement) => document.getElementById(String(tab.getAttribute("aria-controls")));

function choose(name: string): void {
  for (const tab of tabs) {
    const on = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    const pane = paneOf(tab);
    if (!pane) continue;
    pane.hidden = narrow.matches && !on;
    if (narrow.matches) {
      pane.setAttribute("role", "tabpanel");
      pane.setAttribute("aria-labelledby", tab.id);
    } else {
      pane.removeAttribute("role");
      pane.removeAttribute("aria-labelledby");
    }
  }
  // What holds two of the panes is hidden with both.
  for (const one of [document.getElementById("pane-read"), document.querySelector<HTMLElement>(".work")])
    if (one)
      one.hidden = narrow.matches && tabs.every((tab) => paneOf(tab)?.hidden !== false || !one.contains(paneOf(tab)));
  if (narrow.matches) document.getElementById("pane-read")?.scrollTo(0, 0);
}

function current(): string {
  const wish = new URL(location.href).searchParams.get("tab");
  return tabs.some((tab) => tab.dataset.tab === wish) ? String(wish) : "read";
}

function remember(name: string): void {
  const url = new URL(location.href);
  url.searchParams.set("tab", name);
  history.replaceState(history.state, "", url);
}

/** Shows a part of the lab on narrow pages; labs/ asks for it with `new CustomEvent("ring-show", {detail: "machine"})`. */
function show(name: string): void {
  remember(name);
  choose(name);
}

if (lab) {
  for (const one of [divider("read", "x", 280, 400), divider("code", "y", 120, 160)]) if (one) connect(one);
  choose(current());
  narrow.addEventListener("change", () => choose(current()));
  document.addEventListener("ring-show", (event) => show(String((event as CustomEvent).detail)));
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => show(tab.dataset.tab ?? "read"));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
      if (!next) return;
      event.preventDefault();
      show(next.dataset.tab ?? "read");
      next.focus();
    });
  });
}
