// Colours one line of AT&T or Intel assembly: mnemonics are bold ink, constants and strings have a hue, comments are
// italic (look.md, section 3). A reading aid for listings; the page's own source blocks are highlighted at build time.
import { html, type TemplateResult } from "lit";

export interface Piece {
  readonly kind: "word" | "number" | "string" | "comment" | "plain";
  readonly text: string;
}

const token =
  /(#.*|\/\/.*|;.*|\/\*.*)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)')|(\$?-?0x[0-9a-fA-F]+|\$-?\d\w*|\b\d[0-9a-fA-F]*[hbf]?\b)|(\w+|.)/gy;

/** Cuts a line into pieces; joined, they are the line. */
export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  const push = (kind: Piece["kind"], text: string) => {
    const last = found.at(-1);
    if (kind === "plain" && last?.kind === "plain") found[found.length - 1] = { kind, text: last.text + text };
    else if (text) found.push({ kind, text });
  };
  const [head, labels, word] = /^(\s*(?:[.\w$]+:\s*)*)([.a-zA-Z][\w.]*)?/.exec(line)!;
  push("plain", labels);
  push("word", word ?? "");
  token.lastIndex = head.length;
  while (token.lastIndex < line.length) {
    const [whole, comment, string, number] = token.exec(line)!;
    push(comment ? "comment" : string ? "string" : number ? "number" : "plain", whole);
  }
  return found;
}

/** The line as spans with the classes w, n, s and c. */
export function colourLine(line: string): TemplateResult[] {
  return pieces(line).map(({ kind, text }) =>
    kind === "plain" ? html`${text}` : html`<span class=${kind[0]}>${text}</span>`,
  );
}
