/**
 * Lists of symbols, as nm writes them (`c1073870 T kernel_clone`): Linux's `System.map`, and `/proc/kallsyms` of a kernel that runs. Such a
 * list is made into an ELF file that has nothing but a symbol table, and is read like any other. Source: nm(1), proc_kallsyms(5); gABI
 * chapter 4.
 */
import { SHF, SHT } from './elf.ts';
import { SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

interface Listed {
  readonly address: number;
  readonly isCode: boolean;
  readonly isGlobal: boolean;
  readonly name: string;
}

/** Symbols of modules have a third column: where these are is another matter. */
const LINE = /^([0-9a-f]{8}) ([a-zA-Z?]) (\S+)$/;
/** Of a symbol that is defined elsewhere, by nm. */
const UNDEFINED = /^ {9}[Uvw] \S+$/;
/** Symbols of modules too. */
const ANY = /^[0-9a-f]{8} [a-zA-Z?] \S/;
/** What Debian installs in place of the list. */
const PLACEHOLDER = /^[0-9a-f]{8,16} \w The real System\.map is in the (\S+) package/;
const WIDE = /^[0-9a-f]{16} [a-zA-Z?] \S+$/;
/** A list of another kind of file has lines that are none. */
const LOOKED_AT = 16;
const HEADER = 52;
const SECTION = 40;
const SYMBOL = 16;
const SHN_ABS = 0xfff1;
const STT = { object: 1, function: 2 } as const;
/** How much code the last symbol of a run has, at most. */
const PAGE = 0x1000;

/**
 * @returns an ELF file; `undefined` for what is no list
 * @throws SymbolError for one in which no symbol has an address, that is of a 64-bit kernel, or stands in the place of one
 */
export function elfOfSymbolList(bytes: Uint8Array): Uint8Array | undefined {
  const lines = new TextDecoder('latin1').decode(bytes).split(/\r?\n/);
  refuseOthers(lines[0] ?? '');
  const isLine = (line: string) => ANY.test(line) || UNDEFINED.test(line);
  if (lines.length < 2 || !lines.slice(0, Math.min(LOOKED_AT, lines.length - 1)).every(isLine))
    return undefined;
  const symbols: Listed[] = [];
  for (const line of lines) {
    const [, address, kind, name] = LINE.exec(line) ?? [];
    if (address === undefined || kind === undefined || name === undefined) continue;
    symbols.push({
      address: parseInt(address, 16),
      isCode: /[tw]/i.test(kind),
      isGlobal: kind === kind.toUpperCase(),
      name,
    });
  }
  if (symbols.every(({ address }) => address === 0))
    throw new SymbolError(
      'elf-corrupt',
      say`All addresses in the list of symbols are 0: read /proc/kallsyms as root, with kernel.kptr_restrict=0.`,
    );
  symbols.sort((a, b) => a.address - b.address);
  return written(symbols, runsOfCode(symbols));
}

/** What looks like a list to whoever names it. */
function refuseOthers(first: string): void {
  const [, home] = PLACEHOLDER.exec(first) ?? [];
  if (home !== undefined)
    throw new SymbolError(
      'elf-corrupt',
      say`A list of symbols was expected, the file only says that it is in the package ${home}: take it from there, or save what cat /proc/kallsyms prints for root in the kernel itself.`,
    );
  if (WIDE.test(first))
    throw new SymbolError(
      'elf-wrong-class',
      say`A list with addresses of 8 hexadecimal digits was expected, 16 were found: it belongs to a 64-bit kernel.`,
    );
}

interface Run {
  readonly start: number;
  end: number;
}

/** From each first function to the data that follow. */
function runsOfCode(symbols: readonly Listed[]): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  for (const { address, isCode } of symbols) {
    if (open) open.end = isCode ? address + PAGE : Math.min(open.end, address);
    if (isCode && !open) runs.push((open = { start: address, end: address + PAGE }));
    else if (!isCode) open = undefined;
  }
  return runs.filter(({ start, end }) => end > start);
}

const SECTION_NAMES = '\0.text\0.symtab\0.strtab\0';

/** The file: header, symbols, names of sections and symbols, headers of sections. */
function written(symbols: readonly Listed[], runs: readonly Run[]): Uint8Array {
  // A byte for each letter, as it was read.
  const all = SECTION_NAMES + symbols.map(({ name }) => `${name}\0`).join('');
  const names = Uint8Array.from(all, (letter) => letter.charCodeAt(0));
  const tableSize = (symbols.length + 1) * SYMBOL;
  const at = { symbols: HEADER, names: HEADER + tableSize, sections: 0 };
  at.sections = Math.ceil((at.names + names.length) / 4) * 4;
  const count = 1 + runs.length + 2;
  const bytes = new Uint8Array(at.sections + count * SECTION);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const halves: [number, number][] = [
    [16, 2],
    [18, 3],
    [40, HEADER],
    [46, SECTION],
    [48, count],
    [50, count - 1],
  ];
  for (const [offset, value] of halves) view.setUint16(offset, value, true);
  view.setUint32(20, 1, true);
  view.setUint32(32, at.sections, true);
  let nameAt = SECTION_NAMES.length;
  let run = 0;
  for (const [n, { address, isCode, isGlobal, name }] of symbols.entries()) {
    while (run < runs.length && address >= runs[run]!.end) run++;
    const isIn = isCode && run < runs.length && address >= runs[run]!.start;
    const entry = at.symbols + (n + 1) * SYMBOL;
    view.setUint32(entry, nameAt, true);
    view.setUint32(entry + 4, address, true);
    view.setUint8(entry + 12, ((isGlobal ? 1 : 0) << 4) | (isCode ? STT.function : STT.object));
    view.setUint16(entry + 14, isIn ? 1 + run : SHN_ABS, true);
    nameAt += name.length + 1;
  }
  bytes.set(names, at.names);
  /** Name, type, flags, address, offset, size, link, info, alignment, size of an entry. */
  const section = (index: number, ...words: number[]): void => {
    for (const [n, word] of words.entries())
      view.setUint32(at.sections + index * SECTION + n * 4, word, true);
  };
  for (const [n, { start, end }] of runs.entries())
    section(1 + n, 1, SHT.nobits, SHF.alloc | SHF.execinstr, start, at.names, end - start, 0, 0, 1, 0);
  section(count - 2, 7, SHT.symtab, 0, 0, at.symbols, tableSize, count - 1, 1, 4, SYMBOL);
  section(count - 1, 15, SHT.strtab, 0, 0, at.names, names.length, 0, 0, 1, 0);
  return bytes;
}
