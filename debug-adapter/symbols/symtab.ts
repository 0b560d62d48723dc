/**
 * The ELF symbol table as sorted typed arrays: address to nearest symbol, name to symbol. Works without any
 * DWARF, so assembly and stripped-of-debug kernels still have names. Source: gABI chapter 4, "Symbol Table".
 */
import { cString, cStringBytes } from './cursor.ts';
import { type Elf, sectionBytes, SHT } from './elf.ts';
import { upperBound } from './search.ts';

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
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const SYMBOL_SIZE = 16;

export class SymbolTable {
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
    const bytes = table ? sectionBytes(elf.bytes, table) : new Uint8Array(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.floor(bytes.length / SYMBOL_SIZE);
    const kept: number[] = [];
    for (let i = 0; i < count; i++) {
      const type = view.getUint8(i * SYMBOL_SIZE + 12) & 15;
      const section = view.getUint16(i * SYMBOL_SIZE + 14, true);
      const named = view.getUint32(i * SYMBOL_SIZE, true) !== 0;
      if (named && type !== 3 && type !== 4 && section !== SHN_UNDEF) kept.push(i * SYMBOL_SIZE);
    }
    // At one address the better name comes last, where the search lands: functions over labels, globals over locals.
    const rank = (at: number): number => {
      const info = view.getUint8(at + 12);
      return ((info & 15) === 2 ? 4 : (info & 15) === 1 ? 2 : 0) + (info >> 4 === 0 ? 0 : 1);
    };
    kept.sort(
      (a, b) => view.getUint32(a + 4, true) - view.getUint32(b + 4, true) || rank(a) - rank(b) || b - a,
    );
    return new SymbolTable(
      elf,
      strings ? sectionBytes(elf.bytes, strings) : new Uint8Array(0),
      Uint32Array.from(kept, (at) => view.getUint32(at + 4, true)),
      Uint32Array.from(kept, (at) => view.getUint32(at + 8, true)),
      Uint32Array.from(kept, (at) => view.getUint32(at, true)),
      Uint8Array.from(kept, (at) => view.getUint8(at + 12)),
      Uint16Array.from(kept, (at) => view.getUint16(at + 14, true)),
    );
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

  /** The first symbol of that name, globals preferred. */
  named(name: string): ElfSymbol | undefined {
    const wanted = new TextEncoder().encode(name);
    let local: number | undefined;
    for (let i = 0; i < this.count; i++) {
      const at = this.nameAt[i]!;
      if (at >= this.strings.length || this.strings[at] !== wanted[0]) continue;
      const found = cStringBytes(this.strings, at, '.strtab');
      if (found.length !== wanted.length || !found.every((byte, j) => byte === wanted[j])) continue;
      if (this.info[i]! >> 4 !== 0) return this.at(i);
      local ??= i;
    }
    return local === undefined ? undefined : this.at(local);
  }
}
