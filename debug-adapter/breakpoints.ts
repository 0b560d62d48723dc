/**
 * Breakpoints on code: from a client's file and lines, names of functions, or addresses to linear addresses in the coroutines
 * whose images have code there.
 *
 * One source line may have several addresses (inlined copies, early code that also runs at its physical address); the
 * machine gets all of them under one id.
 */
import { say, type Sentence } from '../core/sentences/say.ts';
import type { BreakpointSpec } from '../core/protocol/debug-protocol.ts';
import { HOST } from '../core/protocol/machine-protocol.ts';
import type { When } from './conditions/when.ts';
import { type FileAndName, fileAndName, isInFile } from './functions-of-files.ts';
import type { Placed } from './coroutines.ts';
import type { ImageOwner } from './image-owners.ts';
import type { BreakpointLocations } from './symbols/breakpoints.ts';
import { atOnce, type Pieces } from './symbols/pieces.ts';
import { statementsIn } from './source-statements.ts';

/** Where a breakpoint stops, and in whose code. */
export interface OwnedSpec extends BreakpointSpec {
  /** Absent: the code of whoever is there. */
  readonly owner?: Placed;
}

interface Conditional {
  readonly when: When;
}

/** A place of a file, as a client asks for it. */
export interface SourcePlace {
  readonly line: number;
  /** From 1: the statement there, not the whole line. */
  readonly column?: number | undefined;
  /** Of a generated source: the instruction of the line. */
  readonly instruction?: Pick<BreakpointSpec, 'address' | 'coroutine'> | undefined;
}

export interface SourceBreakpoint extends Conditional {
  readonly id: number;
  readonly file: string;
  readonly requested: SourcePlace;
  /** The line that has code; `undefined` when none has. */
  readonly line: number | undefined;
  /** Where the statement is that was asked for by a column. */
  readonly column: number | undefined;
  /** Why it is not bound, for the user. */
  readonly message: Sentence | undefined;
  /** It binds as soon as its image is in memory. */
  readonly pending: boolean;
  readonly specs: readonly OwnedSpec[];
}

type Bound = Pick<SourceBreakpoint, 'id' | 'line' | 'column' | 'message' | 'pending' | 'specs'>;

/** A breakpoint on a function or on an instruction. */
export interface CodeBreakpoint extends Conditional {
  readonly id: number;
  /** What the client has asked for: it keeps its id as long as it asks for the same. */
  readonly wanted: string;
  readonly message: Sentence | undefined;
  /** It binds as soon as its image is in memory. */
  readonly pending: boolean;
  readonly specs: readonly OwnedSpec[];
}

/** An instruction that a client asks for, or why what it says is none. */
export type InstructionPlace = Conditional &
  (
    | Pick<BreakpointSpec, 'address' | 'coroutine' | 'physical'>
    | { readonly reference: string; readonly message: Sentence }
  );

/** `host:main`, `guest1:kmain`, `mm::Zone::take(int)`: the functions of that name in one kernel; without the prefix, in all. */
const FUNCTION_NAME = /^\s*(?:(host|guest(\d{1,2})):(?!:))?(\S|\S.*\S)\s*$/;

/** Why nothing is called so: other places that gdb's `break` takes have breakpoints of their own. */
function noFunction(wanted: string): Sentence {
  if (/^\s*(?:\*|0x[0-9a-f]+\s*$)/i.test(wanted))
    return say`"${wanted}" is an address: set an instruction breakpoint on it, in the disassembly.`;
  if (/^(?:.*:)?\s*\d+\s*$/.test(wanted))
    return say`"${wanted}" is a line: set the breakpoint in its source.`;
  return say`No kernel that is loaded has a function "${wanted}": write its name, or guest0:name, host:name, file.c:name.`;
}

export class CodeBreakpoints {
  private readonly byFile = new Map<string, SourceBreakpoint[]>();
  private functions: readonly CodeBreakpoint[] = [];
  private instructions: readonly CodeBreakpoint[] = [];
  private nextId = 1;
  /** By id: what is wrong with conditions, found out when the machine got them. */
  readonly problems = new Map<number, Sentence>();

  /** `owners` may grow while the session lives; the first that matches a file best wins. */
  constructor(private readonly owners: () => readonly ImageOwner[]) {}

  /** What `set` asks of the symbols. Afterwards it is quick. */
  *search(file: string, places: readonly SourcePlace[]): Pieces<void> {
    for (const { image, whole } of this.owners())
      for (const { line, instruction } of places) {
        if (instruction) continue;
        if (whole) yield* whole.searchLine(file, line);
        yield* image.searchLine(file, line);
      }
  }

  /** What `setFunctions` asks. */
  *searchFunctions(names: readonly string[]): Pieces<void> {
    for (const wanted of names) {
      const { name, owners } = this.functionOwners(wanted);
      for (const { image } of owners) yield* image.searchFunction(name);
    }
  }

  /** What `rebind` asks. */
  *searchAgain(): Pieces<void> {
    for (const [file, bound] of this.byFile)
      yield* this.search(
        file,
        bound.map(({ requested }) => requested),
      );
    yield* this.searchFunctions(this.functions.map(({ wanted }) => wanted));
  }

  /** Replaces all breakpoints of a file. A place that keeps its breakpoint keeps its id. */
  set(file: string, wanted: readonly (When & SourcePlace)[]): SourceBreakpoint[] {
    const idOf = this.keptIds(this.byFile.get(file) ?? []);
    const bound = wanted.map(({ line, column, instruction, ...when }) => {
      const id = idOf(({ requested }) => requested.line === line && requested.column === column);
      const place = { line, column, instruction };
      return { ...this.bind(id, file, place), file, requested: place, when };
    });
    this.byFile.set(file, bound);
    return bound;
  }

  /** Who asks for the ids of places gets those that they had, each once: of several breakpoints at a place each has one of its own. */
  private keptIds<T extends { readonly id: number }>(
    old: readonly T[],
  ): (isSame: (one: T) => boolean) => number {
    const left = new Set(old);
    return (isSame) => {
      for (const one of left) {
        if (!isSame(one)) continue;
        left.delete(one);
        return one.id;
      }
      return this.nextId++;
    };
  }

  clear(): void {
    this.byFile.clear();
    this.functions = [];
    this.instructions = [];
  }

  /** Binds everything that was asked for by names anew: the images are others. */
  rebind(): readonly (SourceBreakpoint | CodeBreakpoint)[] {
    for (const [file, bound] of this.byFile)
      this.set(
        file,
        bound.map(({ requested, when }) => ({ ...requested, ...when })),
      );
    this.setFunctions(this.functions.map(({ wanted, when }) => ({ name: wanted, ...when })));
    return [...[...this.byFile.values()].flat(), ...this.functions];
  }

  /** The line of the first of some breakpoints that is on one. */
  lineOf(ids: readonly number[]): number | undefined {
    return [...this.byFile.values()].flat().find(({ id }) => ids.includes(id))?.line;
  }

  /** What the machine has to watch. */
  specs(): { readonly spec: BreakpointSpec; readonly when: When; readonly owner: Placed | undefined }[] {
    return [...[...this.byFile.values()].flat(), ...this.functions, ...this.instructions].flatMap(
      ({ specs, when }) => specs.map(({ owner, ...spec }) => ({ spec, when, owner })),
    );
  }

  /** Replaces all breakpoints on functions. They stop behind the prologue, and in each inlined copy. */
  setFunctions(names: readonly (When & { readonly name: string })[]): readonly CodeBreakpoint[] {
    const idOf = this.keptIds(this.functions);
    this.functions = names.map(({ name: wanted, ...when }) => {
      const id = idOf((one) => one.wanted === wanted);
      const found = this.functionAddresses(wanted);
      const specs = found.flatMap(({ owner, addresses }) => specsAt(id, addresses, owner));
      const message = found.length === 0 ? noFunction(wanted) : awaiting(specs, found[0].owner);
      return { id, wanted, message, pending: found.length > 0 && specs.length === 0, specs, when };
    });
    return this.functions;
  }

  /** Replaces all breakpoints on instructions. Those whose place is none are there, but stop nowhere. */
  setInstructions(places: readonly InstructionPlace[]): readonly CodeBreakpoint[] {
    const idOf = this.keptIds(this.instructions);
    this.instructions = places.map(({ when, ...place }) => {
      if ('message' in place) {
        const { reference: wanted, message } = place;
        const id = idOf((one) => one.wanted === wanted);
        return { id, wanted, message, pending: false, specs: [], when };
      }
      const { address, coroutine, physical = false } = place;
      const wanted = `${physical ? 'physical' : coroutine}:${address}`;
      const id = idOf((one) => one.wanted === wanted);
      const spec = { id, address, coroutine, ...(physical && { physical }) };
      return { id, wanted, message: undefined, pending: false, specs: [spec], when };
    });
    return this.instructions;
  }

  /** The function that is meant, and the images that may have it. */
  private functionOwners(wanted: string): FileAndName & { readonly owners: readonly ImageOwner[] } {
    const [, kernel, monitor, meant] = FUNCTION_NAME.exec(wanted) ?? [];
    if (meant === undefined) return { file: undefined, name: wanted, owners: [] };
    const only = kernel === undefined ? undefined : monitor === undefined ? HOST : Number(monitor) + 1;
    // A kernel that runs alone is the host, as in memory references, though it shares the machine with nobody.
    const isMeant = ({ coroutine }: ImageOwner) =>
      only === undefined || coroutine === only || (only === HOST && coroutine === -1);
    return { ...fileAndName(meant), owners: this.owners().filter(isMeant) };
  }

  private functionAddresses(wanted: string): { owner: ImageOwner; addresses: readonly number[] }[] {
    const { file, name, owners } = this.functionOwners(wanted);
    // A function of C has no parameters in its name, but people write it as they call it.
    const plain = name.replace(/\s*\(\s*\)$/, '');
    const named = ({ image }: ImageOwner) => {
      const exact = image.addressesForFunction(name);
      return exact.length > 0 || plain === name ? exact : image.addressesForFunction(plain);
    };
    const inFile = (owner: ImageOwner) =>
      named(owner).filter((address) => isInFile(owner.image, address, file));
    return owners
      .map((owner) => ({ owner, addresses: inFile(owner) }))
      .filter(({ addresses }) => addresses.length > 0);
  }

  private bind(id: number, file: string, { line, column, instruction }: SourcePlace): Bound {
    if (instruction)
      return {
        ...{ id, line, column: undefined, message: undefined, pending: false },
        specs: [{ id, ...instruction }],
      };
    const statement = column === undefined ? undefined : this.bindStatement(id, file, line, column);
    return statement ?? this.bindLine(id, file, line);
  }

  /** The statement that a column is in: the last one that begins there or before, else the first of the line. */
  private bindStatement(id: number, file: string, line: number, column: number): Bound | undefined {
    const statements = atOnce(statementsIn(this.owners(), file, line, line));
    const before = statements.filter((statement) => statement.column <= column);
    const found = before.at(-1) ?? statements[0];
    if (!found) return undefined;
    const specs = statements
      .filter((statement) => statement.column === found.column)
      .flatMap(({ addresses, owner }) => specsAt(id, addresses, owner));
    const message = awaiting(specs, found.owner);
    return { id, line, column: found.column, message, pending: specs.length === 0, specs };
  }

  private bindLine(id: number, file: string, requestedLine: number): Bound {
    const found = this.owners()
      .map((owner) => ({ owner, place: placeIn(owner, file, requestedLine) }))
      .filter(({ place }) => place !== undefined);
    const best = Math.max(...found.map(({ place }) => place?.matchedComponents ?? 0));
    const chosen = found.filter(({ place }) => place?.matchedComponents === best);
    const specs = chosen.flatMap(({ owner, place }) => specsAt(id, place?.addresses ?? [], owner));
    // A breakpoint on a function's opening line stops behind the prologue: show the line it really stops on.
    const [first] = chosen;
    const address = first?.place?.addresses[0];
    const line = first?.place && lineAt(first.owner, first.place, address);
    const message = first
      ? awaiting(specs, first.owner)
      : say`No code of the loaded kernels comes from this line: is the file part of the kernel, and built with -g?`;
    return {
      id,
      line,
      column: undefined,
      message,
      pending: first !== undefined && specs.length === 0,
      specs,
    };
  }
}

/** The line that a stop at the first address of a place is shown at: the one that is meant, where several begin there. */
function lineAt({ image }: ImageOwner, { line }: BreakpointLocations, address: number | undefined): number {
  if (address === undefined) return line;
  if (image.rowsAt(address).some((row) => row.isStatement && row.line === line)) return line;
  const landed = image.lineAt(address);
  return landed && landed.line > 0 ? landed.line : line;
}

/** Where a line is in an image. What is not loaded of it does not make another line the next one that has code. */
function placeIn({ image, whole }: ImageOwner, file: string, line: number): BreakpointLocations | undefined {
  if (!whole) return image.addressesForLine(file, line);
  const place = whole.addressesForLine(file, line);
  if (!place) return undefined;
  const loaded = image.addressesForLine(file, place.line);
  return { ...place, addresses: loaded?.line === place.line ? loaded.addresses : [] };
}

/** Link addresses of an image at all the places where it is. */
function specsAt(id: number, addresses: readonly number[], owner: ImageOwner): OwnedSpec[] {
  const { image, coroutine, ring, biases } = owner;
  return biases.flatMap((bias) =>
    addresses.map((address) => ({
      ...{ id, address: (address + bias) >>> 0, coroutine, owner: { image, bias } },
      ...(ring && { ring }),
    })),
  );
}

/** What a breakpoint waits for that is nowhere yet. */
const awaiting = (specs: readonly OwnedSpec[], { image }: ImageOwner): Sentence | undefined =>
  specs.length > 0
    ? undefined
    : say`This code of ${image.name} is not in memory: the breakpoint binds as soon as it is.`;
