/** The images of a session as DAP modules: kernels, their modules and programs, with what is known of their symbols. */
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { Placed } from './coroutines.ts';
import type { Places } from './image-owners.ts';
import type { LoadedModule } from './kernel-modules.ts';
import type { SessionImages } from './launch-plan.ts';
import type { ImageModule } from './protocol.ts';
import { hex } from './registers.ts';
import { PT, SHF } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** In English: translated where they leave the adapter. */
export const SYMBOL_STATUS = {
  lines: 'Symbols and source lines',
  symbols: 'Symbols only: it was built without -g',
  stripped: 'No symbols: they were stripped',
  noElf: 'No symbols: it is no ELF file',
  foreign: 'Not used: the kernel has loaded another build',
  unloaded: 'No kernel has loaded it',
} as const;

const NOWHERE: readonly number[] = [];

/**
 * The host (or the kernel that is alone), its programs, then the guests by monitor number, then modules.
 * @param places in a machine; without one, images are where they are linked
 */
export function modulesOf(images: SessionImages, places?: Places): ImageModule[] {
  const { hostImage, hostPath, programs, userPrograms, guests, moduleFiles } = images;
  const biases = (coroutine: CoroutineId) => places?.biases(coroutine) ?? [0];
  const coroutines = [HOST, ...guests.map((_, monitor) => monitor + 1)];
  const loaded = coroutines.flatMap((coroutine) =>
    (places?.modules.of(coroutine) ?? []).map((module) => ({ coroutine, module })),
  );
  return [
    ...(hostImage ? [moduleOf('host', hostImage.name, hostPath, hostImage, biases(HOST))] : []),
    ...programs.map((image) => moduleOf(programId(image), image.name, undefined, image, [0])),
    ...userPrograms.map((image) =>
      moduleOf(programId(image), image.name, undefined, image, places?.programs.biasesOf(image) ?? [0]),
    ),
    ...guests.map(({ name, path, image }, monitor) =>
      moduleOf(`guest${monitor}`, name, path, image, biases(monitor + 1)),
    ),
    ...loaded.map(({ coroutine, module }) => loadedModule(coroutine, module)),
    ...moduleFiles
      .filter((file) => loaded.every(({ module }) => module.file !== file))
      .map((file) => ({
        ...moduleOf(`module:${file.name}`, file.name, file.path, file.unloaded, NOWHERE),
        symbolStatus: statusOfUnloaded(places?.modules.isForeign(file) ?? false),
      })),
  ];
}

const statusOfUnloaded = (isForeign: boolean): string =>
  isForeign ? SYMBOL_STATUS.foreign : SYMBOL_STATUS.unloaded;

const programId = ({ name }: SymbolImage) => `program:${name}`;
const ownerId = (coroutine: CoroutineId) => (coroutine === HOST ? 'host' : `guest${coroutine - 1}`);

/** The id of the module that the code of a frame is in. */
export function moduleId(
  { hostImage, userPrograms }: SessionImages,
  coroutine: CoroutineId,
  { image, module }: Placed,
): string {
  if (module) return `module:${ownerId(coroutine)}:${image.name}`;
  if (image === hostImage) return 'host';
  const isProgram = coroutine === HOST || userPrograms.includes(image);
  return isProgram ? programId(image) : ownerId(coroutine);
}

function loadedModule(coroutine: CoroutineId, { file, image }: LoadedModule): ImageModule {
  const id = `module:${ownerId(coroutine)}:${file.name}`;
  const sections = image.elf.sections.filter(({ flags, size }) => (flags & SHF.alloc) !== 0 && size > 0);
  const ranges = sections.map(({ address, size }): Range => [address, address + size]);
  return { ...moduleOf(id, file.name, file.path, image, NOWHERE), ...rangeOf(ranges, 0) };
}

function moduleOf(
  id: string,
  name: string,
  path: string | undefined,
  image: SymbolImage | undefined,
  biases: readonly number[],
): ImageModule {
  const [bias] = biases;
  return {
    id,
    name,
    ...(path !== undefined && { path }),
    symbolStatus: statusOf(image),
    ...(image && bias !== undefined && rangeOf(segmentsOf(image), bias)),
    ...(bias && { bias: biasText(bias) }),
    ...(image?.buildId !== undefined && { buildId: image.buildId }),
  };
}

function statusOf(image: SymbolImage | undefined): string {
  if (!image) return SYMBOL_STATUS.noElf;
  if (image.hasDebugInfo) return SYMBOL_STATUS.lines;
  return image.symbols.count > 0 ? SYMBOL_STATUS.symbols : SYMBOL_STATUS.stripped;
}

/** `+0x10000000`: how far an image is from where it is linked. */
export const biasText = (bias: number): string => (bias < 0x8000_0000 ? `+${hex(bias)}` : `-${hex(-bias)}`);

/** Start and end, which is not included. */
type Range = readonly [number, number];

const segmentsOf = ({ elf }: SymbolImage): Range[] =>
  elf.segments
    .filter(({ type, memorySize }) => type === PT.load && memorySize > 0)
    .map(({ virtualAddress, memorySize }) => [virtualAddress, virtualAddress + memorySize]);

/** From the first to the last byte that is loaded. */
function rangeOf(loaded: readonly Range[], bias: number): Pick<ImageModule, 'addressRange'> {
  if (loaded.length === 0) return {};
  const low = Math.min(...loaded.map(([start]) => start));
  const high = Math.max(...loaded.map(([, end]) => end));
  return { addressRange: `${hex(low + bias)}-${hex(high - 1 + bias)}` };
}

/** What has changed from one set of modules to another. */
export function moduleChanges(
  before: readonly ImageModule[],
  after: readonly ImageModule[],
): { reason: 'new' | 'changed' | 'removed'; module: ImageModule }[] {
  const known = new Map(before.map((module) => [module.id, JSON.stringify(module)]));
  const now = new Set(after.map(({ id }) => id));
  return [
    ...before.filter(({ id }) => !now.has(id)).map((module) => ({ reason: 'removed' as const, module })),
    ...after
      .filter((module) => known.get(module.id) !== JSON.stringify(module))
      .map((module) => ({ reason: known.has(module.id) ? ('changed' as const) : ('new' as const), module })),
  ];
}
