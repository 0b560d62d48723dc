/** Values as the variables of DAP: text, type, what unfolds, where they are in memory and in the source, what may be done to them. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Space } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import type { FrameValues } from './frame-values.ts';
import type { Container } from './inspection.ts';
import { shownName } from './symbols/demangle/demangle.ts';
import type { SourcePosition } from './symbols/image.ts';
import { wordOf } from './symbols/location.ts';
import type { CType, PointerType } from './symbols/types.ts';
import type { Variable } from './symbols/variables.ts';
import { type Child, childCounts, listEntries, pointed, pointedBy } from './values/children.ts';
import type { Environment } from './values/evaluate.ts';
import { type FormatContext, formatValue, LIMITS, nameOfType, pointerText } from './values/format.ts';
import { type ListHint, type Style, suffixOf } from './values/format-specifier.ts';
import { findMember } from './values/members.ts';
import { type ListShape, listShape, type Shown } from './values/shown.ts';
import {
  bare,
  bytesOf,
  integerOf,
  isPointer,
  targetOf,
  type TypedValue,
  type ValueContext,
} from './values/value.ts';
import { hexAddress } from './values/text.ts';
import { listedName } from './visible-variables.ts';
import { say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';

/** Who gives out the numbers, and knows the hints of the launch and the language of the user. */
export interface References {
  readonly lists: readonly ListHint[];
  readonly translate: Translate | undefined;
  refer(container: Container): number;
  referPlace(position: SourcePosition): number;
}

/** More elements than this are told to the client, which then asks for them page by page. */
const PAGED = 100;
/** Entries of a list that are counted for a line of text. */
const MAX_COUNTED = 10_000;

/** The row that unfolds to the entries of a list. */
const ENTRIES = say`<entries>`;

type Hint = DebugProtocol.VariablePresentationHint;

export class VariableView {
  /** Of the frame as it is. */
  private readonly environment: Environment;
  /** What a line of text is made with. */
  private readonly line: FormatContext;

  /** @param style what the expression asked for; without one `hexadecimal` decides */
  constructor(
    private readonly scope: FrameValues,
    private readonly coroutines: Coroutines,
    private readonly references: References,
    private readonly style: Style | undefined,
    private readonly hexadecimal: boolean,
  ) {
    this.environment = scope.environment();
    this.line = this.context(this.environment, false);
  }

  private tell(sentence: Sentence): string {
    return tell(sentence, this.references.translate);
  }

  /** A variable of the frame. */
  variable(variable: Variable): DebugProtocol.Variable {
    const value = this.valueOf(variable);
    return this.declared(variable, variable.name, variable.name, value);
  }

  /** A variable that an inner one of its name hides: expressions find its value only by where it is. @param names as for `listedName` */
  hidden(variable: Variable, names: Set<string>): DebugProtocol.Variable {
    const { name, dieOffset } = variable;
    const line = this.scope.frame.resolved?.image.declarationOf(dieOffset)?.line;
    const value = this.valueOf(variable);
    return this.declared(variable, listedName(name, line, names), this.pathByPlace(value), value);
  }

  private valueOf(variable: Variable): TypedValue {
    return { type: this.scope.typeOf(variable), location: this.scope.locationOf(variable) };
  }

  /** What an expression can say instead of a name; `undefined` for what is in no memory. */
  private pathByPlace({ type, location, space }: TypedValue): string | undefined {
    if (location.kind !== 'memory') return undefined;
    const pointer = nameOfType({ kind: 'pointer', size: WORD, target: type });
    return `*(${pointer})${this.prefixOf(space)}${hexAddress(location.address >>> 0)}`;
  }

  private declared(
    { artificial, dieOffset }: Variable,
    name: string,
    path: string | undefined,
    value: TypedValue,
  ): DebugProtocol.Variable {
    const declaration = this.scope.frame.resolved?.image.declarationOf(dieOffset);
    const shown = this.described({ name, path, prefix: undefined, value });
    const hint = (shown.presentationHint = hintOf(value, 'data'));
    if (artificial) hint.visibility = 'internal';
    if (declaration) shown.declarationLocationReference = this.references.referPlace(declaration);
    return shown;
  }

  /** A part of a value. */
  child(child: Child): DebugProtocol.Variable {
    const kind = child.name.startsWith('[') || child.name === '*' ? 'data' : 'property';
    const shown = this.described(child);
    shown.presentationHint = hintOf(child.value, kind);
    return shown;
  }

  /** The answer to an evaluation. @param environment that of the evaluation, which may have written */
  evaluated(shown: Shown, environment: Environment, full: boolean): DebugProtocol.EvaluateResponse['body'] {
    const { value, path, list } = shown;
    const context = this.context(environment, full);
    const empty = { value: '', type: '', variablesReference: 0 };
    const { value: result, ...rest } = this.fields(empty, { path, prefix: undefined, value }, context);
    const body = { ...rest, result, presentationHint: hintOf(value, 'data') };
    if (!list) return body;
    const { addresses, end } = listEntries(value, environment, MAX_COUNTED);
    const container = {
      kind: 'list',
      head: value,
      shape: list,
      scope: this.scope,
      style: this.style,
      lazy: false,
    } as const;
    const { value: summary, ...counts } = this.listSummary(addresses.length, end, container);
    return { ...body, ...counts, type: this.tell(say`list of ${list.typeName}`), result: summary };
  }

  private context(environment: Environment, full: boolean): FormatContext {
    return {
      registers: environment.registers,
      wide: environment.wide,
      readMemory: environment.readMemory,
      symbolAt: (address, space) => this.symbolAt(address, space),
      lineAt: (address, space) => {
        const line = this.positionOf(address, space);
        return line && `${line.file.split('/').pop() ?? line.file}:${line.line}`;
      },
      style: this.style ?? (this.hexadecimal ? 'x' : undefined),
      limits: full ? LIMITS.whole : LIMITS.line,
      translate: this.references.translate,
    };
  }

  private described(child: Child): DebugProtocol.Variable {
    const { name, path } = child;
    const empty: DebugProtocol.Variable = { name, value: '', type: '', variablesReference: 0 };
    const shown = this.fields(empty, child, this.line);
    if (path !== undefined) shown.evaluateName = path + suffixOf(this.style);
    return shown;
  }

  /** Fills in what variables and the answers to evaluations have in common. No spreads: there may be thousands of them. */
  private fields<T extends Omit<DebugProtocol.Variable, 'name'>>(
    fields: T,
    part: Omit<Child, 'name'>,
    context: FormatContext,
  ): T {
    const { scope } = this;
    const { value } = part;
    const type = bare(value.type);
    const { kind } = type;
    if (type.kind === 'pointer' && this.pointerFields(fields, part, type, context)) return fields;
    const isPlain = kind === 'base' || kind === 'enum';
    const { named, indexed } = isPlain ? NO_CHILDREN : childCounts(value, context);
    const address = isPlain ? ownPlace(value) : memoryOf(value, context);
    const position = isPlain ? undefined : this.codeOf(value, context);
    fields.value = formatValue(value, context);
    fields.type = nameOfType(value.type);
    if (named + indexed > 0) fields.variablesReference = this.unfolds(part);
    if (indexed > PAGED) {
      fields.indexedVariables = indexed;
      fields.namedVariables = named;
    }
    if (address) fields.memoryReference = scope.referenceOf(address.address, address.space);
    if (position) fields.valueLocationReference = this.references.referPlace(position);
    return fields;
  }

  private unfolds({ path = '', prefix, value }: Omit<Child, 'name'>): number {
    const { scope, style } = this;
    return this.references.refer({ kind: 'value', scope, value, path, prefix, style });
  }

  /**
   * The fields of a pointer that has a value and no style, of which the value is all that has to be read.
   * @returns false for one that is not that simple
   */
  private pointerFields(
    fields: Omit<DebugProtocol.Variable, 'name'>,
    part: Omit<Child, 'name'>,
    type: PointerType,
    context: FormatContext,
  ): boolean {
    const { value } = part;
    if (context.style !== undefined || type.isReference || !isPointer(type)) return false;
    if (value.location.kind === 'optimised-out') return false;
    const bytes = bytesOf(value, context);
    if (bytes?.length !== WORD) return false;
    const address = wordOf(bytes);
    // All that is read comes first: who waits for memory begins once more.
    fields.value = pointerText(address, type.target, value.space, context);
    const target = pointedBy(value, type, address);
    if (target) {
      const { kind } = bare(target.type);
      const isRecord = kind === 'struct' || kind === 'union';
      const { named, indexed } = isRecord ? childCounts(target, context) : A_TARGET;
      if (named + indexed > 0) fields.variablesReference = this.unfolds(part);
      if (indexed > PAGED) {
        fields.indexedVariables = indexed;
        fields.namedVariables = named;
      }
    }
    fields.type = nameOfType(value.type);
    fields.memoryReference = this.scope.referenceOf(address, target ? target.space : value.space);
    const position =
      bare(type.target).kind === 'function' ? this.positionOf(address, value.space) : undefined;
    if (position) fields.valueLocationReference = this.references.referPlace(position);
    return true;
  }

  // --- code and symbols -----------------------------------------------------------------------------------

  private resolve(address: number, space: Space | undefined) {
    if (space?.kind === 'physical') return undefined;
    const { coroutine, cr3 } = space?.kind === 'coroutine' ? space : this.scope.frame;
    return this.coroutines.resolve(coroutine, address >>> 0, cr3) ?? this.scope.placeOf(space);
  }

  private symbolAt(address: number, space: Space | undefined): string | undefined {
    const resolved = this.resolve(address, space);
    const symbol = resolved?.image.symbolAt((address - resolved.bias) >>> 0);
    if (!symbol || !resolved) return undefined;
    const offset = (address - resolved.bias - symbol.address) >>> 0;
    const name = shownName(symbol.name);
    return offset === 0 ? name : `${name}+${offset}`;
  }

  private positionOf(address: number, space: Space | undefined): SourcePosition | undefined {
    const resolved = this.resolve(address, space);
    const line = resolved?.image.lineAt((address - resolved.bias) >>> 0);
    return line && line.line > 0 ? line : undefined;
  }

  /** The source of what a function pointer points to. */
  private codeOf(value: TypedValue, context: ValueContext): SourcePosition | undefined {
    const type = bare(value.type);
    if (type.kind === 'function' && value.location.kind === 'memory')
      return this.positionOf(value.location.address, value.space);
    const target = targetOf(type);
    if (type.kind !== 'pointer' || !target || bare(target).kind !== 'function') return undefined;
    const bytes = bytesOf(value, context);
    return bytes && this.positionOf(Number(integerOf(bytes, type)), value.space);
  }

  // --- lists ----------------------------------------------------------------------------------------------

  /** For the head of a list, or a pointer to one: the entries, counted when somebody asks. @param path its expression */
  lazyList(value: TypedValue, path: string): DebugProtocol.Variable[] {
    const { scope, style } = this;
    const head = isPointer(value.type) ? pointed(value, this.environment) : value;
    const shape = head && (this.hinted(path) ?? listNode(head.type));
    if (!shape) return [];
    const variablesReference = this.references.refer({ kind: 'list', scope, head, shape, style, lazy: true });
    const presentationHint = { kind: 'virtual', lazy: true };
    return [{ name: this.tell(ENTRIES), value: '', variablesReference, presentationHint }];
  }

  /** What the launch says of a list head of this name. */
  private hinted(path: string): ListShape | undefined {
    const name = /\p{XID_Continue}+$/u.exec(path)?.[0];
    const hint = this.references.lists.find((one) => one.name === name);
    try {
      return hint && listShape(hint.list, this.scope);
    } catch (error) {
      // The same name in another kernel, which has no such type.
      if (error instanceof AdapterError) return undefined;
      throw error;
    }
  }

  /** How many entries a list has, and how it ends; unfolds to them. */
  listSummary(
    entries: number,
    end: ReturnType<typeof listEntries>['end'],
    container: Extract<Container, { kind: 'list' }>,
  ): DebugProtocol.Variable {
    const all = entries === 1 ? say`1 entry` : say`${entries} entries`;
    const count = end === 'most' ? say`more than ${entries} entries` : all;
    return {
      name: this.tell(ENTRIES),
      value: this.tell(end === 'unreadable' ? say`${count}, then memory that cannot be read` : count),
      variablesReference: entries > 0 ? this.references.refer(container) : 0,
      ...(entries > PAGED && { indexedVariables: entries }),
      presentationHint: { kind: 'virtual' },
    };
  }

  /** What stands before an address of a space in an expression. */
  prefixOf(space: Space | undefined): string {
    if (!space || space.kind === 'current') return '';
    if (space.kind === 'physical') return 'physical:';
    return space.coroutine === 0 ? 'host:' : `guest${space.coroutine - 1}:`;
  }
}

/** The nodes of a list themselves, when a structure is nothing but pointers `next` and `prev` to its own type. */
function listNode(type: CType): ListShape | undefined {
  const plain = bare(type);
  if (plain.kind !== 'struct' || plain.name === undefined || plain.members.length !== 2) return undefined;
  const own = ['next', 'prev'].every((name) => {
    const target = targetOf(findMember(plain, name)?.member.type ?? plain);
    const record = target && bare(target);
    return record?.kind === 'struct' && record.name === plain.name;
  });
  return own ? { type: plain, offset: 0, typeName: `struct ${plain.name}` } : undefined;
}

function hintOf({ location }: TypedValue, kind: 'data' | 'property'): Hint {
  const fixed = location.kind === 'value' || location.kind === 'optimised-out';
  return fixed ? { kind, attributes: ['readOnly'] } : { kind };
}

const NO_CHILDREN = { named: 0, indexed: 0 };
/** What a pointer to anything but a structure unfolds to. */
const A_TARGET = { named: 1, indexed: 0 };
/** Bytes of a pointer. */
const WORD = 4;

interface MemoryPlace {
  readonly address: number;
  readonly space: Space | undefined;
}

/** Where a value lies. */
const ownPlace = ({ location, space }: TypedValue): MemoryPlace | undefined =>
  location.kind === 'memory' ? { address: location.address >>> 0, space } : undefined;

/** Where a memory view should open: what a pointer points to, else where the value lies. */
function memoryOf(value: TypedValue, context: ValueContext): MemoryPlace | undefined {
  const { space, type } = value;
  const bytes = isPointer(type) ? bytesOf(value, context) : undefined;
  const target = pointed(value, context);
  if (bytes) return { address: Number(integerOf(bytes, type)) >>> 0, space: target ? target.space : space };
  return ownPlace(value);
}
