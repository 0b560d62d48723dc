/**
 * Evaluates checked expressions over a stopped program. Reads only what it needs; assignments go to the environment's
 * `write`, and nothing is written where there is none.
 */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import type { Location } from '../symbols/location.ts';
import { memberAddress, memberPointee } from './member-pointers.ts';
import {
  arithmetic,
  bytesOfScalar,
  compare,
  convertScalar,
  isZero,
  negate,
  type Scalar,
  scalarOf,
} from './scalar.ts';
import { type Compiled, isPlace, type Node, type SymbolPath } from './tree.ts';
import {
  arrayOf,
  bare,
  bytesOf,
  implicitTarget,
  isScalar,
  lostPart,
  partOf,
  sizeOf,
  type TypedValue,
  type ValueContext,
} from './value.ts';
import { virtualBase } from './virtual-base.ts';

/** The state that an expression is evaluated in. */
export interface Environment extends ValueContext {
  /** Where a variable is in this frame. */
  locate(path: SymbolPath): Location;
  /** Where a register is, or its bytes. */
  register(name: string, space: Space | undefined): Location;
  /** The eight bytes of a model-specific register; `undefined` when there is none of that number. */
  msr(index: number): Uint8Array | undefined;
  /** Takes the new bytes of a place; absent where nothing may change. @throws AdapterError for a place that cannot be written */
  readonly write?: ((place: TypedValue, bytes: Uint8Array) => void) | undefined;
}

/** @throws AdapterError with a sentence about what cannot be evaluated, or not here */
export function evaluate({ root, changes }: Compiled, environment: Environment): TypedValue {
  if (changes && !environment.write)
    fail(
      say`This expression assigns to something: hovers and watches only look, so type it into the debug console.`,
    );
  return new Evaluator(environment).value(root);
}

/** The value of a constant integer expression. @throws AdapterError when it is not constant */
export function evaluateConstant(node: Node): bigint {
  const none = () => fail(say`A constant is needed here: variables, memory and registers are none.`);
  const value = new Evaluator({
    registers: [],
    readMemory: none,
    locate: none,
    register: none,
    msr: none,
  }).scalar(node);
  return typeof value === 'bigint' ? value : fail(say`A whole number is needed here.`);
}

class Evaluator {
  /** What the target of the assignment was whose value is being computed. */
  private current: TypedValue | undefined;

  constructor(private readonly environment: Environment) {}

  /** A place or a result. */
  value(node: Node): TypedValue {
    const { type, space } = node;
    switch (node.kind) {
      case 'object':
        return { type, space, location: node.location };
      case 'variable':
        return { type, space, location: this.environment.locate(node.path) };
      case 'register':
        return inRegister(node.name, { type, space, location: this.environment.register(node.name, space) });
      case 'msr':
        return this.msr(node);
      case 'text':
        return { type, space, location: { kind: 'value', bytes: node.bytes } };
      case 'dereference':
        return this.dereference(node);
      case 'member':
        return partOf(this.value(node.object), type, node.offset, node.bits);
      case 'virtualBase':
        return virtualBase(this.value(node.object), type, node.place, this.environment);
      case 'element':
        return this.element(node);
      case 'assign':
        return this.assign(node);
      case 'current':
        return this.current!;
      case 'comma':
        this.value(node.left);
        return this.value(node.right);
      case 'conditional':
        return this.value(this.holds(node.condition) ? node.yes : node.no);
      case 'convert':
        if (bare(type).kind === 'void') {
          this.value(node.operand);
          return { type, location: { kind: 'value', bytes: new Uint8Array(0) } };
        }
    }
    return { type, space, location: { kind: 'value', bytes: bytesOfScalar(this.scalar(node), type) } };
  }

  private msr({ type, index }: Extract<Node, { kind: 'msr' }>): TypedValue {
    const number = Number(this.scalar(index));
    const bytes = this.environment.msr(number);
    if (!bytes) fail(say`This processor has no model-specific register 0x${number.toString(16)}.`);
    return inRegister(`msr[0x${number.toString(16)}]`, { type, location: { kind: 'value', bytes } });
  }

  private dereference({ type, space, address }: Extract<Node, { kind: 'dereference' }>): TypedValue {
    const pointer = isPlace(address) ? this.value(address) : undefined;
    const implicit = pointer && implicitTarget(pointer, type);
    if (implicit) return implicit;
    const found = pointer ? this.read(pointer) : this.scalar(address);
    return {
      type,
      space,
      location: { kind: 'memory', address: Number(BigInt.asUintN(32, found as bigint)) },
    };
  }

  private element({ type, space, object, index }: Extract<Node, { kind: 'element' }>): TypedValue {
    const array = this.value(object);
    const at = Number(BigInt.asIntN(32, this.scalar(index) as bigint));
    const size = sizeOf(type);
    if (array.location.kind === 'memory')
      return {
        type,
        space,
        location: { kind: 'memory', address: (array.location.address + at * size) >>> 0 },
      };
    const length = arrayOf(array.type)?.length ?? 0;
    if (at < 0 || at >= length)
      fail(say`This array has no address and ${length} elements: there is none with index ${at}.`);
    return partOf(array, type, at * size * 8);
  }

  /** The number that a node of scalar type stands for. */
  scalar(node: Node): Scalar {
    const { type } = node;
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'convert':
        return convertScalar(this.scalar(node.operand), type);
      case 'classPointer':
        return this.classPointer(node);
      case 'memberAddress':
        return this.memberAddress(node);
      case 'address':
        return BigInt(this.addressOf(node.object));
      case 'unary': {
        const value = this.scalar(node.operand);
        if (node.operator === '!') return isZero(value) ? 1n : 0n;
        return convertScalar(node.operator === '-' ? negate(value) : ~(value as bigint), type);
      }
      case 'arithmetic':
        return arithmetic(node.operator, this.scalar(node.left), this.scalar(node.right), type);
      case 'comparison':
        return compare(node.operator, this.scalar(node.left), this.scalar(node.right)) ? 1n : 0n;
      case 'logical':
        return this.holds(node.left) === (node.operator === '||')
          ? BigInt(node.operator === '||')
          : BigInt(this.holds(node.right));
      case 'offset': {
        const pointer = this.scalar(node.pointer) as bigint;
        const index = this.scalar(node.index) as bigint;
        const length = node.length && (this.scalar(node.length) as bigint);
        if (length !== undefined && (index < 0n || index >= length))
          fail(say`This slice has ${length} elements: there is none with index ${index}.`);
        return BigInt.asUintN(32, pointer + index * BigInt(node.scale));
      }
      case 'distance': {
        const difference = (this.scalar(node.left) as bigint) - (this.scalar(node.right) as bigint);
        return BigInt.asIntN(32, difference / BigInt(node.scale));
      }
      default:
        return this.read(this.value(node));
    }
  }

  private classPointer({ operand, space, steps }: Extract<Node, { kind: 'classPointer' }>): Scalar {
    const pointer = this.scalar(operand);
    if (isZero(pointer)) return pointer;
    const start: TypedValue = {
      ...{ type: operand.type, space },
      location: { kind: 'memory', address: Number(pointer as bigint) },
    };
    const end = steps.reduce(
      (at, step) =>
        'place' in step
          ? virtualBase(at, at.type, step.place, this.environment)
          : partOf(at, at.type, step.offset * 8, undefined),
      start,
    );
    return BigInt(this.addressIn(end));
  }

  private memberAddress({ object, member, space }: Extract<Node, { kind: 'memberAddress' }>): Scalar {
    const at = Number(this.scalar(object) as bigint);
    const bytes = this.bytes(this.value(member));
    const { readMemory } = this.environment;
    return BigInt(memberAddress(at, bytes, memberPointee(member.type)!, readMemory, space));
  }

  private holds(node: Node): boolean {
    return !isZero(this.scalar(node));
  }

  private addressOf(node: Node): number {
    if (node.kind === 'text')
      fail(
        say`The kernel has no memory with this string: only an array of characters can be set to one, and a pointer to what is there.`,
      );
    return this.addressIn(this.value(node));
  }

  private addressIn({ location }: TypedValue): number {
    if (location.kind === 'optimised-out') fail(say`This value is optimised out: ${location.reason}.`);
    if (location.kind !== 'memory')
      fail(say`This value has no address: it lives in a register or is a result.`);
    return location.address >>> 0;
  }

  private read(value: TypedValue): Scalar {
    return scalarOf(this.bytes(value), value.type);
  }

  private bytes(value: TypedValue): Uint8Array {
    const { location } = value;
    const lost = lostPart(location);
    if (lost) fail(say`This value is optimised out: ${lost}.`);
    const bytes = bytesOf(value, this.environment);
    if (bytes) return bytes;
    if (location.kind !== 'memory') fail(say`This value cannot be read: a part of it was not kept.`);
    const at = `0x${(location.address >>> 0).toString(16).padStart(8, '0')}`;
    return fail(say`This value cannot be read: the memory at ${at} is not mapped.`);
  }

  private assign({ target, value, result }: Extract<Node, { kind: 'assign' }>): TypedValue {
    const place = this.value(target);
    const outer = this.current;
    this.current = place;
    const before = result === 'old' ? this.bytes(place) : undefined;
    const bytes = isScalar(target.type)
      ? bytesOfScalar(this.scalar(value), target.type)
      : this.bytes(this.value(value));
    this.current = outer;
    this.environment.write!(place, bytes);
    // A register that has no place is what it has become.
    const isBytes = place.location.kind === 'value' || place.location.kind === 'optimised-out';
    if (!before) return isBytes ? { ...place, location: { kind: 'value', bytes } } : place;
    return { type: target.type, space: place.space, location: { kind: 'value', bytes: before } };
  }
}

/** A value that is the whole of a register. */
function inRegister(name: string, value: TypedValue): TypedValue {
  const whole = value.location.kind === 'value' ? value.location.bytes : undefined;
  return { ...value, register: { name, whole, bitOffset: 0 } };
}
