/** The text screen as a person reads it. */

/** Code page 437, the font of a PC's text modes: what its 256 characters show. Source: IBM PC technical reference, appendix C. */
const CP437 =
  " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂" +
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** A screen, of this kind or that: what is needed of it here. */
interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint16Array;
  /** false: a graphics mode. */
  readonly text?: boolean;
  /** Keep spaces at the ends of lines. */
  readonly padded?: boolean;
}

/** Lines without trailing spaces, joined by newlines; empty for a graphics mode (no cells). */
export function screenText(screen: Cells): string {
  if (screen.text === false) return "";
  const lines: string[] = [];
  for (let row = 0; row < screen.rows; row++) {
    let line = "";
    for (let column = 0; column < screen.columns; column++) {
      line += CP437[screen.cells[row * screen.columns + column] & 0xff];
    }
    lines.push(screen.padded ? line : line.trimEnd());
  }
  return lines.join("\n");
}
