/** What a symbol is called in the source: names that C++ and Rust have mangled as gdb writes them. */
import { demangleItanium } from './itanium.ts';
import { Unreadable } from './nodes.ts';
import type { Printed } from './printer.ts';
import { demangleRustLegacy } from './rust-legacy.ts';
import { demangleRust } from './rust-v0.ts';

/** Names that are longer are left as they are. */
const LONGEST = 8192;

/** Undefined for a name that nobody has mangled, or that cannot be read. */
export function demangled(symbol: string): Printed | undefined {
  if (!/^_[ZR]/.test(symbol) || symbol.length > LONGEST) return undefined;
  try {
    const ofRust = symbol.startsWith('_R') ? demangleRust(symbol) : demangleRustLegacy(symbol);
    return ofRust === undefined ? demangleItanium(symbol) : { text: ofRust, path: ofRust };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** What a symbol is called where it is shown. */
export const shownName = (symbol: string): string => demangled(symbol)?.text ?? symbol;
