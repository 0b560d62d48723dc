/**
 * What a breakpoint needs besides its place: condition, hit condition and log message, compiled for one address. Whatever the
 * core can evaluate it evaluates; the rest is `late`: the adapter looks at a stop that nobody sees.
 */
import type { BreakpointSpec, LoggedValue, LogSpec } from '../../core/protocol/debug-protocol.ts';
import { AdapterError } from '../errors.ts';
import { fail } from '../values/fail.ts';
import { isSentence, say, type Sentence } from '../../core/sentences/say.ts';
import type { CType } from '../symbols/types.ts';
import { littleEndian } from '../symbols/location.ts';
import { compile } from '../values/check.ts';
import type { Names } from '../values/names.ts';
import { splitFormat, type Style } from '../values/format-specifier.ts';
import type { Node } from '../values/tree.ts';
import { bytesOfScalar } from '../values/scalar.ts';
import {
  isCharacter,
  isFloat,
  isPointer,
  isScalar,
  sizeOf,
  targetOf,
  type TypedValue,
} from '../values/value.ts';
import { parseHitCondition } from './hit-condition.ts';
import { type LogPart, parseLogMessage } from './log-message.ts';
import { type Locate, translate, translatePlace } from './translate.ts';

/** As the client says it. */
export interface When {
  readonly condition?: string | undefined;
  readonly hitCondition?: string | undefined;
  readonly logMessage?: string | undefined;
}

/** A value that a log point brings, and the bytes it reads of memory. */
export interface LoggedPart {
  readonly value: TypedValue;
  readonly style: Style | undefined;
  /** What a pointer to characters points to. */
  readonly target: { readonly address: number; readonly bytes: Uint8Array } | undefined;
}

export interface CompiledWhen {
  /** For the core. */
  readonly filter: Pick<BreakpointSpec, 'condition' | 'hit' | 'log'>;
  /** Some of it the core cannot do: nothing of it is in `filter`. */
  readonly late: boolean;
  readonly parts: readonly LogPart[] | undefined;
  /** The parts of the message that are values, from what the core tells. */
  readonly read: ((values: readonly LoggedValue[]) => (LoggedPart | undefined)[]) | undefined;
}

/** Bytes of a string and of a structure that a log point keeps. */
const MAX_TEXT = 256;
const MAX_BYTES = 4096;

const isBlank = (text: string | undefined): text is undefined | '' =>
  text === undefined || text.trim() === '';

/** @returns a sentence when something of it is wrong */
export function compileWhen(when: When, names: Names, locate: Locate): CompiledWhen | Sentence {
  try {
    return compileOrThrow(when, names, locate);
  } catch (error) {
    if (error instanceof AdapterError) return error.sentence;
    throw error;
  }
}

/** Condition and hit count for the core alone, of something that is no code. @returns a sentence when that cannot be */
export function compileFilter(when: When, names: Names, locate: Locate): CompiledWhen['filter'] | Sentence {
  const found = compileWhen(when, names, locate);
  if (isSentence(found)) return found;
  return found.late
    ? say`"${when.condition ?? ''}" cannot be evaluated while the machine runs: use globals and registers.`
    : found.filter;
}

function compileOrThrow(when: When, names: Names, locate: Locate): CompiledWhen {
  const condition = isBlank(when.condition) ? undefined : conditionNode(when.condition, names);
  const test = condition && translate(condition, locate);
  const hit = isBlank(when.hitCondition) ? undefined : parseHitCondition(when.hitCondition);
  if (isSentence(hit)) fail(hit);
  const parts = isBlank(when.logMessage) ? undefined : parseLogMessage(when.logMessage);
  if (isSentence(parts)) fail(parts);
  const log = parts && compileLog(parts, names, locate);
  const late = (condition !== undefined && !test) || (parts !== undefined && !log);
  if (late) return { filter: {}, late, parts, read: undefined };
  const filter = { ...(test && { condition: test }), ...(hit && { hit }), ...(log && { log: log.spec }) };
  return { filter, late, parts, read: log?.read };
}

function conditionNode(text: string, names: Names): Node {
  const { root, changes } = compile(text, names);
  if (changes) fail(say`The condition "${text}" assigns to something: == compares.`);
  if (!isScalar(root.type)) fail(say`The condition "${text}" is no number.`);
  return root;
}

/** How one value is asked of the core, and made of the answers: as many as it has asked for. */
interface LoggedReader {
  readonly values: LogSpec['values'];
  read(answers: readonly LoggedValue[]): LoggedPart | undefined;
}

function compileLog(
  parts: readonly LogPart[],
  names: Names,
  locate: Locate,
): { spec: LogSpec; read: (values: readonly LoggedValue[]) => (LoggedPart | undefined)[] } | undefined {
  const readers: LoggedReader[] = [];
  for (const part of parts) {
    if ('text' in part) continue;
    const { expression, format } = splitFormat(part.expression);
    const { root, changes } = compile(expression, names);
    if (changes) fail(say`"${expression}" in the log message assigns to something.`);
    if (format.count !== undefined || format.list !== undefined) return undefined;
    const reader = readerOf(root, format.style, locate);
    if (!reader) return undefined;
    readers.push(reader);
  }
  return {
    spec: { values: readers.flatMap(({ values }) => values) },
    read(values) {
      let at = 0;
      return readers.map((reader) => reader.read(values.slice(at, (at += reader.values.length))));
    },
  };
}

function readerOf(root: Node, style: Style | undefined, locate: Locate): LoggedReader | undefined {
  const { type } = root;
  if (!isScalar(type)) return wholeReader(root, style, locate);
  const expression = translate(root, locate);
  if (!expression) return undefined;
  const pointed = isPointer(type) ? targetOf(type) : undefined;
  const text = pointed !== undefined && isCharacter(pointed);
  return {
    values: [
      { kind: 'value', expression },
      ...(text ? [{ kind: 'memory', address: expression, length: MAX_TEXT, text } as const] : []),
    ],
    read([answer, memory]) {
      if (typeof answer !== 'number' && typeof answer !== 'bigint') return undefined;
      const bytes = bytesOfAnswer(answer, type);
      const target =
        memory instanceof Uint8Array ? { address: Number(answer) >>> 0, bytes: memory } : undefined;
      return { value: { type, location: { kind: 'value', bytes } }, style, target };
    },
  };
}

const bytesOfAnswer = (answer: number | bigint, type: CType): Uint8Array =>
  isFloat(type) ? bytesOfScalar(Number(answer), type) : littleEndian(BigInt(answer), sizeOf(type));

/** Structures and arrays, byte by byte. */
function wholeReader(root: Node, style: Style | undefined, locate: Locate): LoggedReader | undefined {
  const { type } = root;
  const place = translatePlace(root, locate);
  const length = sizeOf(type);
  if (!place || place.physical || length < 1 || length > MAX_BYTES) return undefined;
  return {
    values: [{ kind: 'memory', address: place.address, length, text: false }],
    read: ([bytes]) =>
      bytes instanceof Uint8Array && bytes.length === length
        ? { value: { type, location: { kind: 'value', bytes } }, style, target: undefined }
        : undefined,
  };
}
