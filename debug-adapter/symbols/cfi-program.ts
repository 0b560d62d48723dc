/**
 * Call frame instructions: what a CIE and an FDE say of a pc, run up to there. Source: DWARF 5 §6.4.2, LSB Core "Exception Frames"
 * (pointer encodings).
 */
import type { CfaRule, RegisterRule } from './cfi-rules.ts';
import type { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

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

/** What instructions need of their CIE. */
export interface ProgramHeader {
  codeAlign: number;
  dataAlign: number;
  /** DW_EH_PE encoding of FDE addresses; 0 (absolute) in `.debug_frame`. */
  encoding: number;
}

export interface State {
  cfa: CfaRule;
  rules: Map<number, RegisterRule>;
}

/**
 * Runs instructions until the location counter passes `pc`.
 * @param onRow is told of each row of rules that the counter leaves behind: what it covers, up to where others begin
 */
export function execute(
  cursor: Cursor,
  cie: ProgramHeader,
  state: State,
  initial: ReadonlyMap<number, RegisterRule>,
  low: number,
  pc: number,
  sectionAddress = 0,
  onRow?: (from: number, to: number) => void,
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
        say`A CFA of register and offset was expected to be changed in ${cursor.what}, there is none; the file is damaged, rebuild it.`,
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
            advance = (encodedPointer(cursor, cie.encoding, sectionAddress) - location) / cie.codeAlign;
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
              say`A call frame instruction was expected at ${hex(cursor.pos - 1)} of ${cursor.what}, ${hex(byte)} was found; the file is damaged, rebuild it.`,
            );
        }
    }
    if (advance === 0) continue;
    const next = location + advance * cie.codeAlign;
    onRow?.(location, next);
    location = next;
    if (location > pc) return;
  }
}

/** A pointer in a DW_EH_PE encoding, on i386. Indirect pointers cannot be followed without memory: refused. */
export function encodedPointer(cursor: Cursor, encoding: number, sectionAddress: number): number {
  if (encoding === 0xff) return 0;
  const at = cursor.pos;
  const relative = (encoding & 0x70) === 0x10 ? sectionAddress + at : 0;
  if ((encoding & 0x80) !== 0 || ((encoding & 0x70) !== 0 && (encoding & 0x70) !== 0x10)) {
    throw new SymbolError(
      'dwarf-cfi',
      say`An absolute or pc-relative pointer was expected at ${hex(at)} of ${cursor.what}, encoding ${hex(encoding)} was found; frames there are unwound by frame pointer.`,
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
        say`A pointer encoding was expected at ${hex(at)} of ${cursor.what}, ${hex(encoding)} was found; frames there are unwound by frame pointer.`,
      );
  }
}
