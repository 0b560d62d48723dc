/** All rows of all line tables of a file as text, by us and by readelf: they must be the same. */
import { existsSync, readFileSync } from 'node:fs';
import { DebugInfo } from '../debug-info.ts';
import { parseElf } from '../elf.ts';
import type { SymbolError } from '../errors.ts';
import { ROW } from '../line-program.ts';
import { LineTables } from '../line-tables.ts';
import { dwarfSections, unitSections } from '../sections.ts';
import { run } from './fixtures.ts';

function fail(error: SymbolError): void {
  throw error;
}

/** The units of a program; of a stripped one, of its debug file. */
function debugInfoOf(path: string): DebugInfo {
  const file = existsSync(`${path}.debug`) ? `${path}.debug` : path;
  const plain = `${file}.plain`;
  run('objcopy', ['--decompress-debug-sections', file, plain]);
  const elfs = [parseElf(new Uint8Array(readFileSync(plain)))];
  return new DebugInfo(dwarfSections(elfs, fail), unitSections(elfs, fail), fail);
}

export function theirRows(path: string): string[] {
  const text = run('readelf', ['--debug-dump=decodedline', path]);
  const rows: string[] = [];
  for (const m of text.matchAll(/^\S+ +(\d+|-) +(0x[0-9a-f]+|0)(?: +\d+)?( +x)?(?: +END)? *$/gm))
    rows.push(m[1] === '-' ? `${m[2]!} end` : `${m[2]!} ${m[1]!}${m[3] ? ' statement' : ''}`);
  return rows;
}

export function ourRows(path: string): string[] {
  const found: string[] = [];
  const tables = new LineTables(debugInfoOf(path), () => true, fail);
  for (const header of tables.all) {
    const rows = tables.rowsOf(header)!;
    for (let row = 0; row < rows.count; row++) {
      const flags = rows.flags[row]!;
      const address = `0x${rows.address[row]!.toString(16)}`;
      if ((flags & ROW.endSequence) !== 0) found.push(`${address} end`);
      else found.push(`${address} ${String(rows.line[row])}${flags & ROW.isStatement ? ' statement' : ''}`);
    }
  }
  return found;
}
