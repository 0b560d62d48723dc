/**
 * Locations of a single operation, as nearly all variables and frames have them: a place in the frame, behind a register, in memory, a
 * register, or such an address that is the value itself. They are read once and need no stack machine (`expression.ts`), which has the
 * last word: on all others, and on what cannot be known. Source: DWARF 5 §2.5.1.1, §2.5.1.2, §2.6.1.1.
 */
import { DW_OP } from './constants.ts';
import { Cursor } from './cursor.ts';
import { guarded } from './errors.ts';
import type { FrameContext, Location } from './location.ts';

type Address =
  | { readonly kind: 'in-frame'; readonly offset: number }
  | { readonly kind: 'behind-register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'frame-address' }
  /** As linked. */
  | { readonly kind: 'linked'; readonly address: number }
  | { readonly kind: 'constant'; readonly value: number };

export type SimpleLocation =
  | { readonly kind: 'register'; readonly number: number }
  | { readonly kind: 'memory' | 'value'; readonly address: Address };

/** Offsets beyond cannot be added exactly. */
const MAX_OFFSET = 2 ** 32;

/** @returns undefined for an expression that is not that simple, or damaged */
export function simpleLocation(expression: Uint8Array): SimpleLocation | undefined {
  const cursor = new Cursor(expression, 0, expression.length, 'a DWARF expression');
  // Who evaluates it says what is wrong with it.
  return guarded(
    () => locationOf(cursor),
    undefined,
    () => undefined,
  );
}

function locationOf(cursor: Cursor): SimpleLocation | undefined {
  const op = cursor.u8();
  if (op >= DW_OP.reg0 && op <= DW_OP.reg31)
    return cursor.done ? { kind: 'register', number: op - DW_OP.reg0 } : undefined;
  const address = addressOf(op, cursor);
  if (!address) return undefined;
  if (cursor.done) return { kind: 'memory', address };
  return cursor.u8() === DW_OP.stack_value && cursor.done ? { kind: 'value', address } : undefined;
}

function addressOf(op: number, cursor: Cursor): Address | undefined {
  if (op === DW_OP.call_frame_cfa) return { kind: 'frame-address' };
  if (op === DW_OP.addr) return { kind: 'linked', address: cursor.u32() };
  if (op >= DW_OP.lit0 && op <= DW_OP.lit31) return { kind: 'constant', value: op - DW_OP.lit0 };
  const isBased = op >= DW_OP.breg0 && op <= DW_OP.breg31;
  if (!isBased && op !== DW_OP.fbreg) return undefined;
  const offset = cursor.sleb();
  if (Math.abs(offset) > MAX_OFFSET) return undefined;
  return isBased
    ? { kind: 'behind-register', register: op - DW_OP.breg0, offset }
    : { kind: 'in-frame', offset };
}

/**
 * Where it is in a frame.
 * @param frameBase of the function, evaluated
 * @returns undefined when a register or the frame's address is not known: the stack machine says why
 */
export function simplePlace(
  simple: SimpleLocation,
  frame: FrameContext | undefined,
  frameBase: () => number | undefined,
): Location | undefined {
  if (simple.kind === 'register') return simple;
  const address = addressIn(simple.address, frame, frameBase);
  if (address === undefined) return undefined;
  return simple.kind === 'memory'
    ? { kind: 'memory', address }
    : { kind: 'value', bytes: wordBytes(address) };
}

function addressIn(
  address: Address,
  frame: FrameContext | undefined,
  frameBase: () => number | undefined,
): number | undefined {
  switch (address.kind) {
    case 'in-frame':
      return added(frameBase(), address.offset);
    case 'behind-register':
      return added(frame?.registers[address.register], address.offset);
    case 'frame-address':
      return added(frame?.cfa(), 0);
    case 'linked':
      return added(address.address, frame?.bias ?? 0);
    case 'constant':
      return address.value;
  }
}

const added = (base: number | undefined, offset: number): number | undefined =>
  base === undefined ? undefined : (base + offset) >>> 0;

const wordBytes = (word: number): Uint8Array =>
  Uint8Array.of(word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24);

/** The address that a location consists of, with nothing to compute; `undefined` for any other. @param addressAt an entry of the unit's part of `.debug_addr` */
export function fixedAddress(bytes: Uint8Array, addressAt: (index: number) => number): number | undefined {
  const isIndex = bytes[0] === DW_OP.addrx || bytes[0] === DW_OP.GNU_addr_index;
  if (!isIndex && bytes[0] !== DW_OP.addr) return undefined;
  const cursor = new Cursor(bytes, 1, bytes.length, 'a DWARF expression');
  const operand = isIndex ? cursor.uleb() : cursor.u32();
  if (!cursor.done) return undefined;
  return isIndex ? addressAt(operand) : operand;
}
