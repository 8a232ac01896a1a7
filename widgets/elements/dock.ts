// <ring-dock>: below 720 px, the buttons of the machine nearest the reading line (40 % down), fixed at the foot of the
// window; a sheet of half the height holds its views as tabs. Not modal: the text above still scrolls.
import { css, html, LitElement, nothing } from "lit";
import { icons } from "../icons.ts";
import { litAddress } from "../model/lit-address.ts";
import { grouped } from "../model/number.ts";
import type { MachineSession } from "../model/session.ts";
import { stateWords } from "../model/words.ts";
import { shared, tokens } from "../style.ts";
import type { RingMachine } from "./machine.ts";

let query: MediaQueryList | undefined;
/** Whether the window is narrow, as it changes. Asked for late: what is declared here is read in Node, too (registry.ts). */
const narrow = () => (query ??= matchMedia("(max-width: 719px)"));
const tabs = [
  ["Code", "ring-disassembly"],
  ["Registers", "ring-registers"],
  ["Memory", "ring-memory"],
  ["Screen", "ring-screen"],
] as const;

/** Whether the page's machines leave their buttons to the dock: on a narrow window that has one. */
export function dockServes(): boolean {
  return narrow().matches && document.querySelector("ring-dock") !== null;
}

export class RingDock extends LitElement {
  static override properties = {
    session: { state: true },
    open: { state: true },
    tab: { state: true },
    next: { state: true },
    plain: { type: Boolean },
  };
  /** The page's next thing to do is elsewhere: Run is no ink-filled button here. */
  declare plain: boolean;
  declare session: MachineSession | undefined;
  declare open: boolean;
  declare tab: number;
  /** The instruction about to run. */
  declare next: string;
  private nextOf = -1;
  private waiting = 0;

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        position: fixed;
        inset: auto 0 0 0;
        z-index: 15;
        display: none;
        border-top: 1px solid var(--_edge);
        background: var(--_panel);
      }
      :host([data-shown]) {
        display: block;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px;
        height: 64px;
        padding: 0 6px 0 12px;
      }
      .what {
        flex: 1;
        min-width: 0;
      }
      .what p {
        margin: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .what .label {
        color: var(--_ink-2);
        font-size: 12px;
        line-height: 16px;
      }
      .bar .button {
        min-width: 44px;
        min-height: 44px;
        padding: 4px 8px;
      }
      .past .what {
        font-style: italic;
      }
      .sheet {
        display: flex;
        flex-direction: column;
        height: 50vh;
        border-bottom: 1px solid var(--_hairline);
      }
      [role="tablist"] {
        display: flex;
        flex: none;
        align-items: center;
        padding: 0 6px;
        overflow-x: auto;
        border-bottom: 1px solid var(--_hairline);
      }
      [role="tab"] {
        min-height: 44px;
        padding: 0 10px;
        border: 0;
        border-bottom: 3px solid transparent;
        background: none;
        cursor: pointer;
      }
      [role="tab"][aria-selected="true"] {
        border-color: var(--_ink);
        font-weight: 600;
      }
      .close {
        margin-left: auto;
        min-width: 44px;
        min-height: 44px;
      }
      [role="tabpanel"] {
        flex: 1;
        overflow: auto;
        overscroll-behavior: contain;
      }
      @media print {
        :host {
          display: none !important;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.session = undefined;
    this.open = false;
    this.tab = 0;
    this.next = "";
    this.plain = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "The machine nearest to the text");
    addEventListener("scroll", this.onScroll, { passive: true });
    narrow().addEventListener("change", this.onScroll);
    this.onScroll();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("scroll", this.onScroll);
    narrow().removeEventListener("change", this.onScroll);
    this.serve(undefined);
  }

  private readonly onScroll = () => {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.choose();
    });
  };
  private readonly onChange = () => {
    this.requestUpdate();
    void this.readNext();
  };

  private async readNext(): Promise<void> {
    const { session } = this;
    if (!session?.status || session.active || this.nextOf === session.status.version) return;
    const { version } = session.status;
    this.nextOf = version;
    const [line] = (await session.reader?.disassemble(litAddress(session.status), 1)) ?? [];
    if (this.nextOf === version) this.next = line?.text.replace(/\s+/g, " ") ?? "";
  }

  /**
   * The machine nearest to the reading line, itself or by a view, a question or a number of it in the text; while the
   * sheet is open, the one it was opened for.
   */
  private choose(): void {
    if (this.open && narrow().matches) return;
    const line = innerHeight * 0.4;
    let best: { machine: RingMachine; distance: number } | undefined;
    for (const place of narrow().matches ? document.querySelectorAll("ring-machine, [machine]") : []) {
      // Far away: a page that puts off laying it out need not do it for this question.
      if (place.checkVisibility() && !place.checkVisibility({ contentVisibilityAuto: true })) continue;
      const { top, bottom } = place.getBoundingClientRect();
      const distance = top > line ? top - line : bottom < line ? line - bottom : 0;
      if (best && distance >= best.distance) continue;
      const id = place.getAttribute("machine");
      const machine = id === null ? place : document.querySelector(`ring-machine#${CSS.escape(id)}`);
      if (machine) best = { machine: machine as RingMachine, distance };
    }
    this.serve(best?.machine.session);
  }

  private serve(session: MachineSession | undefined): void {
    if (session === this.session) return;
    this.session?.removeEventListener("change", this.onChange);
    this.session = session;
    session?.addEventListener("change", this.onChange);
    this.nextOf = -1;
    this.next = "";
    if (session) void this.readNext();
    this.toggleAttribute("data-shown", session !== undefined);
    // The foot of the page and what has focus stay above the dock.
    document.body.style.paddingBottom = session ? "64px" : "";
    document.documentElement.style.scrollPaddingBottom = session ? "72px" : "";
    for (const controls of document.querySelectorAll("ring-controls"))
      (controls as unknown as LitElement).requestUpdate();
  }

  private async raise(open: boolean): Promise<void> {
    this.open = open;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(open ? '[role="tab"][tabindex="0"]' : ".up")?.focus();
    this.onScroll();
  }

  private onTabKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.tab = (this.tab + step + tabs.length) % tabs.length;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[role="tab"][tabindex="0"]')?.focus(),
    );
  }

  override render() {
    const { session } = this;
    if (!session) return nothing;
    const { state, status } = session;
    const running = session.active;
    return html`
      ${this.open ? this.renderSheet(session) : nothing}
      <div class="bar ${state}" role="toolbar" aria-label=${`${session.label}: run and step`}>
        <div class="what">
          <p>${running || !this.next ? stateWords[state] : nothing} ${status ? grouped(status.tick) : ""}
            ${running ? nothing : html`<span class="mono">${this.next}</span>`}</p>
          <p class="label">${state === "past" ? "Past: " : ""}${session.label}</p>
        </div>
        <button class="button quiet" aria-label="One instruction back" @click=${() => session.back()}>${icons.back}</button>
        <button class="button quiet" aria-label="Step one instruction" @click=${() => session.step()}>${icons.step}</button>
        <button class=${`button ${this.plain || (!running && ["halted", "faulted"].includes(state)) ? "" : "primary"}`} @click=${() => (state === "past" ? session.returnToNow() : state === "asleep" ? session.wake() : session.runOrPause())}>
          ${running ? icons.pause : icons.run}${running ? "Pause" : state === "past" ? "Now" : state === "asleep" ? "Wake" : "Run"}
        </button>
        <button class="button quiet up" aria-expanded=${this.open} aria-label=${this.open ? "Close the views" : "Show the views"} @click=${() => this.raise(!this.open)}>
          ${this.open ? icons.down : icons.up}
        </button>
      </div>`;
  }

  private renderSheet(session: MachineSession) {
    const [name, tag] = tabs[this.tab];
    return html`<div class="sheet" @keydown=${(event: KeyboardEvent) => {
      if (event.key === "Escape" && !session.held && !event.defaultPrevented) void this.raise(false);
    }}>
      <div role="tablist" aria-label="Views" @keydown=${this.onTabKey}>
        ${tabs.map(
          ([title], i) =>
            html`<button role="tab" aria-selected=${i === this.tab} aria-controls="panel" tabindex=${i === this.tab ? 0 : -1} @click=${() => {
              this.tab = i;
            }}>${title}</button>`,
        )}
        <button class="button quiet close" aria-label="Close the views" @click=${() => this.raise(false)}>${icons.close}</button>
      </div>
      <div role="tabpanel" id="panel" aria-label=${name}>${this.viewOf(tag, session.id)}</div>
    </div>`;
  }

  private viewOf(tag: string, machine: string) {
    switch (tag) {
      case "ring-disassembly":
        return html`<ring-disassembly machine=${machine} lines="12"></ring-disassembly>`;
      case "ring-registers":
        return html`<ring-registers machine=${machine}></ring-registers>`;
      case "ring-memory":
        return html`<ring-memory machine=${machine}></ring-memory>`;
      default:
        return html`<ring-screen machine=${machine}></ring-screen>`;
    }
  }
}
