/**
 * The expressions of a description, compiled once and evaluated for one task after the other: C over the kernel's variables, in
 * which `task` is a pointer to the task.
 */
import type { MemoryCache } from '../memory-cache.ts';
import type { FrameValues } from '../frame-values.ts';
import { AdapterError } from '../errors.ts';
import { compile, type Names } from '../values/check.ts';
import { type Environment, evaluate } from '../values/evaluate.ts';
import { isZero, scalarOf } from '../values/scalar.ts';
import { character } from '../values/text.ts';
import type { Compiled, SymbolPath } from '../values/tree.ts';
import { arrayOf, bare, bytesOf, integerOf, isInteger, isPointer, pointerTo } from '../values/value.ts';
import type { TypedValue } from '../values/value.ts';

/** Most characters of a name. */
const MAX_TEXT = 64;

function fail(message: string): never {
  throw new AdapterError('evaluate-failed', message);
}

const isTask = ({ name, scope, space }: SymbolPath) =>
  name === 'task' && scope === undefined && space === undefined;

export class TaskValues {
  private readonly names: Names;
  private readonly compiled = new Map<string, Compiled>();

  /** @param type of a task. @throws AdapterError when the kernel has no such type */
  constructor(
    private readonly kernel: FrameValues,
    private readonly memory: MemoryCache,
    type: string,
  ) {
    const found = kernel.type(type, undefined) ?? fail(`The kernel has no type "${type}".`);
    const task = { type: pointerTo(found), location: undefined };
    this.names = {
      object: (path) => (isTask(path) ? task : kernel.object(path)),
      enumerator: (name, space) => kernel.enumerator(name, space),
      type: (name, space) => kernel.type(name, space),
      register: (name, space) => kernel.register(name, space),
      space: (prefix) => kernel.space(prefix),
    };
  }

  isReadable(address: number): Promise<boolean> {
    return this.memory.compute(() => this.kernel.readMemory(address, 1) !== undefined);
  }

  /** Of a whole number or a pointer, as it is without a sign. @throws AdapterError when it is none or cannot be read */
  number(source: string, task: number): Promise<number> {
    return this.compute(source, task, (value, bytes) => {
      if (!isInteger(value.type) && !isPointer(value.type))
        fail(`"${source}" is neither a whole number nor a pointer.`);
      return Number(BigInt.asUintN(32, integerOf(bytes, value.type)));
    });
  }

  /** @throws AdapterError like `number` */
  holds(source: string, task: number): Promise<boolean> {
    return this.compute(source, task, (value, bytes) => !isZero(scalarOf(bytes, value.type)));
  }

  /** The name of an enumerator, or the number. @throws AdapterError like `number` */
  enumerator(source: string, task: number): Promise<string> {
    return this.compute(source, task, (value, bytes) => {
      const type = bare(value.type);
      const number = integerOf(bytes, value.type);
      const found = type.kind === 'enum' ? type.enumerators.find((one) => one.value === number) : undefined;
      return found?.name ?? String(number);
    });
  }

  /** Characters up to the terminator; `undefined` for a null pointer. @throws AdapterError like `number` */
  text(source: string, task: number): Promise<string | undefined> {
    return this.compute(source, task, (value, bytes, { readMemory }) => {
      if (!isPointer(value.type) && !arrayOf(value.type)) fail(`"${source}" is no text.`);
      const address = isPointer(value.type) ? Number(integerOf(bytes, value.type)) >>> 0 : undefined;
      if (address === 0) return undefined;
      const all = address === undefined ? bytes : readMemory(address, MAX_TEXT);
      if (!all) fail(`The text of "${source}" cannot be read.`);
      const end = all.indexOf(0);
      return Array.from(all.subarray(0, Math.min(MAX_TEXT, end < 0 ? all.length : end)), character).join('');
    });
  }

  private compute<T>(
    source: string,
    task: number,
    answer: (value: TypedValue, bytes: Uint8Array, environment: Environment) => T,
  ): Promise<T> {
    const pointer = Uint8Array.from([0, 8, 16, 24], (shift) => (task >>> shift) & 0xff);
    return this.memory.compute(() => {
      const environment = this.kernel.environment();
      const locate: Environment['locate'] = (path) =>
        isTask(path) ? { kind: 'value', bytes: pointer } : environment.locate(path);
      const value = evaluate(this.compile(source), { ...environment, locate });
      const bytes = bytesOf(value, environment) ?? fail(`"${source}" cannot be read.`);
      return answer(value, bytes, environment);
    });
  }

  private compile(source: string): Compiled {
    const known = this.compiled.get(source);
    if (known) return known;
    const compiled = compile(source, this.names);
    this.compiled.set(source, compiled);
    return compiled;
  }
}
