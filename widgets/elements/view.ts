// What every view is: an element that finds its machine (the one it stands in, or `machine="id"`), draws again when
// that changes, and reads what it shows at stops, at most ten times a second while running, and only while visible. Until
// it is `drawn`, what the page was built with stands in its place; until it is `ready`, what it read is not drawn yet, and a
// page may keep its room (site/styles/room.css).
import { LitElement, type PropertyValues } from "lit";
import { whenMachine } from "../model/machines.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { pageTurns } from "../model/turns.ts";
import { turnForControls } from "./apart.ts";
import type { RingMachine } from "./machine.ts";

const runningIntervalMs = 100;
/** Views that are about to be scrolled to are read already. */
const margin = { rootMargin: "256px" };

/** The nearest `<ring-machine>` around a node, through shadow roots. */
export function machineAround(node: Node): RingMachine | undefined {
  let at: Node | null = node;
  while (at) {
    if (at instanceof Element && at.localName === "ring-machine") return at as RingMachine;
    at = (at as Element).assignedSlot ?? at.parentNode ?? (at instanceof ShadowRoot ? at.host : null);
  }
  return undefined;
}

export abstract class MachineView extends LitElement {
  static override properties = { machine: { type: String }, session: { state: true } };
  declare machine: string;
  declare session: MachineSession | undefined;
  private visible = false;
  private watcher: IntersectionObserver | undefined;
  private loadedVersion = -1;
  private loadedAt = 0;
  private loading = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The machine ran on while this was out of sight: drawn when it comes back, or when the machine stops. */
  private outdated = false;
  private readonly onChange = () => {
    this.outdated = !this.visible && this.session?.active === true;
    if (!this.outdated) this.requestUpdate();
    this.scheduleLoad();
  };

  constructor() {
    super();
    this.machine = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.watcher = new IntersectionObserver((entries) => {
      this.visible = entries.at(-1)!.isIntersecting;
      if (this.visible && this.outdated) this.onChange();
      else this.scheduleLoad();
    }, margin);
    this.watcher.observe(this);
    void this.findMachine();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher?.disconnect();
    clearTimeout(this.timer);
    this.leave();
    this.session = undefined;
  }

  override attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    super.attributeChangedCallback(name, before, now);
    if (name === "machine" && this.isConnected && before !== now) void this.findMachine();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    root.append(document.createElement("slot"));
    return root;
  }

  protected override update(changed: PropertyValues<this>): void {
    if (!this.hasUpdated) this.renderRoot.replaceChildren();
    super.update(changed);
    if (!this.hasUpdated) this.toggleAttribute("drawn", true);
  }

  /** Whether it draws form controls as soon as it draws. */
  protected get hasControls(): boolean {
    return false;
  }

  /** Views draw in the page's turns, not all of them in one task. */
  protected override async scheduleUpdate(): Promise<void> {
    if (!this.hasUpdated && this.hasControls) await turnForControls(this);
    await pageTurns.take(() => super.scheduleUpdate());
  }

  private async findMachine(): Promise<void> {
    const around = this.machine ? undefined : machineAround(this)?.session;
    const session = around ?? (this.machine ? await whenMachine(this.machine) : undefined);
    if (!session || !this.isConnected) return;
    this.leave();
    this.session = session;
    session.addEventListener("change", this.onChange);
    this.joined(session);
    this.reload();
  }

  private leave(): void {
    if (!this.session) return;
    this.session.removeEventListener("change", this.onChange);
    this.left(this.session);
  }

  /** The view has its machine; subscribe to more here, and let go of it in `left`. */
  protected joined(_session: MachineSession): void {}
  protected left(_session: MachineSession): void {}

  /** Reads what the view shows. Only the newest call may store its answer: check `isNewest()` after each await. */
  protected async load(_reader: Reader, _session: MachineSession): Promise<void> {}

  /** Reads again even though the machine did not change: the view shows something else now. */
  protected reload(): void {
    this.loadedVersion = -1;
    this.scheduleLoad();
  }

  private scheduleLoad(): void {
    const { session } = this;
    if (!session || !this.visible || this.loading || session.version === this.loadedVersion) return;
    clearTimeout(this.timer);
    const running = session.active;
    const wait = running ? Math.max(0, this.loadedAt + runningIntervalMs - performance.now()) : 0;
    if (wait > 0) {
      this.timer = setTimeout(() => this.scheduleLoad(), wait);
      return;
    }
    const { reader } = session;
    if (!reader) return;
    this.loading = true;
    this.loadedVersion = session.version;
    this.load(reader, session)
      .catch((error) => {
        // A machine that failed or was closed while we asked: the last good frame stays.
        if (!session.failure && session.handle) console.error(error);
      })
      .finally(() => {
        this.loading = false;
        this.loadedAt = performance.now();
        this.requestUpdate();
        if (!this.hasAttribute("ready")) void this.updateComplete.then(() => this.toggleAttribute("ready", true));
        this.scheduleLoad();
      });
  }
}
