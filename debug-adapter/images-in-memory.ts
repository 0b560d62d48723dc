/**
 * Where the images of a session are in memory, beyond what their files say: kernels that have moved, modules, programs. Nobody
 * is asked. Who executes code that nobody has symbols for is looked at: the machine tells of such pages and goes on unseen.
 */
import { type Sentence } from '../core/sentences/say.ts';
import type { CatchSpec, CaughtEvent } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { Coroutines, ImagePlaces, Placed } from './coroutines.ts';
import { codeRanges } from './image-code.ts';
import { KernelModules } from './kernel-modules.ts';
import { kernelImage } from './image-owners.ts';
import type { SessionImages } from './launch-plan.ts';
import { MachineError } from './machine-client.ts';
import type { MemoryCache } from './memory-cache.ts';
import { MovedKernels } from './moved-kernels.ts';
import type { StoppedEvent } from './stepping.ts';
import type { SymbolImage } from './symbols/image.ts';
import { UserPrograms } from './user-programs.ts';

/** Ids of the catchpoints on unknown code: of a coroutine's kernel, and of programs in ring 3. */
const FIRST_ID = 0x7fff_0000;
const PROGRAMS_ID = FIRST_ID + 0x100;
const PAGE = 0x1000;
/** Bytes of code that are looked for. */
const WINDOW = 64;

const isOwn = ({ id }: CaughtEvent): boolean => id >= FIRST_ID && id <= PROGRAMS_ID;

/** A stop without what it tells of unknown code. */
export const withoutOwn = (event: StoppedEvent): StoppedEvent => ({
  ...event,
  caught: event.caught.filter((one) => !isOwn(one)),
});

/** Does a stop only tell of unknown code? */
export const isUnknownCode = ({ reason, watchpoints, caught }: StoppedEvent): boolean =>
  reason === 'event' && watchpoints.length === 0 && caught.length > 0 && caught.every(isOwn);

export class ImagesInMemory implements ImagePlaces {
  readonly programs: UserPrograms;
  readonly kernels: MovedKernels;
  readonly modules: KernelModules;

  constructor(
    private readonly images: SessionImages,
    private readonly memory: MemoryCache,
    note: (text: Sentence) => void,
  ) {
    this.programs = new UserPrograms(images.userPrograms, memory);
    this.kernels = new MovedKernels((coroutine) => this.kernelImage(coroutine), memory, note);
    this.modules = new KernelModules(images.moduleFiles, images.openModule, memory, note);
  }

  private kernelImage(coroutine: CoroutineId): SymbolImage | undefined {
    return kernelImage(this.images, coroutine);
  }

  /** The coroutines that have a kernel of their own. */
  private get coroutines(): CoroutineId[] {
    return [HOST, ...this.images.guests.map((_, monitor) => monitor + 1)];
  }

  biases(coroutine: CoroutineId): readonly number[] {
    return this.kernels.biases(coroutine);
  }

  /** Programs are looked for at each stop. */
  state(): readonly object[] | undefined {
    if (!this.programs.none) return undefined;
    const state: object[] = [];
    for (const coroutine of this.coroutines) state.push(this.biases(coroutine), this.modules.of(coroutine));
    return state;
  }

  mapped(coroutine: CoroutineId, cr3: number | undefined): readonly Placed[] {
    const programs = this.programs.in(cr3);
    const modules = this.modules.of(coroutine);
    if (modules.length === 0) return programs;
    return [...programs, ...modules.map(({ image }) => ({ image, bias: 0, module: true }))];
  }

  // --- what the machine is to tell ----------------------------------------------------------------------------------------

  /** Where kernels tell that their modules change. */
  moduleChanges(): { readonly address: number; readonly coroutine: CoroutineId | -1 }[] {
    return this.coroutines.flatMap((coroutine) =>
      this.modules.changesOf(this.kernelImage(coroutine)).flatMap((address) =>
        this.biases(coroutine).map((bias) => ({
          address: (address + bias) >>> 0,
          coroutine: this.ownerOf(coroutine),
        })),
      ),
    );
  }

  private ownerOf(coroutine: CoroutineId): CoroutineId | -1 {
    return this.images.guests.length > 0 ? coroutine : -1;
  }

  /** What makes the machine tell of code that nobody knows. */
  catchpoints(): CatchSpec[] {
    const execute = { kind: 'execute', pages: 'outside' } as const;
    const kernels = this.coroutines
      .filter((coroutine) => this.kernelImage(coroutine) && !this.kernels.isSettled(coroutine))
      .map((coroutine): CatchSpec => {
        const common = { id: FIRST_ID + coroutine, coroutine: this.ownerOf(coroutine), ring: 0 };
        return { ...common, ...execute, known: this.knownTo(coroutine) };
      });
    if (!this.programs.movable) return kernels;
    return [...kernels, { id: PROGRAMS_ID, coroutine: -1, ring: 3, ...execute, known: [] }];
  }

  /** The ranges of code that a coroutine has symbols for in ring 0, as whole pages: nobody else's code begins in what is left of one. */
  private knownTo(coroutine: CoroutineId): [number, number][] {
    const image = this.kernelImage(coroutine);
    if (!image) return [];
    return [
      ...this.biases(coroutine).flatMap((bias) => codeRanges(image, bias)),
      ...codeRanges(image, 0).flatMap(([start, end]): [number, number][] => {
        const loaded = image.loadAddress(start);
        return loaded === undefined ? [] : [[loaded, loaded + end - start]];
      }),
      ...this.modules.of(coroutine).flatMap((module) => codeRanges(module.image, 0)),
    ].map(([start, end]) => [Math.floor(start / PAGE) * PAGE, Math.ceil(end / PAGE) * PAGE]);
  }

  // --- stops ----------------------------------------------------------------------------------------------

  /** Is there nothing that could be elsewhere at this stop than at the last one? Then nobody has to look. */
  areWhereTheyWere(coroutines: Coroutines): boolean {
    return this.programs.none && !this.kernels.anyMoved && this.isKnownCode(coroutines);
  }

  private isKnownCode(coroutines: Coroutines): boolean {
    const { cpu, coroutine } = coroutines.snapshot;
    return cpu.cpl !== 0 || coroutines.resolve(coroutine, cpu.linearEip) !== undefined;
  }

  /** A new stop: looks at the address spaces that the coroutines have. @returns whether something is not where it was */
  async begin(coroutines: Coroutines): Promise<boolean> {
    this.programs.begin();
    const gone = await this.kernels.begin().catch(unreadable);
    for (const coroutine of coroutines.all) {
      const cr3 = coroutines.cr3Of(coroutine);
      if (cr3 !== undefined) await this.look(coroutine, cr3).catch(unreadable);
    }
    return gone;
  }

  /** Looks at one more address space of a coroutine. */
  look(coroutine: CoroutineId, cr3: number): Promise<void> {
    return this.programs.look(coroutine, cr3);
  }

  /**
   * Looks whose code the machine stands at when nobody has symbols for it.
   * @returns whether an image was found where it had not been
   */
  async locate(coroutines: Coroutines): Promise<boolean> {
    const { cpu, coroutine } = coroutines.snapshot;
    const pc = cpu.linearEip;
    const inKernel = cpu.cpl === 0;
    const resolved = coroutines.resolve(coroutine, pc);
    if (inKernel ? resolved : !this.programs.movable) return false;
    const read = this.memory.reader(coroutine);
    const bytes = await this.memory.compute(() => read(pc, WINDOW));
    if (!bytes) return false;
    if (inKernel) return this.kernels.locate(coroutine, pc, bytes);
    // A program may be where the kernel's file has another one.
    if (resolved && isCodeOf(resolved, pc, bytes)) return false;
    const found = await this.programs.locate(coroutine, cpu.cr3, pc, bytes);
    if (found) await this.look(coroutine, cpu.cr3);
    return found;
  }
}

/** Are these bytes at an address an image's? */
function isCodeOf({ image, bias }: Placed, pc: number, bytes: Uint8Array): boolean {
  const linked = image.linkedBytes((pc - bias) >>> 0, bytes.length);
  return linked?.every((byte, n) => byte === bytes[n]) ?? false;
}

/** What cannot be read is where it was. */
function unreadable(error: unknown): false {
  if (error instanceof MachineError) return false;
  throw error;
}
