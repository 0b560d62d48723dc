/** `x`: memory in gdb's formats. */
import { listing } from '../listing.ts';
import { symbolText } from '../symbol-text.ts';
import type { Place } from '../memory-reference.ts';
import { hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { characterText, type Letters, lettersOf, unitText } from './formats.ts';
import { addressOf, bytesAt } from './operands.ts';
import { instructionRows } from './disas.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

/** Units in a row, by their size. */
const IN_ROW: Readonly<Record<number, number>> = { 1: 8, 2: 8, 4: 4, 8: 2 };
/** Longest string that is shown. */
const MAX_STRING = 1024;

export const x: Command = {
  name: 'x',
  usage: say`x/NFU ADDR, for example x/8xw $esp, x/s name, x/5i $eip`,
  help: say`memory as gdb shows it: N units in format F (x d u o t a c f s i) of size U (b h w g)`,
  operand: 'expression',
  async run(context, operands, letters) {
    if (operands === '') throw misused(x, say`an address is missing`);
    const wanted = lettersOf(letters);
    const place = await addressOf(context, operands);
    if (wanted.format === 'i') {
      const lines = await listing(context.machine, place.coroutine, place.address, 0, wanted.count);
      return table(instructionRows(context, place.coroutine, lines));
    }
    return wanted.format === 's' ? strings(context, place, wanted) : units(context, place, wanted);
  },
};

const heading = (
  { machine, style }: ConsoleContext,
  { coroutine, space }: Place,
  address: number,
): string => {
  const name = space.kind === 'physical' ? undefined : symbolText(machine.coroutines, coroutine, address);
  return `${hex(address)}${name === undefined ? '' : ` <${style.name(name)}>`}:`;
};

async function units(
  context: ConsoleContext,
  place: Place,
  { count, format, size }: Letters,
): Promise<string> {
  const bytes = await bytesAt(context, place, count * size);
  const whole = Math.floor(bytes.length / size);
  const symbol = (address: number) => symbolText(context.machine.coroutines, place.coroutine, address);
  const inRow = format === 'a' || format === 't' ? 2 : (IN_ROW[size] ?? 4);
  const rows: string[][] = [];
  for (let n = 0; n < whole; n += inRow) {
    const row = [heading(context, place, place.address + n * size)];
    for (let i = n; i < Math.min(n + inRow, whole); i++)
      row.push(unitText(bytes.slice(i * size, (i + 1) * size), format, symbol));
    rows.push(row);
  }
  const missing =
    whole < count
      ? `\n${context.style.bad(context.tell(say`${hex(place.address + whole * size)} is not mapped`))}`
      : '';
  return table(rows) + missing;
}

async function strings(context: ConsoleContext, place: Place, { count }: Letters): Promise<string> {
  const lines: string[] = [];
  let { address } = place;
  for (let n = 0; n < count; n++) {
    const bytes = await bytesAt(context, { ...place, address }, MAX_STRING);
    const end = bytes.indexOf(0);
    const text = Array.from(bytes.subarray(0, end < 0 ? undefined : end), (byte) =>
      byte === 0x22 ? '\\"' : characterText(byte),
    ).join('');
    lines.push(`${heading(context, place, address)} "${text}"${end < 0 ? '…' : ''}`);
    address += (end < 0 ? bytes.length : end) + 1;
  }
  return lines.join('\n');
}
