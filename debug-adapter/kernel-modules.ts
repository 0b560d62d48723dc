/**
 * The modules that the kernels of a session have loaded, with their symbols where they are now. The kernel says so: its list
 * (`awareness/module-list.ts`) is read whenever it enters one of the functions that change it.
 */
import { say, type Sentence, tell } from '../core/sentences/say.ts';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { moduleListOf } from './awareness/descriptions.ts';
import { kernelValues } from './awareness/kernel-values.ts';
import { ListValues } from './awareness/list-values.ts';
import { listModules, type ListedModule, type ListedModules, moduleTypes } from './awareness/module-list.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { MachineError } from './machine-client.ts';
import type { MemoryCache } from './memory-cache.ts';
import { buildInMemory } from './module-build.ts';
import { type ModuleFile, moduleName, type OpenModule } from './module-files.ts';
import { SymbolError } from './symbols/errors.ts';
import type { SymbolImage } from './symbols/image.ts';

export interface LoadedModule {
  readonly file: ModuleFile;
  readonly image: SymbolImage;
  /** What says that it is still the same. */
  readonly key: string;
}

const NONE: readonly LoadedModule[] = [];

export class KernelModules {
  private readonly loaded = new Map<CoroutineId, readonly LoadedModule[]>();
  /** What loaded modules are that their files are not: by their keys. */
  private readonly foreign = new Map<string, ModuleFile>();
  private readonly noted = new Set<string>();

  constructor(
    readonly files: readonly ModuleFile[],
    private readonly open: OpenModule,
    private readonly memory: MemoryCache,
    /** A sentence for the user. */
    private readonly note: (problem: Sentence) => void,
  ) {}

  /** Those that a kernel has loaded, of which there is a file. */
  of(coroutine: CoroutineId): readonly LoadedModule[] {
    return this.loaded.get(coroutine) ?? NONE;
  }

  /** The kernel has loaded something else under the name of a file. */
  isForeign(file: ModuleFile): boolean {
    return [...this.foreign.values()].includes(file);
  }

  /** The functions at whose entry the list of a kernel is to be read, at link addresses. */
  changesOf(kernel: SymbolImage | undefined): number[] {
    if (this.files.length === 0) return [];
    return (moduleListOf(kernel)?.changes ?? []).flatMap((name) => kernel?.symbolNamed(name)?.address ?? []);
  }

  /** Reads the list of a kernel. @returns whether other modules are loaded than before, or elsewhere */
  async read(coroutine: CoroutineId, coroutines: Coroutines): Promise<boolean> {
    const before = this.of(coroutine);
    const now: LoadedModule[] = [];
    const { modules, problems } = await this.list(coroutine, coroutines);
    for (const problem of problems) this.note(say`${coroutines.title(coroutine)}: ${problem}`);
    for (const listed of modules) {
      const module = await this.placed(listed, before, coroutine);
      if (module) now.push(module);
    }
    this.loaded.set(coroutine, now);
    return now.length !== before.length || now.some((module) => !before.includes(module));
  }

  private async list(coroutine: CoroutineId, coroutines: Coroutines): Promise<ListedModules> {
    const list = moduleListOf(coroutines.kernelOf(coroutine)?.image);
    if (!list) return { modules: [], problems: [] };
    try {
      const kernel = kernelValues(coroutines, this.memory, coroutine);
      return await listModules(list, new ListValues(kernel, this.memory, moduleTypes(list)));
    } catch (error) {
      if (error instanceof MachineError) return { modules: [], problems: [] };
      if (!(error instanceof AdapterError)) throw error;
      return { modules: [], problems: [say`Its list of modules cannot be read: ${error.sentence}`] };
    }
  }

  /** A listed module with its symbols; `undefined` when there is no file of it. */
  private async placed(
    { name, sections }: ListedModule,
    before: readonly LoadedModule[],
    coroutine: CoroutineId,
  ): Promise<LoadedModule | undefined> {
    const file = this.files.find((one) => one.name === moduleName(name));
    if (!file) return undefined;
    const key = JSON.stringify([name, sections]);
    const known = before.find((module) => module.key === key);
    if (known) return known;
    if (this.foreign.has(key)) return undefined;
    try {
      const image = await this.open(file, sections);
      if (await this.isOtherBuild(file, image, coroutine)) {
        this.foreign.set(key, file);
        return undefined;
      }
      return { file, key, image };
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      this.note(say`The module ${name} has no symbols here: ${error.sentence}`);
      return undefined;
    }
  }

  /** Compares the file with what is in memory, and tells the user what is not as it should be. */
  private async isOtherBuild(
    { name, path }: ModuleFile,
    image: SymbolImage,
    coroutine: CoroutineId,
  ): Promise<boolean> {
    const build = await this.memory.compute(() => buildInMemory(image, this.memory.reader(coroutine)));
    if (build === 'other')
      this.noteOnce(
        say`The module ${name} that the kernel has loaded is not the one in ${path}: build-id or code differ, so its symbols are not used. Load the module that was built last, or name the file that was loaded.`,
      );
    if (build === 'patched')
      this.noteOnce(
        say`Some bytes of the code of the module ${name} are not those of ${path}: the kernel has patched it, or the file was built anew since. Its symbols are used.`,
      );
    return build === 'other';
  }

  /** A module that comes again is no news. */
  private noteOnce(problem: Sentence): void {
    const text = tell(problem);
    if (!this.noted.has(text)) this.note(problem);
    this.noted.add(text);
  }
}
