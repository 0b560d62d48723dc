/** `find`: where bytes are in memory. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { MappingFlag } from '../../core/protocol/debug-protocol.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { addressOf, numberOf, patternOf } from './operands.ts';
import { table } from './style.ts';

/** Most places that are told. */
const MAX_FOUND = 200;
/** Bytes that are read at once. */
const CHUNK = 1 << 20;

interface Range {
  readonly low: number;
  /** Included. */
  readonly high: number;
}

export const find: Command = {
  name: 'find',
  usage: 'find [FROM,TO | FROM,+LENGTH] "text" | de ad be ef',
  help: say`where bytes are: in a range, or in all memory that the selected thread has mapped`,
  operand: 'expression',
  async run(context, operands) {
    const [, from, to, rest = operands] = /^([^\s",]+)\s*,\s*(\S+)\s+(.*)$/s.exec(operands) ?? [];
    const pattern = patternOf(rest);
    if (!pattern?.length) throw misused(find, say`the bytes are "text" or pairs of hexadecimal digits`);
    const { space, ranges } = await searched(context, from, to);
    const found = await search(context, space, ranges, pattern);
    if (found.length === 0) return context.tell(say`It is not there.`);
    const { machine, coroutine, style } = context;
    const rows = found.map((address) => {
      const name = space.kind === 'physical' ? undefined : symbolText(machine.coroutines, coroutine, address);
      return [hex(address), name === undefined ? '' : `<${style.name(name)}>`];
    });
    return found.length === MAX_FOUND
      ? `${table(rows)}\n${style.dim(context.tell(say`… and perhaps more`))}`
      : table(rows);
  },
};

/** What to search: the range that was given, else all RAM that is mapped. */
async function searched(
  context: ConsoleContext,
  from: string | undefined,
  to: string | undefined,
): Promise<{ space: Space; ranges: Range[] }> {
  const { machine, coroutine } = context;
  if (from !== undefined && to !== undefined) {
    const { address: low, space } = await addressOf(context, from);
    const end = await numberOf(context, to.replace(/^\+/, ''));
    const high = to.startsWith('+') ? low + end - 1 : end;
    if (high < low || high > 0xffff_ffff)
      throw new AdapterError('bad-command', say`find: the range ends before it begins.`);
    return { space, ranges: [{ low, high }] };
  }
  const space = { kind: 'coroutine', coroutine } as const;
  const { start, last, flags } = await machine.request('mappings', { space });
  const ranges: Range[] = [];
  for (let n = 0; n < start.length; n++) {
    if ((flags[n]! & MappingFlag.Device) !== 0) continue;
    const before = ranges.at(-1);
    if (before && before.high + 1 === start[n])
      ranges[ranges.length - 1] = { low: before.low, high: last[n]! };
    else ranges.push({ low: start[n]!, high: last[n]! });
  }
  return { space, ranges };
}

async function search(
  { machine, call, tell }: ConsoleContext,
  space: Space,
  ranges: readonly Range[],
  pattern: Uint8Array,
): Promise<number[]> {
  const found: number[] = [];
  for (const { low, high } of ranges) {
    for (let at = low; at + pattern.length - 1 <= high;) {
      await call.checkpoint();
      call.report(tell(say`at ${hex(at)}`));
      const length = Math.min(CHUNK, high - at + 1);
      const { bytes } = await machine.request('readMemory', { space, address: at, length });
      for (const offset of matches(bytes, pattern)) {
        found.push(at + offset);
        if (found.length === MAX_FOUND) return found;
      }
      if (bytes.length < length) {
        // A hole: on at the next page.
        at = Math.floor((at + bytes.length) / 0x1000) * 0x1000 + 0x1000;
      } else at += Math.max(1, length - pattern.length + 1);
    }
  }
  return found;
}

function* matches(bytes: Uint8Array, pattern: Uint8Array): Generator<number> {
  const [first] = pattern;
  for (let at = bytes.indexOf(first!); at >= 0; at = bytes.indexOf(first!, at + 1)) {
    if (at + pattern.length > bytes.length) return;
    if (pattern.every((byte, n) => bytes[at + n] === byte)) yield at;
  }
}
