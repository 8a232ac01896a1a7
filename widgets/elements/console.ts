// <ring-console>: the machine's first serial port. xterm.js, fetched when the machine wakes; beside it a transcript that
// screen readers and print get. A click or Enter holds the keyboard; Esc leaves, Shift+Tab leaves at once.
import type { Terminal } from "@xterm/xterm";
import { css, html, nothing, unsafeCSS } from "lit";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { plainText, spokenLines } from "../model/transcript.ts";
import { framed, shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

const longestTranscript = 200_000;

export class RingConsole extends MachineView {
  static override properties = {
    ...MachineView.properties,
    rows: { type: Number },
    asText: { state: true },
    held: { state: true },
    sheet: { state: true },
    transcript: { state: true },
  };
  /** Height in lines; default 12. */
  declare rows: number;
  declare asText: boolean;
  declare held: boolean;
  declare sheet: string;
  declare transcript: string;
  private terminal: Terminal | undefined;
  private starting = false;
  private unwatch: (() => void) | undefined;
  private unsaid = "";
  private speaking: ReturnType<typeof setTimeout> | undefined;
  private resizer: ResizeObserver | undefined;

  static override styles = [
    tokens,
    shared,
    framed,
    css`
      .frame {
        padding: 8px 0 8px 12px;
        background: var(--_paper);
      }
      .frame.held {
        outline: 2px solid var(--_ink);
        outline-offset: 1px;
      }
      .frame:focus-visible {
        outline-offset: 2px;
      }
      pre {
        margin: 0;
        padding: 8px 12px;
        overflow: auto;
        font: var(--_mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        background: var(--_paper);
      }
      .foot {
        display: flex;
        align-items: center;
        gap: 4px 12px;
        min-height: 36px;
        padding: 2px 6px 2px 12px;
        color: var(--_ink-2);
      }
      .foot p {
        margin: 0 auto 0 0;
      }
      .foot strong {
        color: var(--_ink);
      }
      .foot .button {
        font-weight: 400;
        padding: 2px 8px;
        min-height: max(28px, calc(var(--_target) - 4px));
      }
      @media print {
        .frame,
        .foot {
          display: none;
        }
        pre.sr {
          position: static;
          width: auto;
          height: auto;
          clip-path: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.rows = 12;
    this.asText = false;
    this.held = false;
    this.sheet = "";
    this.transcript = "";
  }

  protected override joined(session: MachineSession): void {
    this.transcript = plainText(session.serial);
    this.unwatch = session.watchSerial((text, again) => this.take(text, again, session));
    session.addEventListener("new run", this.onNewRun);
    session.addEventListener("change", this.onWake);
    this.onWake();
  }
  protected override left(session: MachineSession): void {
    this.unwatch?.();
    session.removeEventListener("new run", this.onNewRun);
    session.removeEventListener("change", this.onWake);
    this.resizer?.disconnect();
    this.terminal?.dispose();
    this.terminal = undefined;
    this.starting = false;
  }

  private readonly onNewRun = () => {
    this.terminal?.reset();
    this.transcript = "";
  };

  private readonly onWake = () => {
    if (!this.session?.handle || this.starting) return;
    this.starting = true;
    this.startTerminal(this.session).catch((error) => {
      // The transcript goes on without a terminal.
      console.error(error);
      this.sheet = "";
    });
  };

  private async startTerminal(session: MachineSession): Promise<void> {
    const [{ Terminal }, { default: sheet }] = await Promise.all([
      import("@xterm/xterm"),
      import("@xterm/xterm/css/xterm.css?inline"),
    ]);
    this.sheet = sheet;
    await this.updateComplete;
    const box = this.renderRoot.querySelector<HTMLElement>(".terminal");
    if (!box || !this.session) return;
    const style = getComputedStyle(this);
    const terminal = new Terminal({
      rows: this.rows,
      cols: 80,
      convertEol: false,
      fontFamily: style.getPropertyValue("--_code") || "monospace",
      fontSize: 13,
      scrollback: 5000,
      // The transcript speaks; xterm's own reader mode would say everything twice.
      screenReaderMode: false,
      cursorBlink: false,
      theme: this.colours(),
    });
    terminal.open(box);
    terminal.textarea?.setAttribute("tabindex", "-1");
    terminal.attachCustomKeyEventHandler((event) => this.onTerminalKey(event));
    terminal.onData((text) => {
      if (this.held) void session.handle?.serialInput(text);
    });
    terminal.textarea?.addEventListener("blur", () => this.release(false));
    terminal.write(session.serial);
    this.terminal = terminal;
    this.fit();
    this.resizer = new ResizeObserver(() => this.fit());
    this.resizer.observe(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      terminal.options.theme = this.colours();
    });
  }

  /** As many columns as fit, 80 at most: what programs of this machine expect. */
  private fit(): void {
    const { terminal } = this;
    const screen = this.renderRoot.querySelector<HTMLElement>(".xterm-screen");
    if (!terminal || !screen?.offsetWidth) return;
    const cell = screen.offsetWidth / terminal.cols;
    const columns = Math.max(20, Math.min(80, Math.floor((this.clientWidth - 28) / cell)));
    if (columns !== terminal.cols) terminal.resize(columns, this.rows);
  }

  private colours() {
    const probe = document.createElement("span");
    this.renderRoot.append(probe);
    const read = (name: string) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const theme = {
      background: read("--_paper"),
      foreground: read("--_ink"),
      cursor: read("--_ink"),
      cursorAccent: read("--_paper"),
      selectionBackground: read("--_soft"),
    };
    probe.remove();
    return theme;
  }

  private take(text: string, again: boolean, session: MachineSession): void {
    if (again) {
      // The machine went back: what it had said by then, and nothing of it aloud.
      this.terminal?.reset();
      this.terminal?.write(text);
      this.transcript = plainText(text).slice(-longestTranscript);
      this.unsaid = "";
      return;
    }
    this.terminal?.write(text);
    this.transcript = (this.transcript + plainText(text)).slice(-longestTranscript);
    this.unsaid += plainText(text);
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { spoken, rest } = spokenLines(this.unsaid);
      this.unsaid = rest;
      if (spoken) say(`${session.id} console`, spoken);
    }, 500);
  }

  // Holding the keyboard

  private hold(): void {
    if (this.held || !this.session) return;
    void this.session.wake();
    this.held = true;
    this.session.held = true;
    this.terminal?.focus();
    say(this.session.id, "Keys go to the guest. Escape leaves.");
  }

  private release(focusFrame = true): void {
    if (!this.held) return;
    this.held = false;
    if (this.session) this.session.held = false;
    this.terminal?.blur();
    if (focusFrame) this.renderRoot.querySelector<HTMLElement>(".frame")?.focus({ preventScroll: true });
  }

  private onTerminalKey(event: KeyboardEvent): boolean {
    if (!this.held) return false;
    if (event.type === "keydown" && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.release();
      return false;
    }
    if (event.key === "Tab" && event.shiftKey) {
      if (event.type === "keydown") this.release();
      return false;
    }
    event.stopPropagation();
    return true;
  }

  override render() {
    const label = this.session?.label ?? "Machine";
    const live = this.session?.handle !== undefined && this.sheet !== "";
    const name = live && !this.transcript ? "Serial console: nothing was sent yet" : "Serial console";
    const shown = this.transcript || (live ? "" : "No serial output yet. Run the machine.");
    return html`
      ${this.sheet ? html`<style>${unsafeCSS(this.sheet)}</style>` : nothing}
      <div class="frame ${this.held ? "held" : ""}" role="group" tabindex="0" ?hidden=${!live || this.asText}
        aria-label=${`Serial console of ${label}. Enter: keys go to the guest.`} @click=${() => this.hold()}
        @keydown=${(event: KeyboardEvent) => {
          if (this.held || event.key !== "Enter" || event.target !== event.currentTarget) return;
          event.preventDefault();
          this.hold();
        }}><div class="terminal" aria-hidden=${this.held ? nothing : "true"}></div></div>
      <pre class=${live && !this.asText ? "sr" : ""} style=${`height:${this.rows * 20 + 16}px`} tabindex=${live && !this.asText ? nothing : 0} role="region" aria-label=${`Transcript of the serial console of ${label}`}>${shown}</pre>
      <div class="foot">
        <p>${this.held ? html`<strong>Keys go to the guest.</strong> Esc leaves.` : name}</p>
        ${
          live
            ? html`<button class="button quiet" aria-pressed=${this.asText} @click=${() => {
                this.asText = !this.asText;
              }}>Read as text</button>`
            : nothing
        }
      </div>`;
  }
}
