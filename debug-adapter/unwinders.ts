/** Functions that take calls off the stack without returning from them, by the names that they have in C libraries and kernels. */
import type { Resolved } from './coroutines.ts';
import type { SymbolImage } from './symbols/image.ts';

const NAMES = [
  ...['longjmp', '_longjmp', '__longjmp', 'siglongjmp', '_siglongjmp', '__siglongjmp'],
  ...['kern_longjmp', 'grub_longjmp', 'efi_longjmp', 'LongJump', 'InternalLongJump', 'gotolabel'],
];

/** Rows of link addresses: the entry, and one past the end. */
const known = new WeakMap<SymbolImage, readonly number[]>();

function unwindersOf(image: SymbolImage): readonly number[] {
  let rows = known.get(image);
  if (!rows) {
    rows = NAMES.flatMap((name) => {
      const symbol = image.symbolNamed(name);
      return symbol && image.isCode(symbol.address) ? [symbol.address, symbol.end] : [];
    });
    known.set(image, rows);
  }
  return rows;
}

/** Those of the image that code belongs to, as `StepSpec.unwinders`. */
export function unwindersAt(resolved: Resolved | undefined): Uint32Array | undefined {
  const rows = resolved ? unwindersOf(resolved.image) : [];
  return resolved && rows.length > 0
    ? Uint32Array.from(rows, (address) => address + resolved.bias)
    : undefined;
}
