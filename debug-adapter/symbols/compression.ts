/**
 * Compressed debug sections: SHF_COMPRESSED with zlib or zstd (gABI chapter 4, "Compression Header") and GNU's
 * older `.zdebug_*`. The sizes a file claims are checked against what comes out.
 */
import { decompress as inflateZstd } from 'fzstd';
import { type Elf, type ElfSection, sectionBytes, SHF } from './elf.ts';
import { SymbolError } from './errors.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

const CH_TYPE = { zlib: 1, zstd: 2 } as const;
/** No debug section that is worth reading is larger; a damaged header may say anything. */
const SIZE_LIMIT = 2 ** 30;

/** Bytes given to the decompressor at a time. */
const PART = 1 << 16;

/** The content of a zlib stream, which should have `size` bytes. Rejects when it is damaged, or too long. */
export type InflateSection = (data: Uint8Array, size: number) => Promise<Uint8Array>;

interface Compressed {
  section: ElfSection;
  name: string;
  type: number;
  size: number;
  data: Uint8Array;
}

/** True when `section` is of no use before `decompressSections`. */
export function isCompressed(section: ElfSection): boolean {
  return (section.flags & SHF.compressed) !== 0 || section.name.startsWith('.zdebug_');
}

/** Gives every compressed debug section of `elf` its content; what cannot be decompressed stays and is reported. */
export async function decompressSections(
  elf: Elf,
  report: (error: SymbolError) => void,
  inflate: InflateSection = inflateByStream,
): Promise<void> {
  // One behind the other: nearly all is in one of them, and streams that run side by side hold much that is not collected yet.
  for (const section of elf.sections.filter(isCompressed)) {
    try {
      const found = headerOf(elf, section);
      section.content = await decompress(found, inflate);
      section.name = found.name;
      section.size = found.size;
      section.flags &= ~SHF.compressed;
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      report(error);
    }
  }
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
  return {
    section,
    name: section.name.replace(/^\.zdebug_/, '.debug_'),
    type: old ? CH_TYPE.zlib : view.getUint32(0, true),
    size,
    data: bytes.subarray(headerSize),
  };
}

async function decompress(compressed: Compressed, inflate: InflateSection): Promise<Uint8Array> {
  const { section, type, size } = compressed;
  if (type === CH_TYPE.zlib) return inflateZlib(compressed, inflate);
  if (type !== CH_TYPE.zstd) throw damaged(section, say`compression ${String(type)}, neither zlib nor zstd,`);
  // Before memory is taken: the frame must be of the size the section is to have.
  if (zstdContentSize(compressed.data) !== size) throw damaged(section, say`a zstd stream of another size`);
  let bytes: Uint8Array | undefined;
  try {
    bytes = inflateZstd(compressed.data);
  } catch {
    // told below
  }
  if (bytes?.length !== size) throw damaged(section, say`a damaged zstd stream`);
  return bytes;
}

/** What the header of a zstd frame says of its content (RFC 8878 §3.1.1.1); undefined when it says nothing. */
function zstdContentSize(data: Uint8Array): number | undefined {
  if (data.length < 18) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const descriptor = data[4]!;
  const isSingle = (descriptor >> 5) & 1;
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const at = 6 - isSingle + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? data[at]! : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : undefined;
  }
}

async function inflateZlib(
  { section, size, data }: Compressed,
  inflate: InflateSection,
): Promise<Uint8Array> {
  const bytes = await inflate(data, size).catch(() => undefined);
  if (!bytes) throw damaged(section, say`a damaged zlib stream`);
  if (bytes.length !== size) throw damaged(section, say`a zlib stream of another size than ${String(size)}`);
  return bytes;
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
