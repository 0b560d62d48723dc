/**
 * What expressions can name in a frame, and where it is: the frame's variables, the globals and types of its image, those of
 * other coroutines behind a prefix, registers, memory of any space.
 */
import { type CoroutineId, HOST, type Space } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import type { MemoryCache } from './memory-cache.ts';
import {
  cpuRegister,
  generalRegister,
  REGISTER_NAMES,
  type RegisterValue,
  savedRegister,
} from './register-values.ts';
import { type Frame, frameContext } from './stack.ts';
import type { SymbolImage } from './symbols/image.ts';
import type { Location } from './symbols/location.ts';
import type { CType } from './symbols/types.ts';
import type { Variable } from './symbols/variables.ts';
import type { CompletionSource } from './values/completion.ts';
import type { Environment } from './values/evaluate.ts';
import type { SymbolPath } from './values/tree.ts';
import type { SpaceReader } from './values/value.ts';

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
  readonly locate: () => Location;
}

export class FrameValues implements CompletionSource {
  readonly registerNames = REGISTER_NAMES;
  private known: readonly Variable[] | undefined;

  constructor(
    readonly frame: Frame,
    private readonly coroutines: Coroutines,
    private readonly memory: MemoryCache,
  ) {}

  /** Variables visible in the frame, inner ones first; a name that is hidden by an inner one is left out. */
  variables(): readonly Variable[] {
    return (this.known ??= this.visible());
  }

  private visible(): Variable[] {
    const { resolved, inlineDepth } = this.frame;
    if (!resolved) return [];
    const names = new Set<string>();
    return resolved.image
      .scopesAt(this.linkPc)
      .filter((scope) => scope.inlineDepth === inlineDepth)
      .flatMap(({ variables }) => variables)
      .filter(({ name }) => !names.has(name) && names.add(name));
  }

  /** Where one of them is. Inside `MemoryCache.compute`. */
  locationOf(variable: Variable): Location {
    return variable.locate(
      frameContext(this.frame, this.memory.reader(this.frame.coroutine, this.frame.cr3)),
    );
  }

  private get linkPc(): number {
    const { resolved, lookupPc } = this.frame;
    return resolved ? (lookupPc - resolved.bias) >>> 0 : 0;
  }

  /** Whose names are behind a prefix; the frame's own when there is none. */
  imageOf(space: Space | undefined): SymbolImage | undefined {
    if (space?.kind === 'coroutine') return this.coroutines.imageOf(space.coroutine);
    return this.frame.resolved?.image ?? this.coroutines.imageOf(this.frame.coroutine);
  }

  /** Early code of a higher-half kernel finds its data where it was loaded, not where it is linked. */
  private dataBias(space: Space | undefined): number {
    const { bias = 0, early = false } = this.frame.resolved ?? {};
    return space === undefined && early ? bias : 0;
  }

  // --- names ----------------------------------------------------------------------------------------------

  object(path: SymbolPath): Found | undefined {
    const { name, scope, space } = path;
    if (scope === undefined && space === undefined) {
      const local = this.variables().find((variable) => variable.name === name);
      if (local) return { type: local.type, location: undefined, locate: () => this.locationOf(local) };
    }
    const image = this.imageOf(space);
    const variable =
      scope === undefined
        ? image?.findVariable(name, space ? undefined : this.linkPc)
        : image?.findScoped(scope, name);
    if (variable) {
      const location = shifted(variable.locate(), this.dataBias(space));
      return { type: variable.type, location, locate: () => location };
    }
    return scope === undefined ? this.functionNamed(image, name, space) : undefined;
  }

  private functionNamed(
    image: SymbolImage | undefined,
    name: string,
    space: Space | undefined,
  ): Found | undefined {
    const found = image?.findFunction(name);
    if (!found) return undefined;
    const type = found.dieOffset === undefined ? undefined : image?.functionType(found.dieOffset);
    const location: Location = { kind: 'memory', address: (found.lowPc + this.dataBias(space)) >>> 0 };
    return { type: type?.kind === 'function' ? type : UNKNOWN_FUNCTION, location, locate: () => location };
  }

  enumerator(name: string, space: Space | undefined): { type: CType; value: bigint } | undefined {
    return this.imageOf(space)?.findEnumerator(name, space ? undefined : this.linkPc);
  }

  type(name: string, space: Space | undefined): CType | undefined {
    return this.imageOf(space)?.findType(name);
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
    const image = this.imageOf(undefined);
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
    return (this.imageOf(undefined)?.typeNames(kind) ?? []).filter((name) => name.startsWith(prefix));
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
    if (!found) throw new AdapterError('evaluate-failed', `There is no register "$${name}" in this frame.`);
    if (space?.kind !== 'coroutine' || space.coroutine === this.frame.coroutine) return found.location;
    return this.frozen(found.location, space.coroutine);
  }

  /** A location in the registers of another coroutine, as the values that they have. */
  private frozen(location: Location, coroutine: CoroutineId): Location {
    const registers = this.coroutines.registers(coroutine, this.memory.reader(coroutine)) ?? [];
    const freeze = (part: Location): Location => {
      if (part.kind === 'pieces')
        return {
          kind: 'pieces',
          pieces: part.pieces.map((piece) => ({ ...piece, location: freeze(piece.location) })),
        };
      if (part.kind !== 'register') return part;
      const value = registers[part.number];
      if (value === undefined) return { kind: 'optimised-out', reason: 'the register was not saved' };
      const bytes = Uint8Array.from([0, 8, 16, 24], (shift) => (value >>> shift) & 0xff);
      return { kind: 'value', bytes };
    };
    return freeze(location);
  }

  /** Reads memory of any space, that of the frame's coroutine when none is named. Inside `MemoryCache.compute`. */
  readonly readMemory: SpaceReader = (address, length, space) => {
    if (space?.kind === 'physical') return this.memory.readPhysical(address, length);
    const { coroutine, cr3 } = space?.kind === 'coroutine' ? space : this.frame;
    return this.memory.reader(coroutine, cr3)(address, length);
  };

  /** @param overrides what an evaluation that writes puts between itself and the frame */
  environment(overrides: Partial<Environment> = {}): Environment {
    return {
      registers: this.frame.registers,
      readMemory: this.readMemory,
      locate: (path) =>
        this.object(path)?.locate() ?? { kind: 'optimised-out', reason: 'it is not visible here' },
      register: (name, space) => this.registerLocation(name, space),
      msr: (index) => this.memory.readMsr(index),
      ...overrides,
    };
  }

  /** How a client names an address of this frame's coroutine, or of another space. */
  referenceOf(address: number, space: Space | undefined): string {
    if (space?.kind === 'physical') return `physical:0x${(address >>> 0).toString(16).padStart(8, '0')}`;
    const { coroutine, cr3 } = space?.kind === 'coroutine' ? space : this.frame;
    return this.coroutines.referenceOf(coroutine, address, true, cr3);
  }
}

function shifted(location: Location, by: number): Location {
  return location.kind === 'memory' && by !== 0
    ? { kind: 'memory', address: (location.address + by) >>> 0 }
    : location;
}
