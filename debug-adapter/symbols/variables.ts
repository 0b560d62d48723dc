/**
 * Variables and scopes: what is visible at a pc, its type, and how to find where it is. Evaluates nothing
 * until asked. Source: DWARF 5 §2.6, §3.3.5 (frame base), §4.1.
 */
import type { CallSites } from './call-sites.ts';
import { keptIn, knownPlace } from './calling-frames.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { counts, withLengths } from './counted-types.ts';
import type { DebugInfo } from './debug-info.ts';
import { type Description, Descriptions, type Expression, type LinkedProgram } from './descriptions.ts';
import type { Die } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { evaluateLocation, evaluateNumber, type ExpressionScope } from './expression.ts';
import type { AttributeValue } from './unit.ts';
import { type FrameContext, type Location, readLocation, toNumber } from './location.ts';
import { expressionAt } from './locations.ts';
import { simpleLocation, simplePlace } from './simple-location.ts';
import type { RangeReader } from './ranges.ts';
import type { AddressRange } from './search.ts';
import type { TypeReader } from './type-reader.ts';
import { type CType, sizeOfType } from './types.ts';
import { say } from '../../core/sentences/say.ts';

export interface Variable {
  name: string;
  kind: 'parameter' | 'local' | 'global';
  dieOffset: number;
  /** Made by the compiler, not written in the source. */
  artificial: boolean;
  external: boolean;
  /** Computed at first use. */
  readonly type: CType;
  /** `type` with the lengths that arrays of variable length have in a frame; undefined for a type without any. Never throws. */
  readonly typeIn: ((frame: FrameContext) => CType) | undefined;
  /** Where the value is at the pc the scope was asked for. Globals need no frame. Never throws. */
  locate: (frame?: FrameContext) => Location;
}

export interface Scope {
  kind: 'function' | 'inlined' | 'block';
  /** Of the function or inlined function; undefined for a block. */
  name: string | undefined;
  dieOffset: number;
  ranges: readonly AddressRange[];
  /** 0 for the innermost virtual frame at the pc, 1 for what it is inlined into, and so on. */
  inlineDepth: number;
  variables: readonly Variable[];
}

const DAMAGED: Location = {
  kind: 'optimised-out',
  reason: say`its debug information is damaged`,
};

/** Values that depend on others, in the same frame or in the callers', are followed so far. */
const DEPENDENCY_LIMIT = 8;

const isVariable = (die: Die): boolean =>
  (die.tag === DW_TAG.formal_parameter || die.tag === DW_TAG.variable) && !die.flag(DW_AT.declaration);

export class Variables {
  private readonly descriptions: Descriptions;
  private readonly frameBases = new WeakMap<
    Die,
    { readonly pc: number; readonly expression: Expression | undefined }
  >();

  constructor(
    private readonly info: DebugInfo,
    private readonly ranges: RangeReader,
    private readonly types: TypeReader,
    private readonly calls: CallSites,
    program: LinkedProgram,
    private readonly report: (error: SymbolError) => void,
  ) {
    this.descriptions = new Descriptions(info, ranges, types, program);
  }

  /** The scopes of a chain (outermost first, as `Functions.chain` gives it), innermost first. */
  scopes(chain: readonly Die[], pc: number): Scope[] {
    const scopes: Scope[] = [];
    let inlineDepth = 0;
    /** Declarations of this copy of a function. Where its blocks are copied too, both may have the same variable: the inner one has the value. */
    let declared = new Set<number>();
    for (const die of [...chain].reverse()) {
      const kind =
        die.tag === DW_TAG.inlined_subroutine
          ? 'inlined'
          : die.tag === DW_TAG.subprogram
            ? 'function'
            : 'block';
      const variables: Variable[] = [];
      for (const child of this.variableDies(die)) {
        const declaration = child.reference(DW_AT.abstract_origin) ?? child.offset;
        if (declared.has(declaration)) continue;
        declared.add(declaration);
        const variable = this.variable(child, chain[0], pc);
        if (variable) variables.push(variable);
      }
      scopes.push({
        kind,
        name: kind === 'block' ? undefined : this.info.name(die),
        dieOffset: die.offset,
        ranges: this.ranges.of(die),
        inlineDepth,
        variables,
      });
      if (kind !== 'inlined') continue;
      inlineDepth++;
      declared = new Set();
    }
    return scopes;
  }

  /**
   * The variables right in a scope. Of a copy of a function (DWARF 5 §3.3.8) compilers may leave out those that have no value in it; the
   * function that it is a copy of has them.
   */
  private variableDies(scope: Die): Die[] {
    const own = [...scope.children()].filter(isVariable);
    const origin = scope.reference(DW_AT.abstract_origin);
    if (origin === undefined) return own;
    const known = new Set(own.map((die) => die.reference(DW_AT.abstract_origin)));
    const left = [...this.info.die(origin).children()].filter(
      (die) => isVariable(die) && !known.has(die.offset),
    );
    return [...own, ...left];
  }

  /** Those of a unit that are in no function. What is only declared there belongs to another file. */
  ofFile(root: Die): Variable[] {
    const variables: Variable[] = [];
    for (const child of root.children()) {
      if (child.tag !== DW_TAG.variable || child.flag(DW_AT.declaration)) continue;
      const variable = this.variable(child, undefined, undefined);
      if (variable) variables.push(variable);
    }
    return variables;
  }

  /** The variable of a DIE; `fn` is the function around it, undefined for a global. */
  variable(die: Die, fn: Die | undefined, pc: number | undefined): Variable | undefined {
    const name = this.info.name(die);
    if (name === undefined) return undefined;
    const { types } = this;
    // Kept with the variable: every stop in its scope asks.
    let type: CType | undefined;
    let typeIn: { readonly of: Variable['typeIn'] } | undefined;
    const inFrame = (counted: CType) => (frame: FrameContext) =>
      withLengths(counted, (position) => this.lengthAt(position, fn, pc ?? frame.pc, this.kept(frame, die)));
    let known: { readonly pc: number; readonly description: Description } | undefined;
    const describedAt = (pc: number): Description => {
      if (known?.pc !== pc) known = { pc, description: this.descriptions.at(die, pc) };
      return known.description;
    };
    return {
      name,
      kind: die.tag === DW_TAG.formal_parameter ? 'parameter' : fn ? 'local' : 'global',
      dieOffset: die.offset,
      artificial: this.info.inherited(die, DW_AT.artificial) !== undefined,
      external: this.info.inherited(die, DW_AT.external) !== undefined,
      get type() {
        return (type ??= types.typeOf(die));
      },
      get typeIn() {
        return (typeIn ??= { of: counts(this.type) ? inFrame(this.type) : undefined }).of;
      },
      locate: (frame) => {
        const at = pc ?? frame?.pc ?? 0;
        const before = known?.pc === at ? known.description : undefined;
        const place = frame && before && this.placeAgain(before, fn, at, frame);
        if (place) return place;
        return this.guardedPlace(() => {
          if (!frame) return this.evaluate(describedAt(at), fn, at, frame, 0);
          const kept = this.kept(frame, die);
          return knownPlace(this.evaluate(describedAt(at), fn, at, kept, 0), kept);
        });
      },
    };
  }

  /** The frame as the unit of a DIE sees it. */
  private kept(frame: FrameContext, { unit }: Die): FrameContext {
    return frame.isCalling ? keptIn(frame, this.descriptions.producer(unit)) : frame;
  }

  /** The length that a subrange has in a frame; undefined where it is optimised out. */
  private lengthAt(
    position: number,
    fn: Die | undefined,
    pc: number,
    frame: FrameContext,
  ): number | undefined {
    return guarded(
      () => {
        const subrange = this.info.die(position);
        const count = subrange.attribute(DW_AT.count);
        const value = count ?? subrange.attribute(DW_AT.upper_bound);
        if (!value) return undefined;
        const scope = this.scope(subrange, fn, pc, frame, 0);
        const found =
          value.kind === 'reference'
            ? scope.variableValue?.(value.offset - subrange.unit.context.infoBase)
            : this.numberAt(subrange, value, pc, scope);
        if (found === undefined) return undefined;
        const length = Number(BigInt.asIntN(32, BigInt(found))) + (count ? 0 : 1);
        return length >= 0 ? length : undefined;
      },
      undefined,
      this.report,
    );
  }

  private numberAt(
    { unit }: Die,
    value: AttributeValue,
    pc: number,
    scope: ExpressionScope,
  ): number | undefined {
    const expression = expressionAt(unit, value, pc, this.ranges.base(unit));
    return expression && evaluateNumber(expression, scope);
  }

  private place(
    die: Die,
    fn: Die | undefined,
    pc: number,
    frame: FrameContext | undefined,
    depth: number,
  ): Location {
    return this.guardedPlace(() => this.evaluate(this.descriptions.at(die, pc), fn, pc, frame, depth));
  }

  /** The place of what was described before, in memory or as a value, when it is that simple: nothing of it can be damaged. */
  private placeAgain(
    description: Description,
    fn: Die | undefined,
    pc: number,
    frame: FrameContext,
  ): Location | undefined {
    if (description.kind !== 'expression' || frame.isCalling || frame.frameBase) return undefined;
    const { simple } = description;
    if (!simple || simple.kind === 'register') return undefined;
    if (simple.address.kind === 'in-frame' && (!fn || this.frameBases.get(fn)?.pc !== pc)) return undefined;
    return simplePlace(simple, frame, () => this.frameBase(fn, pc, frame));
  }

  private guardedPlace(place: () => Location): Location {
    return guarded(place, DAMAGED, this.report);
  }

  private evaluate(
    description: Description,
    fn: Die | undefined,
    pc: number,
    frame: FrameContext | undefined,
    depth: number,
  ): Location {
    switch (description.kind) {
      case 'expression': {
        const { bytes, simple, from } = description;
        const place = simple && simplePlace(simple, frame, () => this.frameBase(fn, pc, frame));
        return place ?? evaluateLocation(bytes, this.scope(from, fn, pc, frame, depth));
      }
      case 'symbol':
        return { kind: 'memory', address: (description.address + (frame?.bias ?? 0)) >>> 0 };
      default:
        return description;
    }
  }

  private scope(
    die: Die,
    fn: Die | undefined,
    pc: number,
    frame: FrameContext | undefined,
    depth: number,
  ): ExpressionScope {
    const { unit } = die;
    const { infoBase } = unit.context;
    const common: Omit<ExpressionScope, 'frameBase'> = {
      frame,
      addressAt: (index) => unit.addressAt(index),
      wide: unit.header.wide,
      baseType: (offset) => this.types.stackType(unit.start + offset),
      callee: (offset, absolute) => {
        const location = this.info
          .die(absolute ? infoBase + offset : unit.start + offset)
          .attribute(DW_AT.location);
        return location?.kind === 'block' ? location.bytes : undefined;
      },
      entryValue: (expression) =>
        this.callValue(fn, frame, depth, (parameter) => {
          const location = parameter.attribute(DW_AT.location);
          return location?.kind === 'block' && sameBytes(location.bytes, expression);
        }),
      parameterValue: (offset) =>
        this.callValue(
          fn,
          frame,
          depth,
          (parameter) =>
            (parameter.reference(DW_AT.call_parameter) ?? parameter.reference(DW_AT.abstract_origin)) ===
            unit.start + offset,
        ),
      variableValue: (offset) => {
        if (depth >= DEPENDENCY_LIMIT || !frame) return undefined;
        const other = this.info.die(infoBase + offset);
        const size = Math.min(sizeOfType(this.types.typeOf(other)), 8);
        const place = this.place(other, fn, pc, frame, depth + 1);
        const bytes = readLocation(place, size, frame);
        return bytes && toNumber(bytes);
      },
      pointee: (offset, byteOffset) => {
        const other = this.info.die(infoBase + offset);
        return {
          name: this.info.name(other) ?? 'an unnamed value',
          dieOffset: other.offset,
          byteOffset,
          locate: () =>
            depth >= DEPENDENCY_LIMIT
              ? { kind: 'optimised-out', reason: say`it points on without end` }
              : this.place(other, fn, pc, frame, depth + 1),
        };
      },
    };
    const frameBase = (): number | undefined => {
      if (frame?.frameBase) return frame.frameBase();
      const expression = fn && this.frameBaseAt(fn, pc);
      return expression && evaluateNumber(expression.bytes, { ...common, frameBase: () => undefined });
    };
    return { ...common, frameBase };
  }

  /** The frame base, if it is found as simply as where variables are. */
  private frameBase(fn: Die | undefined, pc: number, frame: FrameContext | undefined): number | undefined {
    if (frame?.frameBase) return frame.frameBase();
    const simple = fn && this.frameBaseAt(fn, pc)?.simple;
    const place = simple && simplePlace(simple, frame, () => undefined);
    if (place?.kind === 'register') return frame?.registers[place.number];
    return place?.kind === 'memory' ? place.address : undefined;
  }

  /** How the frame base of a function is found: the latest of each, for all its variables ask. */
  private frameBaseAt(fn: Die, pc: number): Expression | undefined {
    const known = this.frameBases.get(fn);
    if (known?.pc === pc) return known.expression;
    const value = fn.attribute(DW_AT.frame_base);
    const bytes = value && expressionAt(fn.unit, value, pc, this.ranges.base(fn.unit));
    const expression = bytes && { bytes, simple: simpleLocation(bytes) };
    this.frameBases.set(fn, { pc, expression });
    return expression;
  }

  /** The value the caller of `frame` recorded for a parameter, evaluated in the caller's own frame. */
  private callValue(
    fn: Die | undefined,
    frame: FrameContext | undefined,
    depth: number,
    isWanted: (parameter: Die) => boolean,
  ): bigint | undefined {
    if (!fn || !frame || depth >= DEPENDENCY_LIMIT) return undefined;
    const call = this.calls.find(fn, frame, isWanted);
    if (!call) return undefined;
    const scope = this.scope(call.parameter, call.caller, call.frame.pc, call.frame, depth + 1);
    const value = evaluateNumber(call.expression, scope);
    return value === undefined ? undefined : BigInt(value);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
