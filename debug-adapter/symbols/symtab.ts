/**
 * The ELF symbol table as sorted typed arrays: address to nearest symbol, name to symbol. Works without any
 * DWARF, so assembly and stripped-of-debug kernels still have names. Source: gABI chapter 4, "Symbol Table".
 */
import { cString } from './cursor.ts';
import { type Elf, type ElfSection, ET_REL, sectionBytes, SHT } from './elf.ts';
import { sortedOrder, upperBound } from './search.ts';

export type ElfSymbolType = 'none' | 'object' | 'function' | 'other';

export interface ElfSymbol {
  name: string;
  address: number;
  /** As recorded; 0 when the assembler gave none. */
  size: number;
  type: ElfSymbolType;
  global: boolean;
  /** One past the symbol: by its size, or up to the next symbol or end of section when it has none. */
  end: number;
}

const STT_NAMES: readonly ElfSymbolType[] = ['none', 'object', 'function'];
const STT = { function: 2, object: 1, section: 3, file: 4 } as const;
const SHN_UNDEF = 0;
const DOT = 0x2e;
const UNDERSCORE = 0x5f;
const Z = 0x5a;
const R = 0x52;
const encoder = new TextEncoder();
const SHN_LORESERVE = 0xff00;
const SHN_ABS = 0xfff1;

/** Where the fields of a symbol stand in each class, and the size of one. */
const NARROW = { name: 0, value: 4, size: 8, info: 12, section: 14, entry: 16 } as const;
const WIDE = { name: 0, value: 8, size: 16, info: 4, section: 6, entry: 24 } as const;

/** The entries of one symbol table section, by index. A value is an address: in an object file, of the loaded section. */
export class SymbolEntries {
  readonly count: number;
  private readonly view: DataView;
  private readonly layout: typeof NARROW | typeof WIDE;

  constructor(
    private readonly elf: Elf,
    table: ElfSection,
  ) {
    const bytes = sectionBytes(elf.bytes, table);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.layout = elf.wide ? WIDE : NARROW;
    this.count = Math.floor(bytes.length / this.layout.entry);
  }

  nameAt(index: number): number {
    return this.view.getUint32(index * this.layout.entry, true);
  }

  section(index: number): number {
    return this.view.getUint16(index * this.layout.entry + this.layout.section, true);
  }

  info(index: number): number {
    return this.view.getUint8(index * this.layout.entry + this.layout.info);
  }

  size(index: number): number {
    return this.view.getUint32(index * this.layout.entry + this.layout.size, true);
  }

  value(index: number): number {
    const value = this.view.getUint32(index * this.layout.entry + this.layout.value, true);
    if (this.elf.type !== ET_REL) return value;
    return (value + (this.elf.sections[this.section(index)]?.address ?? 0)) >>> 0;
  }

  /** False for a symbol of another file, or of a section that was not loaded. */
  isPlaced(index: number): boolean {
    const section = this.section(index);
    if (section === SHN_UNDEF) return false;
    return section >= SHN_LORESERVE || this.elf.sections[section]?.discarded !== true;
  }
}

export class SymbolTable {
  private mangled: boolean | undefined;

  private constructor(
    private readonly elf: Elf,
    private readonly strings: Uint8Array,
    private readonly address: Uint32Array,
    private readonly size: Uint32Array,
    private readonly nameAt: Uint32Array,
    private readonly info: Uint8Array,
    private readonly section: Uint16Array,
  ) {}

  /** Reads `.symtab`, or `.dynsym` when there is none. Section, file and undefined symbols are left out. */
  static of(elf: Elf): SymbolTable {
    const table =
      elf.sections.find((s) => s.type === SHT.symtab) ?? elf.sections.find((s) => s.type === SHT.dynsym);
    const strings = table && elf.sections[table.link];
    if (!table || !strings) return SymbolTable.empty(elf);
    const entries = new SymbolEntries(elf, table);
    const kept: number[] = [];
    // From the last: of equals the first is to come last, where the search lands.
    for (let i = entries.count - 1; i >= 0; i--) {
      const type = entries.info(i) & 15;
      if (entries.nameAt(i) !== 0 && type !== STT.section && type !== STT.file && entries.isPlaced(i))
        kept.push(i);
    }
    // At one address the better name comes last too: functions over labels, globals over locals.
    const rank = (info: number): number => {
      const type = info & 15;
      return (type === STT.function ? 4 : type === STT.object ? 2 : 0) + (info >> 4 === 0 ? 0 : 1);
    };
    const order = sortedOrder(kept.length, (i) => entries.value(kept[i]!) * 8 + rank(entries.info(kept[i]!)));
    const sorted = new SymbolTable(
      elf,
      sectionBytes(elf.bytes, strings),
      new Uint32Array(kept.length),
      new Uint32Array(kept.length),
      new Uint32Array(kept.length),
      new Uint8Array(kept.length),
      new Uint16Array(kept.length),
    );
    for (let i = 0; i < order.length; i++) {
      const from = kept[order[i]!]!;
      sorted.address[i] = entries.value(from);
      sorted.size[i] = entries.size(from);
      sorted.nameAt[i] = entries.nameAt(from);
      sorted.info[i] = entries.info(from);
      sorted.section[i] = entries.section(from);
    }
    return sorted;
  }

  static empty(elf: Elf): SymbolTable {
    const none = new Uint32Array(0);
    return new SymbolTable(elf, new Uint8Array(0), none, none, none, new Uint8Array(0), new Uint16Array(0));
  }

  get count(): number {
    return this.address.length;
  }

  /** The `index`-th symbol by address. */
  at(index: number): ElfSymbol {
    const address = this.address[index]!;
    const size = this.size[index]!;
    const info = this.info[index]!;
    const nameAt = this.nameAt[index]!;
    return {
      name: nameAt < this.strings.length ? cString(this.strings, nameAt, '.strtab') : '',
      address,
      size,
      type: STT_NAMES[info & 15] ?? 'other',
      global: info >> 4 !== 0,
      end: size > 0 ? address + size : this.impliedEnd(index),
    };
  }

  private impliedEnd(index: number): number {
    const address = this.address[index]!;
    const section = this.elf.sections[this.section[index]!];
    const sectionEnd = section ? section.address + section.size : address;
    const next = upperBound(this.address, address);
    const nextAddress = next < this.address.length ? this.address[next]! : sectionEnd;
    return Math.min(nextAddress, Math.max(sectionEnd, address));
  }

  /**
   * The symbol that covers `address`: the nearest one at or below it whose extent (its size, or up to the next
   * symbol) reaches it. Absolute symbols are not places. With `functionsOnly`, data symbols are passed over.
   */
  nearest(address: number, functionsOnly = false): ElfSymbol | undefined {
    let label: ElfSymbol | undefined;
    const last = upperBound(this.address, address) - 1;
    for (let i = last; i >= 0 && i > last - 64; i--) {
      if (this.section[i] === SHN_ABS) continue;
      const type = this.info[i]! & 15;
      if (functionsOnly && type === 1) continue;
      const symbol = this.at(i);
      if (address >= symbol.end) continue;
      // A label inside a sized function (a local loop label of assembly) gives way to that function.
      if (type !== 0 || symbol.size > 0) return symbol;
      label ??= symbol;
    }
    return label;
  }

  /** Has C++ or Rust made some of the names, `_ZN…` and `_RN…`? */
  get isMangled(): boolean {
    return (this.mangled ??= this.nameAt.some((_, index) => this.isMangledAt(index)));
  }

  /** Has C++ or Rust made the name of the `index`-th symbol? */
  isMangledAt(index: number): boolean {
    const at = this.nameAt[index]!;
    const second = this.strings[at + 1];
    return this.strings[at] === UNDERSCORE && (second === Z || second === R);
  }

  /** The first symbol of that name, globals preferred. */
  named(name: string): ElfSymbol | undefined {
    let local: number | undefined;
    for (const i of this.startingWith(encoder.encode(name), true)) {
      if (this.info[i]! >> 4 !== 0) return this.at(i);
      local ??= i;
    }
    return local === undefined ? undefined : this.at(local);
  }

  /** The symbols of a function: of its name, and of the parts and clones that compilers call `name.cold`, `name.isra.0`. */
  ofFunction(name: string): ElfSymbol[] {
    return Array.from(this.startingWith(encoder.encode(name), false), (i) => this.at(i));
  }

  /** The indices of the symbols whose name is `wanted`, or (unless `whole`) begins with it and a dot. */
  private *startingWith(wanted: Uint8Array, whole: boolean): Generator<number> {
    const { strings, nameAt, count } = this;
    for (let i = 0; i < count; i++) {
      const at = nameAt[i]!;
      let n = 0;
      while (n < wanted.length && strings[at + n] === wanted[n]) n++;
      if (n < wanted.length) continue;
      const next = strings[at + n] ?? 0;
      if (next === 0 || (!whole && next === DOT)) yield i;
    }
  }
}
