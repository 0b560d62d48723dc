/**
 * The one error type of the symbol reader. Every reader of outside bytes in this folder throws nothing but
 * `SymbolError`; the facade (`image.ts`) turns those met after opening into entries of `problems`. A message
 * says what was expected, what was found and what to do next.
 */
import { SaidError, type Sentence } from '../../core/sentences/say.ts';

export type SymbolErrorCode =
  | 'elf-empty'
  | 'elf-truncated'
  | 'elf-not-elf'
  | 'elf-wrong-class'
  | 'elf-wrong-endian'
  | 'elf-wrong-machine'
  | 'elf-relocatable'
  | 'elf-corrupt'
  | 'elf-compression'
  | 'elf-relocation'
  | 'debug-file-other'
  | 'dwarf-missing'
  | 'dwarf-compressed'
  | 'dwarf-split'
  | 'dwarf-alternate'
  | 'dwarf-truncated'
  | 'dwarf-version'
  | 'dwarf-length'
  | 'dwarf-address-size'
  | 'dwarf-abbreviation'
  | 'dwarf-form'
  | 'dwarf-reference'
  | 'dwarf-line'
  | 'dwarf-too-deep'
  | 'dwarf-expression'
  | 'dwarf-cfi';

/** An ELF or DWARF file that cannot be read, with a stable `code` for the error catalogue. */
export class SymbolError extends SaidError {
  override readonly name = 'SymbolError';

  constructor(
    readonly code: SymbolErrorCode,
    sentence: Sentence,
  ) {
    super(sentence);
  }
}

/** Runs `read`; a `SymbolError` goes to `report` and `fallback` is returned. Anything else is a bug: rethrown. */
export function guarded<T>(read: () => T, fallback: T, report: (error: SymbolError) => void): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    report(error);
    return fallback;
  }
}

/** `0x`-prefixed lower-case hexadecimal of an unsigned 32-bit number. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
