/**
 * The processor's own words as values show them: page-table entries, descriptors and gates, flag and control registers. What
 * their bits are called is known elsewhere.
 */
import { decodeDescriptor, describeDescriptor } from '../descriptors.ts';
import { entryText } from '../page-words.ts';
import { CR0_BITS, CR4_BITS } from '../register-bits.ts';
import { eflagsText, withBits } from '../registers.ts';
import type { Style } from './format-specifier.ts';
import { hexAddress } from './text.ts';
import { joined, say, type Sentence, verbatim } from '../../core/sentences/say.ts';

/** `symbol+offset` of an address. */
type SymbolAt = (address: number) => string | undefined;

const PRESENT = 1;
const LARGE = 0x80;

/** An entry of two or of three levels, by its size, and what it leads to: `0x00103063 (P W A D) → 0x00103000`. */
function pageEntry(low: number, high: number, wide: boolean, name: 'PTE' | 'PDE'): Sentence {
  const text = entryText({ low, high, name });
  if ((low & PRESENT) === 0) return text;
  const large = name === 'PDE' && (low & LARGE) !== 0;
  const mask = !large ? -0x1000 : wide ? -0x20_0000 : -0x40_0000;
  return joined([text, hexAddress(low & mask)], ' → ');
}

/** `gate`: it is expected to be one, so it may lead to code that has a name. */
function descriptor(low: number, high: number, gate: boolean, symbolAt: SymbolAt): Sentence {
  if (low === 0 && high === 0) return joined(['null'], '');
  const decoded = decodeDescriptor({ low, high });
  const text = describeDescriptor(decoded);
  const target = 'offset' in decoded && decoded.kind !== 'task-gate' ? symbolAt(decoded.offset) : undefined;
  if (gate && !('offset' in decoded)) return say`no gate: ${text}`;
  return target === undefined ? text : joined([text, `<${target}>`], ' ');
}

/** Bytes in the words of a style; `undefined` when the style is none of these or the size is not the one that it needs. */
export function decode(
  style: Style | undefined,
  bytes: Uint8Array,
  symbolAt: SymbolAt,
): Sentence | undefined {
  const wide = bytes.length === 8;
  if (bytes.length !== 4 && !wide) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = data.getUint32(0, true);
  const high = wide ? data.getUint32(4, true) : 0;
  switch (style) {
    case 'pte':
      return pageEntry(low, high, wide, 'PTE');
    case 'pde':
      return pageEntry(low, high, wide, 'PDE');
    case 'desc':
    case 'gate':
      return wide ? descriptor(low, high, style === 'gate', symbolAt) : undefined;
    case 'eflags':
      return wide ? undefined : verbatim(eflagsText(low));
    case 'cr0':
      return wide ? undefined : verbatim(withBits(low, CR0_BITS));
    case 'cr4':
      return wide ? undefined : verbatim(withBits(low, CR4_BITS));
    default:
      return undefined;
  }
}
