// The guest's mouse, moved by the reader's pointer while a screen is held, and by buttons. A click locks the pointer to the
// screen where the guest has its mouse in use; a browser that refuses (a sandboxed frame), has no lock, or has only
// fingers, moves it while the pointer is over the screen: a finger as on a touchpad, a tap is a left click. Esc, or the
// browser taking the lock away, leaves the screen as a whole, and buttons that are down go up.
// Movement goes to the machine once a frame, and not before it has had the last; a button goes at once, with what moved
// before it. A machine that stands still is not moved in; in the past nothing is sent.
import type { MouseAction } from "../../engine/index.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { nextFrame } from "../model/turns.ts";
import { pastWords } from "../model/words.ts";
import { Motion, notchesOf } from "./motion.ts";

/** The screen it is on. */
export interface HeldScreen {
  readonly session: MachineSession | undefined;
  readonly held: boolean;
  /** What is pointed at; in a shadow root. */
  readonly cover: HTMLElement;
  /** Dots of the guest to a CSS pixel, as it is shown. */
  dotsPerPixel(): number;
  /** Leaves the keyboard, too. */
  release(focusFrame: boolean): void;
  requestUpdate(): void;
}

const POINTER_EVENTS = ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"];
const OTHER_EVENTS = ["mousedown", "mouseup", "wheel", "contextmenu"];
const LOCK_EVENTS = ["pointerlockchange", "pointerlockerror"];
/** All that the mouse has, in bits as `PointerEvent.buttons`. */
const BUTTONS = 31;
/** A click lasts so long: the guest hears of both ends. */
const CLICK_MS = 50;
/** A finger that stays so near, and so short, taps. */
const TAP_PIXELS = 8;
const TAP_MS = 300;

interface Place {
  x: number;
  y: number;
}

export class GuestMouse implements EventListenerObject {
  /** How the reader's pointer moves it: not; a lock is asked for; locked to the screen; while over the screen. */
  grip: "none" | "asked" | "locked" | "free" = "none";
  /** Down in the guest. */
  buttons = 0;
  private readonly screen: HeldScreen;
  private readonly motion = new Motion();
  private wasInUse = false;
  /** The last click on the screen was a finger's. */
  private isTouched = false;
  private sending = false;
  /** Where a pointer without a lock was last. */
  private last: Place | undefined;
  private finger: (Place & { readonly since: number; drags: boolean }) | undefined;

  constructor(screen: HeldScreen) {
    this.screen = screen;
  }

  connect(): void {
    for (const type of LOCK_EVENTS) document.addEventListener(type, this);
  }
  disconnect(): void {
    this.letGo();
    for (const type of LOCK_EVENTS) document.removeEventListener(type, this);
  }

  /** The guest has its mouse in use. */
  get isInUse(): boolean {
    return this.screen.session?.handle?.status.mouse === true;
  }

  get isMoved(): boolean {
    return this.grip === "locked" || this.grip === "free";
  }

  /** The screen was clicked: takes the pointer, where the screen is held and the guest has a use for it. */
  take(click: Event): void {
    const { pointerType, clientX: x, clientY: y } = click as PointerEvent;
    this.isTouched = pointerType === "touch"; // empty where it was Enter
    if (!this.screen.held || !this.isInUse || this.grip !== "none") return;
    this.last = pointerType === "mouse" ? { x, y } : undefined;
    this.grab();
  }

  private grab(): void {
    const { cover } = this.screen;
    for (const type of [...POINTER_EVENTS, ...OTHER_EVENTS]) cover.addEventListener(type, this, { passive: false });
    this.grip = "asked";
    if (this.isTouched || !cover.requestPointerLock) this.become("free");
    // Older browsers give no promise; either way the document hears of it.
    else void Promise.resolve(cover.requestPointerLock()).catch(() => this.refused());
  }

  /** The screen was left, or the guest turned its mouse off: buttons go up, and the pointer is the page's. */
  letGo(): void {
    if (this.buttons !== 0 || this.motion.isDue) this.send(0);
    if (this.grip === "none") return;
    const { cover } = this.screen;
    for (const type of [...POINTER_EVENTS, ...OTHER_EVENTS]) cover.removeEventListener(type, this);
    if (this.grip === "locked") document.exitPointerLock();
    this.grip = "none";
    this.last = this.finger = undefined;
  }

  /** The machine changed: its guest may have turned its mouse on or off. */
  follow(): void {
    const { isInUse } = this;
    if (isInUse === this.wasInUse) return;
    this.wasInUse = isInUse;
    if (!isInUse) this.letGo();
    else if (this.screen.held && this.isTouched) this.grab();
    else if (this.screen.held) this.say("The guest turned its mouse on. Click its screen to move it.");
    this.screen.requestUpdate();
  }

  handleEvent(event: Event): void {
    if (event.type === "pointerlockchange") this.onLockChange();
    else if (event.type === "pointerlockerror") this.refused();
    else if (event.type === "wheel") this.onWheel(event as WheelEvent);
    else if (!POINTER_EVENTS.includes(event.type))
      event.preventDefault(); // no menu, and the keyboard stays held
    else if ((event as PointerEvent).pointerType === "touch") this.onTouch(event as PointerEvent);
    else this.onPointer(event as PointerEvent);
  }

  // Taking the pointer

  private onLockChange(): void {
    const { cover } = this.screen;
    const isLocked = (cover.getRootNode() as ShadowRoot).pointerLockElement === cover;
    if (isLocked && this.grip === "asked") this.become("locked");
    else if (isLocked && this.grip !== "locked") document.exitPointerLock();
    else if (!isLocked && this.grip === "locked") this.screen.release(document.hasFocus());
  }

  private refused(): void {
    if (this.grip === "asked") this.become("free");
  }

  private become(grip: "locked" | "free"): void {
    this.grip = grip;
    this.say("Keys and mouse go to the guest. Escape leaves.");
    this.screen.requestUpdate();
  }

  private say(words: string): void {
    say(this.screen.session?.id ?? "", words);
  }

  // The reader's pointer

  private onPointer(event: PointerEvent): void {
    if (!this.isMoved) return;
    if (this.grip === "locked") this.move(event.movementX, event.movementY);
    else this.moveTo(event);
    const buttons = event.buttons & BUTTONS;
    if (buttons !== this.buttons) this.send(buttons);
    else this.sendSoon();
  }

  /** Without a lock: by the way since the pointer was last over the screen, or anywhere while a button is down. */
  private moveTo(event: PointerEvent): void {
    if (event.type === "pointerdown") this.screen.cover.setPointerCapture(event.pointerId);
    const { clientX: x, clientY: y } = event;
    if (this.last) this.move(x - this.last.x, y - this.last.y);
    this.last = event.type === "pointerleave" ? undefined : { x, y };
  }

  private move(right: number, down: number): void {
    if (!this.screen.session?.active) return;
    const scale = this.screen.dotsPerPixel();
    this.motion.move(right * scale, down * scale);
  }

  private onTouch(event: PointerEvent): void {
    if (!event.isPrimary || !this.isMoved) return;
    const { clientX: x, clientY: y, timeStamp } = event;
    const { finger } = this;
    if (event.type === "pointerdown") this.finger = { x, y, since: timeStamp, drags: false };
    else if (event.type === "pointermove" && finger) {
      finger.drags ||= Math.hypot(x - finger.x, y - finger.y) >= TAP_PIXELS;
      if (!finger.drags) return;
      this.move(x - finger.x, y - finger.y);
      Object.assign(finger, { x, y });
      this.sendSoon();
    } else {
      this.finger = undefined;
      if (event.type === "pointerup" && finger && !finger.drags && timeStamp - finger.since < TAP_MS) this.click(1);
    }
  }

  private onWheel(event: WheelEvent): void {
    if (!this.isMoved) return;
    event.preventDefault();
    if (this.screen.session?.active) this.motion.turn(notchesOf(event));
    this.sendSoon();
  }

  // Buttons on the page

  /** By so many dots. */
  nudge(right: number, down: number): void {
    if (this.isClosed()) return;
    this.motion.move(right, down);
    this.sendSoon();
  }

  /** Presses a button, by its bit, and lets it go. */
  click(button: number): void {
    if (this.isClosed()) return;
    this.send(this.buttons | button);
    setTimeout(() => {
      if (this.buttons & button) this.send(this.buttons & ~button);
    }, CLICK_MS);
  }

  /** Presses a button that is up, lets one go that is down. */
  toggle(button: number): void {
    if (!this.isClosed()) this.send(this.buttons ^ button);
  }

  private isClosed(): boolean {
    const isPast = this.screen.session?.state === "past";
    if (isPast) this.say(pastWords);
    return isPast;
  }

  // To the machine

  private send(buttons: number): void {
    this.buttons = buttons;
    if (this.motion.isDue) void this.tell(this.motion.take());
    void this.tell({ buttons });
    this.screen.requestUpdate();
  }

  private sendSoon(): void {
    if (this.sending || !this.motion.isDue) return;
    this.sending = true;
    nextFrame(async () => {
      if (this.motion.isDue) await this.tell(this.motion.take());
      this.sending = false;
      this.sendSoon();
    });
  }

  private async tell(action: MouseAction): Promise<void> {
    const { session } = this.screen;
    if (session?.state === "past") return;
    // A machine that failed, or was closed meanwhile, says so itself.
    await session?.handle?.mouse(action).catch(() => {});
  }
}
