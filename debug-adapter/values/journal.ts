/**
 * What an expression would write. Nothing is written while it is evaluated: the writes are kept in order, later parts of the
 * expression see them, and whoever evaluates carries them out when all of it has gone well.
 */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { fail } from './fail.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';
import { GENERAL } from '../registers.ts';
import {
  type Homes,
  littleEndian,
  type Location,
  readLocation,
  type Registers,
  toNumber,
} from '../symbols/location.ts';
import { wideRegister, type WideRegisters } from '../symbols/wide-registers.ts';
import type { Environment } from './evaluate.ts';
import { hexAddress } from './text.ts';
import {
  isInX87,
  type RegisterPart,
  sizeOf,
  type SpaceReader,
  type TypedValue,
  type ValueContext,
} from './value.ts';
import { widened, X87_BYTES } from './x87-format.ts';

export type Write =
  | {
      readonly kind: 'memory';
      /** Absent: that of the frame. */
      readonly space: Space | undefined;
      readonly address: number;
      readonly bytes: Uint8Array;
      /** A register of a frame is saved there. */
      readonly isRegister?: boolean;
    }
  | { readonly kind: 'register'; readonly name: string; readonly value: number | Uint8Array };

/** Registers that belong to no frame and can be written by name; the machine checks what is written. */
const WRITABLE =
  /^(?:cr[0234]|[c-gs]s|ldtr|tr|(?:st|x?mm)[0-7]|fctrl|fstat|fop|fiseg|fioff|foseg|fooff|mxcsr|msr\[0x[0-9a-f]+\])$/;

/** What of the registers of a frame can be written. */
export interface WritableRegisters {
  /** Where the general ones are. */
  readonly homes: Homes;
  /** Why one of them that is nowhere cannot be written. */
  readonly lost: Sentence;
  /** Why those that belong to no frame cannot be written, if they cannot. */
  readonly fixed: Sentence | undefined;
  /** The same for variables: those that are shown in a register over a call are in the processor's, which the call leaves alone. */
  readonly ofVariables: { readonly homes: Homes; readonly fixed: Sentence | undefined };
}

/** Of a register, or of the one that it is a part of. */
const isInMemory = (location: Location): boolean =>
  location.kind === 'pieces'
    ? location.pieces.every((piece) => isInMemory(piece.location))
    : location.kind === 'memory';

/** What a location belongs to: memory of which space, and whether a register is saved there. */
interface Where {
  readonly space: Space | undefined;
  readonly isRegister: boolean;
}

const sameSpace = (a: Space | undefined, b: Space | undefined) => JSON.stringify(a) === JSON.stringify(b);

export class Journal implements ValueContext {
  readonly writes: Write[] = [];
  /** Of the frame, with what was written. */
  readonly registers: Registers;
  private readonly changed: (number | undefined)[];
  /** All bytes of the registers without a number that were written. */
  private readonly named = new Map<string, Uint8Array>();

  constructor(
    private readonly below: Environment,
    private readonly writable: WritableRegisters,
  ) {
    this.changed = [...below.registers];
    this.registers = this.changed;
  }

  readonly readMemory: SpaceReader = (address, length, space) => {
    const found = this.below.readMemory(address, length, space);
    if (!found || this.writes.length === 0) return found;
    const bytes = found.slice();
    for (const write of this.writes) {
      if (write.kind !== 'memory' || !sameSpace(write.space, space)) continue;
      write.bytes.forEach((byte, n) => {
        const at = (write.address + n - address) >>> 0;
        if (at < bytes.length) bytes[at] = byte;
      });
    }
    return bytes;
  };

  /** The same of those of floating point and vectors. */
  readonly wide: WideRegisters = (number) =>
    this.named.get(wideRegister(number) ?? '') ?? this.below.wide?.(number);

  /** What an evaluation sees, and where it writes. */
  environment(): Environment {
    const { below, readMemory, registers, wide, write } = this;
    const valueOf = (name: string, space: Space | undefined) =>
      space === undefined ? this.named.get(name) : undefined;
    return {
      ...{ ...below, readMemory, registers, wide, write },
      register(name, space) {
        const bytes = valueOf(name, space);
        return bytes ? { kind: 'value', bytes } : below.register(name, space);
      },
      msr: (index) => valueOf(`msr[0x${index.toString(16)}]`, undefined) ?? below.msr(index),
    };
  }

  /** The new bytes of a place. @throws AdapterError for a place that cannot be written */
  readonly write = (place: TypedValue, bytes: Uint8Array): void => {
    const { location, register, space, type } = place;
    if (register !== undefined && space !== undefined && !isInMemory(location))
      fail(
        say`$${register.name} of another coroutine is not saved in memory: select a frame of that coroutine.`,
      );
    if ((location.kind === 'value' || location.kind === 'optimised-out') && register !== undefined)
      this.writeNamed(register, bytes);
    else if (location.kind === 'register' && isInX87(place))
      this.putRegister(location.number, toNumber(widened(bytes)), X87_BYTES * 8);
    else this.put(location, { space, isRegister: register !== undefined }, toNumber(bytes), sizeOf(type) * 8);
  };

  private writeNamed({ name, whole, bitOffset }: RegisterPart, bytes: Uint8Array): void {
    if (!WRITABLE.test(name)) fail(say`$${name} cannot be written: it can only be looked at.`);
    if (this.writable.fixed !== undefined) fail(this.writable.fixed);
    this.putNamed(name, whole, bitOffset, bytes);
  }

  private putNamed(name: string, whole: Uint8Array | undefined, bitOffset: number, bytes: Uint8Array): void {
    const all = (this.named.get(name) ?? whole ?? bytes).slice();
    all.set(bytes.subarray(0, all.length), bitOffset / 8);
    this.named.set(name, all);
    const value = name.startsWith('st') ? all.slice(0, X87_BYTES) : all;
    this.writes.push({ kind: 'register', name, value: value.length <= 4 ? Number(toNumber(value)) : value });
  }

  /** The low `bits` of a value to a location. */
  private put(location: Location, where: Where, value: bigint, bits: number): void {
    switch (location.kind) {
      case 'memory':
        this.putMemory(location.address, where, littleEndian(value, Math.ceil(bits / 8)));
        return;
      case 'register':
        this.putRegister(location.number, value, bits, where.isRegister);
        return;
      case 'pieces': {
        let rest = value;
        for (const piece of location.pieces) {
          this.putPiece(piece, where, BigInt.asUintN(piece.bits, rest));
          rest >>= BigInt(piece.bits);
        }
        return;
      }
      case 'optimised-out':
        return fail(say`This value is optimised out: ${location.reason}.`);
      case 'value':
        return fail(say`The compiler has made this a constant: it is nowhere where it could be changed.`);
    }
  }

  /** Some bits of a place: the others stay what they are. */
  private putPiece(
    { bits, bitOffset, location }: Extract<Location, { kind: 'pieces' }>['pieces'][number],
    where: Where,
    value: bigint,
  ): void {
    const size = Math.ceil((bits + bitOffset) / 8);
    const { registers, wide } = this;
    const readMemory = (address: number, length: number) => this.readMemory(address, length, where.space);
    const old = readLocation(location, size, { registers, wide, readMemory });
    if (!old) return fail(say`This value cannot be written: the memory or register around it is not there.`);
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(bitOffset);
    this.put(location, where, (toNumber(old) & ~mask) | (value << BigInt(bitOffset)), size * 8);
  }

  private putMemory(address: number, { space, isRegister }: Where, bytes: Uint8Array): void {
    const there = this.below.readMemory(address, bytes.length, space)?.length ?? 0;
    if (there < bytes.length)
      fail(
        say`Only ${there} of ${bytes.length} bytes at ${hexAddress(address)} are mapped: nothing was written.`,
      );
    this.writes.push({ kind: 'memory', space, address, bytes, ...(isRegister && { isRegister }) });
  }

  /** @param isNamed the expression names the register, not a variable in it */
  private putRegister(number: number, value: bigint, bits: number, isNamed = false): void {
    const wide = wideRegister(number);
    if (wide !== undefined) {
      const whole = this.wide(number);
      const { fixed } = this.writable.ofVariables;
      if (!whole || fixed !== undefined) return fail(say`$${wide}: ${fixed ?? this.writable.lost}`);
      const bytes = littleEndian(value, Math.min(Math.ceil(bits / 8), whole.length));
      this.putNamed(wide, whole, 0, bytes);
      return;
    }
    const name: string | undefined = GENERAL[number];
    if (name === undefined) fail(say`This value is in a register that cannot be written.`);
    const home = (isNamed ? this.writable : this.writable.ofVariables).homes[number];
    if (!home) return fail(say`$${name}: ${this.writable.lost}`);
    const mask = (1n << BigInt(Math.min(bits, 32))) - 1n;
    const old = BigInt((this.changed[number] ?? 0) >>> 0);
    const written = Number((old & ~mask & 0xffff_ffffn) | (value & mask));
    this.changed[number] = written;
    if (home.kind === 'register')
      this.writes.push({ kind: 'register', name: GENERAL[home.number]!, value: written });
    else
      this.putMemory(
        home.address,
        { space: undefined, isRegister: true },
        littleEndian(BigInt(written >>> 0), 4),
      );
  }
}
