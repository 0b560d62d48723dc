/**
 * Call frame information: an index of `.debug_frame` and `.eh_frame` by address, and the register rules in
 * force at a pc. Owns no machine state; `unwindWith` applies the rules to registers the caller gives.
 * Source: DWARF 5 §6.4, LSB Core "Exception Frames" (augmentations, pointer encodings).
 */
import { I386 } from './constants.ts';
import { Cursor } from './cursor.ts';
import { guarded, hex, SymbolError } from './errors.ts';
import { evaluateNumber, type ExpressionScope } from './expression.ts';
import { toNumber, type MemoryReader, type Registers } from './location.ts';
import { Columns, upperBound } from './search.ts';
import type { DwarfSections } from './sections.ts';

/** How one register of the caller is found. */
export type RegisterRule =
  | { kind: 'undefined' }
  | { kind: 'same' }
  | { kind: 'offset'; offset: number }
  | { kind: 'valueOffset'; offset: number }
  | { kind: 'register'; register: number }
  | { kind: 'expression'; bytes: Uint8Array }
  | { kind: 'valueExpression'; bytes: Uint8Array };

export type CfaRule =
  | { kind: 'register'; register: number; offset: number }
  | { kind: 'expression'; bytes: Uint8Array }
  | undefined;

export interface FrameRow {
  cfa: CfaRule;
  /** By DWARF number; absent where nothing was said. */
  rules: ReadonlyMap<number, RegisterRule>;
  returnRegister: number;
  /** An interrupt or signal frame ("S"): its caller's pc is the interrupted instruction, not a return address. */
  signalFrame: boolean;
}

export interface UnwoundFrame {
  cfa: number;
  /** The caller's registers, eip being the return address; undefined where they cannot be recovered. */
  registers: (number | undefined)[];
  signalFrame: boolean;
}

/** Rules for registers above this number cannot matter on i386; a damaged file may name any. */
const REGISTER_LIMIT = 128;

const CFA = {
  nop: 0x00,
  set_loc: 0x01,
  advance_loc1: 0x02,
  advance_loc2: 0x03,
  advance_loc4: 0x04,
  offset_extended: 0x05,
  restore_extended: 0x06,
  undefined: 0x07,
  same_value: 0x08,
  register: 0x09,
  remember_state: 0x0a,
  restore_state: 0x0b,
  def_cfa: 0x0c,
  def_cfa_register: 0x0d,
  def_cfa_offset: 0x0e,
  def_cfa_expression: 0x0f,
  expression: 0x10,
  offset_extended_sf: 0x11,
  def_cfa_sf: 0x12,
  def_cfa_offset_sf: 0x13,
  val_offset: 0x14,
  val_offset_sf: 0x15,
  val_expression: 0x16,
  GNU_window_save: 0x2d,
  GNU_args_size: 0x2e,
  GNU_negative_offset_extended: 0x2f,
} as const;

interface Cie {
  codeAlign: number;
  dataAlign: number;
  returnRegister: number;
  signalFrame: boolean;
  /** DW_EH_PE encoding of FDE addresses; 0 (absolute) in `.debug_frame`. */
  encoding: number;
  hasAugmentationData: boolean;
  instructionsAt: number;
  end: number;
}

interface FrameSection {
  bytes: Uint8Array;
  name: string;
  /** `.eh_frame` counts CIE pointers backwards and encodes its addresses. */
  isEh: boolean;
  address: number;
  cies: Map<number, Cie>;
}

/** The field that tells a CIE from an FDE: .eh_frame has 4 bytes there in both formats (LSB 5.0, 10.6.1). */
const pointerOf = ({ isEh }: FrameSection, cursor: Cursor, wide: boolean): number =>
  cursor.offset(wide && !isEh);

export class CallFrameInfo {
  private readonly parts: readonly FrameSection[];
  private index: { low: Uint32Array; high: Uint32Array; at: Uint32Array; part: Uint32Array } | undefined;

  constructor(
    sections: DwarfSections,
    private readonly report: (error: SymbolError) => void,
    private readonly isCode: (address: number) => boolean,
  ) {
    const part = (bytes: Uint8Array, name: string, isEh: boolean, address: number): FrameSection => ({
      bytes,
      name,
      isEh,
      address,
      cies: new Map(),
    });
    this.parts = [
      part(sections.frame, '.debug_frame', false, 0),
      part(sections.ehFrame, '.eh_frame', true, sections.ehFrameAddress),
    ];
  }

  /** The rules in force at `pc`, or undefined when no FDE covers it. */
  rowAt(pc: number): FrameRow | undefined {
    const { low, high, at, part } = (this.index ??= this.buildIndex());
    const last = upperBound(low, pc) - 1;
    for (let i = last; i >= 0 && i > last - 8; i--) {
      if (pc >= high[i]!) continue;
      return this.rowOf(this.parts[part[i]!]!, at[i]!, pc);
    }
    return undefined;
  }

  private buildIndex(): NonNullable<CallFrameInfo['index']> {
    const columns = new Columns(4);
    this.parts.forEach((part, number) => {
      guarded(
        () => {
          const cursor = new Cursor(part.bytes, 0, part.bytes.length, part.name);
          while (!cursor.done) {
            const at = cursor.pos;
            const { end, wide } = cursor.initialLength();
            if (end === cursor.pos) {
              if (part.isEh) break; // the terminator
              continue;
            }
            const isCie = pointerOf(part, cursor, wide) === (part.isEh ? 0 : 0xffffffff);
            if (!isCie) {
              guarded(
                () => {
                  const fde = this.fde(part, at);
                  if (fde.high > fde.low && (fde.low !== 0 || this.isCode(0))) {
                    columns.push(fde.low, fde.high, at, number);
                  }
                },
                undefined,
                this.report,
              );
            }
            cursor.pos = end;
          }
        },
        undefined,
        this.report,
      );
    });
    const [low, high, at, part] = columns.sorted();
    return { low: low!, high: high!, at: at!, part: part! };
  }

  private fde(part: FrameSection, at: number) {
    const outer = new Cursor(part.bytes, at, part.bytes.length, part.name);
    const { end, wide } = outer.initialLength();
    const cursor = new Cursor(part.bytes, outer.pos, end, part.name);
    const pointerAt = cursor.pos;
    const pointer = pointerOf(part, cursor, wide);
    const cie = this.cie(part, part.isEh ? pointerAt - pointer : pointer);
    const low = encodedPointer(cursor, cie.encoding, part.address);
    const length = encodedPointer(cursor, cie.encoding & 0x0f, 0);
    if (cie.hasAugmentationData) cursor.take(cursor.uleb());
    return { cie, low, high: low + length, cursor };
  }

  private cie(part: FrameSection, at: number): Cie {
    const known = part.cies.get(at);
    if (known) return known;
    const outer = new Cursor(part.bytes, at, part.bytes.length, part.name);
    const { end, wide } = outer.initialLength();
    const cursor = new Cursor(part.bytes, outer.pos, end, part.name);
    const damaged = (found: string): SymbolError =>
      new SymbolError(
        'dwarf-cfi',
        `A common information entry was expected at ${hex(at)} of ${part.name}, ${found} was found; frames there are unwound by frame pointer, rebuild the file.`,
      );
    if (pointerOf(part, cursor, wide) !== (part.isEh ? 0 : 0xffffffff)) throw damaged('something else');
    const version = cursor.u8();
    if (version !== 1 && version !== 3 && version !== 4) throw damaged(`version ${String(version)}`);
    const augmentation = cursor.cString();
    if (version === 4) cursor.take(2); // address and segment selector size
    if (augmentation === 'eh') cursor.take(4);
    const cie: Cie = {
      codeAlign: cursor.uleb(),
      dataAlign: cursor.sleb(),
      returnRegister: version === 1 ? cursor.u8() : cursor.uleb(),
      signalFrame: false,
      encoding: 0,
      hasAugmentationData: augmentation.startsWith('z'),
      instructionsAt: 0,
      end,
    };
    if (cie.hasAugmentationData) {
      const dataEnd = cursor.uleb() + cursor.pos;
      for (const letter of augmentation.slice(1)) {
        if (letter === 'R') cie.encoding = cursor.u8();
        else if (letter === 'L') cursor.u8();
        else if (letter === 'P') encodedPointer(cursor, cursor.u8(), part.address);
        else if (letter === 'S') cie.signalFrame = true;
        else break;
      }
      if (dataEnd > cursor.end) cursor.take(dataEnd - cursor.pos);
      cursor.pos = dataEnd;
    } else if (augmentation === 'S') {
      // What assemblers write into .debug_frame for .cfi_signal_frame.
      cie.signalFrame = true;
    } else if (augmentation !== '' && augmentation !== 'eh') {
      throw damaged(`augmentation "${augmentation}"`);
    }
    cie.instructionsAt = cursor.pos;
    part.cies.set(at, cie);
    return cie;
  }

  private rowOf(part: FrameSection, at: number, pc: number): FrameRow {
    const { cie, low, cursor } = this.fde(part, at);
    const state: State = { cfa: undefined, rules: new Map() };
    execute(new Cursor(part.bytes, cie.instructionsAt, cie.end, part.name), cie, state, state.rules, 0, 0);
    const initial = new Map(state.rules);
    execute(cursor, cie, state, initial, low, pc, part.address);
    return {
      cfa: state.cfa,
      rules: state.rules,
      returnRegister: cie.returnRegister,
      signalFrame: cie.signalFrame,
    };
  }
}

interface State {
  cfa: CfaRule;
  rules: Map<number, RegisterRule>;
}

/** Runs instructions until the location counter passes `pc`. */
function execute(
  cursor: Cursor,
  cie: Cie,
  state: State,
  initial: ReadonlyMap<number, RegisterRule>,
  low: number,
  pc: number,
  sectionAddress = 0,
): void {
  const saved: State[] = [];
  let location = low;
  const set = (register: number, rule: RegisterRule): void => {
    if (register < REGISTER_LIMIT) state.rules.set(register, rule);
  };
  const restore = (register: number): void => {
    const rule = initial.get(register);
    if (rule) state.rules.set(register, rule);
    else state.rules.delete(register);
  };
  const defineCfa = (register: number, offset: number): void => {
    state.cfa = { kind: 'register', register, offset };
  };
  const changeCfa = (register: number | undefined, offset: number | undefined): void => {
    if (state.cfa?.kind !== 'register') {
      throw new SymbolError(
        'dwarf-cfi',
        `A CFA of register and offset was expected to be changed in ${cursor.what}, there is none; the file is damaged, rebuild it.`,
      );
    }
    defineCfa(register ?? state.cfa.register, offset ?? state.cfa.offset);
  };
  while (!cursor.done) {
    const byte = cursor.u8();
    const operand = byte & 0x3f;
    let advance = 0;
    switch (byte >> 6) {
      case 1:
        advance = operand;
        break;
      case 2:
        set(operand, { kind: 'offset', offset: cursor.uleb() * cie.dataAlign });
        break;
      case 3:
        restore(operand);
        break;
      default:
        switch (byte) {
          case CFA.nop:
            break;
          case CFA.set_loc:
            location = encodedPointer(cursor, cie.encoding, sectionAddress);
            if (location > pc) return;
            break;
          case CFA.advance_loc1:
            advance = cursor.u8();
            break;
          case CFA.advance_loc2:
            advance = cursor.u16();
            break;
          case CFA.advance_loc4:
            advance = cursor.u32();
            break;
          case CFA.offset_extended:
            set(cursor.uleb(), { kind: 'offset', offset: cursor.uleb() * cie.dataAlign });
            break;
          case CFA.offset_extended_sf:
            set(cursor.uleb(), { kind: 'offset', offset: cursor.sleb() * cie.dataAlign });
            break;
          case CFA.GNU_negative_offset_extended:
            set(cursor.uleb(), { kind: 'offset', offset: -cursor.uleb() * cie.dataAlign });
            break;
          case CFA.val_offset:
            set(cursor.uleb(), { kind: 'valueOffset', offset: cursor.uleb() * cie.dataAlign });
            break;
          case CFA.val_offset_sf:
            set(cursor.uleb(), { kind: 'valueOffset', offset: cursor.sleb() * cie.dataAlign });
            break;
          case CFA.restore_extended:
            restore(cursor.uleb());
            break;
          case CFA.undefined:
            set(cursor.uleb(), { kind: 'undefined' });
            break;
          case CFA.same_value:
            set(cursor.uleb(), { kind: 'same' });
            break;
          case CFA.register:
            set(cursor.uleb(), { kind: 'register', register: cursor.uleb() });
            break;
          case CFA.remember_state:
            saved.push({ cfa: state.cfa, rules: new Map(state.rules) });
            break;
          case CFA.restore_state: {
            const back = saved.pop();
            if (back) Object.assign(state, back);
            break;
          }
          case CFA.def_cfa:
            defineCfa(cursor.uleb(), cursor.uleb());
            break;
          case CFA.def_cfa_sf:
            defineCfa(cursor.uleb(), cursor.sleb() * cie.dataAlign);
            break;
          case CFA.def_cfa_register:
            changeCfa(cursor.uleb(), undefined);
            break;
          case CFA.def_cfa_offset:
            changeCfa(undefined, cursor.uleb());
            break;
          case CFA.def_cfa_offset_sf:
            changeCfa(undefined, cursor.sleb() * cie.dataAlign);
            break;
          case CFA.def_cfa_expression:
            state.cfa = { kind: 'expression', bytes: cursor.block(cursor.uleb()) };
            break;
          case CFA.expression:
            set(cursor.uleb(), { kind: 'expression', bytes: cursor.block(cursor.uleb()) });
            break;
          case CFA.val_expression:
            set(cursor.uleb(), { kind: 'valueExpression', bytes: cursor.block(cursor.uleb()) });
            break;
          case CFA.GNU_args_size:
            cursor.skipLeb();
            break;
          case CFA.GNU_window_save:
            break;
          default:
            throw new SymbolError(
              'dwarf-cfi',
              `A call frame instruction was expected at ${hex(cursor.pos - 1)} of ${cursor.what}, ${hex(byte)} was found; the file is damaged, rebuild it.`,
            );
        }
    }
    location += advance * cie.codeAlign;
    if (location > pc && advance > 0) return;
  }
}

/** A pointer in a DW_EH_PE encoding, on i386. Indirect pointers cannot be followed without memory: refused. */
function encodedPointer(cursor: Cursor, encoding: number, sectionAddress: number): number {
  if (encoding === 0xff) return 0;
  const at = cursor.pos;
  const relative = (encoding & 0x70) === 0x10 ? sectionAddress + at : 0;
  if ((encoding & 0x80) !== 0 || ((encoding & 0x70) !== 0 && (encoding & 0x70) !== 0x10)) {
    throw new SymbolError(
      'dwarf-cfi',
      `An absolute or pc-relative pointer was expected at ${hex(at)} of ${cursor.what}, encoding ${hex(encoding)} was found; frames there are unwound by frame pointer.`,
    );
  }
  switch (encoding & 0x0f) {
    case 0:
    case 3:
      return (cursor.u32() + relative) >>> 0;
    case 1:
      return (cursor.uleb() + relative) >>> 0;
    case 2:
      return (cursor.u16() + relative) >>> 0;
    case 4:
    case 12:
      return (cursor.unsigned(8) + relative) >>> 0;
    case 9:
      return (cursor.sleb() + relative) >>> 0;
    case 10:
      return (cursor.s16() + relative) >>> 0;
    case 11:
      return (cursor.s32() + relative) >>> 0;
    default:
      throw new SymbolError(
        'dwarf-cfi',
        `A pointer encoding was expected at ${hex(at)} of ${cursor.what}, ${hex(encoding)} was found; frames there are unwound by frame pointer.`,
      );
  }
}

/**
 * The caller's registers by the rules of `row`. Registers nothing is said of keep their value, as the i386
 * psABI has it for saved ones. Undefined when the CFA cannot be computed.
 */
export function unwindWith(
  row: FrameRow,
  registers: Registers,
  readMemory: MemoryReader,
): UnwoundFrame | undefined {
  const scope = (initial: readonly number[]): ExpressionScope => ({
    frame: { registers, pc: registers[I386.eip] ?? 0, cfa: () => undefined, readMemory },
    frameBase: () => undefined,
    addressAt: () => 0,
    baseType: () => undefined,
    initial,
  });
  const cfa = cfaOf(row, registers, scope([]));
  if (cfa === undefined) return undefined;
  const load = (address: number): number | undefined => {
    const bytes = readMemory(address >>> 0, 4);
    return bytes && bytes.length >= 4 ? Number(toNumber(bytes.subarray(0, 4))) : undefined;
  };
  const caller: (number | undefined)[] = [...registers];
  caller[I386.esp] = cfa;
  caller[I386.eip] = undefined;
  for (const [register, rule] of row.rules) {
    const target = register === row.returnRegister ? I386.eip : register;
    switch (rule.kind) {
      case 'undefined':
        caller[target] = undefined;
        break;
      case 'same':
        caller[target] = registers[register];
        break;
      case 'offset':
        caller[target] = load(cfa + rule.offset);
        break;
      case 'valueOffset':
        caller[target] = (cfa + rule.offset) >>> 0;
        break;
      case 'register':
        caller[target] = registers[rule.register];
        break;
      case 'expression': {
        const address = evaluateNumber(rule.bytes, scope([cfa]));
        caller[target] = address === undefined ? undefined : load(address);
        break;
      }
      case 'valueExpression':
        caller[target] = evaluateNumber(rule.bytes, scope([cfa]));
        break;
    }
  }
  return { cfa, registers: caller, signalFrame: row.signalFrame };
}

function cfaOf(row: FrameRow, registers: Registers, scope: ExpressionScope): number | undefined {
  if (!row.cfa) return undefined;
  if (row.cfa.kind === 'expression') return evaluateNumber(row.cfa.bytes, scope);
  const base = registers[row.cfa.register];
  return base === undefined ? undefined : (base + row.cfa.offset) >>> 0;
}
