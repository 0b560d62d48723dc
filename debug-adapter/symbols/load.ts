/**
 * Opens a program with everything that belongs to it: decompresses and relocates its sections, finds its
 * separate debug file, its split-off and supplementary files, and the index of names of an earlier session.
 * The only asynchronous part of this folder: afterwards every query is answered at once.
 */
import { decompressSections, type Inflaters } from './compression.ts';
import {
  alternateLinkOf,
  debugLinkOf,
  type FileLink,
  linkCandidates,
  matchesLink,
  packageCandidates,
  splitCandidates,
} from './debug-file.ts';
import { type Elf, ET_REL, parseElf, type SectionPlacer } from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import { SymbolImage } from './image.ts';
import { relocateSections } from './relocate.ts';
import { say } from '../../core/sentences/say.ts';

/** What loading asks of the surroundings. */
export interface SymbolFiles {
  /** The bytes of a file; undefined when it cannot be read. */
  read: (path: string) => Promise<Uint8Array | undefined>;
  /** Folders of separate debug files, as distributions fill them (`/usr/lib/debug`). */
  debugFolders: readonly string[];
  /** Where indexes are kept between sessions; undefined when nothing can be kept. */
  cache: SymbolCache | undefined;
  /** What decompresses sections on other threads; without it, this one does, in turns with others. */
  inflate?: Inflaters;
}

/** Bytes by key, kept between sessions; neither ever rejects. */
export interface SymbolCache {
  read: (key: string) => Promise<Uint8Array | undefined>;
  write: (key: string, bytes: Uint8Array) => Promise<void>;
}

/** Split-off and supplementary files are object files in form, but nothing of them is loaded or relocated. */
const nowhere: SectionPlacer = () => undefined;
/** Split-off files read at the same time. */
const PARALLEL_READS = 16;
/** Milliseconds of indexing before others get their turn. */
const SLICE_MS = 8;

/**
 * Opens the program `bytes` that was read from `path`; `place` says where the sections of an object file were
 * loaded. Throws `SymbolError` with an `elf-` code; what else is wrong or missing is in the image's `problems`.
 */
export async function loadSymbols(
  bytes: Uint8Array,
  name: string,
  path: string,
  files: SymbolFiles,
  place?: SectionPlacer,
): Promise<SymbolImage> {
  const problems: SymbolError[] = [];
  const report = (error: SymbolError): void => void problems.push(error);
  const elf = await prepare(parseElf(bytes, place), files, report);
  const debugFile = hasUnits(elf)
    ? undefined
    : await findLinked(debugLinkOf(elf), path, files, report, place);
  const image = SymbolImage.of(elf, name, debugFile?.elf);
  for (const problem of problems) image.addProblem(problem);
  await addAlternate(image, debugFile ?? { elf, path }, files);
  await addSplits(image, path, files);
  const key = files.cache && image.index.key;
  const kept = key === undefined ? undefined : await files.cache?.read(key);
  if (kept) image.index.restore(kept);
  return image;
}

async function prepare(elf: Elf, files: SymbolFiles, report: (error: SymbolError) => void): Promise<Elf> {
  await decompressSections(elf, report, files.inflate);
  if (elf.type === ET_REL) relocateSections(elf, report);
  return elf;
}

function hasUnits(elf: Elf): boolean {
  return elf.sections.some(({ name }) => /^\.z?debug_info$/.test(name));
}

/** The first candidate of `link` that is the file it means. */
async function findLinked(
  link: FileLink | undefined,
  path: string,
  files: SymbolFiles,
  report: (error: SymbolError) => void,
  place: SectionPlacer = nowhere,
): Promise<{ elf: Elf; path: string } | undefined> {
  if (!link) return undefined;
  for (const candidate of linkCandidates(link, path, files.debugFolders)) {
    const bytes = await files.read(candidate);
    const elf = bytes && guarded(() => parseElf(bytes, place), undefined, report);
    if (!elf) continue;
    if (matchesLink(elf, link)) return { elf: await prepare(elf, files, report), path: candidate };
    report(
      new SymbolError(
        'debug-file-other',
        say`The debug information of ${path} was expected in ${candidate}, that file is of another build; install the debug package of exactly this build.`,
      ),
    );
  }
  return undefined;
}

async function addAlternate(
  image: SymbolImage,
  source: { elf: Elf; path: string },
  files: SymbolFiles,
): Promise<void> {
  const report = (error: SymbolError): void => {
    image.addProblem(error);
  };
  const link = guarded(() => alternateLinkOf(source.elf), undefined, report);
  if (!link) return;
  const found = await findLinked(link, source.path, files, report);
  if (found) image.addAlternate(found.elf);
  else {
    image.addProblem(
      new SymbolError(
        'dwarf-alternate',
        say`The supplementary debug file ${link.name} of ${image.name} was expected, it is not there; install the whole debug package, or build without dwz. Some names and types are missing meanwhile.`,
      ),
    );
  }
}

async function addSplits(image: SymbolImage, path: string, files: SymbolFiles): Promise<void> {
  const report = (error: SymbolError): void => {
    image.addProblem(error);
  };
  const open = async (candidates: readonly string[]): Promise<Elf | undefined> => {
    for (const candidate of candidates) {
      const bytes = await files.read(candidate);
      const elf = bytes && guarded(() => parseElf(bytes, nowhere), undefined, report);
      if (elf) return prepare(elf, files, report);
    }
    return undefined;
  };
  if (image.missingSplits.length === 0) return;
  const whole = await open(packageCandidates(path));
  if (whole) image.addSplit(whole);
  const missing = image.missingSplits;
  for (let i = 0; i < missing.length; i += PARALLEL_READS) {
    const some = missing.slice(i, i + PARALLEL_READS);
    // Added in their own order: positions must not depend on which file was read first.
    const found = await Promise.all(some.map((reference) => open(splitCandidates(reference, path))));
    for (const elf of found) if (elf) image.addSplit(elf);
  }
}

/**
 * Builds the index of names in slices between which other work is done, and keeps it for the next session.
 * `progress` gets the share that is done. Ends early when `signal` is aborted.
 */
export async function buildIndex(
  image: SymbolImage,
  cache: SymbolCache | undefined,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<void> {
  const key = image.index.key;
  if (key === undefined || image.index.isComplete) return;
  for (let share = 0; share < 1;) {
    if (signal.aborted) return;
    const until = performance.now() + SLICE_MS;
    while (share < 1 && performance.now() < until) share = image.index.step();
    progress(share);
    await new Promise((resolve) => setTimeout(resolve));
  }
  const bytes = image.index.save();
  if (bytes && !signal.aborted) await cache?.write(key, bytes);
}
