/** `switches`, `rings`, `last-branches`: what the machine has recorded of its past, the newest last. */
import { coOperation, nameOf } from '../../core/abi/abi.ts';
import type { TransitionPlace, TransitionRecord } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { unpackSwitches, unpackTransitions } from '../../core/protocol/packed-records.ts';
import type { Debuggee } from '../debuggee.ts';
import { exceptionName, PAGE_FAULT } from '../exceptions.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import { transitionSymbols } from '../transition-symbols.ts';
import { transitionKind } from '../transition-words.ts';
import type { Command } from './command.ts';
import { countOf } from './operands.ts';
import { type Style, table } from './style.ts';
import { joined, say, type Sentence } from '../../core/sentences/say.ts';

const USUAL = 20;
const MOST = 4096;

/** What records are told from. */
export interface RecordContext {
  readonly machine: Pick<Debuggee, 'request' | 'coroutines'>;
  readonly style: Style;
  readonly tell: (sentence: Sentence) => string;
}

/** A command that needs no more than that. */
export interface RecordCommand extends Command {
  run(context: RecordContext, operands: string): Promise<string>;
}

const record = (
  name: string,
  help: Sentence,
  rows: (context: RecordContext, most: number) => Promise<string[][]>,
): RecordCommand => ({
  name,
  usage: `${name} [COUNT]`,
  help,
  operand: 'nothing',
  async run(context, operands) {
    const found = await rows(context, countOf(operands, USUAL, MOST));
    return found.length > 0 ? table(found) : context.tell(say`Nothing of the kind has happened yet.`);
  },
});

/** `0xc0101234 <kmain+0x12>` */
function addressText({ machine, style }: RecordContext, coroutine: CoroutineId, address: number): string {
  const name = symbolText(machine.coroutines, coroutine, address);
  return hex(address) + (name === undefined ? '' : ` <${style.name(name)}>`);
}

export const switches = record(
  'switches',
  say`the last switches between host and guests`,
  async ({ machine, style, tell }, most) => {
    const found = unpackSwitches((await machine.request('switches', { first: -most, most })).switches);
    return found.map(({ instructions, from, to, operation, parameters }) => [
      style.dim(String(instructions)),
      tell(joined([machine.coroutines.title(from), machine.coroutines.title(to)], ' → ')),
      style.strong(nameOf(coOperation, operation) ?? tell(say`operation ${operation}`)),
      parameters.map((value) => hex(value)).join(' '),
    ]);
  },
);

export const rings = record(
  'rings',
  say`the last entries of handlers and gates, and returns from them`,
  async (context, most) => {
    const { machine, style, tell } = context;
    const found = unpackTransitions(
      (await machine.request('transitions', { first: -most, most })).transitions,
    );
    return found.map((one) => {
      const { fromSymbol, toSymbol } = transitionSymbols(machine.coroutines, one);
      return [
        style.dim(String(one.instructions)),
        style.strong(tell(transitionText(one))),
        tell(say`ring ${one.from.ring} → ${one.to.ring}`),
        `${placeText(one.from, fromSymbol, style)} → ${placeText(one.to, toSymbol, style)}`,
      ];
    });
  },
);

function transitionText({ kind, vector, errorCode, cr2 }: TransitionRecord): Sentence {
  const parts = [
    transitionKind(kind),
    ...(vector < 0 ? [] : [kind === 'exception' ? exceptionName(vector) : hex(vector, 2)]),
    ...(errorCode < 0 ? [] : [say`error ${hex(errorCode, 4)}`]),
    ...(kind === 'exception' && vector === PAGE_FAULT ? [say`at ${hex(cr2)}`] : []),
  ];
  return joined(parts, ' ');
}

function placeText({ cs, eip }: TransitionPlace, symbol: string | undefined, { name }: Style): string {
  return `${hex(cs, 4)}:${hex(eip)}${symbol === undefined ? '' : ` <${name(symbol)}>`}`;
}

export const lastBranches = record(
  'last-branches',
  say`the last branches that were taken`,
  async (context, most) => {
    const found = (await context.machine.request('branches', { most })).branches;
    const { current } = context.machine.coroutines;
    return found.map(({ from, to }) => [
      addressText(context, current, from),
      '→',
      addressText(context, current, to),
    ]);
  },
);
