/** Code page 437, the character set of a text cell, as Unicode (IBM's table; control codes show as their glyphs). */

const LOW = '\u0000☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const HIGH =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** The character of a cell's low byte; 0 is a blank. */
export function characterOf(byte: number): string {
  if (byte === 0) return ' ';
  if (byte < 0x20) return LOW[byte];
  if (byte < 0x7f) return String.fromCharCode(byte);
  return byte === 0x7f ? '⌂' : HIGH[byte - 0x80];
}
