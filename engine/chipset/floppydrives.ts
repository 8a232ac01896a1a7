/**
 * The mechanics of up to four floppy drives: disks going in and out, heads stepping.
 *
 * A step takes 20 microseconds here and 3 milliseconds in a drive: software waits for its end, not for its length. Heads
 * stop at track 0 and at cylinder 83.
 *
 * Source: Intel 82077AA data sheet, order 290166-007, "Control Commands"; the change line, IBM PC AT technical reference.
 */

import { EngineError } from "../wasm/error.ts";
import type { Clock, Timer } from "./bus.ts";
import { diskContents, floppyFormat } from "./floppydisk.ts";
import { type FdcState, ST0_ABNORMAL, ST0_EQUIPMENT, ST0_SEEK_END } from "./i82077state.ts";

const STEP_MICROSECONDS = 20;
/** Steps of one RECALIBRATE. */
const RECALIBRATE_STEPS = 79;
const MAX_CYLINDER = 83;

/** The drives of one controller, on its state. */
export class FloppyDrives {
  readonly #state: FdcState;
  readonly #clock: Clock;
  readonly #library: (name: string) => Uint8Array | undefined;
  readonly #timers: Timer[];
  readonly #images: (Uint8Array | undefined)[] = [undefined, undefined, undefined, undefined];

  /** `arrived` hears of the end of each seek, with its ST0; `library` has the images by name. */
  constructor(
    state: FdcState,
    clock: Clock,
    library: (name: string) => Uint8Array | undefined,
    arrived: (drive: number, st0: number) => void,
  ) {
    this.#state = state;
    this.#clock = clock;
    this.#library = library;
    this.#timers = [0, 1, 2, 3].map((n) =>
      clock.timer(`i82077.seek${n}`, () => {
        const st0 = state.drives[n].seeking;
        state.drives[n].seeking = -1;
        arrived(n, st0);
      }),
    );
  }

  /** The image in a drive; undefined for an empty one. */
  image(drive: number): Uint8Array | undefined {
    return this.#images[drive];
  }

  insert(drive: number, name: string, writeProtected: boolean): void {
    const image = this.#library(name);
    if (image === undefined || floppyFormat(image.length) === undefined) {
      throw new EngineError("not a floppy image", { name, bytes: image?.length });
    }
    this.#images[drive] = image;
    Object.assign(this.#state.drives[drive], { image: name, writeProtected, written: {}, changed: true });
  }

  eject(drive: number): void {
    this.#images[drive] = undefined;
    Object.assign(this.#state.drives[drive], { image: "", writeProtected: false, written: {}, changed: true });
  }

  contents(drive: number): Uint8Array | undefined {
    const image = this.#images[drive];
    return image === undefined ? undefined : diskContents(this.#state.drives[drive], image);
  }

  /** Finds the images of the disks that a snapshot says are inserted. */
  restored(): void {
    this.#state.drives.forEach((drive, n) => {
      this.#images[n] = drive.image === "" ? undefined : this.#library(drive.image);
    });
  }

  /** Stops stepping; the heads stay where they would have got to. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const drive of this.#state.drives) drive.seeking = -1;
  }

  /** Steps `steps` cylinders (down where negative). PCN follows what was asked, not where the head got to. */
  seek(n: number, steps: number): void {
    this.#state.pcn[n] = Math.max(0, this.#state.pcn[n] + steps) & 0xff;
    this.#step(n, steps);
  }

  /** Steps down until the track 0 sensor says so, at most 79 times. */
  recalibrate(n: number): void {
    this.#state.pcn[n] = 0;
    this.#step(n, -RECALIBRATE_STEPS);
    const drive = this.#state.drives[n];
    if (drive.cylinder > 0) drive.seeking |= ST0_ABNORMAL | ST0_EQUIPMENT;
  }

  #step(n: number, steps: number): void {
    const drive = this.#state.drives[n];
    const target = Math.min(MAX_CYLINDER, Math.max(0, drive.cylinder + steps));
    const moved = Math.abs(target - drive.cylinder);
    // Step pulses clear the change line where there is a disk, also those that cannot move the head.
    if (steps !== 0 && drive.image !== "") drive.changed = false;
    drive.cylinder = target;
    // The head bit of ST0 is always 0 after a seek (data sheet, "Sense Interrupt Status").
    drive.seeking = ST0_SEEK_END | n;
    const ticks = Math.floor((STEP_MICROSECONDS * (moved + 1) * this.#clock.ticksPerSecond) / 1e6);
    this.#timers[n].arm(this.#clock.now + ticks);
  }
}
