/**
 * Scopes, variables and expressions of one stop. Owns the numbers that DAP uses for things that unfold and for places in the
 * source; they are valid until the machine runs again.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Coroutines } from './coroutines.ts';
import type { DataPlace } from './data-breakpoints.ts';
import { AdapterError } from './errors.ts';
import { say, type Sentence, type Translate } from '../core/sentences/say.ts';
import { fpuRegisters } from './fpu-registers.ts';
import { FrameValues } from './frame-values.ts';
import type { MemoryCache } from './memory-cache.ts';
import {
  cpuRegisters,
  generalRows,
  GROUPS,
  type RegisterGroup,
  type RegisterRow,
  rowText,
  savedRegisters,
  registerCalled,
} from './registers.ts';
import { type Soon, whenThere } from './soon.ts';
import type { Frame } from './frame.ts';
import type { SourcePosition } from './symbols/image.ts';
import type { Variable } from './symbols/variables.ts';
import { childrenOf, listEntries, memberPrefix } from './values/children.ts';
import { Journal, type WritableRegisters, type Write } from './values/journal.ts';
import { compile } from './values/check.ts';
import type { CType } from './symbols/types.ts';
import { assignShown, evaluateShown, type ListShape, type Shown } from './values/shown.ts';
import type { ListHint, Style } from './values/format-specifier.ts';
import { hexAddress } from './values/text.ts';
import { sizeOf, type TypedValue } from './values/value.ts';
import { type References, VariableView } from './variable-view.ts';
import { sourceName, type VisibleVariables } from './visible-variables.ts';

/** Something that unfolds. */
export type Container =
  | {
      readonly kind: 'variables';
      readonly scope: FrameValues;
      readonly which: 'parameter' | 'local' | 'file';
    }
  | { readonly kind: 'registers'; readonly scope: FrameValues }
  | { readonly kind: 'group'; readonly scope: FrameValues; readonly group: string }
  | {
      readonly kind: 'value';
      readonly scope: FrameValues;
      readonly value: TypedValue;
      readonly path: string;
      /** What the names of members are put behind, when it is not made of the path. */
      readonly prefix: string | undefined;
      /** How the expression asked for it to be shown. */
      readonly style: Style | undefined;
    }
  /** The entries of a linked list; a lazy one counts them first. */
  | {
      readonly kind: 'list';
      readonly scope: FrameValues;
      readonly head: TypedValue;
      readonly shape: ListShape;
      readonly style: Style | undefined;
      readonly lazy: boolean;
    };

/** Where an expression is evaluated, and what for. */
export interface EvaluateOptions {
  readonly hexadecimal: boolean;
  /** Of DAP: `hover`, `watch`, `repl`, `clipboard`, `variables`. */
  readonly context: string | undefined;
}

/** An answer, and what has to be written for it to be true. */
export interface Evaluated {
  readonly body: DebugProtocol.EvaluateResponse['body'];
  readonly writes: readonly Write[];
  readonly frame: Frame;
}

export const SCOPES = {
  arguments: 'Arguments',
  locals: 'Locals',
  globals: 'Globals',
  registers: 'Registers',
} as const;

/** Most children that one answer holds; a client that pages asks for the rest. */
const MAX_CHILDREN = 10_000;

const OF_TASK = say`Registers of a task that is not running cannot be set: its kernel has put them away.`;
const LOST = say`in this frame it is computed, or was saved nowhere that is known, so it cannot be set: the innermost frame has the register of the processor.`;
const SYSTEM_AWAY = say`System registers of a coroutine that is away cannot be set: the passage would load them unchecked.`;
const SYSTEM_OUTER = say`Registers that belong to no frame are set in the innermost frame: select it.`;

const staleReference = () =>
  new AdapterError('no-such-frame', say`This value belongs to an earlier stop: select the frame again.`);

export class Inspection implements References {
  private containers: (Container | { readonly kind: 'place'; readonly position: SourcePosition })[] = [];

  constructor(
    private coroutines: Coroutines,
    private readonly memory: MemoryCache,
    readonly lists: readonly ListHint[] = [],
    private readonly firstReference = 1,
    readonly translate: Translate | undefined = undefined,
  ) {}

  /** The next stop's references begin here. */
  get nextReference(): number {
    return this.firstReference + this.containers.length;
  }

  /** A number for something that unfolds. */
  refer(container: Container): number {
    return this.firstReference + this.containers.push(container) - 1;
  }

  /** A number for a place in the source. */
  referPlace(position: SourcePosition): number {
    return this.firstReference + this.containers.push({ kind: 'place', position }) - 1;
  }

  /** The frames that references belong to. */
  frames(): Frame[] {
    return this.containers.flatMap((container) =>
      container.kind === 'place' ? [] : [container.scope.frame],
    );
  }

  /** The state of the machine was changed: frames are what they are now. @param now the frame that a frame has become */
  refresh(coroutines: Coroutines, now: (frame: Frame) => Frame): void {
    this.coroutines = coroutines;
    this.containers = this.containers.map((container) =>
      container.kind === 'place'
        ? container
        : { ...container, scope: this.scopeOf(now(container.scope.frame)) },
    );
  }

  private container(reference: number): Container {
    const found = this.containers[reference - this.firstReference] as
      Inspection['containers'][number] | undefined;
    if (!found || found.kind === 'place') throw staleReference();
    return found;
  }

  /** The place that a reference stands for. @throws AdapterError for one of an earlier stop */
  place(reference: number): SourcePosition {
    const found = this.containers[reference - this.firstReference] as
      Inspection['containers'][number] | undefined;
    if (found?.kind !== 'place') throw staleReference();
    return found.position;
  }

  scopeOf(frame: Frame | undefined): FrameValues {
    if (!frame)
      throw new AdapterError(
        'no-such-frame',
        say`There is no frame to evaluate in: stop in some code first.`,
      );
    return new FrameValues(frame, this.coroutines, this.memory);
  }

  /** What they are called is in English. */
  scopes(frame: Frame): Soon<DebugProtocol.Scope[]> {
    const values = this.scopeOf(frame);
    return whenThere(
      this.memory.computeSoon(() => values.visible),
      (visible) => this.scopesWith(values, visible),
    );
  }

  private scope(
    presentationHint: 'arguments' | 'locals' | 'registers',
    container: Container,
  ): DebugProtocol.Scope {
    const variablesReference = this.refer(container);
    return { name: SCOPES[presentationHint], presentationHint, variablesReference, expensive: false };
  }

  private scopesWith(values: FrameValues, { parameters, locals }: VisibleVariables): DebugProtocol.Scope[] {
    const scopes: DebugProtocol.Scope[] = [];
    if (parameters.length > 0)
      scopes.push(this.scope('arguments', { kind: 'variables', scope: values, which: 'parameter' }));
    if (locals.length > 0)
      scopes.push(this.scope('locals', { kind: 'variables', scope: values, which: 'local' }));
    // Many, and read from the debug information when somebody looks.
    if (values.frame.position)
      scopes.push({
        name: SCOPES.globals,
        variablesReference: this.refer({ kind: 'variables', scope: values, which: 'file' }),
        expensive: true,
      });
    scopes.push(this.scope('registers', { kind: 'registers', scope: values }));
    return scopes;
  }

  private registerGroups({ frame }: FrameValues): RegisterGroup[] {
    if (frame.cr3 !== undefined) return [{ name: GROUPS.general, rows: generalRows(frame) }];
    const saved = this.coroutines.savedState(frame.coroutine);
    if (saved) return savedRegisters(saved, frame);
    const { cpu } = this.coroutines.snapshot;
    return [...cpuRegisters(cpu, frame), ...fpuRegisters(cpu.fpu)];
  }

  private view(scope: FrameValues, style: Style | undefined, hexadecimal: boolean): VariableView {
    return new VariableView(scope, this.coroutines, this, style, hexadecimal);
  }

  variables(args: DebugProtocol.VariablesArguments): Soon<DebugProtocol.Variable[]> {
    const container = this.container(args.variablesReference);
    const start = Math.max(0, args.start ?? 0);
    const count = Math.min(args.count || MAX_CHILDREN, MAX_CHILDREN);
    const hexadecimal = args.format?.hex ?? false;
    const { scope } = container;
    switch (container.kind) {
      case 'registers':
        return this.registerGroups(scope).map(({ name, rows }) => ({
          name: this.translate?.(name) ?? name,
          value: name === GROUPS.general ? `eip=${rows.find((row) => row.name === 'eip')?.value ?? '?'}` : '',
          variablesReference: this.refer({ kind: 'group', scope, group: name }),
        }));
      case 'group':
        return this.registerRows(scope, container.group);
      case 'variables': {
        const view = this.view(scope, undefined, hexadecimal);
        const shown = this.memory.computeSoon(() => variableRows(container, view));
        return whenThere(shown, (all) => all.slice(start, start + count));
      }
      case 'value': {
        const view = this.view(scope, container.style, hexadecimal);
        const { value, path, prefix } = container;
        return this.memory.computeSoon(() => {
          const children = childrenOf(value, path, scope.environment(), start, count, prefix);
          const wanted = children.filter(
            ({ name }) => !args.filter || (args.filter === 'indexed') === name.startsWith('['),
          );
          const shown = wanted.map((child) => view.child(child));
          const more = start === 0 && args.filter !== 'indexed' ? view.lazyList(value, path) : [];
          return [...shown, ...more];
        });
      }
      case 'list':
        return this.memory.computeSoon(() => this.listRows(container, start, count, hexadecimal));
    }
  }

  private registerRows(scope: FrameValues, group: string): DebugProtocol.Variable[] {
    const rows = this.registerGroups(scope).find(({ name }) => name === group)?.rows ?? [];
    return rows.map(({ name, address, ...row }) => ({
      name,
      value: rowText({ name, ...row }, this.translate),
      variablesReference: 0,
      evaluateName: `$${name}`,
      ...(address !== undefined && { memoryReference: scope.referenceOf(address, undefined) }),
    }));
  }

  private listRows(
    container: Extract<Container, { kind: 'list' }>,
    start: number,
    count: number,
    hexadecimal: boolean,
  ): DebugProtocol.Variable[] {
    const { scope, head, shape, style, lazy } = container;
    const { addresses, end } = listEntries(head, scope.environment(), MAX_CHILDREN);
    const view = this.view(scope, style, hexadecimal);
    if (lazy) return [view.listSummary(addresses.length, end, { ...container, lazy: false })];
    return addresses.slice(start, start + count).map((node, n) => {
      const address = (node - shape.offset) >>> 0;
      const path = `*(${shape.typeName} *)${view.prefixOf(head.space)}${hexAddress(address)}`;
      const value: TypedValue = {
        type: shape.type,
        space: head.space,
        location: { kind: 'memory', address },
      };
      return view.child({ name: `[${start + n}]`, path, prefix: memberPrefix(path, value), value });
    });
  }

  /** @throws AdapterError with a sentence about what is wrong with the expression */
  async evaluate(source: string, frame: Frame | undefined, options: EvaluateOptions): Promise<Evaluated> {
    const scope = this.scopeOf(frame);
    const row = this.registerRow(scope, source);
    const view = (shown: Shown) => this.view(scope, shown.style ?? registerStyle(shown), options.hexadecimal);
    const result = await this.memory.compute(() => {
      const journal = new Journal(scope.environment(), this.writable(scope));
      const writing = journal.environment();
      const environment = { ...writing, write: undefined };
      const shown = evaluateShown(source, scope, options.context === 'repl' ? writing : environment);
      const body = view(shown).evaluated(shown, environment, options.context === 'clipboard');
      return { body, writes: journal.writes, frame: scope.frame };
    });
    if (!row) return result;
    const memory =
      row.address === undefined ? {} : { memoryReference: scope.referenceOf(row.address, undefined) };
    return { ...result, body: { ...result.body, result: rowText(row, this.translate), ...memory } };
  }

  /** The type that a type name or an expression has, which is not evaluated. @throws AdapterError like `evaluate` */
  typeOf(source: string, frame: Frame | undefined): Promise<CType> {
    const scope = this.scopeOf(frame);
    return this.memory.compute(() => {
      // Functions and void have no values, but all types have pointers to them.
      const { type } = compile(`(typeof(${source}) *)0`, scope).root;
      return type.kind === 'pointer' ? type.target : type;
    });
  }

  /** Sets what an expression names. @throws AdapterError like `evaluate` */
  async assign(
    target: string,
    value: string,
    frame: Frame | undefined,
    hexadecimal: boolean,
  ): Promise<Evaluated> {
    const scope = this.scopeOf(frame);
    return this.memory.compute(() => {
      const journal = new Journal(scope.environment(), this.writable(scope));
      const environment = journal.environment();
      const shown = assignShown(target, value, scope, environment);
      const view = this.view(scope, shown.style ?? registerStyle(shown), hexadecimal);
      const body = view.evaluated(shown, environment, false);
      return { body, writes: journal.writes, frame: scope.frame };
    });
  }

  /** The expression of a child of a container, and the frame it belongs to. @throws AdapterError when it has none */
  async pathOf(reference: number, name: string): Promise<{ readonly path: string; readonly frame: Frame }> {
    const container = this.container(reference);
    const { scope } = container;
    const found =
      container.kind === 'variables' && sourceName(name) === name
        ? name
        : container.kind === 'group'
          ? `$${name}`
          : (await this.variables({ variablesReference: reference, ...pageOf(name) })).find(
              (one) => one.name === name,
            )?.evaluateName;
    if (found !== undefined) return { path: found, frame: scope.frame };
    throw new AdapterError(
      'evaluate-failed',
      say`"${name}" cannot be set by itself: unfold it, and set one of its parts.`,
    );
  }

  /** What of a frame's registers can be written, and why the others cannot. */
  private writable({ frame }: FrameValues): WritableRegisters {
    const { cr3, coroutine, homes, unsaved, depth } = frame;
    if (cr3 !== undefined)
      return { homes: [], lost: OF_TASK, fixed: OF_TASK, ofVariables: { homes: [], fixed: OF_TASK } };
    const away = coroutine === this.coroutines.current ? undefined : SYSTEM_AWAY;
    const fixed = away ?? (depth > 0 ? SYSTEM_OUTER : undefined);
    return { homes, lost: LOST, fixed, ofVariables: { homes: unsaved, fixed: away } };
  }

  /** A register by itself shows as in the Variables view. */
  private registerRow(scope: FrameValues, source: string): RegisterRow | undefined {
    const name = /^\s*\$(\w+)\s*$/.exec(source)?.[1]?.toLowerCase();
    const rows = name === undefined ? [] : this.registerGroups(scope).flatMap((group) => group.rows);
    return rows.find((row) => row.name === registerCalled(name!));
  }

  /**
   * Where a variable of a container, or an expression when `reference` is 0, has its bytes: or why it has none.
   * @throws AdapterError for a stale reference or a wrong expression
   */
  async placeOf(name: string, reference: number, frame: Frame | undefined): Promise<DataPlace | Sentence> {
    const container = reference === 0 ? undefined : this.container(reference);
    if (container?.kind === 'registers' || container?.kind === 'group')
      return say`A register is not in memory: only memory can be watched.`;
    const found = container ? await this.pathOf(reference, name) : { path: name, frame };
    const scope = this.scopeOf(found.frame);
    return this.memory.compute(() => {
      const { value } = evaluateShown(found.path, scope, scope.environment());
      const { location, space } = value;
      if (location.kind === 'memory')
        return { reference: scope.referenceOf(location.address, space), size: sizeOf(value.type) };
      const [field, ...others] = location.kind === 'pieces' ? location.pieces : [];
      if (others.length > 0 || field?.location.kind !== 'memory')
        return say`${found.path} has no address: only memory can be watched.`;
      const bits = { offset: field.bitOffset, width: field.bits };
      const size = Math.ceil((bits.offset + bits.width) / 8);
      return { reference: scope.referenceOf(field.location.address, space), size, bits };
    });
  }
}

function variableRows(
  container: Extract<Container, { kind: 'variables' }>,
  view: VariableView,
): DebugProtocol.Variable[] {
  const { hidden } = container.scope.visible;
  const variables = variablesOf(container);
  if (hidden.size === 0) return variables.map((one) => view.variable(one));
  const names = new Set<string>();
  return variables.map((one) => (hidden.has(one) ? view.hidden(one, names) : view.variable(one)));
}

function variablesOf({ scope, which }: Extract<Container, { kind: 'variables' }>): readonly Variable[] {
  // With -g1, gcc has names of variables, but no types: there is nothing to show.
  if (which === 'file') return scope.fileVariables().filter(({ type }) => type.kind !== 'void');
  const { parameters, locals } = scope.visible;
  return which === 'parameter' ? parameters : locals;
}

/** The page of a container that has a child of this name: that of an element begins at it. */
function pageOf(name: string): { start?: number; count?: number } {
  const index = /^\[(\d+)\]$/.exec(name)?.[1];
  return index === undefined ? {} : { start: Number(index), count: 1 };
}

/** Registers are shown in hexadecimal, unless the expression says how. */
const registerStyle = ({ path }: Shown): Style | undefined =>
  /^(?:(?:host|guest\d+):\s*)?\$\w+(?:\[\w+\])?$/.test(path) ? 'x' : undefined;
