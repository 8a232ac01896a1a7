/** The text screen as a person reads it. */

/** Code page 437, the font of a PC's text modes: what its 256 characters show. Source: IBM PC technical reference, appendix C. */
const CP437 =
  " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂" +
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** Lines without trailing spaces, joined by newlines; empty for a graphics mode (no cells). */
export function screenText(screen: { columns: number; rows: number; cells: Uint16Array; text?: boolean }): string {
  if (screen.text === false) return "";
  const lines: string[] = [];
  for (let row = 0; row < screen.rows; row++) {
    let line = "";
    for (let column = 0; column < screen.columns; column++) {
      line += CP437[screen.cells[row * screen.columns + column] & 0xff];
    }
    lines.push(line.trimEnd());
  }
  return lines.join("\n");
}
