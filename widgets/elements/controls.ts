// <ring-controls>: a machine's bar. State, instruction, who runs; Back, Step, Over, Run or Pause, Keys, and a menu. One
// toolbar with one Tab stop; Left and Right move inside. Nothing is ever disabled: a button that a state gives no
// meaning wakes the machine first, or says why.
import { html, nothing } from "lit";
import { icons } from "../icons.ts";
import { keyHelp } from "../model/keys.ts";
import { grouped, parseNumber } from "../model/number.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { placeText, reasonText, speedText, stateWords, whoText } from "../model/words.ts";
import { shared, tokens } from "../style.ts";
import { controlsStyle } from "./controls-style.ts";
import { dockServes } from "./dock.ts";
import { MachineView } from "./view.ts";

const speeds = [
  [1, "1 a second"],
  [10, "10 a second"],
  [1000, "1,000 a second"],
  ["real", "Real time"],
  ["full", "Full speed"],
] as const;

export class RingControls extends MachineView {
  static override properties = {
    ...MachineView.properties,
    open: { state: true },
    message: { state: true },
    plain: { type: Boolean },
  };
  /** `plain`: the page's next thing to do is elsewhere, so Run is no ink-filled button here. */
  declare plain: boolean;
  declare open: "" | "menu" | "keys" | "go";
  declare message: string;
  /** Index of the one button that Tab reaches. */
  private stop = 3;

  static override styles = [tokens, shared, controlsStyle];

  constructor() {
    super();
    this.plain = false;
    this.open = "";
    this.message = "";
    this.addEventListener("focusout", (event) => {
      if (
        !this.open ||
        this.contains(event.relatedTarget as Node) ||
        this.renderRoot.contains(event.relatedTarget as Node)
      )
        return;
      // A click on nothing closes; a window that lost focus does not.
      if (document.hasFocus()) this.open = "";
    });
  }

  protected override joined(session: MachineSession): void {
    session.addEventListener("command", this.onCommand);
  }
  protected override left(session: MachineSession): void {
    session.removeEventListener("command", this.onCommand);
  }

  private readonly onCommand = (event: Event) => {
    const { key, host } = (event as CustomEvent<{ key: string; host: HTMLElement }>).detail;
    if (key !== "?" || event.defaultPrevented) return;
    // A machine may have a second bar far down the page: the one where the key was pressed answers.
    const inHost = host === this || host.contains(this) || host.shadowRoot?.contains(this);
    if (!inHost && host.localName === "ring-machine") return;
    event.preventDefault();
    void this.show("keys");
  };

  protected override updated(): void {
    // A narrower window may have taken the button that Tab reached.
    const stop = this.renderRoot.querySelector<HTMLElement>(`[data-index="${this.stop}"]`);
    if (this.stop === 3 || !stop || stop.offsetParent || !this.offsetParent) return;
    this.stop = 3;
    this.requestUpdate();
  }

  private async show(what: "" | "menu" | "keys" | "go"): Promise<void> {
    const opener = what === "" ? (this.open === "keys" ? ".keysbutton" : ".more") : undefined;
    this.open = what;
    this.message = "";
    await this.updateComplete;
    const target = opener
      ? this.renderRoot.querySelector(opener)
      : this.renderRoot.querySelector(".floating [tabindex], .floating button, .floating input");
    (target as HTMLElement | null)?.focus();
  }

  private onToolKey(event: KeyboardEvent): void {
    const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!direction) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>(".tools button")].filter(
      (one) => one.offsetParent !== null,
    );
    const at = buttons.indexOf(event.composedPath()[0] as HTMLElement);
    const next = buttons[(at + direction + buttons.length) % buttons.length];
    this.stop = Number(next.dataset.index);
    this.requestUpdate();
    next.focus();
  }

  private onMenuKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      void this.show("");
      return;
    }
    const direction = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!direction || this.open !== "menu") return;
    event.preventDefault();
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>(".menu button")];
    const at = items.indexOf(event.composedPath()[0] as HTMLElement);
    items[(at + direction + items.length) % items.length].focus();
  }

  private tool(index: number, name: string, icon: unknown, act: () => void, extra = "quiet", title = "") {
    return html`<button class="button ${extra}" data-index=${index} tabindex=${this.stop === index ? 0 : -1} title=${title || nothing}
      @click=${() => {
        this.stop = index;
        act();
      }} @focus=${() => {
        this.stop = index;
      }}>${icon}<span>${name}</span></button>`;
  }

  override render() {
    const { session } = this;
    if (!session) return html`<div class="bar"><div class="state"><span class="word">Asleep</span></div></div>`;
    const { state } = session;
    // Where running leads nowhere (stopped for good, exited, a triple fault) it is not the next thing to do.
    const over = !session.active && ["halted", "faulted"].includes(state);
    const look = this.plain || over ? "run" : "primary run";
    const run = session.active
      ? this.tool(3, "Pause", icons.pause, () => void session.pause(), look, "Pause (c)")
      : state === "past"
        ? this.tool(
            3,
            "Return to now",
            icons.run,
            () => void session.returnToNow(),
            "primary run",
            "Return to now (End)",
          )
        : state === "waking" && session.slow
          ? this.tool(3, "Cancel", icons.close, () => session.cancelWaking(), "run")
          : state === "asleep"
            ? this.tool(3, "Wake", icons.run, () => void session.wake(), look, "Wake this machine")
            : this.tool(3, "Run", icons.run, () => void session.run(), look, "Run (c)");
    return html`
      <div class=${state === "past" ? "past" : ""}>
        <div class="bar">
          <div class="state">${this.renderState(session)}</div>
          <div class="tools" role="toolbar" ?hidden=${dockServes() || state === "failed"} aria-label=${`${session.label}: run and step`} @keydown=${this.onToolKey}>
            ${this.tool(0, "Back", icons.back, () => void session.back(), "quiet", "One instruction back (Shift+S)")}
            ${this.tool(1, "Step", icons.step, () => void session.step(), "quiet", "Step one instruction (s)")}
            ${this.tool(2, "Over", icons.over, () => void session.over(), "quiet wide", "Step over (n)")}
            ${run}
            ${this.tool(4, "Keys", icons.keys, () => void this.show(this.open === "keys" ? "" : "keys"), "quiet keysbutton wide", "Keys (?)")}
            <button class="button quiet more" data-index="5" tabindex=${this.stop === 5 ? 0 : -1} aria-label="More" aria-haspopup="menu"
              aria-expanded=${this.open === "menu"} @focus=${() => {
                this.stop = 5;
              }} @click=${() => void this.show(this.open === "menu" ? "" : "menu")}>${icons.more}</button>
          </div>
        </div>
        ${this.open === "menu" ? this.renderMenu(session) : nothing}
        ${this.open === "keys" ? this.renderKeys() : nothing}
        ${this.open === "go" ? this.renderGo(session) : nothing}
      </div>
    `;
  }

  private renderState(session: MachineSession) {
    const { state, status } = session;
    if (state === "waking" && session.slow) {
      return html`<span class="word">Waking</span><span class="reason">${session.steps.join(", ")}</span>`;
    }
    if (!status)
      return html`<span class="word">${state === "waking" ? "Asleep" : state === "failed" ? "Not started" : stateWords[state]}</span>`;
    const tick = grouped(status.tick);
    if (state === "asleep" || state === "waking") {
      return html`<span class="word">Asleep</span><span class="count">recorded at ${tick}</span>${this.renderWho(session)}`;
    }
    if (state === "faulted") {
      return html`<span class="chip">${icons.fault}Triple fault</span><span class="count">${tick}</span>
        <span class="reason">${reasonText(status)}</span>
        <button class="link" @click=${() => session.toEvent(-1)}>Go to the cause</button>`;
    }
    const word = state === "halted" && status.state === "exited" ? "Exited" : stateWords[state];
    const reason = running(state)
      ? session.measured
        ? speedText(session.measured)
        : ""
      : state === "past"
        ? ""
        : reasonText(status);
    return html`<span class="word">${word}</span>
      <span class="count" title="the machine’s clock: one for each instruction since power-on, and waiting that was passed over">${
        state === "past" || session.furthest > status.tick ? `${tick} of ${grouped(session.furthest)}` : tick
      }</span>${this.renderWho(session)}
      <span class="mono count">${running(state) ? "" : placeText(status)}</span>
      ${reason ? html`<span class="reason" title=${reason}>${reason}</span>` : nothing}`;
  }

  private renderWho(session: MachineSession) {
    const status = session.status!;
    return html`<span class="who ${status.ring === 3 ? "r3" : ""}">${whoText(status)}</span>`;
  }

  private renderMenu(session: MachineSession) {
    const item = (name: string, act: () => void) =>
      html`<button role="menuitem" tabindex="-1" @click=${() => {
        void this.show("");
        act();
      }}><span class="gap"></span>${name}</button>`;
    return html`<div class="floating menu" role="menu" aria-label="More" @keydown=${this.onMenuKey}>
      ${item("Step over", () => void session.over())}
      ${item("Run until the function returns", () => void session.out())}
      ${item("Reset", () => void session.reset())}
      <hr />
      <p id="speed">Speed</p>
      <div role="group" aria-labelledby="speed">
        ${speeds.map(
          ([speed, name]) =>
            html`<button role="menuitemradio" tabindex="-1" aria-checked=${session.speed === speed} @click=${() => {
              void this.show("");
              void session.setSpeed(speed);
              say(session.id, `Speed: ${name}.`);
            }}>${session.speed === speed ? icons.tick : html`<span class="gap"></span>`}${name}</button>`,
        )}
      </div>
      <hr />
      ${item("Copy a link to this instant", () => this.copyLink(session))}
      <button role="menuitem" tabindex="-1" @click=${() => void this.show("go")}><span class="gap"></span>Go to an instruction …</button>
      <button role="menuitem" tabindex="-1" @click=${() => void this.show("keys")}><span class="gap"></span>Keys</button>
    </div>`;
  }

  private renderKeys() {
    return html`<div class="floating menu keys" role="dialog" aria-label="Keys" tabindex="-1" @keydown=${this.onMenuKey}>
      <table><tbody>${keyHelp.map(([keys, does]) => html`<tr><th scope="row">${keys}</th><td>${does}</td></tr>`)}</tbody></table>
      <p class="dim">They work while focus is inside this machine. Shift goes back in time.</p>
      <button class="button" style="width:auto;margin-top:8px" @click=${() => void this.show("")}>Close</button>
    </div>`;
  }

  private renderGo(session: MachineSession) {
    return html`<form class="floating menu go" @keydown=${this.onMenuKey} @submit=${(event: Event) => {
      event.preventDefault();
      const typed = this.renderRoot.querySelector<HTMLInputElement>(".go input")!.value;
      const parsed = parseNumber(typed);
      if (!("value" in parsed)) {
        this.message = `${parsed.message} ${parsed.hint}`;
        return;
      }
      void this.show("");
      const tick = Number(parsed.value);
      void (tick > session.furthest ? session.run({ tick }) : session.goTo(tick));
    }}>
      <label for="tick">Instruction</label>
      <input id="tick" inputmode="numeric" autocomplete="off" aria-describedby="wrong" .value=${String(session.status?.tick ?? 0)} />
      <button class="button" style="width:auto">Go</button>
      <p id="wrong" role="status">${this.message}</p>
    </form>`;
  }

  private copyLink(session: MachineSession): void {
    const link = new URL(location.href);
    link.hash = `${session.id}@${session.status?.tick ?? 0}`;
    navigator.clipboard?.writeText(link.href).then(
      () => say(session.id, "Link copied."),
      () => {
        location.hash = link.hash;
      },
    );
  }
}

const running = (state: string) => state === "running";
