/**
 * Values as one line of text, and the children that a view can unfold. Characters show as characters, pointers with the
 * symbol or the string they point to, structures with their first members.
 */
import { extendedText } from './extended.ts';
import type { CType, Member } from '../symbols/types.ts';
import { typeName } from '../symbols/type-name.ts';
import {
  arrayOf,
  bare,
  bytesOf,
  integerOf,
  isSigned,
  sizeOf,
  type TypedValue,
  type ValueContext,
} from './value.ts';

export interface FormatContext extends ValueContext {
  /** `symbol+offset` of a code or data address. */
  readonly symbolAt: (address: number) => string | undefined;
  readonly hexadecimal: boolean;
}

export interface Child {
  readonly name: string;
  readonly value: TypedValue;
}

const MAX_STRING = 200;
const MAX_MEMBERS = 4;
const MAX_DEPTH = 2;

const hex = (value: bigint, size: number) =>
  '0x' +
  BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');

function character(code: number): string {
  const escapes: Readonly<Record<number, string>> = {
    0: '\\0',
    9: '\\t',
    10: '\\n',
    13: '\\r',
    27: '\\e',
    39: "\\'",
    92: '\\\\',
  };
  return (
    escapes[code] ??
    (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, '0')}`)
  );
}

const isCharacter = (type: CType): boolean => {
  const plain = bare(type);
  return plain.kind === 'base' && plain.size === 1 && plain.encoding.endsWith('-char');
};

const EXTENDED_BYTES = 10;

/** A quoted string up to its terminator. */
function quoted(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, end < 0 ? bytes.length : end);
  const shown = Array.from(text.subarray(0, MAX_STRING), (b) =>
    b === 34 ? '\\"' : b === 39 ? "'" : character(b),
  ).join('');
  return `"${shown}"` + (text.length > MAX_STRING || end < 0 ? '…' : '');
}

/** The string behind a character pointer, page by page so that a string near a hole shows. */
function stringAt(address: number, { readMemory }: FormatContext): string | undefined {
  const bytes = readMemory(address, MAX_STRING + 1);
  return bytes?.length ? quoted(bytes) : undefined;
}

function formatBase(bytes: Uint8Array, type: Extract<CType, { kind: 'base' }>, hexadecimal: boolean): string {
  const value = integerOf(bytes, type);
  switch (type.encoding) {
    case 'boolean':
      return value === 0n ? 'false' : 'true';
    case 'signed-char':
    case 'unsigned-char':
      return `${hexadecimal ? hex(value, 1) : value} '${character(bytes[0])}'`;
    case 'float': {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (bytes.length === 4) return String(view.getFloat32(0, true));
      if (bytes.length === 8) return String(view.getFloat64(0, true));
      // long double: ten bytes and padding.
      return bytes.length >= EXTENDED_BYTES
        ? extendedText({ significand: view.getBigUint64(0, true), signExponent: view.getUint16(8, true) })
        : hex(value, bytes.length);
    }
    default:
      return hexadecimal ? hex(value, bytes.length) : String(value);
  }
}

function formatPointer(address: number, target: CType, context: FormatContext): string {
  const text = hex(BigInt(address >>> 0), 4);
  if (address === 0) return `${text} (null)`;
  if (isCharacter(target)) {
    const string = stringAt(address, context);
    return string === undefined ? text : `${text} ${string}`;
  }
  const symbol = context.symbolAt(address >>> 0);
  return symbol === undefined ? text : `${text} <${symbol}>`;
}

/** One line for a value. */
export function formatValue(value: TypedValue, context: FormatContext, depth = 0): string {
  const { location } = value;
  if (location.kind === 'optimised-out') return `<optimised out: ${location.reason}>`;
  const type = bare(value.type);
  if (type.kind === 'void') return 'void';
  if (type.kind === 'function') {
    if (location.kind !== 'memory') return '<function>';
    return `${hex(BigInt(location.address >>> 0), 4)} <${context.symbolAt(location.address) ?? '?'}>`;
  }
  if (type.kind === 'struct' || type.kind === 'union') return formatMembers(value, context, depth);
  if (type.kind === 'array') return formatArray(value, context, depth);
  const bytes = bytesOf(value, context);
  if (!bytes) {
    const where = location.kind === 'memory' ? ` at ${hex(BigInt(location.address >>> 0), 4)}` : '';
    return `<cannot be read${where}>`;
  }
  switch (type.kind) {
    case 'base':
      return formatBase(bytes, type, context.hexadecimal);
    case 'pointer':
      return formatPointer(Number(integerOf(bytes, type)), type.target, context);
    case 'enum': {
      const number = integerOf(bytes, type);
      const name = type.enumerators.find(
        (e) => BigInt.asUintN(bytes.length * 8, e.value) === BigInt.asUintN(bytes.length * 8, number),
      );
      return name ? `${name.name} (${number})` : String(number);
    }
    default:
      return `<${nameOfType(type)}>`;
  }
}

function formatMembers(value: TypedValue, context: FormatContext, depth: number): string {
  if (depth >= MAX_DEPTH) return '{…}';
  const children = childrenOf(value, context);
  const shown = children
    .slice(0, MAX_MEMBERS)
    .map(({ name, value: child }) => `${name}=${formatValue(child, context, depth + 1)}`);
  return `{${shown.join(', ')}${children.length > MAX_MEMBERS ? ', …' : ''}}`;
}

function formatArray(value: TypedValue, context: FormatContext, depth: number): string {
  const array = arrayOf(value.type)!;
  if (isCharacter(array.element) && array.length > 0) {
    // Only what is shown is read: an array may be as large as memory.
    const length = Math.min(array.length, MAX_STRING + 1);
    const shown: CType = { kind: 'array', element: array.element, dimensions: [length] };
    const bytes = bytesOf(partOf(value, 0, shown, context), context);
    if (bytes) return length === array.length ? quoted(bytes).replace(/…$/, '') : quoted(bytes);
  }
  if (depth >= MAX_DEPTH) return `[${array.length}]`;
  const shown = childrenOf(value, context, 0, MAX_MEMBERS).map(({ value: child }) =>
    formatValue(child, context, depth + 1),
  );
  return `[${array.length}] {${shown.join(', ')}${array.length > MAX_MEMBERS ? ', …' : ''}}`;
}

/** A part of a value that lies `offset` bytes into it. */
function partOf(value: TypedValue, offset: number, type: CType, context: ValueContext): TypedValue {
  const { location } = value;
  if (location.kind === 'memory')
    return { type, location: { kind: 'memory', address: (location.address + offset) >>> 0 } };
  if (location.kind === 'optimised-out') return { type, location };
  const bytes = bytesOf(value, context);
  const size = sizeOf(type);
  if (!bytes || offset + size > bytes.length) {
    return { type, location: { kind: 'optimised-out', reason: 'this part was not kept' } };
  }
  return { type, location: { kind: 'value', bytes: bytes.slice(offset, offset + size) } };
}

/** A member of a structure; bit fields come as values. */
export function memberOf(value: TypedValue, member: Member, context: ValueContext): TypedValue {
  if (member.bitSize === undefined || member.bitOffset === undefined)
    return partOf(value, member.offset, member.type, context);
  const first = Math.floor(member.bitOffset / 8);
  const length = Math.ceil((member.bitOffset + member.bitSize) / 8) - first;
  const storage: CType = { kind: 'base', name: '', size: length, encoding: 'unsigned' };
  const bytes = bytesOf(partOf(value, first, storage, context), context);
  if (!bytes)
    return { type: member.type, location: { kind: 'optimised-out', reason: 'the structure cannot be read' } };
  const all = integerOf(bytes, storage);
  const raw = BigInt.asUintN(member.bitSize, all >> BigInt(member.bitOffset - first * 8));
  const size = sizeOf(member.type) || 4;
  let rest = BigInt.asUintN(size * 8, isSigned(member.type) ? BigInt.asIntN(member.bitSize, raw) : raw);
  const out = new Uint8Array(size);
  for (let n = 0; n < size; n++, rest >>= 8n) out[n] = Number(rest & 0xffn);
  return { type: member.type, location: { kind: 'value', bytes: out } };
}

/** How many children a value has, without making them. */
export function childCount(type: CType): number {
  const plain = bare(type);
  if (plain.kind === 'struct' || plain.kind === 'union') return plain.members.length;
  if (plain.kind === 'pointer') {
    const target = bare(plain.target);
    return target.kind === 'void' || target.kind === 'function' ? 0 : 1;
  }
  return arrayOf(plain)?.length ?? 0;
}

/** The parts of a value: members, elements, or what a pointer points to. */
export function childrenOf(value: TypedValue, context: ValueContext, start = 0, count = Infinity): Child[] {
  const type = bare(value.type);
  if (type.kind === 'struct' || type.kind === 'union') {
    return type.members.map((member) => ({
      name: member.name ?? '<anonymous>',
      value: memberOf(value, member, context),
    }));
  }
  const array = arrayOf(type);
  if (array) {
    const end = Math.min(array.length, start + count);
    const size = sizeOf(array.element);
    return Array.from({ length: Math.max(0, end - start) }, (_, n) => ({
      name: `[${start + n}]`,
      value: partOf(value, (start + n) * size, array.element, context),
    }));
  }
  if (type.kind === 'pointer' && childCount(type) > 0) {
    const bytes = bytesOf(value, context);
    if (!bytes) return [];
    const pointed: TypedValue = {
      type: type.target,
      location: { kind: 'memory', address: Number(integerOf(bytes, type)) >>> 0 },
    };
    const target = bare(type.target);
    // A pointer to a structure unfolds straight into its members.
    if (target.kind === 'struct' || target.kind === 'union') return childrenOf(pointed, context);
    return [{ name: '*', value: pointed }];
  }
  return [];
}

export const nameOfType = (type: CType): string => typeName(type);
