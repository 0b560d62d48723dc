/**
 * Breakpoints on code: from a client's file and lines, names of functions, or addresses to linear addresses in the coroutines
 * whose images have code there.
 *
 * One source line may have several addresses (inlined copies, early code that also runs at its physical address); the
 * machine gets all of them under one id.
 */
import type { BreakpointSpec } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { When } from './conditions/when.ts';
import { statementsIn } from './source-statements.ts';
import type { SymbolImage } from './symbols/image.ts';

/** The images of a session and the coroutine each belongs to (-1: any, in host-only mode). */
export interface ImageOwner {
  readonly image: SymbolImage;
  readonly coroutine: CoroutineId | -1;
  /** Of a program that has an address only where it is mapped: a hit in another one is none. */
  readonly ring?: 3;
}

/** Where a breakpoint stops, and in whose code. */
export interface OwnedSpec extends BreakpointSpec {
  /** Absent: the code of whoever is there. */
  readonly image?: SymbolImage;
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
  readonly message: string | undefined;
  readonly specs: readonly OwnedSpec[];
}

type Bound = Pick<SourceBreakpoint, 'id' | 'line' | 'column' | 'message' | 'specs'>;

/** A breakpoint on a function or on an instruction. */
export interface CodeBreakpoint extends Conditional {
  readonly id: number;
  /** What the client has asked for: it keeps its id as long as it asks for the same. */
  readonly wanted: string;
  readonly message: string | undefined;
  readonly specs: readonly OwnedSpec[];
}

/** `host:main`, `guest1:kmain`: the functions of that name in one kernel; without the prefix, in all. */
const FUNCTION_NAME = /^\s*(?:(host|guest(\d{1,2})):)?([A-Za-z_.$][\w.$]*)\s*$/;

export class CodeBreakpoints {
  private readonly byFile = new Map<string, SourceBreakpoint[]>();
  private functions: readonly CodeBreakpoint[] = [];
  private instructions: readonly CodeBreakpoint[] = [];
  private nextId = 1;
  /** By id: what is wrong with conditions, found out when the machine got them. */
  readonly problems = new Map<number, string>();

  /** `owners` may grow while the session lives; the first that matches a file best wins. */
  constructor(private readonly owners: () => readonly ImageOwner[]) {}

  /** Replaces all breakpoints of a file. A place that keeps its breakpoint keeps its id. */
  set(file: string, wanted: readonly (When & SourcePlace)[]): SourceBreakpoint[] {
    const old = this.byFile.get(file) ?? [];
    const bound = wanted.map(({ line, column, instruction, ...when }) => {
      const same = old.find(({ requested }) => requested.line === line && requested.column === column);
      const place = { line, column, instruction };
      return { ...this.bind(same?.id ?? this.nextId++, file, place), file, requested: place, when };
    });
    this.byFile.set(file, bound);
    return bound;
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
  specs(): { readonly spec: BreakpointSpec; readonly when: When; readonly image: SymbolImage | undefined }[] {
    return [...[...this.byFile.values()].flat(), ...this.functions, ...this.instructions].flatMap(
      ({ specs, when }) => specs.map(({ image, ...spec }) => ({ spec, when, image })),
    );
  }

  /** Replaces all breakpoints on functions. They stop behind the prologue, and in each inlined copy. */
  setFunctions(names: readonly (When & { readonly name: string })[]): readonly CodeBreakpoint[] {
    this.functions = names.map(({ name: wanted, ...when }) => {
      const id = this.functions.find((one) => one.wanted === wanted)?.id ?? this.nextId++;
      const specs = this.functionAddresses(wanted).map((place) => ({ id, ...place }));
      const message =
        specs.length === 0
          ? `No kernel that is loaded has a function "${wanted}": write its name, or guest0:name, host:name.`
          : undefined;
      return { id, wanted, message, specs, when };
    });
    return this.functions;
  }

  /** Replaces all breakpoints on instructions. */
  setInstructions(
    places: readonly (When & Pick<BreakpointSpec, 'address' | 'coroutine' | 'physical'>)[],
  ): readonly CodeBreakpoint[] {
    this.instructions = places.map(({ address, coroutine, physical = false, ...when }) => {
      const wanted = `${physical ? 'physical' : coroutine}:${address}`;
      const id = this.instructions.find((one) => one.wanted === wanted)?.id ?? this.nextId++;
      const spec = { id, address, coroutine, ...(physical && { physical }) };
      return { id, wanted, message: undefined, specs: [spec], when };
    });
    return this.instructions;
  }

  private functionAddresses(wanted: string): Omit<OwnedSpec, 'id'>[] {
    const [, kernel, monitor, name] = FUNCTION_NAME.exec(wanted) ?? [];
    if (name === undefined) return [];
    const only = kernel === undefined ? undefined : monitor === undefined ? HOST : Number(monitor) + 1;
    return this.owners()
      .filter(({ coroutine }) => only === undefined || coroutine === only)
      .flatMap((owner) => owner.image.addressesForFunction(name).map((address) => ({ ...owner, address })));
  }

  private bind(id: number, file: string, { line, column, instruction }: SourcePlace): Bound {
    if (instruction)
      return { id, line, column: undefined, message: undefined, specs: [{ id, ...instruction }] };
    const statement = column === undefined ? undefined : this.bindStatement(id, file, line, column);
    return statement ?? this.bindLine(id, file, line);
  }

  /** The statement that a column is in: the last one that begins there or before, else the first of the line. */
  private bindStatement(id: number, file: string, line: number, column: number): Bound | undefined {
    const statements = statementsIn(this.owners(), file, line, line);
    const before = statements.filter((statement) => statement.column <= column);
    const found = before.at(-1) ?? statements[0];
    if (!found) return undefined;
    const specs = statements
      .filter((statement) => statement.column === found.column)
      .flatMap(({ addresses, owner }) => addresses.map((address) => ({ id, address, ...owner })));
    return { id, line, column: found.column, message: undefined, specs };
  }

  private bindLine(id: number, file: string, requestedLine: number): Bound {
    const found = this.owners()
      .map((owner) => ({ owner, place: owner.image.addressesForLine(file, requestedLine) }))
      .filter(({ place }) => place !== undefined);
    const best = Math.max(...found.map(({ place }) => place?.matchedComponents ?? 0));
    const chosen = found.filter(({ place }) => place?.matchedComponents === best);
    const specs: OwnedSpec[] = chosen.flatMap(({ owner, place }) =>
      (place?.addresses ?? []).map((address) => ({ id, address, ...owner })),
    );
    // A breakpoint on a function's opening line stops behind the prologue: show the line it really stops on.
    const [first] = chosen;
    const landed = first?.owner.image.lineAt(first.place?.addresses[0] ?? 0);
    const line = landed && landed.line > 0 ? landed.line : first?.place?.line;
    const message =
      line === undefined
        ? 'No code of the loaded kernels comes from this line: is the file part of the kernel, and built with -g?'
        : undefined;
    return { id, line, column: undefined, message, specs };
  }
}
