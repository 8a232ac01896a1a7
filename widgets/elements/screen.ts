// <ring-screen>: what stands on the machine's screen. Black in every theme; text mode in the guest's font and palette.
// A click or Enter holds the keyboard for the guest, and its mouse where it has that in use (guest-mouse.ts); Esc leaves,
// Shift+Tab leaves at once, Tab before holding moves on.
import { html, nothing } from "lit";
import type { GraphicsScreen, Screen, TextScreen } from "../../engine/index.ts";
import { icons } from "../icons.ts";
import { type Reader, screenRows } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { pageTurns } from "../model/turns.ts";
import { pastWords } from "../model/words.ts";
import { type DrawnText, drawText, textSize } from "../screen/draw-text.ts";
import { GuestMouse, type HeldScreen } from "../screen/guest-mouse.ts";
import { extraKeys, keysOfInput } from "../screen/keys-of-text.ts";
import { dotsPerPixel } from "../screen/motion.ts";
import { mouseButtons } from "../screen/mouse-buttons.ts";
import { shared, tokens } from "../style.ts";
import { screenStyle } from "./screen-style.ts";
import { MachineView } from "./view.ts";

/** Width to height of the box, whatever the mode. */
const SHAPE = 640 / 400;

/** The guest's own dots. */
const dotsOf = (screen: Screen) => (screen.kind === "text" ? textSize(screen) : screen);

export class RingScreen extends MachineView implements HeldScreen {
  static override properties = {
    ...MachineView.properties,
    description: { type: String },
    asText: { state: true },
    held: { state: true },
    rows: { state: true },
    keysShown: { state: true },
    mouseShown: { state: true },
  };
  /** What a graphics mode shows, in the author's words. */
  declare description: string;
  declare asText: boolean;
  declare held: boolean;
  declare rows: readonly string[];
  declare keysShown: boolean;
  declare mouseShown: boolean;
  private readonly mouse = new GuestMouse(this);
  private screen: Screen | undefined;
  private unwatch: (() => void) | undefined;
  private blinker: ReturnType<typeof setInterval> | undefined;
  private phase = 0;
  /** The guest's own dots; and as text, the pixels they come from and what stands in them. */
  private dots: HTMLCanvasElement | undefined;
  private image: ImageData | undefined;
  private drawn: DrawnText | undefined;
  private shownPixels: Uint8ClampedArray | undefined;
  private resizer: ResizeObserver | undefined;
  private painting = false;
  /** Of this element in CSS pixels, as the browser tells it: asking for it would lay the page out. */
  private boxWidth = 0;
  private stuck = new Set<string>();

  static override styles = [tokens, shared, screenStyle];

  protected override get hasControls(): boolean {
    return true;
  }

  constructor() {
    super();
    this.description = "";
    this.asText = false;
    this.held = false;
    this.rows = [];
    this.keysShown = false;
    this.mouseShown = false;
  }

  protected override joined(session: MachineSession): void {
    this.unwatch = session.watchScreen((screen) => this.take(screen));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.blinker = setInterval(() => {
      if (!this.session?.active || still) return;
      this.phase++;
      this.paintSoon();
    }, 267);
    this.resizer = new ResizeObserver(([entry]) => {
      this.boxWidth = entry.contentRect.width;
      this.paintSoon();
    });
    this.resizer.observe(this);
    this.mouse.connect();
  }
  protected override left(): void {
    this.unwatch?.();
    clearInterval(this.blinker);
    this.resizer?.disconnect();
    this.release(false);
    this.mouse.disconnect();
  }

  /** The recorded screen, while the machine sleeps; awake, `watchScreen` brings it. */
  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    if (this.screen && session.handle) return;
    const screen = await reader.screen();
    if (screen && !(this.screen && session.handle)) this.take(screen);
  }

  private take(screen: Screen): void {
    this.screen = screen;
    const rows = screenRows(screen);
    if (rows.join("\n") !== this.rows.join("\n")) this.rows = rows;
    this.paintSoon();
  }

  protected override updated(): void {
    if (this.rows.length > 0 && !this.drawn) this.paintSoon();
    this.mouse.follow();
  }

  /** In one of the page's next turns, once, however often it is asked for. */
  private paintSoon(): void {
    if (this.painting) return;
    this.painting = true;
    void pageTurns.take(() => {
      this.painting = false;
      this.paint();
    });
  }

  /** Draws what changed: on a canvas of the guest's own dots first, then on the one that is seen. */
  private paint(): void {
    const canvas = this.renderRoot?.querySelector("canvas");
    const { screen } = this;
    if (!canvas || !screen) return;
    const { width, height } = dotsOf(screen);
    this.dots ??= document.createElement("canvas");
    if (this.dots.width !== width || this.dots.height !== height) {
      Object.assign(this.dots, { width, height });
      this.image = undefined;
    }
    let changed = screen.kind === "text" ? this.paintText(screen, width, height) : this.paintPixels(screen);
    // Whole dots, then down to the box: square dots where it fits, no dropped columns where it does not.
    const box = this.boxWidth * devicePixelRatio || width;
    const whole = Math.min(4, Math.max(1, Math.ceil(box / width - 0.01)));
    if (canvas.width !== width * whole || canvas.height !== height * whole) {
      canvas.width = width * whole;
      canvas.height = height * whole;
      canvas.style.imageRendering = Math.abs(box / width - Math.round(box / width)) < 0.01 ? "pixelated" : "auto";
      changed = true;
    }
    if (!changed) return;
    const out = canvas.getContext("2d")!;
    out.imageSmoothingEnabled = false;
    out.drawImage(this.dots, 0, 0, canvas.width, canvas.height);
  }

  private paintText(screen: TextScreen, width: number, height: number): boolean {
    const ink = this.dots!.getContext("2d")!;
    const drawn = this.image && this.drawn;
    this.image ??= ink.createImageData(width, height);
    const steady = !this.session?.active;
    const phase = { charactersLit: steady || this.phase % 4 < 2, cursorLit: steady || this.phase % 2 === 0 };
    const changed = drawText(screen, new Uint32Array(this.image.data.buffer), phase, drawn);
    this.drawn = { screen, phase };
    if (changed) ink.putImageData(this.image, 0, 0);
    return changed;
  }

  private paintPixels(screen: GraphicsScreen): boolean {
    if (this.shownPixels === screen.pixels) return false;
    this.image = undefined;
    this.shownPixels = screen.pixels;
    this.dots!.getContext("2d")!.putImageData(new ImageData(screen.pixels, screen.width, screen.height), 0, 0);
    return true;
  }

  // Holding the keyboard and the mouse

  get cover(): HTMLElement {
    return this.renderRoot.querySelector(".cover")!;
  }

  dotsPerPixel(): number {
    const { screen, boxWidth: width } = this;
    return screen ? dotsPerPixel(dotsOf(screen), { width, height: width / SHAPE }) : 1;
  }

  private get input(): HTMLTextAreaElement {
    return this.renderRoot.querySelector(".keys")!;
  }

  private hold(): void {
    if (this.held || !this.session) return;
    void this.session.wake();
    if (this.session.state === "past") {
      say(this.session.id, pastWords);
      return;
    }
    this.held = true;
    this.session.held = true;
    this.input.focus({ preventScroll: true });
    say(this.session.id, "Keys go to the guest. Escape leaves.");
  }

  release(focusFrame = true): void {
    if (!this.held) return;
    this.held = false;
    const what = this.mouse.isMoved ? "The keyboard and the mouse are" : "The keyboard is";
    this.mouse.letGo();
    for (const code of this.stuck) void this.session?.handle?.key(code, false);
    this.stuck.clear();
    if (this.session) {
      this.session.held = false;
      say(this.session.id, `${what} the page's again.`);
    }
    if (focusFrame) this.cover.focus({ preventScroll: true });
  }

  private onKeyDown(event: KeyboardEvent): void {
    if (!this.held) return;
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      this.release();
      return;
    }
    if (event.key === "Tab" && event.shiftKey) {
      // Leaves at once; the browser moves focus on from the frame.
      this.release();
      return;
    }
    if (event.metaKey || event.code === "" || event.key === "Unidentified" || event.isComposing) return;
    event.preventDefault();
    const code = event.ctrlKey && event.code === "BracketLeft" ? "Escape" : event.code;
    void this.send(code, true);
  }

  private onKeyUp(event: KeyboardEvent): void {
    if (!this.held || event.code === "" || event.key === "Unidentified") return;
    event.stopPropagation();
    void this.send(event.code, false);
  }

  private async send(code: string, down: boolean): Promise<void> {
    if (down) this.stuck.add(code);
    else if (!this.stuck.delete(code)) return;
    await this.session?.handle?.key(code, down);
  }

  /** Phone keyboards: text without key codes. */
  private onBeforeInput(event: InputEvent): void {
    const keys = keysOfInput(event);
    event.preventDefault();
    if (!keys) return;
    if ("text" in keys) void this.session?.handle?.type(keys.text);
    else void this.press(keys.code);
  }

  private async press(code: string): Promise<void> {
    const handle = this.session?.handle;
    await handle?.key(code, true);
    await handle?.key(code, false);
  }

  /** Ctrl and Alt stay down until the next press; the others are pressed and let go. */
  private async extra(code: string): Promise<void> {
    if (code === "ControlLeft" || code === "AltLeft") await this.send(code, !this.stuck.has(code));
    else await this.press(code);
    this.requestUpdate();
    this.input.focus({ preventScroll: true });
  }

  /** A press on a button of the foot leaves the keyboard held. */
  private readonly keep = (event: Event) => {
    if (this.held) event.preventDefault();
  };

  private toggle(what: "keysShown" | "mouseShown"): void {
    this[what] = !this[what];
    if (this.held) this.input.focus({ preventScroll: true });
  }

  override render() {
    const label = this.session?.label ?? "Machine";
    const graphics = this.screen?.kind === "graphics";
    const { held, mouse } = this;
    const touch = matchMedia("(pointer: coarse)").matches;
    const goes = mouse.isInUse ? "keys and mouse go" : "keys go";
    return html`
      <div class="frame ${held ? "held" : ""} ${mouse.isMoved ? "moves" : ""} ${graphics ? "" : "text"}" ?hidden=${this.asText}>
        <canvas width="640" height="400" aria-hidden="true"></canvas>
        <button class="cover" aria-label=${`Screen of ${label}. ${graphics ? this.description || "Graphics." : ""} Enter: ${goes} to the guest.`}
          @click=${(event: Event) => {
            this.hold();
            mouse.take(event);
          }}></button>
        <textarea class="keys" tabindex="-1" aria-hidden=${held ? nothing : "true"} aria-label="Keys for the guest" autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false"
          @keydown=${this.onKeyDown} @keyup=${this.onKeyUp} @beforeinput=${this.onBeforeInput}
          @blur=${() => this.release(false)}></textarea>
      </div>
      ${
        this.asText
          ? html`<pre class="instead" tabindex="0" role="region" aria-label=${`Text on the screen of ${label}`}>${this.text()}</pre>`
          : html`<pre class="sr" aria-label=${`Text on the screen of ${label}`} role="group">${this.text()}</pre>`
      }
      ${held && (this.keysShown || touch) ? this.renderKeys() : nothing}
      <div class="foot ${held ? "held" : ""}">
        <p>${held ? this.renderHeld() : "Screen"}</p>
        ${
          held
            ? html`<button class="button quiet" @pointerdown=${this.keep} @click=${() => this.toggle("keysShown")} aria-pressed=${this.keysShown}>${icons.keys} More keys</button>`
            : nothing
        }
        ${
          mouse.isInUse && (!held || touch || this.mouseShown)
            ? html`<button class="button quiet" @pointerdown=${this.keep} @click=${() => this.toggle("mouseShown")} aria-pressed=${this.mouseShown}>${icons.mouse} Mouse</button>`
            : nothing
        }
        ${
          graphics
            ? nothing
            : html`<button class="button quiet" aria-pressed=${this.asText} @click=${() => {
                this.asText = !this.asText;
              }}>Read as text</button>`
        }
      </div>
      ${mouse.isInUse && this.mouseShown ? mouseButtons(mouse, this.keep) : nothing}
    `;
  }

  private renderKeys() {
    return html`<div class="extra" role="group" aria-label="Keys that a phone lacks">
      ${extraKeys.map(
        ([name, code]) =>
          html`<button class="button" aria-pressed=${code === "ControlLeft" || code === "AltLeft" ? this.stuck.has(code) : nothing}
            @pointerdown=${this.keep} @click=${() => this.extra(code)}>${name}</button>`,
      )}
    </div>`;
  }

  private renderHeld() {
    const { mouse, session } = this;
    const what = mouse.isMoved ? "Keys and mouse go" : "Keys go";
    return html`<strong>${what} to the guest.</strong> ${mouse.isInUse && !mouse.isMoved ? "Click for its mouse." : nothing} Esc leaves.${
      session?.active
        ? nothing
        : html` <button class="link" @pointerdown=${this.keep} @click=${() => {
            void session?.run();
            this.input.focus({ preventScroll: true });
          }}>It is paused: run it</button>`
    }`;
  }

  private text(): string {
    const text = this.rows.join("\n").trimEnd();
    return text || "The screen is blank.";
  }
}
