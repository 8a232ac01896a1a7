// Buttons that move the guest's mouse: for a keyboard (arrow keys work anywhere among them), a switch, a voice, and for the
// right button on a touch screen.
import { html } from "lit";
import { icons } from "../icons.ts";
import type { GuestMouse } from "./guest-mouse.ts";

/** Dots of one press; with Shift, one. */
const STEP = 8;
const LEFT = 1;
const RIGHT = 2;

const DIRECTIONS = [
  ["Left", "ArrowLeft", icons.left, -1, 0],
  ["Up", "ArrowUp", icons.up, 0, -1],
  ["Down", "ArrowDown", icons.down, 0, 1],
  ["Right", "ArrowRight", icons.right, 1, 0],
] as const;

function nudge(mouse: GuestMouse, right: number, down: number, { shiftKey }: MouseEvent | KeyboardEvent): void {
  const dots = shiftKey ? 1 : STEP;
  mouse.nudge(right * dots, down * dots);
}

function onKeyDown(event: KeyboardEvent, mouse: GuestMouse): void {
  const direction = DIRECTIONS.find(([, code]) => code === event.key);
  if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  nudge(mouse, direction[3], direction[4], event);
}

/** `keep`: what a press does so that a held keyboard stays held. */
export function mouseButtons(mouse: GuestMouse, keep: (event: Event) => void) {
  return html`<div class="extra mouse" role="group" aria-label="The guest's mouse. Arrow keys move it by ${STEP} dots, with Shift by one."
    @pointerdown=${keep} @keydown=${(event: KeyboardEvent) => onKeyDown(event, mouse)}>
    ${DIRECTIONS.map(
      ([name, , icon, right, down]) =>
        html`<button class="button" aria-label=${`Mouse ${name.toLowerCase()}`}
          @click=${(event: MouseEvent) => nudge(mouse, right, down, event)}>${icon} ${name}</button>`,
    )}
    <button class="button" @click=${() => mouse.click(LEFT)}>Left click</button>
    <button class="button" @click=${() => mouse.click(RIGHT)}>Right click</button>
    <button class="button" aria-pressed=${(mouse.buttons & LEFT) !== 0} @click=${() => mouse.toggle(LEFT)}>Hold left</button>
  </div>`;
}
