/** The VGA's text screen drawn in a terminal: only what changed, in the nearest of its sixteen colours. */
import type { Screen } from "../machine/api.ts";
import { screenText } from "../machine/screentext.ts";

/** The VGA's order of colours is blue first, a terminal's red first. */
const TERMINAL = [0, 4, 2, 6, 1, 5, 3, 7];

export class TextDisplay {
  readonly #out: (text: string) => void;
  #lines: string[] = [];
  #cursor = "";

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  /** Draws what differs from what is shown. */
  draw(screen: Screen): void {
    const lines =
      screen.kind === "text" ? coloured(screen) : [`[a picture of ${screen.width} x ${screen.height} dots]`];
    let text = "";
    if (this.#lines.length === 0) text += "\x1b[2J";
    if (lines.length < this.#lines.length) text += "\x1b[2J";
    for (const [row, line] of lines.entries()) {
      if (line !== this.#lines[row] || text.startsWith("\x1b[2J")) text += `\x1b[${row + 1};1H${line}\x1b[0m\x1b[K`;
    }
    const cursor = screen.kind === "text" ? cursorAt(screen) : "\x1b[?25l";
    if (text !== "" || cursor !== this.#cursor) this.#out(text + cursor);
    this.#lines = lines;
    this.#cursor = cursor;
  }

  /** Leaves the cursor below the picture. */
  end(): void {
    if (this.#lines.length > 0) this.#out(`\x1b[${this.#lines.length + 1};1H\x1b[?25h\x1b[0m\n`);
  }
}

type Text = Extract<Screen, { kind: "text" }>;

function cursorAt({ cursor }: Text): string {
  return cursor.visible ? `\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h` : "\x1b[?25l";
}

function coloured(screen: Text): string[] {
  const rows = screenText({ ...screen, padded: true }).split("\n");
  return rows.map((row, y) => {
    let line = "";
    let last = -1;
    for (const [x, character] of [...row].entries()) {
      const attribute = screen.cells[y * screen.columns + x] >> 8;
      if (attribute !== last) line += colourEscape(attribute);
      last = attribute;
      line += character;
    }
    return line;
  });
}

function colourEscape(attribute: number): string {
  const [ink, paper] = [attribute & 15, (attribute >> 4) & 7];
  return `\x1b[0;${(ink & 8 ? 90 : 30) + TERMINAL[ink & 7]};${40 + TERMINAL[paper]}m`;
}
