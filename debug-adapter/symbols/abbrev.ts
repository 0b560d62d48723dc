/**
 * Abbreviation tables, each declaration compiled to a *skip program*: a short list of numbers that carries a
 * cursor over one DIE without looking at its attributes. Owns no unit. Source: DWARF 5 §7.5.3.
 *
 * A skip program is a sequence of: n >= 0, skip n bytes; or one of the negative `SKIP` codes.
 */
import { DW_AT, DW_FORM } from './constants.ts';
import { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { HASH_PRIME, HASH_START } from './search.ts';
import { say } from '../../core/sentences/say.ts';

export const SKIP = {
  leb: -1,
  string: -2,
  block1: -3,
  block2: -4,
  block4: -5,
  block: -6,
  indirect: -7,
  /** A 4-byte DW_AT_sibling: kept in `Skipper.sibling`. */
  sibling: -8,
} as const;

/** What the walkers ask of a DIE before they look at it. */
export const HAS = {
  name: 1,
  lowPc: 2,
  ranges: 4,
  declaration: 8,
  origin: 16,
  inline: 32,
  /** A location list: the compiler tracked locations through optimised code. */
  locationList: 64,
} as const;

/** One declaration. The same one stands in the tables of many units; they share the object. */
export interface Abbreviation {
  tag: number;
  hasChildren: boolean;
  /** DW_AT and DW_FORM numbers, in order. */
  names: Uint16Array;
  forms: Uint16Array;
  /** Values of DW_FORM_implicit_const, at the attribute's index. */
  implicit: readonly (bigint | undefined)[];
  skip: Int32Array;
  /** Bits of `HAS`. */
  has: number;
}

/** Forms that are offsets into a section (DWARF 5 §7.4). */
const OFFSET_FORMS: ReadonlySet<number> = new Set([
  ...[DW_FORM.strp, DW_FORM.line_strp, DW_FORM.sec_offset, DW_FORM.ref_addr],
  ...[DW_FORM.strp_sup, DW_FORM.GNU_ref_alt, DW_FORM.GNU_strp_alt],
]);
/** Set in such a form of a unit in the 64-bit format: it has 8 bytes. */
export const WIDE = 0x8000;

/** A form as it is in a unit. @param wide of the 64-bit format */
export const sized = (form: number, wide: boolean): number =>
  wide && OFFSET_FORMS.has(form) ? form | WIDE : form;

/** Bytes of a fixed-size form, or a negative `SKIP` code. Throws for forms unknown to DWARF 5 and GNU. */
export function formSize(form: number): number {
  if ((form & WIDE) !== 0) return 8;
  switch (form) {
    case DW_FORM.flag_present:
    case DW_FORM.implicit_const:
      return 0;
    case DW_FORM.data1:
    case DW_FORM.ref1:
    case DW_FORM.flag:
    case DW_FORM.strx1:
    case DW_FORM.addrx1:
      return 1;
    case DW_FORM.data2:
    case DW_FORM.ref2:
    case DW_FORM.strx2:
    case DW_FORM.addrx2:
      return 2;
    case DW_FORM.strx3:
    case DW_FORM.addrx3:
      return 3;
    case DW_FORM.addr:
    case DW_FORM.data4:
    case DW_FORM.ref4:
    case DW_FORM.strp:
    case DW_FORM.line_strp:
    case DW_FORM.sec_offset:
    case DW_FORM.ref_addr: // the address size in DWARF 2, the offset size later: 4 on i386 either way
    case DW_FORM.strx4:
    case DW_FORM.addrx4:
    case DW_FORM.ref_sup4:
    case DW_FORM.strp_sup:
    case DW_FORM.GNU_ref_alt:
    case DW_FORM.GNU_strp_alt:
      return 4;
    case DW_FORM.data8:
    case DW_FORM.ref8:
    case DW_FORM.ref_sig8:
    case DW_FORM.ref_sup8:
      return 8;
    case DW_FORM.data16:
      return 16;
    case DW_FORM.sdata:
    case DW_FORM.udata:
    case DW_FORM.ref_udata:
    case DW_FORM.strx:
    case DW_FORM.addrx:
    case DW_FORM.loclistx:
    case DW_FORM.rnglistx:
    case DW_FORM.GNU_addr_index:
    case DW_FORM.GNU_str_index:
      return SKIP.leb;
    case DW_FORM.string:
      return SKIP.string;
    case DW_FORM.block1:
      return SKIP.block1;
    case DW_FORM.block2:
      return SKIP.block2;
    case DW_FORM.block4:
      return SKIP.block4;
    case DW_FORM.block:
    case DW_FORM.exprloc:
      return SKIP.block;
    case DW_FORM.indirect:
      return SKIP.indirect;
    default:
      throw new SymbolError(
        'dwarf-form',
        say`An attribute form of DWARF 2 to 5 was expected, form ${hex(form)} was found; the file is damaged or from an unknown compiler.`,
      );
  }
}

/** Carries a cursor over the attributes of one DIE. */
export class Skipper {
  /** Unit-relative DW_AT_sibling of the DIE last skipped, 0 when it has none. */
  sibling = 0;

  run(cursor: Cursor, program: Int32Array): void {
    this.sibling = 0;
    for (const step of program) {
      if (step >= 0) cursor.take(step);
      else if (step === SKIP.sibling) this.sibling = cursor.u32();
      else skipVariable(cursor, step);
    }
  }
}

function skipVariable(cursor: Cursor, step: number): void {
  switch (step) {
    case SKIP.leb:
      cursor.skipLeb();
      break;
    case SKIP.string:
      cursor.skipCString();
      break;
    case SKIP.block1:
      cursor.take(cursor.u8());
      break;
    case SKIP.block2:
      cursor.take(cursor.u16());
      break;
    case SKIP.block4:
      cursor.take(cursor.u32());
      break;
    case SKIP.block:
      cursor.take(cursor.uleb());
      break;
    case SKIP.indirect:
      skipForm(cursor, cursor.uleb());
      break;
  }
}

/** Skips one value of `form`; DW_FORM_indirect chains end because each link takes a byte of the section. */
export function skipForm(cursor: Cursor, form: number): void {
  let actual = form;
  while (actual === DW_FORM.indirect) actual = cursor.uleb();
  const size = formSize(actual);
  if (size >= 0) cursor.take(size);
  else skipVariable(cursor, size);
}

/** The skip program of attributes. */
export function skipProgram(names: ArrayLike<number>, forms: ArrayLike<number>): Int32Array {
  const program: number[] = [];
  for (let i = 0; i < forms.length; i++) {
    const size = names[i] === DW_AT.sibling && forms[i] === DW_FORM.ref4 ? SKIP.sibling : formSize(forms[i]!);
    const last = program.length - 1;
    if (size < 0) program.push(size);
    else if (last >= 0 && program[last]! >= 0) program[last]! += size;
    else if (size > 0) program.push(size);
  }
  return Int32Array.from(program);
}

const HAS_OF = new Map<number, number>([
  [DW_AT.name, HAS.name],
  [DW_AT.low_pc, HAS.lowPc],
  [DW_AT.ranges, HAS.ranges],
  [DW_AT.declaration, HAS.declaration],
  [DW_AT.specification, HAS.origin],
  [DW_AT.abstract_origin, HAS.origin],
  [DW_AT.inline, HAS.inline],
]);

/** How a DW_AT_location says it is a list; before DWARF 4 a list was a plain data4. */
const LIST_FORMS: ReadonlySet<number> = new Set([DW_FORM.sec_offset, DW_FORM.loclistx, DW_FORM.data4]);

/** The declarations of all tables of an image, each compiled once. */
export class AbbreviationPool {
  private readonly known = new Map<number, { bytes: Uint8Array; abbreviation: Abbreviation }[]>();

  /** @param wide they are used by units of the 64-bit format */
  constructor(private readonly wide: boolean) {}

  /** The declaration at `[from, to)` of `.debug_abbrev`, behind its code; `hash` is of its bytes. */
  declaration(section: Uint8Array, from: number, to: number, hash: number): Abbreviation {
    let alike = this.known.get(hash);
    if (!alike) this.known.set(hash, (alike = []));
    for (const { bytes, abbreviation } of alike) {
      if (bytes.length === to - from && isAt(section, from, bytes)) return abbreviation;
    }
    const abbreviation = readDeclaration(new Cursor(section, from, to, '.debug_abbrev'), this.wide);
    alike.push({ bytes: section.subarray(from, to), abbreviation });
    return abbreviation;
  }
}

function isAt(section: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (section[at + i] !== bytes[i]) return false;
  return true;
}

function readDeclaration(cursor: Cursor, wide: boolean): Abbreviation {
  const tag = cursor.uleb();
  const hasChildren = cursor.u8() !== 0;
  const names: number[] = [];
  const forms: number[] = [];
  const implicit: (bigint | undefined)[] = [];
  let has = 0;
  while (!cursor.done) {
    const name = cursor.uleb();
    const form = cursor.uleb();
    if (name === 0 && form === 0) break;
    if (form === DW_FORM.implicit_const) implicit[names.length] = cursor.slebBig();
    has |= HAS_OF.get(name) ?? 0;
    if (name === DW_AT.location && LIST_FORMS.has(form)) has |= HAS.locationList;
    names.push(name);
    forms.push(sized(form, wide));
  }
  return {
    tag,
    hasChildren,
    names: Uint16Array.from(names),
    forms: Uint16Array.from(forms),
    implicit,
    skip: skipProgram(names, forms),
    has,
  };
}

/** The table at an offset of `.debug_abbrev`, read as far as it was asked for. */
export class AbbreviationTable {
  /** By code: compilers count from 1, in order. Those of a table that does not are in `others`. */
  private readonly inOrder: (Abbreviation | undefined)[] = [undefined];
  private others: Map<number, Abbreviation> | undefined;
  private readonly cursor: Cursor;
  private complete = false;
  private has = 0;

  constructor(
    private readonly section: Uint8Array,
    offset: number,
    private readonly pool: AbbreviationPool,
  ) {
    this.cursor = new Cursor(section, offset, section.length, '.debug_abbrev');
  }

  get(code: number): Abbreviation | undefined {
    let found = this.inOrder[code] ?? this.others?.get(code);
    while (!found && !this.complete) {
      this.readNext();
      found = this.inOrder[code] ?? this.others?.get(code);
    }
    return found;
  }

  /** The first declaration of a code wins, as readelf and gdb have it. */
  private enter(code: number, abbreviation: Abbreviation): void {
    if (code === this.inOrder.length) this.inOrder.push(this.others?.get(code) ?? abbreviation);
    else if (code > this.inOrder.length) {
      this.others ??= new Map();
      if (!this.others.has(code)) this.others.set(code, abbreviation);
    }
  }

  /** Some variable or parameter has a location list. */
  get hasLocationLists(): boolean {
    while (!this.complete && (this.has & HAS.locationList) === 0) this.readNext();
    return (this.has & HAS.locationList) !== 0;
  }

  /**
   * Enters the next declaration of the section. In a kernel there are hundreds of thousands, nearly all of them
   * known: so this loop only looks for the end of one, two zeros where an attribute should be.
   */
  private readNext(): void {
    const { cursor, section } = this;
    const code = cursor.uleb();
    if (code === 0) {
      this.complete = true;
      return;
    }
    const from = cursor.pos;
    let at = from;
    let hash = HASH_START;
    // A number goes on while its bytes have bit 7; only whether it is 0, one byte, matters here.
    let expected: 'tag' | 'children' | 'name' | 'form' | 'constant' = 'tag';
    let isFirst = true;
    let nameIsZero = false;
    for (;;) {
      const byte = at < section.length ? section[at]! : 0;
      at++;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
      const isShort = isFirst;
      isFirst = byte < 0x80;
      if (!isFirst) continue;
      if (expected === 'name') {
        nameIsZero = isShort && byte === 0;
        expected = 'form';
      } else if (expected === 'form') {
        if (nameIsZero && isShort && byte === 0) break;
        expected = isShort && byte === DW_FORM.implicit_const ? 'constant' : 'name';
      } else expected = expected === 'tag' ? 'children' : 'name';
    }
    cursor.take(at - from);
    const abbreviation = this.pool.declaration(section, from, at, hash >>> 0);
    this.has |= abbreviation.has;
    this.enter(code, abbreviation);
  }
}
