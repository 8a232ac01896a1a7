/**
 * Source text into statements: comments blanked out (so columns stay), lines split at `;`, labels left in. Comments are
 * `#` and `//` to the end of the line and C's. Source: Using as, 3 "Syntax".
 */
import type { Location } from "./diagnostic.ts";

/** A line of source without its comments. Block comments that span lines were blanked in each. */
export interface SourceLine {
  readonly text: string;
  readonly location: Location;
}

/** One line's statements, as ranges of the text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 10;
const BACKSLASH = 92;
const QUOTE = 34;
const APOSTROPHE = 39;
const HASH = 35;
const SLASH = 47;
const STAR = 42;

/** The lines of a file, comments replaced by spaces; `unterminated` is the line of a block comment without end. */
export function readLines(text: string, file: string): { lines: SourceLine[]; unterminated: number } {
  const lines: SourceLine[] = [];
  let line = 1;
  let out = "";
  let copied = 0;
  let commentLine = 0;
  const n = text.length;
  const flush = (end: number) => {
    out += text.slice(copied, end);
    lines.push({ text: out.endsWith("\r") ? out.slice(0, -1) : out, location: { file, line, column: 1 } });
    out = "";
    line++;
  };
  const blank = (from: number, to: number) => {
    out += text.slice(copied, from) + " ".repeat(to - from);
    copied = to;
  };
  let i = 0;
  let blockFrom = -1;
  while (i < n) {
    const c = text.charCodeAt(i);
    if (blockFrom >= 0) {
      if (c === STAR && text.charCodeAt(i + 1) === SLASH) {
        i += 2;
        blank(blockFrom, i);
        blockFrom = -1;
      } else {
        if (c === NEWLINE) {
          blank(blockFrom, i);
          flush(i);
          copied = i + 1;
          blockFrom = i + 1;
        }
        i++;
      }
    } else if (c === NEWLINE) {
      flush(i);
      copied = ++i;
    } else if (c === QUOTE) {
      i = skipString(text, i);
    } else if (c === APOSTROPHE) {
      i = skipCharacter(text, i);
    } else if (c === HASH || (c === SLASH && text.charCodeAt(i + 1) === SLASH)) {
      let end = text.indexOf("\n", i);
      if (end < 0) end = n;
      blank(i, end);
      i = end;
    } else if (c === SLASH && text.charCodeAt(i + 1) === STAR) {
      blockFrom = i;
      commentLine = line;
      i += 2;
    } else i++;
  }
  if (blockFrom >= 0) blank(Math.min(blockFrom, n), n);
  if (copied < n || out !== "") flush(n);
  return { lines, unterminated: blockFrom >= 0 ? commentLine : 0 };
}

/** The position after a string that begins at `i`; the end of its line where it has no end. */
export function skipString(text: string, i: number): number {
  for (let j = i + 1; j < text.length; j++) {
    const c = text.charCodeAt(j);
    if (c === NEWLINE) return j;
    if (c === BACKSLASH) j++;
    else if (c === QUOTE) return j + 1;
  }
  return text.length;
}

/** The position after a character constant (`'a`, `'a'`, `'\\n'`, `'\\033'`) that begins at `i`. */
export function skipCharacter(text: string, i: number): number {
  let j = i + 1;
  if (text.charCodeAt(j) === BACKSLASH) {
    j++;
    const octal = /^[0-7]{1,3}/.exec(text.slice(j, j + 3));
    if (octal) j += octal[0].length - 1;
  }
  if (j >= text.length || text.charCodeAt(j) === NEWLINE) return j;
  j++;
  return text.charCodeAt(j) === APOSTROPHE ? j + 1 : j;
}

/** The statements of a line. */
export function splitStatements(text: string): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  if (!text.includes(";")) return [{ start, end: text.length }];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = skipString(text, i) - 1;
    else if (c === APOSTROPHE) i = skipCharacter(text, i) - 1;
    else if (c === 59) {
      ranges.push({ start, end: i });
      start = i + 1;
    }
  }
  ranges.push({ start, end: text.length });
  return ranges;
}
