/**
 * Gives a syntax tree its types (C11 6.5): resolves names, writes out conversions, decay and pointer scales, and says what is
 * wrong with an expression before anything of the program is read.
 */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import { littleEndian } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import { checkBinary } from './check-binary.ts';
import { cast, convertClass } from './casts.ts';
import {
  address,
  assignable,
  constant,
  convert,
  dereference,
  failWithoutLength,
  failWithoutType,
  indexed,
  integerOperand,
  operand,
  pointedSpace,
  scalarOperand,
  valueOf,
} from './check-operands.ts';
import {
  alignOf,
  CHAR,
  characterType,
  commonType,
  floatLiteralType,
  INT,
  literalType,
  sameType,
  unitType,
  UNSIGNED,
} from './conversions.ts';
import { evaluateConstant } from './evaluate.ts';
import { knownNames } from './known-names.ts';
import { memberPlace } from './member-pointers.ts';
import { designate, memberNode } from './members.ts';
import { namedNode, type Names, ofStatic } from './names.ts';
import { parse } from './parser.ts';
import { arrayType, resolveType, type TypeResolver } from './resolve-type.ts';
import { floatLiteral } from './scalar.ts';
import type { Syntax, TypeSyntax } from './syntax.ts';
import { dereferenceObject, indexedSlice } from './trait-objects.ts';
import { type Compiled, isPlace, type Node } from './tree.ts';
import { variantNode } from './variant-members.ts';
import {
  arrayOf,
  bare,
  isCharacter,
  isCountedUnknown,
  isFloat,
  isInteger,
  isPointer,
  isScalar,
  pointerTo,
  sizeOf,
  targetOf,
} from './value.ts';

/** @throws AdapterError with a sentence about what is wrong */
export function compile(source: string, names: Names): Compiled {
  return checked(source, parseWith(source, names), names);
}

/** The expression `target = value`. @throws AdapterError like `compile` */
export function compileAssignment(target: string, value: string, names: Names): Compiled {
  const sides = { target: parseWith(target, names), value: parseWith(value, names) };
  return checked(`${target} = ${value}`, { kind: 'assign', operator: undefined, ...sides }, names);
}

const parseWith = (source: string, names: Names): Syntax => parse(source, knownNames(names));

function checked(source: string, syntax: Syntax, names: Names): Compiled {
  const checker = new Checker(names);
  const root = checker.check(syntax, undefined);
  if (root.kind === 'object' && bare(root.type).kind === 'void') failWithoutType(root);
  return { source, root, changes: checker.changes };
}

const isCharacterArray = (node: Node) => {
  const element = arrayOf(node.type)?.element;
  return isPlace(node) && element !== undefined && isCharacter(element);
};

class Checker {
  changes = false;

  constructor(private readonly names: Names) {}

  /** @param space whose names and memory this is about */
  check(syntax: Syntax, space: Space | undefined): Node {
    switch (syntax.kind) {
      case 'integer': {
        const type = literalType(syntax.value, syntax.decimal, syntax.suffix);
        if (!type) fail(say`The number ${syntax.value} does not fit into 64 bits.`);
        return { ...constant(syntax.value, type), space };
      }
      case 'floating': {
        const type = floatLiteralType(syntax.suffix);
        return constant(floatLiteral(syntax.text, type), type);
      }
      case 'character':
        return constant(syntax.value, characterType(syntax.encoding));
      case 'string': {
        const element = syntax.encoding === 'u8' ? CHAR : unitType(syntax.encoding);
        const units = [...syntax.units, 0];
        const bytes = new Uint8Array(units.length * sizeOf(element));
        units.forEach((unit, n) => {
          bytes.set(littleEndian(BigInt(unit), sizeOf(element)), n * sizeOf(element));
        });
        return { kind: 'text', type: arrayType(element, units.length), space: undefined, bytes };
      }
      case 'name':
        return namedNode(this.names, {
          ...{ name: syntax.name, scope: syntax.scope, parameters: syntax.parameters },
          space,
        });
      case 'register':
        return this.register(syntax, space);
      case 'space':
        return this.spaced(syntax, space);
      case 'unary':
        return this.unary(syntax, space);
      case 'update': {
        const target = assignable(this.check(syntax.operand, space));
        const current: Node = { kind: 'current', type: target.type, space: target.space };
        const changed = checkBinary(syntax.operator === '++' ? '+' : '-', current, constant(1n, INT));
        return this.assign(target, changed, syntax.prefix ? 'new' : 'old');
      }
      case 'binary':
        if (syntax.operator === ',') {
          const left = this.check(syntax.left, space);
          const right = valueOf(this.check(syntax.right, space));
          return { kind: 'comma', type: right.type, space: right.space, left, right };
        }
        return checkBinary(syntax.operator, this.check(syntax.left, space), this.check(syntax.right, space));
      case 'conditional':
        return this.conditional(syntax, space);
      case 'assign': {
        const place = this.check(syntax.target, space);
        const value = this.check(syntax.value, space);
        if (value.kind === 'text' && !syntax.operator && isCharacterArray(place))
          return this.assignText(place, value);
        const target = assignable(place);
        const current: Node = { kind: 'current', type: target.type, space: target.space };
        return this.assign(
          target,
          syntax.operator ? checkBinary(syntax.operator, current, value) : value,
          'new',
        );
      }
      case 'cast':
        return cast(this.type(syntax.type, space), this.check(syntax.operand, space), syntax.keepsBits);
      case 'measure':
        return this.measure(syntax.what, this.unevaluated(syntax.operand, space));
      case 'measureType':
        return this.measure(syntax.what, this.type(syntax.type, space));
      case 'offsetof': {
        const { offset } = designate(this.type(syntax.type, space), syntax.path, this.constantIn(space));
        return constant(BigInt(offset), UNSIGNED);
      }
      case 'containerOf':
        return this.containerOf(syntax, space);
      case 'index': {
        const [base, index] = [this.check(syntax.base, space), this.check(syntax.index, space)];
        return indexedSlice(base, index) ?? indexed(base, index);
      }
      case 'member':
        return this.member(syntax, space);
      case 'throughMember':
        return memberPlace(this.check(syntax.object, space), this.check(syntax.member, space), syntax.arrow);
      case 'call':
        return fail(say`Calling functions of the guest is not possible: it would change its state.`);
    }
  }

  private readonly constantIn = (space: Space | undefined) => (syntax: Syntax) =>
    evaluateConstant(integerOperand(this.check(syntax, space)));

  private type(syntax: TypeSyntax, space: Space | undefined): CType {
    const resolver: TypeResolver = {
      type: (name, where) => this.names.type(name, where),
      typeOf: (operand) => this.unevaluated(operand, space),
      constant: this.constantIn(space),
    };
    return resolveType(syntax, resolver, space);
  }

  /** The type of an operand that C does not evaluate: an assignment in it does nothing. */
  private unevaluated(syntax: Syntax, space: Space | undefined): CType {
    const { changes } = this;
    const node = this.check(syntax, space);
    this.changes = changes;
    if (node.kind === 'member' && node.bits !== undefined) fail(say`A bit field has no size and no address.`);
    return node.type;
  }

  private register({ name, index }: Extract<Syntax, { kind: 'register' }>, space: Space | undefined): Node {
    if (index) {
      const type: CType = { kind: 'base', name: 'unsigned long long', size: 8, encoding: 'unsigned' };
      return { kind: 'msr', type, space, index: convert(integerOperand(this.check(index, space)), UNSIGNED) };
    }
    const type = this.names.register(name, space);
    if (!type) fail(say`There is no register "$${name}" in this frame.`);
    return { kind: 'register', type, space, name };
  }

  private spaced(
    { space: prefix, operand: inner }: Extract<Syntax, { kind: 'space' }>,
    outer: Space | undefined,
  ): Node {
    const space = this.names.space(prefix) ?? fail(say`There is no coroutine "${prefix}" in this session.`);
    if (space.kind !== 'physical') return this.check(inner, space);
    // Names stay those of the frame; the number becomes an address of physical memory.
    const node = operand(this.check(inner, outer));
    return { kind: 'convert', type: node.type, space, operand: node };
  }

  private unary(
    { operator, operand: inner }: Extract<Syntax, { kind: 'unary' }>,
    space: Space | undefined,
  ): Node {
    const node = this.check(inner, space);
    switch (operator) {
      case '*':
        return dereferenceObject(node, this.names.concreteType?.bind(this.names)) ?? dereference(node);
      case '&':
        return address(node);
      case '!': {
        const value = scalarOperand(node);
        return { kind: 'unary', type: INT, space: undefined, operator, operand: value };
      }
      case '+':
      case '-':
      case '~': {
        const value = operand(node);
        if (isPointer(value.type)) fail(say`"${operator}" needs a number: a pointer is none.`);
        if (operator === '~' && isFloat(value.type)) fail(say`"~" needs a whole number.`);
        return operator === '+'
          ? value
          : { kind: 'unary', type: value.type, space: undefined, operator, operand: value };
      }
    }
  }

  private assign(target: Node, value: Node, result: 'old' | 'new'): Node {
    this.changes = true;
    const source = isScalar(target.type) ? convertClass(scalarOperand(value), target.type) : valueOf(value);
    if (!isScalar(target.type) && !sameType(source.type, target.type))
      fail(say`Only a structure of the same type can be assigned to a structure.`);
    return { kind: 'assign', type: target.type, space: target.space, target, value: source, result };
  }

  /** Beyond C: a string for an array of characters, with zeros behind it as an initialiser has them (C11 6.7.9, 14). */
  private assignText(target: Node, text: Extract<Node, { kind: 'text' }>): Node {
    this.changes = true;
    const size = sizeOf(target.type);
    const used = text.bytes.length - 1;
    if (used > size) fail(say`The string has ${used} characters, but the array only ${size}.`);
    const bytes = new Uint8Array(size);
    bytes.set(text.bytes.subarray(0, size));
    const value: Node = { kind: 'text', type: target.type, space: undefined, bytes };
    return { kind: 'assign', type: target.type, space: target.space, target, value, result: 'new' };
  }

  private conditional(syntax: Extract<Syntax, { kind: 'conditional' }>, space: Space | undefined): Node {
    const { changes } = this;
    this.changes = false;
    const condition = scalarOperand(this.check(syntax.condition, space));
    if (!syntax.yes && this.changes)
      fail(
        say`Between "?" and ":" a value is needed: without one, what is assigned before them would be so twice.`,
      );
    this.changes ||= changes;
    const yes = syntax.yes ? valueOf(this.check(syntax.yes, space)) : condition;
    const no = valueOf(this.check(syntax.no, space));
    const make = (left: Node, right: Node): Node => ({
      kind: 'conditional',
      type: left.type,
      space: pointedSpace(left) ?? pointedSpace(right),
      condition,
      yes: left,
      no: right,
    });
    const arithmetic = [yes, no].every(({ type }) => isInteger(type) || isFloat(type));
    if (arithmetic) {
      const [left, right] = [operand(yes), operand(no)];
      const type = commonType(left.type, right.type);
      return make(convert(left, type), convert(right, type));
    }
    const pointer = [yes, no].find(({ type }) => isPointer(type));
    if (pointer && isScalar(yes.type) && isScalar(no.type)) {
      // With a null pointer or a void * the other side has the say (C11 6.5.15, 6).
      const loose = isPointer(yes.type) && bare(targetOf(yes.type)!).kind === 'void' && isPointer(no.type);
      const type = loose ? no.type : pointer.type;
      return make(convert(yes, type), convert(no, type));
    }
    return make(yes, no);
  }

  private measure(what: 'sizeof' | '_Alignof', type: CType): Node {
    const plain = bare(type);
    // GNU C gives void and functions the size 1.
    const one = plain.kind === 'void' || plain.kind === 'function';
    if ((plain.kind === 'struct' || plain.kind === 'union') && plain.incomplete)
      fail(say`The ${plain.kind} is only declared in the debug information: its size is not known.`);
    if (isCountedUnknown(plain)) failWithoutLength();
    const value = one ? 1 : what === 'sizeof' ? sizeOf(plain) : alignOf(plain);
    return constant(BigInt(value), UNSIGNED);
  }

  private containerOf(syntax: Extract<Syntax, { kind: 'containerOf' }>, space: Space | undefined): Node {
    const pointer = operand(this.check(syntax.pointer, space));
    const type = this.type(syntax.type, space);
    const { offset } = designate(type, syntax.path, this.constantIn(space));
    const whole = pointerTo(type);
    const target = pointedSpace(pointer);
    const bytes: Node = { kind: 'convert', type: pointerTo(CHAR), space: target, operand: pointer };
    const index = constant(BigInt(-offset), INT);
    const start: Node = { kind: 'offset', type: bytes.type, space: target, pointer: bytes, index, scale: 1 };
    return { kind: 'convert', type: whole, space: target, operand: start };
  }

  private member(
    { object, name, arrow, scope }: Extract<Syntax, { kind: 'member' }>,
    space: Space | undefined,
  ): Node {
    const node = this.check(object, space);
    // As in gdb, a pointer may stand before the dot.
    const through = isPointer(node.type) || (arrow && targetOf(node.type) !== undefined);
    const record = through ? dereference(node) : node;
    if (!isPlace(record) && !['conditional', 'comma', 'assign'].includes(record.kind))
      fail(say`".${name}" needs a structure on its left.`);
    const variant = variantNode(record, name, this.names.presentVariant?.bind(this.names));
    return memberNode(variant ?? record, name, scope, ofStatic(this.names, space));
  }
}
