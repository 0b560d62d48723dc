/**
 * What expressions can name in a frame, and where it is: the frame's variables, the globals and types of its image, those of
 * other coroutines behind a prefix, registers, memory of any space.
 */
import { type CoroutineId, HOST, type Space } from '../core/protocol/machine-protocol.ts';
import type { Coroutines, Placed } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { isInFile } from './functions-of-files.ts';
import type { MemoryCache, SyncReader } from './memory-cache.ts';
import {
  cpuRegister,
  generalRegister,
  REGISTER_NAMES,
  type RegisterValue,
  savedRegister,
  wideBytes,
} from './register-values.ts';
import { type Frame, frameContext } from './frame.ts';
import type { FunctionInfo, SymbolImage } from './symbols/image.ts';
import { type FrameContext, type Location, wordOf } from './symbols/location.ts';
import { withoutArguments, wantedFunction } from './symbols/name-text.ts';
import type { CType, Member } from './symbols/types.ts';
import type { Variable } from './symbols/variables.ts';
import { wideRegister, type WideRegisters } from './symbols/wide-registers.ts';
import type { CompletionSource } from './values/completion.ts';
import { type Environment, evaluate } from './values/evaluate.ts';
import type { Node, SymbolPath } from './values/tree.ts';
import { bare, bytesOf, type SpaceReader } from './values/value.ts';
import { isVariantType, presentVariant } from './values/variants.ts';
import { NO_VARIABLES, type VisibleVariables, visibleVariables } from './visible-variables.ts';

/** A function that only the symbol table knows. */
const UNKNOWN_FUNCTION: CType = {
  kind: 'function',
  returns: { kind: 'void' },
  parameters: [],
  variadic: false,
  prototyped: false,
};

interface Found {
  readonly type: CType;
  /** Undefined when it depends on the frame. */
  readonly location: Location | undefined;
  /** Made by the compiler. */
  readonly isArtificial?: boolean;
  readonly locate: () => Location;
}

export class FrameValues implements CompletionSource {
  readonly registerNames = REGISTER_NAMES;
  private known: VisibleVariables | undefined;
  private ownContext: FrameContext | undefined;
  /** Of the frame's own space. */
  private readonly ownReader: SyncReader;

  constructor(
    readonly frame: Frame,
    private readonly coroutines: Coroutines,
    private readonly memory: MemoryCache,
  ) {
    this.ownReader = memory.reader(frame.coroutine, frame.cr3);
  }

  /** Variables visible in the frame, inner ones first. */
  variables(): readonly Variable[] {
    return this.visible.all;
  }

  get visible(): VisibleVariables {
    return (this.known ??= this.look());
  }

  private look(): VisibleVariables {
    const { resolved, inlineDepth } = this.frame;
    return resolved ? visibleVariables(resolved.image.scopesAt(this.linkPc), inlineDepth) : NO_VARIABLES;
  }

  /** Variables of the frame's file, beyond those that a variable of the frame hides. */
  fileVariables(): readonly Variable[] {
    const hidden = new Set(this.variables().map(({ name }) => name));
    const all = this.frame.resolved?.image.fileVariables(this.linkPc) ?? [];
    return all.filter(({ name }) => !hidden.has(name));
  }

  /** Where one of them is. Inside `MemoryCache.compute`. */
  locationOf(variable: Variable): Location {
    return variable.locate(this.context());
  }

  /** What it is there. Inside `MemoryCache.compute`. */
  typeOf(variable: Variable): CType {
    return variable.typeIn?.(this.context()) ?? variable.type;
  }

  private context(): FrameContext {
    return (this.ownContext ??= frameContext(this.frame, this.dataBias, this.ownReader, this.wide));
  }

  /** Those of the processor: nothing says where they are saved for another coroutine, a task, or interrupted code. */
  private readonly wide: WideRegisters = (number) => {
    const { coroutines, frame } = this;
    const name = wideRegister(number);
    const isAway = frame.cr3 !== undefined || frame.coroutine !== coroutines.current;
    if (name === undefined || isAway || frame.isInterrupted) return undefined;
    return wideBytes(coroutines.snapshot.cpu.fpu, name);
  };

  private get linkPc(): number {
    const { resolved, lookupPc } = this.frame;
    return resolved ? (lookupPc - resolved.bias) >>> 0 : 0;
  }

  /** Whose names are behind a prefix; the frame's own when there is none. */
  placeOf(space: Space | undefined): Placed | undefined {
    const { resolved, coroutine } = this.frame;
    if (space?.kind === 'coroutine') return this.coroutines.kernelOf(space.coroutine);
    // A copy of the host's code has the host's data.
    if (resolved?.copy) return this.coroutines.kernelOf(HOST);
    return resolved ?? this.coroutines.kernelOf(coroutine);
  }

  /** How far the data of the frame's image is from where it is linked. */
  protected get dataBias(): number {
    return this.placeOf(undefined)?.bias ?? 0;
  }

  /** Where names are looked for, one after the other: a kernel and its modules know each other's. */
  private placesOf(space: Space | undefined): readonly Placed[] {
    const own = this.placeOf(space);
    if (!own) return [];
    const coroutine = space?.kind === 'coroutine' ? space.coroutine : this.frame.coroutine;
    const kernel = this.coroutines.kernelOf(coroutine);
    if (!own.module && own.image !== kernel?.image) return [own];
    const others = this.coroutines.modulesOf(coroutine).filter(({ image }) => image !== own.image);
    return own.module && kernel ? [own, kernel, ...others] : [own, ...others];
  }

  // --- names ----------------------------------------------------------------------------------------------

  isLocal(name: string): boolean {
    return this.variables().some((variable) => variable.name === name);
  }

  object(path: SymbolPath): Found | undefined {
    const { name, scope, parameters, space } = path;
    if (scope === undefined && parameters === undefined && space === undefined) {
      const local = this.variables().find((variable) => variable.name === name);
      if (local)
        return {
          ...{ type: this.typeOf(local), location: undefined, locate: () => this.locationOf(local) },
          isArtificial: local.artificial,
        };
    }
    const own = space ? undefined : this.linkPc;
    let declared: Found | undefined;
    for (const [n, { image, bias }] of this.placesOf(space).entries()) {
      const variable =
        parameters === undefined
          ? scope === undefined
            ? image.findVariable(name, n === 0 ? own : undefined)
            : image.findScoped(scope, name)
          : undefined;
      const location = variable?.locate(globalContext(bias));
      const found = variable && location && { type: variable.type, location, locate: () => location };
      const defined = found ?? functionNamed(image, bias, path);
      // A module declares what its kernel defines.
      if (defined && defined.location.kind !== 'optimised-out') return defined;
      declared ??= defined;
    }
    return declared;
  }

  symbol({ name, space }: SymbolPath): Location | undefined {
    for (const { image, bias } of this.placesOf(space)) {
      const symbol = image.symbolNamed(name);
      if (symbol) return { kind: 'memory', address: (symbol.address + bias) >>> 0 };
    }
    return undefined;
  }

  enumerator({ name, scope, space }: SymbolPath): { type: CType; value: bigint } | undefined {
    return this.placeOf(space)?.image.findEnumerator(name, space ? undefined : this.linkPc, scope);
  }

  type(name: string, space: Space | undefined): CType | undefined {
    return this.placeOf(space)?.image.findType(name);
  }

  isTemplate(name: string, space: Space | undefined): boolean {
    return this.placeOf(space)?.image.isTemplate(name) ?? false;
  }

  register(name: string, space: Space | undefined): CType | undefined {
    return this.registerValue(name, space)?.type;
  }

  space(prefix: string): Space | undefined {
    if (prefix === 'physical') return { kind: 'physical' };
    const coroutine = prefix === 'host' ? HOST : Number(prefix.slice('guest'.length)) + 1;
    return this.coroutines.all.includes(coroutine) ? { kind: 'coroutine', coroutine } : undefined;
  }

  namesWith(prefix: string): { readonly name: string; readonly type: 'variable' | 'function' }[] {
    const image = this.placeOf(undefined)?.image;
    const locals = this.variables().map(({ name }) => name);
    // Without a beginning there would be thousands.
    const globals = prefix === '' ? [] : (image?.globals() ?? []);
    const functions = prefix === '' ? [] : (image?.functionNames() ?? []);
    const begin = (name: string) => name.startsWith(prefix);
    const variables = [...new Set([...locals, ...globals].filter(begin))];
    return [
      ...variables.map((name) => ({ name, type: 'variable' as const })),
      ...functions.filter(begin).map((name) => ({ name, type: 'function' as const })),
    ];
  }

  typesWith(kind: 'struct' | 'union' | 'enum' | 'type', prefix: string): string[] {
    return (this.placeOf(undefined)?.image.typeNames(kind) ?? []).filter((name) => name.startsWith(prefix));
  }

  /** The type that a virtual table of Rust is for: that of the variable that the table is (`TABLE`). */
  concreteType(table: Node): CType | undefined {
    const place = this.placeOf(table.space);
    if (!place) return undefined;
    const value = evaluate({ source: '', root: table, changes: false }, this.environment());
    const bytes = bytesOf(value, this.environment());
    return bytes && tablesOf(place.image).get((wordOf(bytes) - place.bias) >>> 0);
  }

  presentVariant(object: Node): Member | undefined {
    const type = bare(object.type);
    if (!isVariantType(type)) return undefined;
    const environment = this.environment();
    return presentVariant(
      evaluate({ source: '', root: object, changes: false }, environment),
      type,
      environment,
    );
  }

  // --- values ---------------------------------------------------------------------------------------------

  private registerValue(name: string, space: Space | undefined): RegisterValue | undefined {
    const coroutine = space?.kind === 'coroutine' ? space.coroutine : this.frame.coroutine;
    const general = generalRegister(name);
    if (general) return general;
    if (space === undefined && this.frame.cr3 !== undefined) return undefined;
    const saved = this.coroutines.savedState(coroutine);
    if (saved) return savedRegister(name, saved);
    return coroutine === this.coroutines.current
      ? cpuRegister(name, this.coroutines.snapshot.cpu)
      : undefined;
  }

  private registerLocation(name: string, space: Space | undefined): Location {
    const found = this.registerValue(name, space);
    if (!found)
      throw new AdapterError('evaluate-failed', say`There is no register "$${name}" in this frame.`);
    if (space?.kind !== 'coroutine' || space.coroutine === this.frame.coroutine) return found.location;
    return this.frozen(found.location, space.coroutine);
  }

  /** A location in the registers of another coroutine: where they are saved, else the values that they have. */
  private frozen(location: Location, coroutine: CoroutineId): Location {
    const registers = this.coroutines.registers(coroutine, this.memory.reader(coroutine)) ?? [];
    const homes = this.coroutines.homes(coroutine);
    const freeze = (part: Location): Location => {
      if (part.kind === 'pieces')
        return {
          kind: 'pieces',
          pieces: part.pieces.map((piece) => ({ ...piece, location: freeze(piece.location) })),
        };
      if (part.kind !== 'register') return part;
      const home = homes[part.number];
      if (home?.kind === 'memory') return home;
      const value = registers[part.number];
      if (value === undefined) return { kind: 'optimised-out', reason: say`the register was not saved` };
      const bytes = Uint8Array.from([0, 8, 16, 24], (shift) => (value >>> shift) & 0xff);
      return { kind: 'value', bytes };
    };
    return freeze(location);
  }

  /** Reads memory of any space, that of the frame's coroutine when none is named. Inside `MemoryCache.compute`. */
  readonly readMemory: SpaceReader = (address, length, space) => {
    if (space === undefined) return this.ownReader(address, length);
    if (space.kind === 'physical') return this.memory.readPhysical(address, length);
    const { coroutine, cr3 } = space.kind === 'coroutine' ? space : this.frame;
    return this.memory.reader(coroutine, cr3)(address, length);
  };

  /** @param overrides what an evaluation that writes puts between itself and the frame */
  environment(overrides?: Partial<Environment>): Environment {
    const environment: Environment = {
      registers: this.frame.registers,
      wide: this.wide,
      readMemory: this.readMemory,
      locate: (path) =>
        this.object(path)?.locate() ?? { kind: 'optimised-out', reason: say`it is not visible here` },
      register: (name, space) => this.registerLocation(name, space),
      msr: (index) => this.memory.readMsr(index),
    };
    return overrides ? { ...environment, ...overrides } : environment;
  }

  /** How a client names an address of this frame's coroutine, or of another space. */
  referenceOf(address: number, space: Space | undefined): string {
    if (space?.kind === 'physical') return `physical:0x${(address >>> 0).toString(16).padStart(8, '0')}`;
    const { coroutine, cr3 } = space?.kind === 'coroutine' ? space : this.frame;
    return this.coroutines.referenceOf(coroutine, address, true, cr3);
  }
}

/** How rustc names the variables that virtual tables are: `<Square as Shape>::{vtable}`. */
const TABLE = /::\{vtable\}$/;

/** The types that virtual tables are for, by where these are linked. */
const tablesOf = kept((image: SymbolImage): ReadonlyMap<number, CType> => {
  const tables = new Map<number, CType>();
  for (const name of image.globals().filter((one) => TABLE.test(one))) {
    const variable = image.findVariable(name, undefined);
    const location = variable?.locate(globalContext(0));
    const type = variable && bare(variable.type);
    if (location?.kind === 'memory' && type?.kind === 'struct' && type.concrete)
      tables.set(location.address, type.concrete);
  }
  return tables;
});

/** What is computed once for an object. */
function kept<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    let found = known.get(key);
    if (!found) known.set(key, (found = { value: compute(key) }));
    return found.value;
  };
}

/** Where globals are is the same in all frames. */
const globalContext = (bias: number): FrameContext => ({
  ...{ bias, registers: [], pc: 0, cfa: () => undefined, readMemory: () => undefined },
});

function isConstructor({ name: whole }: FunctionInfo): boolean {
  const { scope, name } = wantedFunction(whole);
  return withoutArguments(scope.at(-1) ?? '') === name;
}

/** Names of overloads in a message. */
const MOST_OVERLOADS = 8;

const ofFile = (image: SymbolImage, file: string, name: string): FunctionInfo[] =>
  image.findFunctions(name).filter(({ lowPc }) => isInFile(image, lowPc, file));

/** @throws AdapterError for several that the name does not tell apart */
function functionNamed(image: SymbolImage, bias: number, { name, scope, parameters = '' }: SymbolPath) {
  const path = scope === undefined ? name : `${scope}::${name}`;
  const named = image.findFunctions(path + parameters);
  const all = named.length > 0 || scope === undefined ? named : ofFile(image, scope, name + parameters);
  // A class is called as its constructors are, which need the class before their name.
  const meant = scope === undefined ? all.filter((one) => !isConstructor(one)) : all;
  const [found] = meant;
  if (!found) return undefined;
  const overloads = [...new Set(meant.map((one) => one.name))];
  if (overloads.length > 1 && !overloads.includes(path)) {
    const listed =
      overloads.slice(0, MOST_OVERLOADS).join(', ') + (overloads.length > MOST_OVERLOADS ? ', …' : '');
    throw new AdapterError(
      'evaluate-failed',
      say`There are several functions "${path}": write one of ${listed}.`,
    );
  }
  const type = found.dieOffset === undefined ? undefined : image.functionType(found.dieOffset);
  const location: Location = { kind: 'memory', address: (found.lowPc + bias) >>> 0 };
  return { type: type?.kind === 'function' ? type : UNKNOWN_FUNCTION, location, locate: () => location };
}
