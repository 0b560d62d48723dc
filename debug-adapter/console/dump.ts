/** `dump`: bytes in hexadecimal and as characters. */
import { bytesText, hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { addressOf, bytesAt, countOf, words } from './operands.ts';
import { say } from '../../core/sentences/say.ts';

const IN_ROW = 16;
const MAX_BYTES = 0x1_0000;

export const dump: Command = {
  name: 'dump',
  usage: 'dump ADDR [LENGTH]',
  help: say`bytes in hexadecimal and as characters`,
  operand: 'expression',
  async run(context, operands) {
    const given = words(operands);
    const length = given.length > 1 ? (given.pop() ?? '') : '';
    if (given.length === 0) throw misused(dump, say`an address is missing`);
    const place = await addressOf(context, given.join(' '));
    const bytes = await bytesAt(context, place, countOf(length, 128, MAX_BYTES));
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += IN_ROW) {
      const row = bytes.subarray(at, at + IN_ROW);
      const text = Array.from(row, (byte) =>
        byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
      ).join('');
      lines.push(
        `${hex(place.address + at)}  ${bytesText(row).padEnd(3 * IN_ROW - 1)}  ${context.style.dim(text)}`,
      );
    }
    return lines.join('\n');
  },
};
