/**
 * Opens a program with everything that belongs to it: decompresses and relocates its sections, finds its
 * separate debug file, its split-off and supplementary files, and the index of names of an earlier session.
 * The only asynchronous part of this folder: afterwards every query is answered at once. The units of a large program may still come
 * then (`arrival.ts`): who has the time waits for them, who asks for them sooner has them at once.
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
import { inTurns } from './pieces.ts';
import type { FileParts, SymbolSource } from './read-parts.ts';
import { relocateSections } from './relocate.ts';
import { say } from '../../core/sentences/say.ts';
import type { ByteCache } from '../byte-cache.ts';
import { checkCode } from './wide-code.ts';

/** What loading asks of the surroundings. */
export interface SymbolFiles {
  /** The bytes of a file; undefined when it cannot be read. */
  read: (path: string) => Promise<Uint8Array | undefined>;
  /** Folders of separate debug files, as distributions fill them (`/usr/lib/debug`). */
  debugFolders: readonly string[];
  /** Where indexes are kept between sessions; undefined when nothing can be kept. */
  cache: ByteCache | undefined;
  /** What decompresses sections on other threads; without it, this one does, in turns with others. */
  inflate?: Inflaters;
  /** Bytes of compressed units from which on questions are answered while these come; by default 4 MiB. */
  worthStarting?: number;
}

/** Split-off and supplementary files are object files in form, but nothing of them is loaded or relocated. */
const nowhere: SectionPlacer = () => undefined;
/** Split-off files read at the same time. */
const PARALLEL_READS = 16;
/** Milliseconds of indexing before others get their turn. */
const SLICE_MS = 8;

/**
 * Opens the program `source` that was read from `path`; `place` says where the sections of an object file were
 * loaded. Throws `SymbolError` with an `elf-` code; what else is wrong or missing is in the image's `problems`.
 */
export async function loadSymbols(
  source: Uint8Array | SymbolSource,
  name: string,
  path: string,
  files: SymbolFiles,
  place?: SectionPlacer,
): Promise<SymbolImage> {
  const problems: SymbolError[] = [];
  let keep = (error: SymbolError): void => void problems.push(error);
  const report = (error: SymbolError): void => {
    keep(error);
  };
  const { bytes, parts } = source instanceof Uint8Array ? { bytes: source, parts: undefined } : source;
  const elf = await prepare(parseElf(bytes, place), files, report, parts);
  checkCode(elf);
  const debugFile = hasUnits(elf)
    ? undefined
    : await findLinked(debugLinkOf(elf), path, files, report, place);
  const image = SymbolImage.of(elf, name, debugFile?.elf);
  keep = (error) => {
    image.addProblem(error);
  };
  problems.forEach(keep);
  const units = debugFile ?? { elf, path };
  const coming = isComing(units.elf);
  if (!coming) {
    await addAlternate(image, units, files);
    await addSplits(image, path, files);
  }
  const { cache } = files;
  const restoring = cache && image.index.restoreFrom((key) => cache.read(key));
  if (coming) image.index.restoring = restoring;
  else await restoring;
  return image;
}

const WORTH_STARTING = 4 << 20;
const UNITS = /^\.z?debug_(info|types)$/;
/** Sections of programs whose units are in several files: in which order these come must not matter. */
const SHARED = /^(\.z?debug_addr|\.gnu_debugaltlink)$/;

/** Units in one section of one file can be used while they come. */
function mayComeLate({ type, sections }: Elf, { worthStarting = WORTH_STARTING }: SymbolFiles): boolean {
  const units = sections.filter(({ name }) => UNITS.test(name));
  return (
    type !== ET_REL &&
    units.length === 1 &&
    units[0]!.size >= worthStarting &&
    sections.every(({ name }) => !SHARED.test(name))
  );
}

const isComing = ({ sections }: Elf): boolean =>
  sections.some(({ arrival }) => arrival !== undefined && !arrival.over);

async function prepare(
  elf: Elf,
  files: SymbolFiles,
  report: (error: SymbolError) => void,
  parts?: FileParts,
): Promise<Elf> {
  const late = mayComeLate(elf, files) ? '.debug_info' : undefined;
  await decompressSections(elf, report, { inflaters: files.inflate, parts, late });
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
  cache: ByteCache | undefined,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<void> {
  await inTurns(image.index.arrive());
  const { key } = image.index;
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
