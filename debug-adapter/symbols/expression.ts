/**
 * The DWARF stack machine: evaluates location descriptions and value expressions to a `Location`. Typed
 * values (DWARF 5 §2.5.1) are kept as integers modulo their size, or as doubles. What cannot be known is
 * 'optimised-out' with the reason, never an exception; malformed bytes throw `SymbolError`.
 * Source: DWARF 5 §2.5 and §2.6, and the GNU operators gcc emits for DWARF 4.
 */
import { DW_OP } from './constants.ts';
import { Cursor } from './cursor.ts';
import { hex } from './errors.ts';
import { unknownRegister } from './calling-frames.ts';
import { ExpressionStack, malformed, Unknowable } from './expression-stack.ts';
import { convert, GENERIC, type StackType } from './expression-values.ts';
import type { FrameContext, Location, LocationPiece, Pointee } from './location.ts';
import { littleEndian, readNumber, toNumber } from './location.ts';
import { isX87 } from './wide-registers.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** What an expression needs of the unit it stands in. */
export interface ExpressionScope {
  frame: FrameContext | undefined;
  /** DW_AT_frame_base of the function, evaluated. */
  frameBase: () => number | undefined;
  /** Entry of `.debug_addr`. */
  addressAt: (index: number) => number;
  /** The unit is in the 64-bit format. */
  wide?: boolean;
  /** The base type at a unit-relative offset. */
  baseType: (offset: number) => StackType | undefined;
  /** The location expression of a DIE, for DW_OP_call*; the offset is unit-relative or absolute. */
  callee?: (offset: number, absolute: boolean) => Uint8Array | undefined;
  /** What a register or place held when the function was entered, by what its caller recorded of the call. */
  entryValue?: (expression: Uint8Array) => bigint | undefined;
  /** The same of a parameter, by the unit-relative offset of its DIE. */
  parameterValue?: (offset: number) => bigint | undefined;
  /** The value of a variable, by the absolute offset of its DIE. */
  variableValue?: (offset: number) => bigint | undefined;
  /** What an implicit pointer points to, by the absolute offset of its DIE. */
  pointee?: (offset: number, byteOffset: number) => Pointee | undefined;
  /** Pushed before the first operation (CFI pushes the CFA). */
  initial?: readonly number[];
}

const STEP_LIMIT = 20_000;
const CALL_LIMIT = 16;
const PIECE_LIMIT = 2 ** 20;

/** Evaluates `expression` as a location description. */
export function evaluateLocation(expression: Uint8Array, scope: ExpressionScope): Location {
  const evaluation = new Evaluation(scope);
  try {
    return evaluation.run(expression);
  } catch (error) {
    if (error instanceof Unknowable)
      return { kind: 'optimised-out', reason: evaluation.gone ?? error.reason };
    throw error;
  }
}

/** Evaluates `expression` for the number on top of the stack (CFI, frame bases, data member locations). */
export function evaluateNumber(expression: Uint8Array, scope: ExpressionScope): number | undefined {
  const location = evaluateLocation(expression, scope);
  switch (location.kind) {
    case 'memory':
      return location.address;
    case 'register':
      return scope.frame?.registers[location.number];
    case 'value':
      return Number(toNumber(location.bytes) & 0xffffffffn);
    default:
      return undefined;
  }
}

class Evaluation {
  private readonly stack = new ExpressionStack();
  private readonly pieces: LocationPiece[] = [];
  private steps = 0;
  /** A complete location that is not memory, waiting for its piece or the end. */
  private pending: Location | undefined;
  /** Why a number cannot be known that the piece at hand is computed from: other pieces may be known. */
  gone: Sentence | undefined;

  constructor(private readonly scope: ExpressionScope) {
    for (const value of scope.initial ?? []) this.stack.push(value);
  }

  run(expression: Uint8Array): Location {
    if (expression.length === 0) throw new Unknowable(say`the compiler recorded no location here`);
    this.execute(expression, 0);
    if (this.pieces.length > 0) return { kind: 'pieces', pieces: this.pieces };
    if (this.gone) return { kind: 'optimised-out', reason: this.gone };
    if (this.pending) return this.pending;
    return { kind: 'memory', address: this.stack.popNumber() };
  }

  /** An offset in `.debug_info`; of one that counts from the unit the format does not matter. */
  private offset(cursor: Cursor, absolute: boolean): number {
    return cursor.offset(absolute && this.scope.wide === true);
  }

  /** A link address where it is in memory. */
  private moved(address: number): number {
    return (address + (this.scope.frame?.bias ?? 0)) >>> 0;
  }

  /** What the evaluation goes on with in place of a number that cannot be known. */
  private lost(reason: Sentence): number {
    this.gone ??= reason;
    return 0;
  }

  private register(number: number): number {
    const { frame } = this.scope;
    return (frame?.registers[number] ?? this.lost(unknownRegister(number, frame))) >>> 0;
  }

  private known(value: bigint | undefined, otherwise: Sentence, type?: StackType): void {
    this.stack.push(value ?? this.lost(otherwise), type);
  }

  private frameBase(): number {
    return this.scope.frameBase() ?? this.lost(say`the frame base is not known here`);
  }

  private read(address: number, size: number): bigint {
    if (size > 16) throw malformed(say`a read of ${size} bytes`);
    const bytes = this.scope.frame?.readMemory(address >>> 0, size);
    if (!bytes || bytes.length < size)
      return BigInt(this.lost(say`memory at ${hex(address)} cannot be read`));
    return toNumber(bytes.length === size ? bytes : bytes.subarray(0, size));
  }

  private baseType(offset: number): StackType {
    if (offset === 0) return GENERIC;
    const type = this.scope.baseType(offset);
    if (!type || type.size < 1 || type.size > 16) throw malformed(say`a base type at ${hex(offset)}`);
    return type;
  }

  private execute(expression: Uint8Array, calls: number): void {
    const cursor = new Cursor(expression, 0, expression.length, 'a DWARF expression');
    while (!cursor.done) {
      if (++this.steps > STEP_LIMIT) throw malformed(say`one that does not end`);
      const op = cursor.u8();
      if (op === DW_OP.bra && this.gone) throw new Unknowable(this.gone);
      if (op === DW_OP.piece || op === DW_OP.bit_piece) {
        const bits = op === DW_OP.piece ? cursor.uleb() * 8 : cursor.uleb();
        this.piece(bits, op === DW_OP.bit_piece ? cursor.uleb() : 0);
      } else if (op >= DW_OP.call2 && op <= DW_OP.call_ref) {
        if (calls >= CALL_LIMIT) throw malformed(say`one that calls itself`);
        const offset = op === DW_OP.call2 ? cursor.u16() : this.offset(cursor, op === DW_OP.call_ref);
        const callee = this.scope.callee?.(offset, op === DW_OP.call_ref);
        if (callee) this.execute(callee, calls + 1);
      } else if (
        !this.constant(op, cursor) &&
        !this.stack.arithmetic(op, cursor) &&
        !this.place(op, cursor)
      ) {
        this.typed(op, cursor);
      }
    }
  }

  private piece(bits: number, bitOffset: number): void {
    if (bits + bitOffset > PIECE_LIMIT) throw malformed(say`a piece of ${bits} bits`);
    let location = this.pending;
    this.pending = undefined;
    if (!location) {
      location =
        this.stack.size > 0
          ? { kind: 'memory', address: this.stack.popNumber() }
          : { kind: 'optimised-out', reason: say`the compiler dropped this part` };
    }
    if (this.gone) location = { kind: 'optimised-out', reason: this.gone };
    this.gone = undefined;
    this.pieces.push({ bits, bitOffset, location });
  }

  /** Literals, addresses and register-based addresses: §2.5.1.1, §2.5.1.2. */
  private constant(op: number, cursor: Cursor): boolean {
    if (op >= DW_OP.lit0 && op <= DW_OP.lit31) this.stack.push(op - DW_OP.lit0);
    else if (op >= DW_OP.breg0 && op <= DW_OP.breg31) {
      const offset = cursor.sleb();
      this.stack.push(this.register(op - DW_OP.breg0) + offset);
    } else {
      switch (op) {
        case DW_OP.addr:
          this.stack.push(this.moved(cursor.u32()));
          break;
        case DW_OP.const4u:
          this.stack.push(cursor.u32());
          break;
        case DW_OP.addrx:
        case DW_OP.GNU_addr_index:
          this.stack.push(this.moved(this.scope.addressAt(cursor.uleb())));
          break;
        case DW_OP.constx:
        case DW_OP.GNU_const_index:
          this.stack.push(this.scope.addressAt(cursor.uleb()));
          break;
        case DW_OP.const1u:
          this.stack.push(cursor.u8());
          break;
        case DW_OP.const1s:
          this.stack.push(cursor.s8());
          break;
        case DW_OP.const2u:
          this.stack.push(cursor.u16());
          break;
        case DW_OP.const2s:
          this.stack.push(cursor.s16());
          break;
        case DW_OP.const4s:
          this.stack.push(cursor.s32());
          break;
        case DW_OP.const8u:
        case DW_OP.const8s:
          this.stack.push(cursor.u64());
          break;
        case DW_OP.constu:
          this.stack.push(cursor.ulebBig());
          break;
        case DW_OP.consts:
          this.stack.push(cursor.slebBig());
          break;
        case DW_OP.bregx: {
          const number = cursor.uleb();
          const offset = cursor.sleb();
          this.stack.push(this.register(number) + offset);
          break;
        }
        case DW_OP.fbreg: {
          const offset = cursor.sleb();
          this.stack.push(this.frameBase() + offset);
          break;
        }
        case DW_OP.call_frame_cfa: {
          const cfa = this.scope.frame?.cfa();
          this.stack.push(cfa ?? this.lost(say`the frame address (CFA) is not known here`));
          break;
        }
        default:
          return false;
      }
    }
    return true;
  }

  /** Memory, registers and complete locations: §2.5.1.3 (dereferences), §2.6.1.1. */
  private place(op: number, cursor: Cursor): boolean {
    if (op >= DW_OP.reg0 && op <= DW_OP.reg31) {
      this.pending = { kind: 'register', number: op - DW_OP.reg0 };
      return true;
    }
    switch (op) {
      case DW_OP.regx:
        this.pending = { kind: 'register', number: cursor.uleb() };
        return true;
      case DW_OP.deref:
        this.stack.push(this.read(this.stack.popNumber(), 4));
        return true;
      case DW_OP.deref_size: {
        const size = cursor.u8();
        this.stack.push(this.read(this.stack.popNumber(), size));
        return true;
      }
      case DW_OP.implicit_value:
        this.pending = { kind: 'value', bytes: cursor.block(cursor.uleb()) };
        return true;
      case DW_OP.stack_value: {
        const { bits, type } = this.stack.pop();
        this.pending = { kind: 'value', bytes: littleEndian(bits, type.size) };
        return true;
      }
      case DW_OP.implicit_pointer:
      case DW_OP.GNU_implicit_pointer: {
        const offset = this.offset(cursor, true);
        const byteOffset = cursor.sleb();
        this.pending = implicitPointer(this.scope.pointee?.(offset, byteOffset));
        return true;
      }
      case DW_OP.entry_value:
      case DW_OP.GNU_entry_value: {
        const inner = cursor.block(cursor.uleb());
        this.known(
          this.scope.entryValue?.(inner),
          say`only its value at function entry is recorded, and the caller did not keep that`,
        );
        return true;
      }
      case DW_OP.GNU_parameter_ref: {
        const offset = cursor.u32();
        this.known(
          this.scope.parameterValue?.(offset),
          say`it depends on a parameter that the caller did not record`,
        );
        return true;
      }
      case DW_OP.GNU_variable_value: {
        const offset = this.offset(cursor, true);
        this.known(
          this.scope.variableValue?.(offset),
          say`it depends on another value that was optimised out`,
        );
        return true;
      }
      case DW_OP.form_tls_address:
      case DW_OP.GNU_push_tls_address:
        throw new Unknowable(say`it is thread-local, and a kernel has no thread-local storage`);
      case DW_OP.push_object_address:
        throw new Unknowable(say`it depends on the object that holds it`);
      case DW_OP.xderef:
      case DW_OP.xderef_size:
      case DW_OP.xderef_type:
        throw new Unknowable(say`it lies in another address space`);
      default:
        return false;
    }
  }

  /** Typed operators: §2.5.1.6. */
  private typed(op: number, cursor: Cursor): void {
    switch (op) {
      case DW_OP.const_type:
      case DW_OP.GNU_const_type: {
        const type = this.baseType(cursor.uleb());
        this.stack.push(toNumber(cursor.block(cursor.u8())), type);
        break;
      }
      case DW_OP.regval_type:
      case DW_OP.GNU_regval_type: {
        const number = cursor.uleb();
        const type = this.baseType(cursor.uleb());
        const { frame } = this.scope;
        // An x87 register has 80 bits, which no type of a stack has.
        const bytes = frame && !isX87(number) ? readNumber(number, type.size, frame) : undefined;
        this.known(bytes && toNumber(bytes), unknownRegister(number, frame), type);
        break;
      }
      case DW_OP.deref_type:
      case DW_OP.GNU_deref_type: {
        const size = cursor.u8();
        const type = this.baseType(cursor.uleb());
        this.stack.push(this.read(this.stack.popNumber(), size), type);
        break;
      }
      case DW_OP.convert:
      case DW_OP.GNU_convert: {
        const converted = convert(this.stack.pop(), this.baseType(cursor.uleb()));
        if (!converted) throw new Unknowable(say`its expression is not a number`);
        this.stack.push(converted.bits, converted.type);
        break;
      }
      case DW_OP.reinterpret:
      case DW_OP.GNU_reinterpret: {
        const type = this.baseType(cursor.uleb());
        this.stack.push(this.stack.pop().bits, type);
        break;
      }
      default:
        throw malformed(say`operator ${hex(op)}`);
    }
  }
}

function implicitPointer(pointee: Pointee | undefined): Location {
  if (!pointee) return { kind: 'optimised-out', reason: say`it points to a value that was never in memory` };
  const offset = pointee.byteOffset === 0 ? '' : ` + ${String(pointee.byteOffset)}`;
  const reason = say`it points to ${pointee.name}${offset}, which is not in memory`;
  return { kind: 'optimised-out', reason, pointee };
}
