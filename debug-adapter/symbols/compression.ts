/**
 * Compressed debug sections: SHF_COMPRESSED with zlib or zstd (gABI chapter 4, "Compression Header") and GNU's
 * older `.zdebug_*`. The sizes a file claims are checked against what comes out.
 */
import { type Elf, type ElfSection, sectionBytes, SHF } from './elf.ts';
import { SymbolError } from './errors.ts';
import { inTurns } from './pieces.ts';
import { inflateZstd } from './zstd.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** Kinds of compression by their numbers in headers. */
const KINDS = ['', 'zlib', 'zstd'] as const;
/** No debug section that is worth reading is larger; a damaged header may say anything. */
const SIZE_LIMIT = 2 ** 30;

/** Bytes given to the decompressor at a time. */
const PART = 1 << 16;

/** The content of a stream, which should have `size` bytes. Rejects when it is damaged, or too long. */
export type InflateSection = (data: Uint8Array, size: number) => Promise<Uint8Array>;

/** By the kind of compression: what a platform does on threads of its own. */
export type Inflaters = Readonly<Partial<Record<'zlib' | 'zstd', InflateSection>>>;

interface Compressed {
  section: ElfSection;
  name: string;
  kind: 'zlib' | 'zstd';
  size: number;
  data: Uint8Array;
}

/** True when `section` is of no use before `decompressSections`. */
export function isCompressed(section: ElfSection): boolean {
  return (section.flags & SHF.compressed) !== 0 || section.name.startsWith('.zdebug_');
}

/**
 * Gives every compressed debug section of `elf` its content; what cannot be decompressed stays and is reported. Where the platform has
 * threads for it, the sections are done side by side; else one behind the other, for streams hold much that is not collected yet.
 */
export async function decompressSections(
  elf: Elf,
  report: (error: SymbolError) => void,
  inflaters: Inflaters = {},
): Promise<void> {
  const reporting = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      report(error);
    }
  };
  const beside: Promise<void>[] = [];
  for (const section of elf.sections.filter(isCompressed)) {
    await reporting(async () => {
      const compressed = headerOf(elf, section);
      const inflate = inflaters[compressed.kind];
      if (inflate) beside.push(reporting(() => decompress(compressed, inflate)));
      else await decompress(compressed, INFLATERS[compressed.kind]);
    });
  }
  await Promise.all(beside);
}

function damaged(section: ElfSection, found: Sentence): SymbolError {
  return new SymbolError(
    'elf-compression',
    say`A compressed section was expected in ${section.name}, ${found} was found; the file is damaged, build or copy it again.`,
  );
}

function headerOf(elf: Elf, section: ElfSection): Compressed {
  const bytes = sectionBytes(elf.bytes, section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const old = (section.flags & SHF.compressed) === 0;
  const headerSize = old || !elf.wide ? 12 : 24;
  if (bytes.length < headerSize) throw damaged(section, say`a header cut short`);
  // The old header is "ZLIB" and a big-endian 64-bit size; the new ones follow the class of the file.
  if (old && view.getUint32(0) !== 0x5a4c4942) throw damaged(section, say`a header without "ZLIB"`);
  const size = old ? view.getUint32(8) : view.getUint32(headerSize === 12 ? 4 : 8, true);
  const high = old ? view.getUint32(4) : headerSize === 12 ? 0 : view.getUint32(12, true);
  if (high !== 0 || size > SIZE_LIMIT) throw damaged(section, say`a size of more than 1 GiB`);
  const type = old ? 1 : view.getUint32(0, true);
  const kind = KINDS[type];
  if (!kind) throw damaged(section, say`compression ${String(type)}, neither zlib nor zstd,`);
  return {
    section,
    name: section.name.replace(/^\.zdebug_/, '.debug_'),
    kind,
    size,
    data: bytes.subarray(headerSize),
  };
}

async function decompress(compressed: Compressed, inflate: InflateSection): Promise<void> {
  const { section, name, kind, size, data } = compressed;
  let bytes = await inflate(data, size).catch(() => undefined);
  // Node's ends behind the first of several frames.
  if (kind === 'zstd' && bytes && bytes.length < size && inflate !== INFLATERS.zstd)
    bytes = await INFLATERS.zstd(data, size).catch(() => undefined);
  if (!bytes) throw damaged(section, say`a damaged ${kind} stream`);
  if (bytes.length !== size)
    throw damaged(section, say`a ${kind} stream of another size than ${String(size)}`);
  Object.assign(section, { content: bytes, name, size, flags: section.flags & ~SHF.compressed });
}

/** By the platform's own stream, the same on Node and in a browser. */
const inflateByStream: InflateSection = async (data, size) => {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const stream = sourceOf(data).pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (part.value.length > size - filled) throw new RangeError('too long');
      bytes.set(part.value, filled);
      filled += part.value.length;
      if (filled === size) break;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return bytes.subarray(0, filled);
};

/** The bytes as a stream of small copies: a stream may take what it is given, and that is not to be the file. */
function sourceOf(data: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < data.length) controller.enqueue(data.slice(at, at + PART));
      else controller.close();
      at += PART;
    },
  });
}

/** What every platform has. */
const INFLATERS: Readonly<Record<Compressed['kind'], InflateSection>> = {
  zlib: inflateByStream,
  zstd: (data, size) => inTurns(inflateZstd(data, size)),
};
