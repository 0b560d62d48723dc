/**
 * The header of a line number program: directories, files, opcode lengths. Owns the two index conventions
 * (versions 2-4 count from 1, version 5 from 0). Source: DWARF 5 §6.2.4, DWARF 4 §6.2.4.
 */
import { sized, skipForm, WIDE } from './abbrev.ts';
import { DW_FORM } from './constants.ts';
import { cStringBytes, Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { isAbsolutePath, joinPath } from './paths.ts';
import type { DwarfSections } from './sections.ts';
import type { Unit } from './unit.ts';
import { say } from '../../core/sentences/say.ts';

const LNCT = { path: 1, directory_index: 2, MD5: 5 } as const;
const decoder = new TextDecoder();
/** Stands for a name that cannot be read. */
const NONE = -1;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/**
 * The names of a table, by number: where in `source` each NUL-terminated one begins. A kernel's headers name a
 * million files in all, so there are no objects.
 */
export interface LineNames {
  source: Uint8Array;
  at: number[];
}

export interface LineFiles extends LineNames {
  directory: number[];
  /** Where in the line section the MD5 of each file is; empty where none are recorded. */
  md5At: number[];
}

export interface LineHeader {
  /** The section it stands in, and where. */
  section: Uint8Array;
  offset: number;
  version: number;
  /** Where the opcodes are. */
  programAt: number;
  end: number;
  minimumInstructionLength: number;
  maximumOperations: number;
  defaultIsStatement: boolean;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  opcodeLengths: Uint8Array;
  directories: LineNames;
  /** By file *number* of the program: before version 5 number 0 stands for the unit itself. */
  files: LineFiles;
}

/** Reads the header at `offset` of `.debug_line`; `unit` resolves indexed strings. */
export function readLineHeader(sections: DwarfSections, offset: number, unit?: Unit): LineHeader {
  const outer = new Cursor(sections.line, offset, sections.line.length, '.debug_line');
  const { end, wide } = outer.initialLength();
  const cursor = new Cursor(sections.line, outer.pos, end, '.debug_line');
  const version = cursor.u16();
  if (version < 2 || version > 5) {
    throw new SymbolError(
      'dwarf-version',
      say`A line table of version 2 to 5 was expected at ${hex(offset)} of .debug_line, version ${version} was found; rebuild with -gdwarf-5.`,
    );
  }
  if (version >= 5) cursor.take(2); // address_size, segment_selector_size
  const headerLength = cursor.offset(wide);
  const programAt = cursor.pos + headerLength;
  if (programAt > end) cursor.take(headerLength);
  const minimumInstructionLength = cursor.u8();
  const maximumOperations = version >= 4 ? cursor.u8() : 1;
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.s8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  if (lineRange === 0 || opcodeBase === 0 || maximumOperations === 0) {
    throw new SymbolError(
      'dwarf-line',
      say`A line table with non-zero line_range, opcode_base and operation count was expected at ${hex(offset)} of .debug_line, ${lineRange}, ${opcodeBase}, ${maximumOperations} was found; the file is damaged, rebuild it.`,
    );
  }
  const opcodeLengths = cursor.block(opcodeBase - 1);
  const isFive = version >= 5;
  const read = isFive ? readEntries : readNames;
  // Before version 5 number 0 is implied: the compilation directory, and the unit.
  const directories = read(cursor, sections, { unit, wide }, false);
  const files = read(cursor, sections, { unit, wide }, true);
  return {
    section: sections.line,
    offset,
    version,
    programAt,
    end,
    minimumInstructionLength,
    maximumOperations,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    opcodeLengths,
    directories,
    files,
  };
}

type ReadTable = (
  cursor: Cursor,
  sections: DwarfSections,
  /** Whose strings are meant, and the format of the table. */
  source: { readonly unit: Unit | undefined; readonly wide: boolean },
  isFiles: boolean,
) => LineFiles;

/** The tables of versions 2 to 4: names up to an empty one; numbers begin at 1. */
const readNames: ReadTable = (cursor, sections, _source, isFiles) => {
  const table: LineFiles = { source: sections.line, at: [NONE], directory: [0], md5At: [] };
  for (;;) {
    const at = cursor.pos;
    cursor.skipCString();
    if (cursor.pos === at + 1) return table;
    table.at.push(at);
    if (!isFiles) continue;
    table.directory.push(cursor.uleb());
    cursor.skipLeb(); // modification time
    cursor.skipLeb(); // length
  }
};

/** A version 5 entry format and its entries; numbers begin at 0. */
const readEntries: ReadTable = (cursor, sections, { unit, wide }) => {
  const formats: [content: number, form: number][] = [];
  for (let n = cursor.u8(); n > 0; n--) formats.push([cursor.uleb(), sized(cursor.uleb(), wide)]);
  const count = cursor.uleb();
  const pathForm = formats.find(([content]) => content === LNCT.path)?.[1] ?? 0;
  const table: LineFiles = { source: nameSource(sections, pathForm), at: [], directory: [], md5At: [] };
  for (let i = 0; i < count; i++) {
    const start = cursor.pos;
    let directory = 0;
    for (const [content, form] of formats) {
      if (content === LNCT.path) table.at.push(readName(cursor, unit, form));
      else if (content === LNCT.directory_index) directory = readIndex(cursor, form);
      else {
        if (content === LNCT.MD5 && form === DW_FORM.data16) table.md5At.push(cursor.pos);
        skipForm(cursor, form);
      }
    }
    // Entries without bytes would let a damaged count run forever.
    if (cursor.pos === start) cursor.take(cursor.end - cursor.pos + 1);
    table.directory.push(directory);
  }
  return table;
};

/** The section that names of a form stand in. */
function nameSource(sections: DwarfSections, form: number): Uint8Array {
  if (form === DW_FORM.string) return sections.line;
  return (form & ~WIDE) === DW_FORM.line_strp ? sections.lineStr : sections.str;
}

function readName(cursor: Cursor, unit: Unit | undefined, form: number): number {
  if (form === DW_FORM.string) {
    const at = cursor.pos;
    cursor.skipCString();
    return at;
  }
  const plain = form & ~WIDE;
  if (plain === DW_FORM.line_strp || plain === DW_FORM.strp) return cursor.offset(plain !== form);
  const at = unit?.stringOffset(cursor, form);
  if (at === undefined) skipForm(cursor, form);
  return at ?? NONE;
}

function readIndex(cursor: Cursor, form: number): number {
  if (form === DW_FORM.udata) return cursor.uleb();
  if (form === DW_FORM.data1) return cursor.u8();
  if (form === DW_FORM.data2) return cursor.u16();
  skipForm(cursor, form);
  return 0;
}

function nameOf({ source, at }: LineNames, number: number): string | undefined {
  const start = at[number];
  if (start === undefined || start < 0 || start >= source.length) return undefined;
  return decoder.decode(cStringBytes(source, start, '.debug_line'));
}

/**
 * The normalised path of file number `file`, absolute unless the compiler was told to write other ones, when the table alone says it: from
 * version 5 on, its first directory is that of the compilation.
 */
export function ownPath({ version, directories, files }: LineHeader, file: number): string | undefined {
  const name = nameOf(files, file);
  if (name === undefined) return undefined;
  const number = files.directory[file]!;
  const base = version >= 5 ? (nameOf(directories, 0) ?? '') : '';
  const directory = version >= 5 && number === 0 ? '' : (nameOf(directories, number) ?? '');
  const path = joinPath(base, directory, name);
  return base !== '' || isAbsolutePath(path) ? path : undefined;
}

/**
 * The same of any file; undefined when there is no such file. `unit` gives what the unit of the table says: where it was compiled, and its
 * own name, which file 0 means before version 5.
 */
export function filePath(
  header: LineHeader,
  file: number,
  unit: () => { directory: string; name: string },
): string | undefined {
  const own = ownPath(header, file);
  if (own !== undefined) return own;
  const name = nameOf(header.files, file);
  const { directory, name: unitName } = unit();
  if (name !== undefined)
    return joinPath(directory, nameOf(header.directories, header.files.directory[file]!) ?? '', name);
  return file === 0 && unitName !== '' ? joinPath(directory, unitName) : undefined;
}

/** The MD5 the compiler recorded of file number `file`; undefined where it recorded none. */
export function fileDigest({ section, files }: LineHeader, file: number): Uint8Array | undefined {
  const at = files.md5At[file];
  return at === undefined ? undefined : section.subarray(at, at + 16);
}

/** Does the table share its names with others? Those of its own stand between its numbers. */
export const sharesNames = ({ files, section }: LineHeader): boolean => files.source !== section;

/**
 * What gives the numbers of the files of a table whose last path component is `base`. A kernel's tables name a few thousand files a
 * million times: a name that they share is looked at once.
 */
export function namedFiles(base: Uint8Array): (header: LineHeader) => number[] {
  const known = new Map<number, boolean>();
  let shared: Uint8Array | undefined;
  return (header) => {
    const { source, at } = header.files;
    const isShared = sharesNames(header) && source === (shared ??= source);
    const found: number[] = [];
    for (let file = 0; file < at.length; file++) {
      const start = at[file]!;
      if (start < 0) continue;
      let isNamed = isShared ? known.get(start) : undefined;
      if (isNamed === undefined) {
        isNamed = endsInComponent(source, start, base);
        if (isShared) known.set(start, isNamed);
      }
      if (isNamed) found.push(file);
    }
    return found;
  };
}

/** True when the NUL-terminated path at `start` is `base`, or ends in a separator and `base`. */
function endsInComponent(source: Uint8Array, start: number, base: Uint8Array): boolean {
  let component = start;
  let at = start;
  for (; at < source.length && source[at] !== 0; at++) {
    if (source[at] === SLASH || source[at] === BACKSLASH) component = at + 1;
  }
  if (at - component !== base.length) return false;
  for (let i = 0; i < base.length; i++) if (source[component + i] !== base[i]) return false;
  return true;
}
