/**
 * Compressed debug sections: SHF_COMPRESSED with zlib or zstd (gABI chapter 4, "Compression Header") and GNU's
 * older `.zdebug_*`. The sizes a file claims are checked against what comes out.
 */
import { Arrival } from './arrival.ts';
import { type Elf, type ElfSection, sectionBytes, SHF } from './elf.ts';
import { SymbolError } from './errors.ts';
import { inTurns } from './pieces.ts';
import type { FileParts } from './read-parts.ts';
import { inflateZstd } from './zstd.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** Kinds of compression by their numbers in headers. */
const KINDS = ['', 'zlib', 'zstd'] as const;
/** No debug section that is worth reading is larger; a damaged header may say anything. */
const SIZE_LIMIT = 2 ** 30;

/** Bytes given to the decompressor at a time. */
export const PART = 1 << 20;

/** The compressed bytes of a section, wherever they are. */
export interface PackedStream {
  readonly length: number;
  /** Rejects when the file cannot be read. */
  read(at: number, length: number): Promise<Uint8Array>;
  /** All of them, now; absent where files cannot be read so. */
  readNow?(): Uint8Array;
}

/** Told of content while it comes: room for all of it, and how many bytes are there. */
export type Arrives = (content: Uint8Array, length: number) => void;

/** The content of a stream, which should have `size` bytes. Rejects when it is damaged, or too long. */
export type InflateSection = (stream: PackedStream, size: number, arrives?: Arrives) => Promise<Uint8Array>;

/** What decompresses one kind. */
export interface Inflater {
  readonly inflate: InflateSection;
  /** The same at once; absent where the platform cannot. */
  readonly now?: (data: Uint8Array, size: number) => Uint8Array;
}

/** By the kind of compression: what a platform does on threads of its own. */
export type Inflaters = Readonly<Partial<Record<'zlib' | 'zstd', Inflater>>>;

interface Compressed {
  section: ElfSection;
  name: string;
  kind: 'zlib' | 'zstd';
  size: number;
  stream: PackedStream;
}

export interface Decompressing {
  /** What the platform has. */
  readonly inflaters?: Inflaters | undefined;
  /** Where the streams are read; in the bytes of the program without it. */
  readonly parts?: FileParts | undefined;
  /** Names the section that is used while it comes, when the platform can finish it at once. */
  readonly late?: string | undefined;
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
  { inflaters = {}, parts, late }: Decompressing = {},
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
      const compressed = headerOf(elf, section, parts);
      const inflater = inflaters[compressed.kind];
      if (!inflater) await decompress(compressed, INFLATERS[compressed.kind]);
      else if (compressed.name === late && inflater.now && compressed.stream.readNow)
        beside.push(begin(compressed, inflater, reporting));
      else beside.push(reporting(() => decompress(compressed, inflater)));
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

function headerOf(elf: Elf, section: ElfSection, parts: FileParts | undefined): Compressed {
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
    stream: parts
      ? streamOf(parts, section.offset + headerSize, section.size - headerSize)
      : streamIn(bytes.subarray(headerSize)),
  };
}

const streamIn = (data: Uint8Array): PackedStream => ({
  length: data.length,
  read: (at, length) => Promise.resolve(data.subarray(at, at + length)),
  readNow: () => data,
});

function streamOf(parts: FileParts, start: number, size: number): PackedStream {
  const { readNow } = parts;
  return {
    length: size,
    async read(at, length) {
      const target = new Uint8Array(length);
      await parts.readInto(target, start + at);
      return target;
    },
    ...(readNow && {
      readNow() {
        const target = new Uint8Array(size);
        readNow(target, start);
        return target;
      },
    }),
  };
}

async function contentOf(
  { section, kind, size, stream }: Compressed,
  { inflate }: Inflater,
  arrives?: Arrives,
): Promise<Uint8Array> {
  let bytes = await inflate(stream, size, arrives).catch(() => undefined);
  // Node's ends behind the first of several frames.
  if (kind === 'zstd' && bytes && bytes.length < size && inflate !== INFLATERS.zstd.inflate)
    bytes = await INFLATERS.zstd.inflate(stream, size).catch(() => undefined);
  if (!bytes) throw damaged(section, say`a damaged ${kind} stream`);
  if (bytes.length !== size)
    throw damaged(section, say`a ${kind} stream of another size than ${String(size)}`);
  return bytes;
}

async function decompress(compressed: Compressed, inflater: Inflater): Promise<void> {
  replace(compressed, await contentOf(compressed, inflater));
}

function replace({ section, name, size }: Compressed, content: Uint8Array, arrival?: Arrival): void {
  Object.assign(section, { content, arrival, name, size, flags: section.flags & ~SHF.compressed });
}

/** Goes on with a section beside who uses it. Settles when its beginning is there, or all that there is. */
function begin(
  compressed: Compressed,
  inflater: Inflater,
  reporting: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { stream, size } = compressed;
  return new Promise((begun, fail) => {
    let arrival: Arrival | undefined;
    const arrives: Arrives = (content, length) => {
      if (!arrival) {
        arrival = new Arrival(content, () => inflater.now!(stream.readNow!(), size));
        replace(compressed, content, arrival);
        begun();
      }
      arrival.grow(length);
    };
    const all = async (): Promise<void> => {
      const content = await contentOf(compressed, inflater, arrives);
      if (!arrival) replace(compressed, content);
      else if (arrival.content.buffer !== content.buffer) arrival.content.set(content);
      arrival?.grow(size);
    };
    reporting(all)
      .finally(() => arrival?.end())
      .then(begun, fail);
  });
}

/** By the platform's own stream, the same on Node and in a browser. */
const inflateByStream: InflateSection = async (packed, size) => {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const stream = sourceOf(packed).pipeThrough(new DecompressionStream('deflate'));
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
function sourceOf(packed: PackedStream): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= packed.length) {
        controller.close();
        return;
      }
      const part = await packed.read(at, Math.min(PART, packed.length - at));
      controller.enqueue(part.slice());
      at += part.length;
    },
  });
}

/** What every platform has. */
const INFLATERS: Readonly<Record<Compressed['kind'], Inflater>> = {
  zlib: { inflate: inflateByStream },
  zstd: {
    inflate: async (packed, size) => inTurns(inflateZstd(await packed.read(0, packed.length), size)),
  },
};
