/** `disas`: the instructions of a function. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { AdapterError } from '../errors.ts';
import { functionRange } from '../generated-sources.ts';
import { listing, type ListedInstruction } from '../listing.ts';
import { bytesText, hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { addressOf } from './operands.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

/** Most instructions of one answer, and those where no function is known. */
const MAX_INSTRUCTIONS = 1000;
const WITHOUT_FUNCTION = 20;

export const disas: Command = {
  name: 'disas',
  usage: 'disas [ADDR]',
  help: say`the instructions of the function at an address, or of the selected frame`,
  operand: 'expression',
  async run(context, operands) {
    const { frame, machine } = context;
    if (operands === '' && !frame) throw misused(disas, say`there is no frame, so an address is needed`);
    const { address, coroutine } =
      operands === ''
        ? { address: frame!.lookupPc, coroutine: frame!.coroutine }
        : await addressOf(context, operands);
    const range = functionRange(machine.coroutines, coroutine, address);
    const start = range?.low ?? address;
    const count = range ? Math.min(range.high - range.low, MAX_INSTRUCTIONS) : WITHOUT_FUNCTION;
    const lines = await listing(machine, coroutine, start, 0, count);
    if (lines[0]?.bytes.length === 0)
      throw new AdapterError(
        'bad-address',
        say`Nothing is mapped at ${hex(address)}: walk ${hex(address)} tells why.`,
      );
    const within = range ? lines.filter((line) => line.address < range.high) : lines;
    const rows = table(instructionRows(context, coroutine, within));
    return range ? `${context.style.name(range.name)}:\n${rows}` : rows;
  },
};

/** Address, bytes and text; `=>` before where the frame is. */
export function instructionRows(
  { frame, style }: ConsoleContext,
  coroutine: CoroutineId,
  lines: readonly ListedInstruction[],
): string[][] {
  return lines.map(({ address, bytes, text, position }) => [
    frame?.coroutine === coroutine && frame.pc === address ? style.strong('=>') : '  ',
    hex(address),
    style.dim(bytesText(bytes)),
    text,
    position ? style.dim(`# ${position.file.split('/').pop() ?? ''}:${position.line}`) : '',
  ]);
}
