/**
 * The expressions of a description, compiled once and evaluated for one item of a list after the other: C over the kernel's
 * variables, and over pointers to the items at hand, such as `task`.
 */
import type { MemoryCache } from '../memory-cache.ts';
import type { FrameValues } from '../frame-values.ts';
import { fail } from '../values/fail.ts';
import { say } from '../../core/sentences/say.ts';
import { compile } from '../values/check.ts';
import type { Names } from '../values/names.ts';
import { type Environment, evaluate } from '../values/evaluate.ts';
import { isZero, scalarOf } from '../values/scalar.ts';
import { character } from '../values/text.ts';
import type { Compiled, SymbolPath } from '../values/tree.ts';
import { arrayOf, bare, bytesOf, integerOf, isInteger, isPointer, pointerTo } from '../values/value.ts';
import type { TypedValue } from '../values/value.ts';

/** Most characters of a name. */
const MAX_TEXT = 64;

/** The items that an expression is about: addresses by the names of their pointers. */
export type Items = Readonly<Record<string, number>>;

const isPlain = ({ scope, space }: SymbolPath) => scope === undefined && space === undefined;

export class ListValues {
  private readonly names: Names;
  private readonly compiled = new Map<string, Compiled>();

  /** @param types of what the pointers point to, by their names. @throws AdapterError when the kernel has no such type */
  constructor(
    private readonly kernel: FrameValues,
    private readonly memory: MemoryCache,
    types: Readonly<Record<string, string>>,
  ) {
    const pointers = new Map(
      Object.entries(types).map(([name, type]) => {
        const found = kernel.type(type, undefined) ?? fail(say`The kernel has no type "${type}".`);
        return [name, { type: pointerTo(found), location: undefined }] as const;
      }),
    );
    this.names = {
      object: (path) => (isPlain(path) ? pointers.get(path.name) : undefined) ?? kernel.object(path),
      enumerator: (path) => kernel.enumerator(path),
      type: (name, space) => kernel.type(name, space),
      isTemplate: (name, space) => kernel.isTemplate(name, space),
      register: (name, space) => kernel.register(name, space),
      space: (prefix) => kernel.space(prefix),
    };
  }

  /** Compiles expressions before they are needed. @throws AdapterError for one that makes no sense */
  prepare(sources: readonly string[]): void {
    for (const source of sources) this.compile(source);
  }

  isReadable(address: number): Promise<boolean> {
    return this.memory.compute(() => this.kernel.readMemory(address, 1) !== undefined);
  }

  /** Of a whole number or a pointer, as it is without a sign. @throws AdapterError when it is none or cannot be read */
  number(source: string, items: Items): Promise<number> {
    return this.compute(source, items, (value, bytes) => {
      if (!isInteger(value.type) && !isPointer(value.type))
        fail(say`"${source}" is neither a whole number nor a pointer.`);
      return Number(BigInt.asUintN(32, integerOf(bytes, value.type)));
    });
  }

  /** @throws AdapterError like `number` */
  holds(source: string, items: Items): Promise<boolean> {
    return this.compute(source, items, (value, bytes) => !isZero(scalarOf(bytes, value.type)));
  }

  /** The name of an enumerator, or the number. @throws AdapterError like `number` */
  enumerator(source: string, items: Items): Promise<string> {
    return this.compute(source, items, (value, bytes) => {
      const type = bare(value.type);
      const number = integerOf(bytes, value.type);
      const found = type.kind === 'enum' ? type.enumerators.find((one) => one.value === number) : undefined;
      return found?.name ?? String(number);
    });
  }

  /** Characters up to the terminator; `undefined` for a null pointer. @throws AdapterError like `number` */
  text(source: string, items: Items): Promise<string | undefined> {
    return this.compute(source, items, (value, bytes, { readMemory }) => {
      if (!isPointer(value.type) && !arrayOf(value.type)) fail(say`"${source}" is no text.`);
      const address = isPointer(value.type) ? Number(integerOf(bytes, value.type)) >>> 0 : undefined;
      if (address === 0) return undefined;
      const all = address === undefined ? bytes : readMemory(address, MAX_TEXT);
      if (!all) fail(say`The text of "${source}" cannot be read.`);
      const end = all.indexOf(0);
      return Array.from(all.subarray(0, Math.min(MAX_TEXT, end < 0 ? all.length : end)), character).join('');
    });
  }

  /** All of an array. @throws AdapterError like `number` */
  bytes(source: string): Promise<Uint8Array> {
    return this.compute(source, {}, (value, bytes) => {
      if (!arrayOf(value.type)) fail(say`"${source}" is no array.`);
      return bytes.slice();
    });
  }

  private compute<T>(
    source: string,
    items: Items,
    answer: (value: TypedValue, bytes: Uint8Array, environment: Environment) => T,
  ): Promise<T> {
    return this.memory.compute(() => {
      const environment = this.kernel.environment();
      const locate: Environment['locate'] = (path) => {
        const at = isPlain(path) && Object.hasOwn(items, path.name) ? items[path.name] : undefined;
        if (at === undefined) return environment.locate(path);
        return { kind: 'value', bytes: Uint8Array.from([0, 8, 16, 24], (shift) => (at >>> shift) & 0xff) };
      };
      const value = evaluate(this.compile(source), { ...environment, locate });
      const bytes = bytesOf(value, environment) ?? fail(say`"${source}" cannot be read.`);
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
