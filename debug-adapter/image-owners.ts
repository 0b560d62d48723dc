/** The images of a session with the coroutines they belong to and the places where they are: what breakpoints bind to. */
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { LoadedModule } from './kernel-modules.ts';
import type { GuestImage, KernelImages, SessionImages } from './launch-plan.ts';
import type { ModuleFile } from './module-files.ts';
import { ET_DYN } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** An image of a coroutine; -1: of any, in host-only mode. */
export interface ImageOwner {
  readonly image: SymbolImage;
  readonly coroutine: CoroutineId | -1;
  /** How far it is from where it is linked, at each place where it is; empty when it is not in memory yet. */
  readonly biases: readonly number[];
  /** The same with the sections that are not loaded, or not any more. */
  readonly whole?: SymbolImage;
  /** Of a program that has an address only where it is mapped: a hit in another one is none. */
  readonly ring?: 3;
}

/** What is known of the images in memory. */
export interface Places {
  biases(coroutine: CoroutineId): readonly number[];
  readonly programs: { biasesOf(image: SymbolImage): readonly number[] };
  readonly modules: {
    of(coroutine: CoroutineId): readonly LoadedModule[];
    /** The kernel has loaded something else under the name of a file. */
    isForeign(file: ModuleFile): boolean;
  };
}

/** A position-independent program is nowhere before it is loaded. */
export const isMovable = ({ elf }: SymbolImage): boolean => elf.type === ET_DYN;

/** Everything is where its file says. */
const LINKED: Places = {
  biases: () => [0],
  programs: { biasesOf: (image) => (isMovable(image) ? [] : [0]) },
  modules: { of: () => [], isForeign: () => false },
};

/** The image of a coroutine's kernel. */
export function kernelImage(
  { hostImage, guests }: KernelImages,
  coroutine: CoroutineId,
): SymbolImage | undefined {
  return coroutine === HOST ? hostImage : (guests[coroutine - 1] as GuestImage | undefined)?.image;
}

/** @param places of a machine; where files say without one */
export function ownersOf(images: SessionImages, places: Places = LINKED): ImageOwner[] {
  const { programs, userPrograms, guests, moduleFiles } = images;
  const alone = guests.length === 0;
  const runners = guests.map((_, monitor) => monitor + 1);
  // Which guest runs a program, only a hit tells. They come first: they decide how all places of a breakpoint are armed.
  const owners: ImageOwner[] = (alone ? [-1 as const] : runners).flatMap((coroutine) =>
    userPrograms.map((image) => ({ image, coroutine, ring: 3, biases: places.programs.biasesOf(image) })),
  );
  for (const coroutine of [...runners, HOST]) {
    const owner = alone ? -1 : coroutine;
    const image = kernelImage(images, coroutine);
    if (coroutine === HOST)
      owners.push(...programs.map((one) => ({ image: one, coroutine: HOST, biases: [0] })));
    if (image) owners.push({ image, coroutine: owner, biases: places.biases(coroutine) });
    owners.push(
      ...places.modules.of(coroutine).map(({ image: loaded, file: { unloaded: whole } }) => ({
        ...{ image: loaded, whole, coroutine: owner, biases: [0] },
      })),
    );
  }
  const loaded = [...runners, HOST].flatMap((coroutine) =>
    places.modules.of(coroutine).map(({ file }) => file),
  );
  for (const file of moduleFiles)
    if (!loaded.includes(file)) owners.push({ image: file.unloaded, coroutine: -1, biases: [] });
  return owners;
}
