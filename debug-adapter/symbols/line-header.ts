/**
 * The header of a line number program: directories, files, opcode lengths. Owns the two index conventions
 * (versions 2-4 count from 1, version 5 from 0). Source: DWARF 5 §6.2.4, DWARF 4 §6.2.4.
 */
import { skipForm } from './abbrev.ts';
import { DW_FORM } from './constants.ts';
import { cStringBytes, Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { joinPath } from './paths.ts';
import type { DwarfSections } from './sections.ts';
import type { Unit } from './unit.ts';

const LNCT = { path: 1, directory_index: 2, MD5: 5 } as const;
const decoder = new TextDecoder();
const noBytes = new Uint8Array(0);

export interface LineFile {
  /** The name's bytes, a view of the file. */
  name: Uint8Array;
  directory: number;
  md5: Uint8Array | undefined;
}

export interface LineHeader {
  /** Of the header, in `.debug_line`. */
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
  directories: readonly Uint8Array[];
  /** By file *number* of the program: index 0 is unused (undefined) before version 5. */
  files: (LineFile | undefined)[];
  compilationDirectory: string;
  /** Of the unit: file number 0 of a version 4 program means it. */
  unitName: string;
}

/** Reads the header at `offset` of `.debug_line`; `unit` resolves indexed strings. */
export function readLineHeader(
  sections: DwarfSections,
  offset: number,
  compilationDirectory: string,
  unitName: string,
  unit?: Unit,
): LineHeader {
  const outer = new Cursor(sections.line, offset, sections.line.length, '.debug_line');
  const end = outer.initialLength();
  const cursor = new Cursor(sections.line, outer.pos, end, '.debug_line');
  const version = cursor.u16();
  if (version < 2 || version > 5) {
    throw new SymbolError(
      'dwarf-version',
      `A line table of version 2 to 5 was expected at ${hex(offset)} of .debug_line, version ${String(version)} was found; rebuild with -gdwarf-5.`,
    );
  }
  if (version >= 5) cursor.take(2); // address_size, segment_selector_size
  const headerLength = cursor.u32();
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
      `A line table with non-zero line_range, opcode_base and operation count was expected at ${hex(offset)} of .debug_line, ${String(lineRange)}, ${String(opcodeBase)}, ${String(maximumOperations)} was found; the file is damaged, rebuild it.`,
    );
  }
  const opcodeLengths = cursor.block(opcodeBase - 1);
  const directories: Uint8Array[] = [];
  const files: (LineFile | undefined)[] = [];
  if (version >= 5) {
    readEntries(cursor, sections, unit, (entry) => directories.push(entry.name));
    readEntries(cursor, sections, unit, (entry) => files.push(entry));
  } else {
    directories.push(new TextEncoder().encode(compilationDirectory));
    for (let name = cursor.cStringBytes(); name.length > 0; name = cursor.cStringBytes()) {
      directories.push(name);
    }
    files.push(undefined);
    for (let name = cursor.cStringBytes(); name.length > 0; name = cursor.cStringBytes()) {
      files.push({ name, directory: cursor.uleb(), md5: undefined });
      cursor.skipLeb(); // modification time
      cursor.skipLeb(); // length
    }
  }
  return {
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
    compilationDirectory,
    unitName,
  };
}

/** Reads a version 5 entry format and its entries. */
function readEntries(
  cursor: Cursor,
  sections: DwarfSections,
  unit: Unit | undefined,
  add: (entry: LineFile) => void,
): void {
  const formats: [content: number, form: number][] = [];
  for (let n = cursor.u8(); n > 0; n--) formats.push([cursor.uleb(), cursor.uleb()]);
  const count = cursor.uleb();
  for (let i = 0; i < count; i++) {
    const entry: LineFile = { name: noBytes, directory: 0, md5: undefined };
    const start = cursor.pos;
    for (const [content, form] of formats) {
      if (content === LNCT.path) entry.name = readPath(cursor, sections, unit, form);
      else if (content === LNCT.directory_index) entry.directory = readIndex(cursor, form);
      else if (content === LNCT.MD5 && form === DW_FORM.data16) entry.md5 = cursor.block(16);
      else skipForm(cursor, form);
    }
    // Entries without bytes would let a damaged count run forever.
    if (cursor.pos === start) cursor.take(cursor.end - cursor.pos + 1);
    add(entry);
  }
}

function readPath(cursor: Cursor, sections: DwarfSections, unit: Unit | undefined, form: number): Uint8Array {
  if (form === DW_FORM.string) return cursor.cStringBytes();
  if (form === DW_FORM.line_strp) return cStringBytes(sections.lineStr, cursor.u32(), '.debug_line_str');
  if (form === DW_FORM.strp) return cStringBytes(sections.str, cursor.u32(), '.debug_str');
  const value = unit?.read(cursor, form);
  if (!unit) skipForm(cursor, form);
  return value?.kind === 'string' ? value.bytes : noBytes;
}

function readIndex(cursor: Cursor, form: number): number {
  if (form === DW_FORM.udata) return cursor.uleb();
  if (form === DW_FORM.data1) return cursor.u8();
  if (form === DW_FORM.data2) return cursor.u16();
  skipForm(cursor, form);
  return 0;
}

/** The absolute, normalised path of file number `file`; undefined when there is no such file. */
export function filePath(header: LineHeader, file: number): string | undefined {
  const entry = header.files[file];
  if (!entry) {
    if (file !== 0 || header.unitName === '') return undefined;
    return joinPath(header.compilationDirectory, header.unitName);
  }
  const directory = header.directories[entry.directory];
  return joinPath(
    header.compilationDirectory,
    directory ? decoder.decode(directory) : '',
    decoder.decode(entry.name),
  );
}
