/** The kernels whose tasks we find; the first that fits is taken. */
import type { SymbolImage } from '../symbols/image.ts';
import type { KernelDescription } from './description.ts';
import { hostKernel } from './host-kernel.ts';
import { unixGuest } from './unix-guest.ts';

const KNOWN: readonly KernelDescription[] = [hostKernel, unixGuest];

export function descriptionOf(image: SymbolImage | undefined): KernelDescription | undefined {
  return KNOWN.find(({ symbols }) => symbols.every((name) => image?.symbolNamed(name)));
}
