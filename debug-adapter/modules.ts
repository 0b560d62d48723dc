/** The images of a session as DAP modules: kernels and programs, with what is known of their symbols. */
import type { SessionImages } from './launch-plan.ts';
import type { ImageModule } from './protocol.ts';
import { hex } from './registers.ts';
import { PT } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** The host (or the kernel that is alone), its programs, then the guests by monitor number. */
export function modulesOf(images: SessionImages): ImageModule[] {
  const { hostImage, hostPath, programs, userPrograms, guests } = images;
  return [
    ...(hostImage ? [moduleOf('host', hostImage.name, hostPath, hostImage)] : []),
    ...[...programs, ...userPrograms].map((image) =>
      moduleOf(`program:${image.name}`, image.name, undefined, image),
    ),
    ...guests.map(({ name, path, image }, monitor) => moduleOf(`guest${monitor}`, name, path, image)),
  ];
}

function moduleOf(
  id: string,
  name: string,
  path: string | undefined,
  image: SymbolImage | undefined,
): ImageModule {
  const range = image && loadedRange(image);
  return {
    id,
    name,
    ...(path !== undefined && { path }),
    symbolStatus: statusOf(image),
    ...(range && { addressRange: range }),
    ...(image?.buildId !== undefined && { buildId: image.buildId }),
  };
}

function statusOf(image: SymbolImage | undefined): string {
  if (!image) return 'No symbols: it is no ELF file';
  if (image.hasDebugInfo) return 'Symbols and source lines';
  return image.symbols.count > 0 ? 'Symbols only: it was built without -g' : 'No symbols: they were stripped';
}

/** From the first to the last byte that is loaded, at linked addresses. */
function loadedRange({ elf }: SymbolImage): string | undefined {
  const loaded = elf.segments.filter(({ type, memorySize }) => type === PT.load && memorySize > 0);
  if (loaded.length === 0) return undefined;
  const low = Math.min(...loaded.map(({ virtualAddress }) => virtualAddress));
  const high = Math.max(...loaded.map(({ virtualAddress, memorySize }) => virtualAddress + memorySize));
  return `${hex(low)}-${hex(high - 1)}`;
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
