// What a mouse has done since it was last asked, in whole counts: a count is a dot of the guest's screen, a count of the
// wheel one notch. The fractions that a scaled screen gives stay for the next time, so that no sum is off by more than half.
import type { MouseAction } from "../../engine/index.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Dots to a CSS pixel where a screen of `dots` is shown as large as `box` allows, in its own shape. */
export function dotsPerPixel(dots: Size, box: Size): number {
  const scale = Math.max(dots.width / box.width, dots.height / box.height);
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}

/** Pixels, lines and pages that browsers report for a notch of a wheel, by `WheelEvent.deltaMode`. */
const NOTCH = [100, 3, 1];

/** Notches towards the user. */
export function notchesOf({ deltaY, deltaMode }: Pick<WheelEvent, "deltaY" | "deltaMode">): number {
  return deltaY / (NOTCH[deltaMode] ?? NOTCH[0]);
}

export class Motion {
  private right = 0;
  private down = 0;
  private back = 0;

  /** By so many dots. */
  move(right: number, down: number): void {
    this.right += right;
    this.down += down;
  }

  /** The wheel, by so many notches towards the user. */
  turn(back: number): void {
    this.back += back;
  }

  /** There is something whole to take. */
  get isDue(): boolean {
    return [this.right, this.down, this.back].some((count) => Math.round(count) !== 0);
  }

  /** What is whole of it; the rest stays. */
  take(): Required<Pick<MouseAction, "right" | "down" | "back">> {
    // Added to 0, no count is −0.
    const [right, down, back] = [this.right, this.down, this.back].map((count) => 0 + Math.round(count));
    this.right -= right;
    this.down -= down;
    this.back -= back;
    return { right, down, back };
  }
}
