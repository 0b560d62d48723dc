/** The kernels whose tasks and modules we find; the first that fits is taken. */
import type { SymbolImage } from '../symbols/image.ts';
import type { KernelDescription } from './description.ts';
import { hostKernel } from './host-kernel.ts';
import { type ModuleList, moduleConvention } from './module-list.ts';
import { unixGuest } from './unix-guest.ts';

const KNOWN: readonly KernelDescription[] = [hostKernel, unixGuest];
const MODULE_LISTS: readonly ModuleList[] = [moduleConvention];

/** Each stop asks. */
const described = new WeakMap<SymbolImage, KernelDescription | undefined>();

export function descriptionOf(image: SymbolImage | undefined): KernelDescription | undefined {
  if (!image) return undefined;
  if (!described.has(image))
    described.set(
      image,
      KNOWN.find(({ symbols }) => hasAll(image, symbols)),
    );
  return described.get(image);
}

export function moduleListOf(image: SymbolImage | undefined): ModuleList | undefined {
  return MODULE_LISTS.find(({ symbols }) => hasAll(image, symbols));
}

const hasAll = (image: SymbolImage | undefined, symbols: readonly string[]) =>
  symbols.every((name) => image?.symbolNamed(name));
