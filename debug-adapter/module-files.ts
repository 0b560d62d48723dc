/**
 * The files of a session's kernel modules: object files (ET_REL), whose addresses only a kernel that has loaded one can tell. Until
 * then a file is opened as if its sections lay one behind the other: which lines and functions have code does not depend
 * on where that is.
 */
import { say } from '../core/sentences/say.ts';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import type { OpenedImages } from './opened-images.ts';
import { symbolFiles } from './symbol-files.ts';
import { ET_REL, type SectionPlacer } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';
import { loadSymbols } from './symbols/load.ts';

/** A module's file. */
export interface ModuleFile {
  /** As kernels list it: without folder and ending. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** At addresses that mean nothing. */
  readonly unloaded: SymbolImage;
}

/** Opens a module where its sections are now. @throws SymbolError */
export type OpenModule = (
  file: ModuleFile,
  sections: readonly (readonly [string, number])[],
) => Promise<SymbolImage>;

/** A section's boundary where nothing else is said: a page. */
const ALIGNMENT = 0x1000;

/** `drivers/foo-bar.ko` is `foo_bar`: kernels write names of modules as identifiers. */
export const moduleName = (path: string): string =>
  (path.split(/[\\/]/).pop() ?? path).replace(/\.k?o(\.debug)?$/, '').replace(/-/g, '_');

/** @throws SymbolError for a file that is none with symbols, AdapterError for one that is linked */
export async function openModuleFile(
  symbols: OpenedImages,
  bytes: Uint8Array,
  path: string,
  host: AdapterHost,
): Promise<ModuleFile> {
  let next = ALIGNMENT;
  const place: SectionPlacer = ({ size }) => {
    const address = next;
    next = Math.ceil((next + size) / ALIGNMENT) * ALIGNMENT;
    return address;
  };
  const name = moduleName(path);
  const unloaded = await symbols.open({ bytes }, name, path, host, { key: 'unloaded', place });
  if (unloaded.elf.type !== ET_REL)
    throw new AdapterError(
      'launch-option-type',
      say`it is linked, and a module is an object file that the kernel links: name its .ko or .o, or a program of ring 3 in "programs".`,
    );
  return { name, path, bytes, unloaded };
}

export const moduleOpener =
  (host: AdapterHost): OpenModule =>
  ({ bytes, name, path }, sections) =>
    loadSymbols(bytes, name, path, symbolFiles(host), placerOf(sections));

/** Of several sections of a name the nth in the list is the nth in the file. */
function placerOf(sections: readonly (readonly [string, number])[]): SectionPlacer {
  const byName = new Map<string, number[]>();
  for (const [name, address] of sections) byName.set(name, [...(byName.get(name) ?? []), address]);
  return ({ name }) => byName.get(name)?.shift();
}
