/**
 * Values as one line of text. Characters show as characters, pointers with the symbol or the string they point to, structures
 * with their first members, enumerations by name or as flags; what cannot be known says why.
 */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { typeName } from '../symbols/type-name.ts';
import type { BareType, CType, EnumType, Member } from '../symbols/types.ts';
import { baseText, floatText } from './base-text.ts';
import { childrenOf, pointed } from './children.ts';
import { decode } from './decoders.ts';
import type { Style } from './format-specifier.ts';
import { EXTENDED_BYTES } from './scalar.ts';
import { type Slice, sliceOf } from './slices.ts';
import { methodText } from './member-pointers.ts';
import { bitRange } from './members.ts';
import {
  character,
  goesOnBehindText,
  hexAddress,
  hexOf,
  quoted,
  isReadableText,
  quotedUtf8,
} from './text.ts';
import {
  arrayOf,
  bare,
  bytesOf,
  integerOf,
  isCharacter,
  isCountedUnknown,
  isUnsignedCharacter,
  isFloat,
  isInteger,
  isReference,
  lostPart,
  partOf,
  sizeOf,
  type TypedValue,
  type ValueContext,
} from './value.ts';
import { isTuple, presentMembers, presentVariant } from './variants.ts';
import { say, type Sentence, tell, type Translate } from '../../core/sentences/say.ts';

export interface FormatContext extends ValueContext {
  /** `symbol+offset` of a code or data address. */
  readonly symbolAt: (address: number, space: Space | undefined) => string | undefined;
  /** `file:line` of a code address. */
  readonly lineAt: (address: number, space: Space | undefined) => string | undefined;
  readonly style: Style | undefined;
  readonly limits: Limits;
  /** English without it. */
  readonly translate?: Translate | undefined;
}

/** How much of a value is written: members or elements of each, structures within structures, characters of a string. */
interface Limits {
  readonly members: number;
  readonly depth: number;
  readonly string: number;
  /** Values altogether: a structure may have thousands of members that are structures. */
  readonly values: number;
}

export const LIMITS = {
  /** One line in a view. */
  line: { members: 4, depth: 2, string: 200, values: 100 },
  /** All of it, as it is copied to a clipboard. */
  whole: { members: 1000, depth: 8, string: 0x1_0000, values: 20_000 },
} as const satisfies Readonly<Record<string, Limits>>;

/** A structure of one member is hardly deeper than that, and Rust wraps everything in some: a level is this many of them. */
const WRAPPER_DEPTH = 1 / 8;

/** What is under way: how many values may still be written. */
interface Writing {
  readonly context: FormatContext;
  left: number;
}

/** One line for a value. */
export function formatValue(value: TypedValue, context: FormatContext): string {
  return textOf(value, { context, left: context.limits.values }, 0);
}

function textOf(value: TypedValue, writing: Writing, depth: number): string {
  const { location } = value;
  const { context } = writing;
  if (--writing.left < 0) return '…';
  if (location.kind === 'optimised-out') return lostText(location.reason, context);
  const type = bare(value.type);
  if (type.kind === 'void') return 'void';
  // The unit of Rust, `()`.
  if (type.kind === 'base' && type.size === 0) return type.name;
  if (type.kind === 'function')
    return location.kind === 'memory'
      ? codeText(location.address, value.space, context)
      : tell(say`<function>`, context.translate);
  // Most of all.
  if (type.kind === 'base' && context.style === undefined) {
    const bytes = bytesOf(value, context);
    if (bytes) return baseText(bytes, type);
  }
  const decoded = decodedText(value, context);
  if (decoded !== undefined) return decoded;
  if (type.kind === 'struct' || type.kind === 'union') return membersText(value, type, writing, depth);
  if (type.kind === 'array') return arrayText(value, writing, depth);
  const referred = isReference(type) ? pointed(value, context) : undefined;
  if (referred) return textOf(referred, writing, depth);
  const bytes = bytesOf(value, context);
  if (bytes) return scalarText(bytes, type, value.space, context);
  const lost = lostPart(location);
  return lost ? lostText(lost, context) : unreadable(value, context);
}

const lostText = (reason: Sentence, { translate }: FormatContext) =>
  tell(say`<optimised out: ${reason}>`, translate);

const unreadable = ({ location }: TypedValue, { translate }: FormatContext) =>
  tell(
    location.kind === 'memory'
      ? say`<cannot be read at ${hexAddress(location.address)}>`
      : say`<cannot be read>`,
    translate,
  );

/** The styles that give words of the processor their meaning. */
function decodedText(value: TypedValue, context: FormatContext): string | undefined {
  if (context.style === undefined || sizeOf(value.type) > 8) return undefined;
  const bytes = bytesOf(value, context);
  const decoded = bytes && decode(context.style, bytes, (address) => context.symbolAt(address, undefined));
  return decoded && tell(decoded, context.translate);
}

function scalarText(
  bytes: Uint8Array,
  type: BareType,
  space: Space | undefined,
  context: FormatContext,
): string {
  const styled = styledText(bytes, type, space, context);
  if (styled !== undefined) return styled;
  switch (type.kind) {
    case 'base':
      return baseText(bytes, type);
    case 'pointer':
      return pointerText(Number(integerOf(bytes, type)), type.target, space, context);
    case 'enum':
      return enumText(integerOf(bytes, type), bytes.length * 8, type);
    case 'unknown':
      if (type.pointee && bytes.length >= 8)
        return methodText(bytes, type.pointee, (at) => codeText(at, space, context));
      return `<${nameOfType(type)}>`;
    default:
      return `<${nameOfType(type)}>`;
  }
}

/** A number as the style wants it; `undefined` when the style has nothing to say about it. */
function styledText(
  bytes: Uint8Array,
  type: BareType,
  space: Space | undefined,
  context: FormatContext,
): string | undefined {
  const { style } = context;
  if (style === undefined) return undefined;
  const bits = bytes.length * 8;
  const raw = BigInt.asUintN(bits, integerOf(bytes, { kind: 'unknown', name: '', size: bytes.length }));
  switch (style) {
    case 'x':
      if (type.kind === 'pointer') return undefined;
      if (isCharacter(type)) return `${hexOf(raw, 1)} '${character(bytes[0])}'`;
      return hexOf(raw, isFloat(type) ? Math.min(bytes.length, EXTENDED_BYTES) : bytes.length);
    case 'd':
      return isFloat(type) ? undefined : String(BigInt.asIntN(bits, raw));
    case 'u':
      return isFloat(type) ? undefined : String(raw);
    case 'o':
      return isFloat(type) ? undefined : raw === 0n ? '0' : `0${raw.toString(8)}`;
    case 'b':
      return isFloat(type) ? undefined : `0b${raw.toString(2).padStart(bits, '0')}`;
    case 'c':
      return isFloat(type) ? undefined : `${integerOf(bytes, type)} '${character(Number(raw & 0xffn))}'`;
    case 'f':
      return isInteger(type) && (bytes.length === 4 || bytes.length === 8)
        ? floatText(bytes, { kind: 'base', name: '', size: bytes.length, encoding: 'float' })
        : undefined;
    case 's': {
      if (type.kind !== 'pointer' || sizeOf(type.target) > 1) return undefined;
      return stringAt(Number(raw), space, context) ?? hexOf(raw, 4);
    }
    case 'p':
      return isFloat(type) ? undefined : `0x${raw.toString(16)}`;
    case 'a': {
      if (isFloat(type)) return undefined;
      const symbol = context.symbolAt(Number(raw & 0xffff_ffffn), space);
      return `${hexOf(raw, Math.max(4, bytes.length))}${symbol === undefined ? '' : ` <${symbol}>`}`;
    }
    default:
      return undefined;
  }
}

/** The string behind a character pointer; `undefined` when nothing of it can be read. */
function stringAt(
  address: number,
  space: Space | undefined,
  { readMemory, limits }: FormatContext,
): string | undefined {
  const bytes = readMemory(address, limits.string + 1, space);
  return bytes?.length ? quoted(bytes, false, limits.string) : undefined;
}

/** Code by its function and line: `0xc0100010 kmain+4 <main.c:31>`. */
function codeText(address: number, space: Space | undefined, { symbolAt, lineAt }: FormatContext): string {
  const symbol = symbolAt(address, space);
  const line = lineAt(address, space);
  return [hexAddress(address), symbol, line && `<${line}>`].filter(Boolean).join(' ');
}

/** A pointer by the address that it holds, as long as no style asks for something else. */
export function pointerText(
  address: number,
  target: CType,
  space: Space | undefined,
  context: FormatContext,
): string {
  const text = hexAddress(address);
  if (address === 0) return `${text} (null)`;
  if (bare(target).kind === 'function') return codeText(address, space, context);
  if (isCharacter(target)) {
    const string = stringAt(address, space, context);
    return `${text} ${string ?? tell(say`<cannot be read>`, context.translate)}`;
  }
  const symbol = context.symbolAt(address >>> 0, space);
  return symbol === undefined ? text : `${text} <${symbol}>`;
}

/** An enumerator by name; several by their names when they are flags: values without a bit in common. */
function enumText(value: bigint, width: number, { enumerators }: EnumType): string {
  const unsigned = (number: bigint) => BigInt.asUintN(width, number);
  const name = enumerators.find((one) => unsigned(one.value) === unsigned(value));
  if (name) return `${name.name} (${value})`;
  const flags = enumerators.filter((one) => one.value !== 0n);
  let seen = 0n;
  const disjoint = flags.every((flag) => {
    const bits = unsigned(flag.value);
    const free = (seen & bits) === 0n;
    seen |= bits;
    return free;
  });
  const set = flags.filter((flag) => (unsigned(value) & unsigned(flag.value)) === unsigned(flag.value));
  if (!disjoint || set.length === 0) return String(value);
  const rest = set.reduce((left, flag) => left & ~unsigned(flag.value), unsigned(value));
  return (
    [...set.map((flag) => flag.name), ...(rest === 0n ? [] : [`0x${rest.toString(16)}`])].join(' | ') +
    ` (${value})`
  );
}

function membersText(
  value: TypedValue,
  type: Extract<CType, { kind: 'struct' | 'union' }>,
  writing: Writing,
  depth: number,
): string {
  const { context } = writing;
  if (type.incomplete) return tell(say`<incomplete ${type.kind}>`, context.translate);
  if (nothingReadable(value, context)) return unreadable(value, context);
  const slice = sliceOf(value, type, context, context.limits.string);
  if (slice) return sliceText(slice, writing, depth);
  const variant = presentVariant(value, type, context);
  if (variant) return variantText(value, variant, writing, depth);
  const isNumbered = isTuple(type);
  const [open, close] = isNumbered || (type.name?.startsWith('(') ?? false) ? '()' : '{}';
  if (depth >= context.limits.depth && type.members.length > 0) return `${open}…${close}`;
  const { members } = context.limits;
  const within = depth + (type.members.length === 1 ? WRAPPER_DEPTH : 1);
  const shown = childrenOf(value, '', context, 0, members).map(({ name, value: child }) => {
    const text = textOf(child, writing, within);
    return isNumbered ? text : `${name}=${text}`;
  });
  const more = presentMembers(value, type, context).length > members ? ', …' : '';
  return `${open}${shown.join(', ')}${more}${close}`;
}

/** An enum of Rust as Rust writes it: `Quiet`, `Key(65)`, `Move{x=1, y=2}`. */
function variantText(value: TypedValue, variant: Member, writing: Writing, depth: number): string {
  const name = variant.name ?? '';
  const type = bare(variant.type);
  if (type.kind !== 'struct' || type.members.length === 0) return name;
  // It is no more than the value itself: as deep as that.
  return name + membersText(partOf(value, type, bitRange(variant).offset), type, writing, depth);
}

/** As the array that it stands for. */
function sliceText({ elements, length, isText, mayBeText }: Slice, writing: Writing, depth: number): string {
  const { context } = writing;
  const isMaybeText = mayBeText && context.style === undefined;
  if (length === 0) return isText || isMaybeText ? '""' : '[0]';
  const bytes = isText || isMaybeText ? bytesOf(elements, context) : undefined;
  const whole = bytes?.length === length;
  if (bytes && (isText || isReadableText(bytes, whole))) return quotedUtf8(bytes, whole);
  return isText ? unreadable(elements, context) : arrayText(elements, writing, depth, length);
}

/** Is there no memory where a value should begin? */
function nothingReadable({ location, space, type }: TypedValue, { readMemory }: FormatContext): boolean {
  return location.kind === 'memory' && sizeOf(type) > 0 && !readMemory(location.address, 1, space)?.length;
}

const LENGTH_UNKNOWN = say`the length of this array is not known here`;

type InMemory = TypedValue & { readonly location: { readonly kind: 'memory' } };

/** Is it an array that nothing says the length of: `int rest[]`, or `int rest[0]`, as GNU C has it? All that is known is where it is. */
function isFlexible(value: TypedValue): value is InMemory {
  const type = bare(value.type);
  return type.kind === 'array' && !type.dimensions[0] && value.location.kind === 'memory';
}

/** @param length of all of it, when the value is only its beginning */
function arrayText(
  value: TypedValue,
  writing: Writing,
  depth: number,
  length = arrayOf(value.type)!.length,
): string {
  const { context } = writing;
  const { element } = arrayOf(value.type)!;
  if (isCountedUnknown(value.type)) return lostText(LENGTH_UNKNOWN, context);
  if (length === 0 && isFlexible(value))
    return pointerText(value.location.address, element, value.space, context);
  if (nothingReadable(value, context)) return unreadable(value, context);
  const asText =
    context.style === 's' ? sizeOf(element) === 1 : context.style === undefined && isCharacter(element);
  if (asText && length > 0) {
    // Only what is shown is read: an array may be as large as memory.
    const shown = Math.min(length, context.limits.string + 1);
    const type: CType = { kind: 'array', element, dimensions: [shown] };
    const bytes = bytesOf(partOf(value, type, 0), context);
    const isBinary = context.style === undefined && isUnsignedCharacter(element) && goesOnBehindText(bytes);
    if (bytes && !isBinary) return quoted(bytes, shown === length, context.limits.string);
  }
  if (depth >= context.limits.depth) return `[${length}]`;
  const shown = childrenOf(value, '', context, 0, context.limits.members).map(({ value: child }) =>
    textOf(child, writing, depth + 1),
  );
  return `[${length}] {${shown.join(', ')}${length > context.limits.members ? ', …' : ''}}`;
}

export const nameOfType = (type: CType): string => typeName(type);
