/**
 * Scopes, variables and expressions of one stop. Owns the numbers that DAP uses for things that unfold; they are valid
 * until the machine runs again.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Coroutines } from './coroutines.ts';
import type { DataPlace } from './data-breakpoints.ts';
import { AdapterError } from './errors.ts';
import { fpuRegisters } from './fpu-registers.ts';
import type { MemoryCache } from './memory-cache.ts';
import { cpuRegisters, GENERAL, type RegisterGroup, savedRegisters } from './registers.ts';
import { type Frame, frameContext } from './stack.ts';
import { evaluate, type EvaluateContext } from './values/evaluate.ts';
import { childCount, childrenOf, type FormatContext, formatValue, nameOfType } from './values/format.ts';
import { arrayOf, bare, bytesOf, integerOf, isScalar, sizeOf, type TypedValue } from './values/value.ts';
import { splitFormat } from './values/format-specifier.ts';

/** Something that unfolds. */
type Container =
  | { readonly kind: 'variables'; readonly frame: Frame; readonly which: 'parameter' | 'local' }
  | { readonly kind: 'registers'; readonly groups: readonly RegisterGroup[]; readonly frame: Frame }
  | { readonly kind: 'group'; readonly group: RegisterGroup; readonly frame: Frame }
  | {
      readonly kind: 'value';
      readonly frame: Frame;
      readonly value: TypedValue;
      readonly path: string;
      /** Shown in hexadecimal, because the expression asked for it. */
      readonly hexadecimal: boolean;
    };

/** Most children that one answer holds; a client that pages asks for the rest. */
const MAX_CHILDREN = 10_000;

export class Inspection {
  private readonly containers: Container[] = [];

  constructor(
    private readonly coroutines: Coroutines,
    private readonly memory: MemoryCache,
    private readonly firstReference = 1,
  ) {}

  /** The next stop's references begin here. */
  get nextReference(): number {
    return this.firstReference + this.containers.length;
  }

  private refer(container: Container): number {
    return this.firstReference + this.containers.push(container) - 1;
  }

  async scopes(frame: Frame): Promise<DebugProtocol.Scope[]> {
    const scopes: DebugProtocol.Scope[] = [];
    const variables = await this.memory.compute(() => this.variablesOf(frame));
    const scope = (
      name: string,
      hint: string,
      container: Container,
      expensive = false,
    ): DebugProtocol.Scope => ({
      name,
      presentationHint: hint,
      variablesReference: this.refer(container),
      expensive,
    });
    if (variables.some(({ kind }) => kind === 'parameter')) {
      scopes.push(scope('Arguments', 'arguments', { kind: 'variables', frame, which: 'parameter' }));
    }
    if (variables.some(({ kind }) => kind !== 'parameter')) {
      scopes.push(scope('Locals', 'locals', { kind: 'variables', frame, which: 'local' }));
    }
    scopes.push(
      scope('Registers', 'registers', { kind: 'registers', groups: this.registerGroups(frame), frame }),
    );
    return scopes;
  }

  private registerGroups(frame: Frame): RegisterGroup[] {
    const saved = this.coroutines.savedState(frame.coroutine);
    if (saved) return savedRegisters(saved, frame.registers);
    const { cpu } = this.coroutines.snapshot;
    return [...cpuRegisters(cpu, frame.registers), ...fpuRegisters(cpu.fpu)];
  }

  /** Variables visible in a frame, inner ones first; a name that is hidden by an inner one is left out. */
  private variablesOf(frame: Frame) {
    const { resolved } = frame;
    if (!resolved) return [];
    const names = new Set<string>();
    return resolved.image
      .scopesAt((frame.lookupPc - resolved.bias) >>> 0)
      .filter(({ inlineDepth }) => inlineDepth === frame.inlineDepth)
      .flatMap(({ variables }) => variables)
      .filter(({ name }) => !names.has(name) && names.add(name));
  }

  private formatContext(frame: Frame, hexadecimal: boolean): FormatContext {
    return {
      registers: frame.registers,
      readMemory: this.memory.reader(frame.coroutine),
      symbolAt: (address) => this.symbolAt(frame, address),
      hexadecimal,
    };
  }

  private symbolAt(frame: Frame, address: number): string | undefined {
    const resolved = this.coroutines.resolve(frame.coroutine, address) ?? frame.resolved;
    const symbol = resolved?.image.symbolAt((address - resolved.bias) >>> 0);
    if (!symbol || !resolved) return undefined;
    const offset = address - resolved.bias - symbol.address;
    return offset === 0 ? symbol.name : `${symbol.name}+${offset}`;
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const container = this.containers[args.variablesReference - this.firstReference] as Container | undefined;
    if (!container)
      throw new AdapterError(
        'no-such-frame',
        'This value belongs to an earlier stop: select the frame again.',
      );
    const hexadecimal = args.format?.hex ?? false;
    switch (container.kind) {
      case 'registers':
        return container.groups.map((group) => ({
          name: group.name,
          value:
            group.name === 'General'
              ? `eip=${group.rows.find(({ name }) => name === 'eip')?.value ?? '?'}`
              : '',
          variablesReference: this.refer({ kind: 'group', group, frame: container.frame }),
        }));
      case 'group':
        return container.group.rows.map(({ name, value, address }) => ({
          name,
          value,
          variablesReference: 0,
          evaluateName: `$${name}`,
          ...(address === undefined
            ? {}
            : { memoryReference: this.coroutines.referenceOf(container.frame.coroutine, address, true) }),
        }));
      case 'variables': {
        const { frame, which } = container;
        return this.memory.compute(() => {
          const read = this.memory.reader(frame.coroutine);
          return this.variablesOf(frame)
            .filter(({ kind }) => (kind === 'parameter') === (which === 'parameter'))
            .map(({ name, type, locate }) => {
              const value: TypedValue = { type, location: locate(frameContext(frame, read)) };
              return this.describe(frame, name, value, name, hexadecimal);
            });
        });
      }
      case 'value': {
        const { frame, value, path } = container;
        const inHex = hexadecimal || container.hexadecimal;
        const start = Math.max(0, args.start ?? 0);
        const count = Math.min(args.count || MAX_CHILDREN, MAX_CHILDREN);
        return this.memory.compute(() =>
          childrenOf(value, this.formatContext(frame, inHex), start, count).map((child) =>
            this.describe(frame, child.name, child.value, childPath(path, value, child.name), inHex),
          ),
        );
      }
    }
  }

  private describe(
    frame: Frame,
    name: string,
    value: TypedValue,
    path: string,
    hexadecimal: boolean,
  ): DebugProtocol.Variable {
    const context = this.formatContext(frame, hexadecimal);
    const count = value.location.kind === 'optimised-out' ? 0 : childCount(value.type);
    const address = memoryReferenceOf(value, context);
    return {
      name,
      value: formatValue(value, context),
      type: nameOfType(value.type),
      evaluateName: path,
      variablesReference: count > 0 ? this.refer({ kind: 'value', frame, value, path, hexadecimal }) : 0,
      ...(arrayOf(value.type) && count > 100 ? { indexedVariables: count } : {}),
      ...(address === undefined
        ? {}
        : { memoryReference: this.coroutines.referenceOf(frame.coroutine, address, true) }),
    };
  }

  /** @throws AdapterError with a sentence about what is wrong with the expression. */
  async evaluate(
    source: string,
    frame: Frame | undefined,
    hexadecimal: boolean,
  ): Promise<DebugProtocol.EvaluateResponse['body']> {
    if (!frame)
      throw new AdapterError('no-such-frame', 'There is no frame to evaluate in: stop in some code first.');
    const { expression, format } = splitFormat(source);
    const row = this.registerText(frame, expression);
    if (row !== undefined) return { result: row, type: '', variablesReference: 0 };
    return this.memory.compute(() => {
      const value = evaluate(expression, this.evaluateContext(frame));
      const plain = bare(value.type).kind;
      const register = /^\s*\$\w+\s*$/.test(expression);
      const inHex = format === 'x' || (format === undefined && (hexadecimal || register));
      const described = this.describe(frame, source, value, expression, inHex && plain !== 'pointer');
      return {
        result: described.value,
        type: described.type ?? '',
        variablesReference: described.variablesReference,
        ...(described.indexedVariables === undefined ? {} : { indexedVariables: described.indexedVariables }),
        ...(described.memoryReference === undefined ? {} : { memoryReference: described.memoryReference }),
      };
    });
  }

  /**
   * Where a variable of a container, or an expression when `reference` is 0, has its bytes: or why it has none.
   * @throws AdapterError for a stale reference or a wrong expression
   */
  async placeOf(name: string, reference: number, frame: Frame | undefined): Promise<DataPlace | string> {
    const container = this.containers[reference - this.firstReference] as Container | undefined;
    if (reference !== 0 && !container)
      throw new AdapterError(
        'no-such-frame',
        'This value belongs to an earlier stop: select the frame again.',
      );
    if (container?.kind === 'registers' || container?.kind === 'group')
      return 'A register is not in memory: only memory can be watched.';
    const within = container?.frame ?? frame;
    if (!within)
      throw new AdapterError('no-such-frame', 'There is no frame to evaluate in: stop in some code first.');
    const path = container?.kind === 'value' ? childPath(container.path, container.value, name) : name;
    return this.memory.compute(() => {
      const { type, location } = evaluate(path, this.evaluateContext(within));
      if (location.kind !== 'memory') return `${path} has no address: only memory can be watched.`;
      return {
        reference: this.coroutines.referenceOf(within.coroutine, location.address, true),
        size: sizeOf(type),
      };
    });
  }

  /** A register that is no number to calculate with: `$st0`, `$xmm1`, `$gdtr`. As the Variables view shows it. */
  private registerText(frame: Frame, expression: string): string | undefined {
    const name = /^\s*\$(\w+)\s*$/.exec(expression)?.[1];
    if (name === undefined || this.register(frame, name) !== undefined) return undefined;
    return this.registerGroups(frame)
      .flatMap(({ rows }) => rows)
      .find((row) => row.name === name)?.value;
  }

  private evaluateContext(frame: Frame): EvaluateContext {
    const read = this.memory.reader(frame.coroutine);
    const { resolved } = frame;
    const link = resolved ? (frame.lookupPc - resolved.bias) >>> 0 : 0;
    return {
      registers: frame.registers,
      readMemory: read,
      variable: (name) => {
        const local = this.variablesOf(frame).find((v) => v.name === name);
        if (local) return { type: local.type, location: local.locate(frameContext(frame, read)) };
        const global = resolved?.image.findVariable(name, link);
        if (global) return { type: global.type, location: global.locate() };
        const fn = resolved?.image.findFunction(name);
        if (fn) {
          const type = {
            kind: 'function',
            returns: { kind: 'void' },
            parameters: [],
            variadic: false,
            prototyped: false,
          } as const;
          return { type, location: { kind: 'memory', address: (fn.lowPc + (resolved?.bias ?? 0)) >>> 0 } };
        }
        return undefined;
      },
      type: (name) => resolved?.image.findType(name),
      register: (name) => this.register(frame, name),
    };
  }

  private register(frame: Frame, name: string): number | undefined {
    const general = GENERAL.indexOf(name);
    if (general >= 0) return frame.registers[general];
    const { cpu } = this.coroutines.snapshot;
    const saved = this.coroutines.savedState(frame.coroutine);
    const control = saved ?? cpu;
    if (name === 'cr0' || name === 'cr2' || name === 'cr3' || name === 'cr4') return control[name];
    const segment = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'].indexOf(name);
    if (segment >= 0 && !saved) return cpu.segments[segment].selector;
    if (saved && segment >= 0) return saved[name === 'ldtr' ? 'ldt' : (name as 'cs')];
    return undefined;
  }
}

/** The C expression for a child. */
function childPath(path: string, parent: TypedValue, name: string): string {
  const base = /^[\w.[\]>-]+$/.test(path) ? path : `(${path})`;
  if (name === '*') return `*${base}`;
  if (name.startsWith('[')) return base + name;
  return bare(parent.type).kind === 'pointer' ? `${base}->${name}` : `${base}.${name}`;
}

/** Where a memory view should open: what a pointer points to, else where the value lies. */
function memoryReferenceOf(value: TypedValue, context: FormatContext): number | undefined {
  if (bare(value.type).kind === 'pointer' && isScalar(value.type)) {
    const bytes = bytesOf(value, context);
    if (bytes) return Number(integerOf(bytes, value.type)) >>> 0;
  }
  return value.location.kind === 'memory' ? value.location.address >>> 0 : undefined;
}
