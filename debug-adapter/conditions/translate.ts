/**
 * Checked C expressions (`values/tree.ts`) as expressions of the core, so that conditions are evaluated where the machine runs.
 * What the core cannot do (long double, arithmetic of float, memory of other coroutines, values in pieces) has no
 * translation: the adapter evaluates such a condition itself at a stop that nobody sees.
 */
import { EVENT_REGISTERS, type Expression, type ValueType } from '../../core/protocol/debug-protocol.ts';
import type { Location } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import { toNumber } from '../symbols/location.ts';
import { isPlace, type Node, type SymbolPath } from '../values/tree.ts';
import { strideOf } from '../values/check-operands.ts';
import { isBoolean, isFloat, isInteger, isPointer, isSigned, sizeOf } from '../values/value.ts';

/** Where an object will be. */
export type Place =
  | { readonly kind: 'memory'; readonly address: Expression; readonly physical: boolean }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'value'; readonly bytes: Uint8Array };

/** Says where a variable will be; `undefined` when that depends on more than registers. */
export type Locate = (path: SymbolPath) => Place | undefined;

/** Registers by DWARF number (System V ABI i386, table 2.14). */
export const DWARF_REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'];
const CORE_REGISTERS: ReadonlySet<string> = new Set([
  ...DWARF_REGISTERS,
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'cr0', 'cr2', 'cr3', 'cr4', 'cpl', 'coroutine'],
  ...EVENT_REGISTERS,
]);
/** Parts of registers: name, register, first bit, bits. */
const PARTS: readonly (readonly [string, string, number, number])[] = [
  ...['ax', 'cx', 'dx', 'bx', 'bp', 'si', 'di', 'ip'].map((name) => [name, `e${name}`, 0, 16] as const),
  ...['a', 'c', 'd', 'b'].flatMap((letter) => [
    [`${letter}l`, `e${letter}x`, 0, 8] as const,
    [`${letter}h`, `e${letter}x`, 8, 8] as const,
  ]),
];

/** Thrown inside, never out of here. */
class NoTranslation extends Error {}

/** The expression of the core, or `undefined`. */
export function translate(root: Node, locate: Locate): Expression | undefined {
  return attempt(() => new Translator(locate).value(root));
}

/** Where an lvalue will be in memory, or `undefined`. */
export function translatePlace(root: Node, locate: Locate): Extract<Place, { kind: 'memory' }> | undefined {
  return attempt(() => {
    const place = new Translator(locate).place(root);
    return place.kind === 'memory' ? place : undefined;
  });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NoTranslation) return undefined;
    throw error;
  }
}

function no(): never {
  throw new NoTranslation();
}

/** The type that the core computes with. */
export function valueType(type: CType): ValueType | undefined {
  const size = sizeOf(type);
  if (isFloat(type)) return size <= 8 ? 'f64' : undefined;
  if (isPointer(type)) return 'u32';
  if (!isInteger(type) || size > 8 || size === 0) return undefined;
  if (size > 4) return isSigned(type) ? 'i64' : 'u64';
  return isSigned(type) ? 'i32' : 'u32';
}

const u32 = (value: number): Expression => ({ kind: 'constant', type: 'u32', value: value >>> 0 });
const binary = (operator: string, type: ValueType, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  type,
  left,
  right,
});
const plus = (left: Expression, right: Expression): Expression => binary('+', 'u32', left, right);
const offsetBy = (address: Expression, bytes: number): Expression =>
  bytes === 0 ? address : plus(address, u32(bytes));
const convert = (operand: Expression, from: ValueType, to: ValueType): Expression =>
  from === to ? operand : { kind: 'convert', from, to, operand };
const zero = (type: ValueType): Expression => ({
  kind: 'constant',
  type,
  value: type === 'i64' || type === 'u64' ? 0n : 0,
});

/** Bytes that hold some bits: those of one load. */
function loadSize(bits: number): 1 | 2 | 4 | 8 {
  if (bits <= 8) return 1;
  if (bits <= 16) return 2;
  if (bits <= 32) return 4;
  return bits <= 64 ? 8 : no();
}

class Translator {
  constructor(private readonly locate: Locate) {}

  private typeOf(node: Node): ValueType {
    return valueType(node.type) ?? no();
  }

  /** Whose memory: the frame's own, or physical. */
  private physical(node: Node): boolean {
    if (node.space?.kind === 'coroutine') no();
    return node.space?.kind === 'physical';
  }

  place(node: Node): Place {
    switch (node.kind) {
      case 'object':
        return this.fixed(node.location, this.physical(node));
      case 'variable':
        return node.path.space === undefined ? (this.locate(node.path) ?? no()) : no();
      case 'dereference':
        return { kind: 'memory', address: this.value(node.address), physical: this.physical(node) };
      case 'member': {
        const object = this.place(node.object);
        if (object.kind !== 'memory' || node.bits !== undefined || node.offset % 8 !== 0) return no();
        return { ...object, address: offsetBy(object.address, node.offset / 8) };
      }
      case 'element': {
        const object = this.place(node.object);
        if (object.kind !== 'memory') return no();
        return { ...object, address: this.plusIndex(object.address, node.index, strideOf(node.type)) };
      }
      case 'convert':
        return isPlace(node.operand) ? this.place(node.operand) : no();
      default:
        return no();
    }
  }

  private fixed(location: Location, physical: boolean): Place {
    if (location.kind === 'memory') return { kind: 'memory', address: u32(location.address), physical };
    return location.kind === 'value' ? location : no();
  }

  private plusIndex(address: Expression, index: Node, stride: number): Expression {
    const offset = convert(this.value(index), this.typeOf(index), 'u32');
    return plus(address, stride === 1 ? offset : binary('*', 'u32', offset, u32(stride)));
  }

  private read(place: Place, type: CType): Expression {
    const kind = valueType(type) ?? no();
    const size = sizeOf(type);
    switch (place.kind) {
      case 'memory': {
        const { address, physical } = place;
        return {
          kind: 'load',
          type: kind,
          size: loadSize(size * 8),
          signed: isSigned(type),
          physical,
          address,
        };
      }
      case 'register': {
        const register: Expression = { kind: 'register', name: place.name };
        if (kind === 'f64' || size > 4) return no();
        return this.narrow(convert(register, 'u32', kind), type, kind);
      }
      case 'value': {
        if (kind === 'f64' || place.bytes.length < size) return no();
        const bits = toNumber(place.bytes.subarray(0, size));
        const value = isSigned(type) ? BigInt.asIntN(size * 8, bits) : bits;
        return { kind: 'constant', type: kind, value: size > 4 ? value : Number(value) };
      }
    }
  }

  /** A value of a type of fewer than 32 bits. */
  private narrow(operand: Expression, type: CType, kind: ValueType): Expression {
    const width = sizeOf(type) * 8;
    if (width >= 32 || kind === 'f64') return operand;
    return { kind: 'bits', type: kind, shift: 0, width, signed: isSigned(type), operand };
  }

  private bitField(node: Extract<Node, { kind: 'member' }>, bits: number): Expression {
    const object = this.place(node.object);
    if (object.kind !== 'memory') return no();
    const shift = node.offset % 8;
    const type = this.typeOf(node);
    const size = loadSize(shift + bits);
    if (type === 'f64') return no();
    const wide = size === 8 && type !== 'i64' && type !== 'u64';
    const unit: ValueType = wide ? 'u64' : type;
    const operand: Expression = {
      ...{ kind: 'load', type: unit, size, signed: false, physical: object.physical },
      address: offsetBy(object.address, (node.offset - shift) / 8),
    };
    const signed = isSigned(node.type);
    return convert({ kind: 'bits', type: unit, shift, width: bits, signed, operand }, unit, type);
  }

  private register(name: string): Expression {
    if (CORE_REGISTERS.has(name)) return { kind: 'register', name };
    const part = PARTS.find(([known]) => known === name) ?? no();
    const [, whole, shift, width] = part;
    const operand: Expression = { kind: 'register', name: whole };
    return { kind: 'bits', type: 'u32', shift, width, signed: false, operand };
  }

  value(node: Node): Expression {
    switch (node.kind) {
      case 'constant': {
        const type = this.typeOf(node);
        if (typeof node.value === 'object') return no();
        const wide = type === 'i64' || type === 'u64';
        return { kind: 'constant', type, value: wide ? BigInt(node.value) : Number(node.value) };
      }
      case 'register':
        return convert(this.register(node.name), 'u32', this.typeOf(node));
      case 'member':
        return node.bits === undefined
          ? this.read(this.place(node), node.type)
          : this.bitField(node, node.bits);
      case 'object':
      case 'variable':
      case 'dereference':
      case 'element':
        return this.read(this.place(node), node.type);
      case 'address': {
        const place = this.place(node.object);
        return place.kind === 'memory' && !place.physical ? place.address : no();
      }
      case 'classPointer': {
        const pointer = this.value(node.operand);
        const moved = node.steps.reduce(
          (at, step) => ('offset' in step ? offsetBy(at, step.offset) : no()),
          pointer,
        );
        return { kind: 'select', test: this.truth(node.operand), yes: moved, no: pointer };
      }
      case 'convert':
        return this.converted(node);
      case 'unary':
        return this.unary(node);
      case 'arithmetic':
        return this.arithmetic(node);
      case 'comparison': {
        const type = this.typeOf(node.left);
        return binary(node.operator, type, this.value(node.left), this.value(node.right));
      }
      case 'logical':
        return {
          kind: node.operator === '&&' ? 'and' : 'or',
          left: this.truth(node.left),
          right: this.truth(node.right),
        };
      case 'offset': {
        if (node.length) return no();
        const pointer = this.value(node.pointer);
        return this.plusIndex(pointer, node.index, node.scale);
      }
      case 'distance': {
        const bytes = binary('-', 'i32', this.signed(node.left), this.signed(node.right));
        const scale: Expression = { kind: 'constant', type: 'i32', value: node.scale };
        return node.scale === 1 ? bytes : binary('/', 'i32', bytes, scale);
      }
      case 'conditional':
        return {
          kind: 'select',
          test: this.truth(node.condition),
          yes: this.value(node.yes),
          no: this.value(node.no),
        };
      case 'comma':
        return this.value(node.right);
      default:
        return no();
    }
  }

  private signed(node: Node): Expression {
    return convert(this.value(node), this.typeOf(node), 'i32');
  }

  /** 0 or 1. */
  private truth(node: Node): Expression {
    const type = this.typeOf(node);
    return binary('!=', type, this.value(node), zero(type));
  }

  private converted({ type, operand }: Extract<Node, { kind: 'convert' }>): Expression {
    const to = valueType(type) ?? no();
    const from = this.typeOf(operand);
    if (isBoolean(type)) return convert(this.truth(operand), 'i32', to);
    // Rounding to float would be lost.
    if (isFloat(type) && sizeOf(type) === 4 && !isFloat(operand.type)) return no();
    if (isFloat(type) && isFloat(operand.type) && sizeOf(type) < sizeOf(operand.type)) return no();
    return this.narrow(convert(this.value(operand), from, to), type, to);
  }

  private unary({ operator, operand, type }: Extract<Node, { kind: 'unary' }>): Expression {
    if (operator === '!')
      return binary('==', this.typeOf(operand), this.value(operand), zero(this.typeOf(operand)));
    return { kind: 'unary', operator, type: valueType(type) ?? no(), operand: this.value(operand) };
  }

  private arithmetic(node: Extract<Node, { kind: 'arithmetic' }>): Expression {
    if (isFloat(node.type) && sizeOf(node.type) === 4) return no();
    const { operator } = node;
    const type = this.typeOf(node);
    const right = this.value(node.right);
    const shift = operator === '<<' || operator === '>>';
    return binary(
      operator,
      type,
      this.value(node.left),
      shift ? convert(right, this.typeOf(node.right), 'u32') : right,
    );
  }
}
