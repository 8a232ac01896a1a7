/** A listing: every line of the source with the address and bytes it became, as `as -al` shows them. */
import type { Assembled } from "./assembler.ts";

const BYTES_PER_LINE = 8;

/** The lines of `source` (the text of `file`) with addresses and bytes; long data goes on in lines of its own. */
export function listing(assembled: Assembled, source: string, file: string): string {
  const byLine = new Map<number, { address: number; length: number }[]>();
  for (const l of assembled.lines) {
    if (l.file !== file) continue;
    const list = byLine.get(l.line);
    if (list) list.push(l);
    else byLine.set(l.line, [l]);
  }
  const out: string[] = [];
  source.split("\n").forEach((text, i) => {
    const pieces = (byLine.get(i + 1) ?? []).flatMap((p) => rows(assembled, p.address, p.length));
    const number = String(i + 1).padStart(4);
    out.push(`${number} ${(pieces[0] ?? "").padEnd(8 + 1 + 2 * BYTES_PER_LINE)}  ${text}`.trimEnd());
    for (const piece of pieces.slice(1)) out.push(`${number} ${piece}`);
  });
  return `${out.join("\n")}\n`;
}

/** Address and bytes in hexadecimal, some to a row. */
function rows(assembled: Assembled, address: number, length: number): string[] {
  const start = address - assembled.address;
  // What takes no room in the image (.bss) has an address alone.
  if (start < 0 || start >= assembled.bytes.length) return [address.toString(16).padStart(8, "0")];
  const list: string[] = [];
  for (let at = 0; at < length; at += BYTES_PER_LINE) {
    const bytes = assembled.bytes.subarray(start + at, start + Math.min(length, at + BYTES_PER_LINE));
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
    list.push(`${(address + at).toString(16).padStart(8, "0")} ${hex}`);
  }
  return list;
}
