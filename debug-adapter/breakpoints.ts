/**
 * Breakpoints on code: from a client's file and lines, names of functions, or addresses to linear addresses in the coroutines
 * whose images have code there.
 *
 * One source line may have several addresses (inlined copies, early code that also runs at its physical address); the
 * machine gets all of them under one id.
 */
import type { BreakpointSpec } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { SymbolImage } from './symbols/image.ts';

/** The images of a session and the coroutine each belongs to (-1: any, in host-only mode). */
export interface ImageOwner {
  readonly image: SymbolImage;
  readonly coroutine: CoroutineId | -1;
}

export interface SourceBreakpoint {
  readonly id: number;
  readonly file: string;
  readonly requestedLine: number;
  /** The line that has code; `undefined` when none has. */
  readonly line: number | undefined;
  /** Why it is not bound, for the user. */
  readonly message: string | undefined;
  readonly specs: readonly BreakpointSpec[];
}

/** A breakpoint on a function or on an instruction. */
export interface CodeBreakpoint {
  readonly id: number;
  /** What the client has asked for: it keeps its id as long as it asks for the same. */
  readonly wanted: string;
  readonly message: string | undefined;
  readonly specs: readonly BreakpointSpec[];
}

/** `host:main`, `guest1:kmain`: the functions of that name in one kernel; without the prefix, in all. */
const FUNCTION_NAME = /^\s*(?:(host|guest(\d{1,2})):)?([A-Za-z_.$][\w.$]*)\s*$/;

export class CodeBreakpoints {
  private readonly byFile = new Map<string, SourceBreakpoint[]>();
  private functions: readonly CodeBreakpoint[] = [];
  private instructions: readonly CodeBreakpoint[] = [];
  private nextId = 1;

  /** `owners` may grow while the session lives; the first that matches a file best wins. */
  constructor(private readonly owners: () => readonly ImageOwner[]) {}

  /** Replaces all breakpoints of a file. A line that keeps its breakpoint keeps its id. */
  set(file: string, lines: readonly number[]): SourceBreakpoint[] {
    const old = this.byFile.get(file) ?? [];
    const bound = lines.map((line) => {
      const id = old.find(({ requestedLine }) => requestedLine === line)?.id ?? this.nextId++;
      return this.bind(id, file, line);
    });
    this.byFile.set(file, bound);
    return bound;
  }

  /** Binds everything that was asked for by names anew: the images are others. */
  rebind(): readonly (SourceBreakpoint | CodeBreakpoint)[] {
    for (const [file, bound] of this.byFile)
      this.set(
        file,
        bound.map(({ requestedLine }) => requestedLine),
      );
    this.setFunctions(this.functions.map(({ wanted }) => wanted));
    return [...[...this.byFile.values()].flat(), ...this.functions];
  }

  /** What the machine has to watch. */
  specs(): BreakpointSpec[] {
    return [...[...this.byFile.values()].flat(), ...this.functions, ...this.instructions].flatMap(
      ({ specs }) => specs,
    );
  }

  /** Replaces all breakpoints on functions. They stop behind the prologue, and in each inlined copy. */
  setFunctions(names: readonly string[]): readonly CodeBreakpoint[] {
    this.functions = names.map((wanted) => {
      const id = this.functions.find((one) => one.wanted === wanted)?.id ?? this.nextId++;
      const specs = this.functionAddresses(wanted).map((place) => ({ id, ...place }));
      const message =
        specs.length === 0
          ? `No kernel that is loaded has a function "${wanted}": write its name, or guest0:name, host:name.`
          : undefined;
      return { id, wanted, message, specs };
    });
    return this.functions;
  }

  /** Replaces all breakpoints on instructions. */
  setInstructions(
    places: readonly { readonly address: number; readonly coroutine: CoroutineId | -1 }[],
  ): readonly CodeBreakpoint[] {
    this.instructions = places.map(({ address, coroutine }) => {
      const wanted = `${coroutine}:${address}`;
      const id = this.instructions.find((one) => one.wanted === wanted)?.id ?? this.nextId++;
      return { id, wanted, message: undefined, specs: [{ id, address, coroutine }] };
    });
    return this.instructions;
  }

  private functionAddresses(wanted: string): { address: number; coroutine: CoroutineId | -1 }[] {
    const [, kernel, monitor, name] = FUNCTION_NAME.exec(wanted) ?? [];
    if (name === undefined) return [];
    const only = kernel === undefined ? undefined : monitor === undefined ? HOST : Number(monitor) + 1;
    return this.owners()
      .filter(({ coroutine }) => only === undefined || coroutine === only)
      .flatMap(({ image, coroutine }) =>
        image.addressesForFunction(name).map((address) => ({ address, coroutine })),
      );
  }

  private bind(id: number, file: string, requestedLine: number): SourceBreakpoint {
    const found = this.owners()
      .map((owner) => ({ owner, place: owner.image.addressesForLine(file, requestedLine) }))
      .filter(({ place }) => place !== undefined);
    const best = Math.max(...found.map(({ place }) => place?.matchedComponents ?? 0));
    const chosen = found.filter(({ place }) => place?.matchedComponents === best);
    const specs: BreakpointSpec[] = chosen.flatMap(({ owner, place }) =>
      (place?.addresses ?? []).map((address) => ({ id, address, coroutine: owner.coroutine })),
    );
    // A breakpoint on a function's opening line stops behind the prologue: show the line it really stops on.
    const [first] = chosen;
    const landed = first?.owner.image.lineAt(first.place?.addresses[0] ?? 0);
    const line = landed && landed.line > 0 ? landed.line : first?.place?.line;
    const message =
      line === undefined
        ? 'No code of the loaded kernels comes from this line: is the file part of the kernel, and built with -g?'
        : undefined;
    return { id, file, requestedLine, line, message, specs };
  }
}
