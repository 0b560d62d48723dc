/** `write`: values into memory. */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { addressOf, numberOf, patternOf, words } from './operands.ts';

const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, '': 4 };

export const write: Command = {
  name: 'write',
  usage: 'write[/b|h|w] ADDR VALUE… | write ADDR "text"',
  help: say`bytes, half words or words (the usual) into memory`,
  operand: 'expression',
  async run(context, operands, letters) {
    const [at, ...values] = words(operands);
    const size = SIZES[letters];
    if (at === undefined || values.length === 0) throw misused(write, say`an address and values are needed`);
    if (size === undefined) throw misused(write, say`"/${letters}" is no size`);
    const { address, space, coroutine } = await addressOf(context, at);
    const quoted = values.length === 1 && values[0]!.startsWith('"') ? patternOf(values[0]!) : undefined;
    const bytes = quoted ?? (await bytesOf(context, values, size));
    const { machine, session, call } = context;
    const { written } = await machine.request('writeMemory', { space, address, bytes });
    const plain = machine.coroutines.referenceOf(coroutine, address, true);
    const memoryReference = space.kind === 'physical' ? `physical:${hex(address)}` : plain;
    machine.forget();
    call.afterAnswer(() => {
      session.changed(false, [{ memoryReference, offset: 0, count: written }]);
    });
    if (written < bytes.length)
      throw new AdapterError(
        'bad-address',
        say`Only ${written} of ${bytes.length} bytes at ${hex(address)} are mapped.`,
      );
    return context.tell(say`${written} bytes at ${memoryReference} written.`);
  },
};

async function bytesOf(
  context: Parameters<typeof numberOf>[0],
  values: readonly string[],
  size: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(values.length * size);
  for (const [n, text] of values.entries()) {
    const value = await numberOf(context, text);
    // Small negative numbers are fine too.
    const high = size === 4 ? 0 : (value | 0) >> (8 * size);
    if (high !== 0 && high !== -1)
      throw new AdapterError('bad-command', say`write: ${text} has more than ${8 * size} bits.`);
    for (let i = 0; i < size; i++) bytes[n * size + i] = value >>> (8 * i);
  }
  return bytes;
}
