// <ring-machine>: owns one machine, wakes it as it comes into view, lays its views out, listens to gdb's keys while
// focus is inside, and opens at an instant named by the page's address (#boot@1204).
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { Engine, MachineConfiguration } from "../../engine/index.ts";
import { labelsOf, readImage, type SourceElement, sourceIn } from "../model/image.ts";
import { actOnKey } from "../model/keys.ts";
import { machineConfiguration } from "../model/machine-configuration.ts";
import { announceMachine, withdrawMachine } from "../model/machines.ts";
import { byteSize, grouped } from "../model/number.ts";
import { pageEngine } from "../model/page-engine.ts";
import { parseFrame } from "../model/reader.ts";
import { MachineSession } from "../model/session.ts";
import type { Labels } from "../model/until.ts";
import { shared, tokens } from "../style.ts";

const sideViews = new Set(["ring-registers", "ring-memory"]);
/** Views that need the whole width: above both columns where they come first, else below. */
const broadViews = new Set(["ring-pc", "ring-pci"]);
const topViews = new Set(["ring-controls", "ring-timeline"]);

/** The reader has asked the browser to load little. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

export class RingMachine extends LitElement {
  static override properties = {
    label: { type: String },
    memory: { type: Number },
    floppy: { type: String, means: "image" },
    floppyB: { type: String, attribute: "floppy-b", means: "image" },
    at: { type: String, means: "place" },
    rtc: { type: String },
    manual: { type: Boolean },
    keep: { type: Boolean },
  };
  declare label: string;
  declare memory: number;
  declare floppy: string;
  declare floppyB: string;
  /** Where to wake: a tick ("12288") or an address about to run ("0x7c00"). */
  declare at: string;
  declare rtc: string;
  /** Do not wake on coming into view. */
  declare manual: boolean;
  /** While the author writes: a page that reloads after an edit brings the machine back to where it stood. */
  declare keep: boolean;
  readonly session: MachineSession;
  private watcher: IntersectionObserver | undefined;
  private sources: SourceElement[] = [];

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        margin: 24px 0;
        border: 1px solid var(--_hairline);
        border-radius: 6px;
        background: var(--_panel);
        container-type: inline-size;
        scroll-margin-top: 72px;
      }
      .skip {
        position: absolute;
        left: 8px;
        top: 8px;
        z-index: 10;
        max-width: calc(100% - 16px);
        white-space: normal;
        max-width: calc(100% - 16px);
        white-space: normal;
      }
      /* Clipped where it will stand, not moved away: far down a page, "away" is the text above. */
      .skip:not(:focus) {
        clip-path: inset(50%);
        pointer-events: none;
      }
      .end {
        top: auto;
        bottom: 8px;
      }
      .name {
        outline-offset: -2px;
      }
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
      }
      .main,
      .side {
        display: flex;
        flex-direction: column;
        min-width: 0;
      }
      .broad {
        grid-column: 1 / -1;
        min-width: 0;
      }
      .main ::slotted(*),
      .side ::slotted(*),
      .broad ::slotted(*) {
        border-top: 1px solid var(--_hairline);
      }
      @container (min-width: 800px) {
        .body.two {
          grid-template-columns: minmax(0, 1fr) 350px;
        }
        .side {
          border-left: 1px solid var(--_hairline);
        }
      }
      .problem,
      .notice {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin: 0;
        padding: 8px 12px;
        border-top: 1px solid var(--_hairline);
      }
      .problem {
        border-left: 4px solid var(--_fault);
        background: var(--_fault-ground);
      }
      .problem p,
      .notice p {
        margin: 0;
        flex: 1 1 260px;
      }
      @media print {
        :host {
          break-inside: avoid;
          border-color: #000;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.label = "";
    this.memory = 16;
    this.floppy = "";
    this.floppyB = "";
    this.at = "";
    this.rtc = "";
    this.manual = false;
    this.keep = false;
    this.session = new MachineSession("", "", {
      configuration: (engine, progress) => this.configuration(engine, progress),
      labels: () => this.labels(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { session } = this;
    session.id = this.id || `machine-${document.querySelectorAll("ring-machine").length}`;
    session.label = this.getAttribute("label") || "Machine";
    this.label = session.label;
    const recorded = this.querySelector(":scope > script.recorded")?.textContent;
    if (recorded && !session.handle) session.takeFrame(parseFrame(recorded));
    session.origin.wakeAt = this.keptTick() ?? (this.getAttribute("at") || undefined);
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.label);
    announceMachine(session);
    session.addEventListener("change", this.onChange);
    this.addEventListener("keydown", this.onKey);
    addEventListener("hashchange", this.onHash);
    if (this.keep && import.meta.env?.DEV) addEventListener("pagehide", this.keepTick);
    this.assignSlots();
    this.watchSources();
    this.watcher = new IntersectionObserver(
      (entries) => {
        if (this.manual || savesData() || !entries.some((entry) => entry.isIntersecting)) return;
        this.watcher?.disconnect();
        void session.wake();
      },
      { rootMargin: "64px" },
    );
    this.watcher.observe(this);
    // The engine comes up beside the page's first layout, so that waking need not wait for it.
    if (!this.manual && !savesData()) queueMicrotask(() => void pageEngine().catch(() => undefined));
    this.onChange();
    this.onHash();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher?.disconnect();
    removeEventListener("hashchange", this.onHash);
    removeEventListener("pagehide", this.keepTick);
    this.removeEventListener("keydown", this.onKey);
    this.session.removeEventListener("change", this.onChange);
    for (const source of this.sources) source.removeEventListener("ring-source", this.onSource);
    withdrawMachine(this.session);
    // Moved within the page, it is back before this runs; a machine that left for good gives its memory back.
    setTimeout(() => {
      if (!this.isConnected) this.session.close();
    });
  }

  private readonly onChange = () => {
    const { state } = this.session;
    if (this.dataset.state !== state) this.dataset.state = state;
    this.requestUpdate();
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (!this.session.held && actOnKey(event, this.session, this)) event.preventDefault();
  };

  /** `#boot@1204`: to that instant, with focus on the machine's name. */
  private readonly onHash = () => {
    const match = /^#(.+)@(\d+)$/.exec(decodeURIComponent(location.hash));
    if (match?.[1] !== this.session.id) return;
    void this.session.goTo(Number(match[2])).then(() => {
      this.scrollIntoView({ block: "start" });
      (this.renderRoot.querySelector(".name") as HTMLElement | null)?.focus();
    });
  };

  // Kept over a reload by `npm run dev`: the instant alone, since a run to it is the same run.
  private get keepKey(): string {
    return `ring:keep:${location.pathname}#${this.id}`;
  }
  private readonly keepTick = () => {
    const { status } = this.session;
    if (status) sessionStorage.setItem(this.keepKey, String(status.tick));
  };
  private keptTick(): string | undefined {
    if (!this.keep || !import.meta.env?.DEV) return undefined;
    return sessionStorage.getItem(this.keepKey) ?? undefined;
  }

  /** Of the first disk's source, and of the second's. */
  private async labels(): Promise<Labels> {
    const engine = await pageEngine();
    const each = await Promise.all([...this.sources].reverse().map((source) => labelsOf(source, engine)));
    return Object.assign({}, ...each);
  }

  private async configuration(engine: Engine, progress: (step: string) => void): Promise<MachineConfiguration> {
    const floppies: (Uint8Array | undefined)[] = [];
    for (const name of [this.floppy, this.floppyB]) {
      const image = name ? await readImage(name, this, engine, this.session.frame?.disks) : undefined;
      if (image) progress(`disk ${byteSize(image.length)}`);
      floppies.push(image);
    }
    return machineConfiguration(this, floppies);
  }

  private watchSources(): void {
    this.sources = [this.floppy, this.floppyB].map((name) => sourceIn(name, this)).filter((one) => one !== undefined);
    for (const source of this.sources) source.addEventListener("ring-source", this.onSource);
  }

  /** The source of a disk was edited and is to run: power on again with it. */
  private readonly onSource = async () => {
    if (!this.session.handle) return;
    const configuration = await this.configuration(await pageEngine(), () => {});
    await this.session.powerOn({ floppies: configuration.floppies });
  };

  private assignSlots(): void {
    let broad = "above";
    for (const child of this.children) {
      if (child.slot || child.localName === "script") continue;
      if (topViews.has(child.localName)) child.slot = "top";
      else if (broadViews.has(child.localName)) child.slot = broad;
      else if (sideViews.has(child.localName)) child.slot = "side";
      if (child.localName.startsWith("ring-") && !child.slot) broad = "below";
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("label")) this.session.label = this.label || "Machine";
  }

  protected override firstUpdated(): void {
    this.toggleAttribute("ready", true);
  }

  private jump(to: string): void {
    this.renderRoot.querySelector<HTMLElement>(to)?.focus();
  }

  override render() {
    const { session } = this;
    const hasSide = [...this.children].some((child) => child.slot === "side");
    const hasTop = this.querySelector(":scope > ring-controls") !== null;
    return html`
      <button class="skip button" @click=${() => this.jump(".end")}>Skip this machine</button>
      <div class="name sr" tabindex="-1">${this.label}</div>
      <slot name="top">${hasTop ? nothing : html`<ring-controls></ring-controls>`}</slot>
      ${this.renderProblem()}
      ${
        session.notice
          ? html`<div class="notice"><p>${session.notice}</p>
              <button class="button" @click=${() => this.forgetNotice()}>Close</button></div>`
          : nothing
      }
      ${
        session.undo
          ? html`<div class="notice"><p>${session.undo.message}</p>
              <button class="button" @click=${() => session.undo?.undo()}>Undo</button>
              <button class="button quiet" @click=${() => this.forgetUndo()}>Keep</button></div>`
          : nothing
      }
      <div class="body ${hasSide ? "two" : ""}">
        <div class="broad"><slot name="above"></slot></div>
        <div class="main"><slot></slot></div>
        <div class="side" ?hidden=${!hasSide}><slot name="side"></slot></div>
        <div class="broad"><slot name="below"></slot></div>
      </div>
      <button class="skip end button" @click=${() => this.jump(".skip")}>End of the machine. Back to its start</button>
    `;
  }

  private renderProblem() {
    const { session } = this;
    if (!session.failure) return nothing;
    const where = session.handle
      ? `The emulator failed at instruction ${grouped(session.status?.tick ?? 0)}`
      : "This machine could not be started";
    return html`<div class="problem" role="group" aria-label="Problem">
      <p><strong>${where}.</strong> ${session.failure.replace(/[^.!?]$/, "$&.")} Your work is safe; the last good frame stays.</p>
      <button class="button" @click=${() => navigator.clipboard?.writeText(this.report())}>Copy report</button>
      <button class="button primary" @click=${() => session.restart()}>Restart</button>
    </div>`;
  }

  private report(): string {
    const { session } = this;
    return JSON.stringify({
      machine: session.id,
      failure: session.failure,
      status: session.status,
      page: location.href,
      browser: navigator.userAgent,
    });
  }

  private forgetNotice(): void {
    this.session.notice = "";
    this.session.changed();
  }

  private forgetUndo(): void {
    this.session.undo = undefined;
    this.session.changed();
  }
}
