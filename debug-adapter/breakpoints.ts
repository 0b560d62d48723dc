/**
 * Source breakpoints: from a client's file and lines to linear addresses in the coroutines whose images have code there.
 *
 * One source line may have several addresses (inlined copies, early code that also runs at its physical address); the
 * machine gets all of them under one id.
 */
import type { BreakpointSpec, CoroutineId } from '../core/protocol/machine-protocol.ts';
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

export class SourceBreakpoints {
  private readonly byFile = new Map<string, SourceBreakpoint[]>();
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

  /** What the machine has to watch. */
  specs(): BreakpointSpec[] {
    return [...this.byFile.values()].flat().flatMap(({ specs }) => specs);
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
