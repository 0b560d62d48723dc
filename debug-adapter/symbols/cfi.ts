/**
 * Call frame information: an index of `.debug_frame` and `.eh_frame` by address, and the register rules in
 * force at a pc. Source: DWARF 5 §6.4, LSB Core "Exception Frames" (augmentations).
 */
import { encodedPointer, execute, type ProgramHeader, type State } from './cfi-program.ts';
import { type CfaRule, type FrameRow, plainRow } from './cfi-rules.ts';
import { Cursor } from './cursor.ts';
import { guarded, hex, SymbolError } from './errors.ts';
import { type AddressRange, Columns, upperBound } from './search.ts';
import type { DwarfSections } from './sections.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** EDI. */
const LAST_GENERAL = 7;
/** Numbers in a row of `cfaRows`, and most rows of a function. */
const ROW = 4;
const MOST_ROWS = 1024;

interface Cie extends ProgramHeader {
  returnRegister: number;
  signalFrame: boolean;
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
    const found = this.entryAt(pc);
    return found && this.rowOf(found.part, found.at, pc);
  }

  private entryAt(pc: number): { part: FrameSection; at: number; high: number } | undefined {
    const { low, high, at, part } = (this.index ??= this.buildIndex());
    const last = upperBound(low, pc) - 1;
    for (let i = last; i >= 0 && i > last - 8; i--)
      if (pc < high[i]!) return { part: this.parts[part[i]!]!, at: at[i]!, high: high[i]! };
    return undefined;
  }

  /**
   * How the CFA of a function's frame is found all over its code, in rows of four: first address, one past the last, register, offset.
   * Undefined where that is not known everywhere, or not that simple.
   */
  cfaRows(ranges: readonly AddressRange[]): number[] | undefined {
    const rows: number[] = [];
    let simple = true;
    for (const { low, high } of ranges) {
      for (let pc = low; pc < high && simple;) {
        const entry = this.entryAt(pc);
        if (!entry) return undefined;
        const end = Math.min(entry.high, high);
        const from = pc;
        this.rowOf(entry.part, entry.at, entry.high, (begin, behind, cfa) => {
          if (behind > from && begin < end)
            simple &&= addRow(rows, Math.max(begin, from), Math.min(behind, end), cfa);
        });
        pc = end;
      }
    }
    return simple ? rows : undefined;
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
    const damaged = (found: Sentence): SymbolError =>
      new SymbolError(
        'dwarf-cfi',
        say`A common information entry was expected at ${hex(at)} of ${part.name}, ${found} was found; frames there are unwound by frame pointer, rebuild the file.`,
      );
    if (pointerOf(part, cursor, wide) !== (part.isEh ? 0 : 0xffffffff)) throw damaged(say`something else`);
    const version = cursor.u8();
    if (version !== 1 && version !== 3 && version !== 4) throw damaged(say`version ${String(version)}`);
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
      throw damaged(say`augmentation "${augmentation}"`);
    }
    cie.instructionsAt = cursor.pos;
    part.cies.set(at, cie);
    return cie;
  }

  /** @param onRow is told of each of the rows up to `pc`, that one too */
  private rowOf(
    part: FrameSection,
    at: number,
    pc: number,
    onRow?: (from: number, to: number, cfa: CfaRule) => void,
  ): FrameRow {
    const { cie, low, high, cursor } = this.fde(part, at);
    const state: State = { cfa: undefined, rules: new Map() };
    execute(new Cursor(part.bytes, cie.instructionsAt, cie.end, part.name), cie, state, state.rules, 0, 0);
    const initial = new Map(state.rules);
    let told = low;
    execute(cursor, cie, state, initial, low, pc, part.address, (from, to) => {
      onRow?.(from, to, state.cfa);
      told = to;
    });
    if (told < high) onRow?.(told, high, state.cfa);
    const { cfa, rules } = state;
    const { returnRegister, signalFrame } = cie;
    const row = { cfa, rules, returnRegister, signalFrame };
    return { ...row, plain: plainRow(row) };
  }
}

/** Adds a row of `cfaRows`, or makes the last one longer. @returns false for a CFA that is not that simple */
function addRow(rows: number[], from: number, to: number, cfa: CfaRule): boolean {
  if (cfa?.kind !== 'register' || cfa.register > LAST_GENERAL || rows.length >= MOST_ROWS * ROW) return false;
  const { register, offset } = cfa;
  const last = rows.length - ROW;
  if (rows[last + 1] === from && rows[last + 2] === register && rows[last + 3] === offset)
    rows[last + 1] = to;
  else rows.push(from, to, register, offset);
  return true;
}
