/**
 * Reads a qcow2 image (versions 2 and 3) as the disk that it holds: active layer, compressed clusters, backing files. Source:
 * QEMU, docs/interop/qcow2.txt. Owns nothing but the two levels of tables; data stay where they are.
 */
import { ImageError, type ImageSource, readPadded, viewOf } from './image-source.ts';

/** What reading a qcow2 image needs from outside. */
export interface Qcow2Environment {
  /** Decompresses a raw deflate stream (RFC 1951) to exactly `size` bytes. */
  inflateRaw(bytes: Uint8Array, size: number): Promise<Uint8Array>;
  /** Opens the backing file, by its name in the image and its format, where that is given. */
  openBacking(name: string, format: string | undefined): Promise<ImageSource>;
}

export interface Qcow2Header {
  readonly version: number;
  readonly clusterSize: number;
  readonly virtualSize: number;
  readonly backingName: string | undefined;
  readonly backingFormat: string | undefined;
  readonly compression: 'deflate' | 'zstd';
  readonly l1Offset: number;
  readonly l1Entries: number;
}

const MAGIC = 0x5146_49fb;
const VERSION_2_SIZE = 72;
const VERSION_3_SIZE = 104;
const INCOMPATIBLE = [
  ['dirty', true],
  ['corrupt', false],
  ['an external data file', false],
  ['another compression type', true],
  ['extended L2 entries', false],
] as const;
const EXTENSION_END = 0;
const EXTENSION_BACKING_FORMAT = 0xe279_2aca;
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
const ZERO_CLUSTER = 1n;
/** 8 TiB with the smallest clusters: beyond that an L1 table is an attack. */
const L1_ENTRIES_MAX = 1 << 22;
const L2_CACHE = 64;

const malformed = (what: string) =>
  new ImageError('image-malformed', `The qcow2 image is damaged: ${what}. Check it with qemu-img check.`);
const unsupported = (what: string) =>
  new ImageError(
    'image-unsupported',
    `The qcow2 image uses ${what}, which is not supported: convert it with qemu-img convert -O raw.`,
  );

function headerExtensions(
  bytes: Uint8Array,
  from: number,
  end: number,
): { backingFormat: string | undefined } {
  const view = viewOf(bytes);
  let backingFormat: string | undefined;
  for (let at = from; at + 8 <= end;) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === EXTENSION_END || length > end - at - 8) break;
    if (type === EXTENSION_BACKING_FORMAT)
      backingFormat = new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return { backingFormat };
}

/** @throws ImageError */
export async function readQcow2Header(source: ImageSource): Promise<Qcow2Header> {
  const fixed = await readPadded(source, 0, VERSION_3_SIZE + 8);
  const view = viewOf(fixed);
  if (source.size < VERSION_2_SIZE || view.getUint32(0) !== MAGIC)
    throw malformed('it does not begin with a header');
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw unsupported(`version ${version}`);
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21) throw malformed(`its clusters have 2^${clusterBits} bytes`);
  if (view.getUint32(32) !== 0) throw unsupported('encryption');
  const incompatible = version === 3 ? view.getBigUint64(72) : 0n;
  INCOMPATIBLE.forEach(([what, readable], bit) => {
    if ((incompatible >> BigInt(bit)) & 1n && !readable) throw unsupported(what);
  });
  if (incompatible >> BigInt(INCOMPATIBLE.length))
    throw unsupported('a feature that is newer than this program');
  const headerLength = version === 3 ? view.getUint32(100) : VERSION_2_SIZE;
  const compressionByte = incompatible & 8n && headerLength > VERSION_3_SIZE ? view.getUint8(104) : 0;
  if (compressionByte > 1) throw unsupported(`compression type ${compressionByte}`);
  const clusterSize = 2 ** clusterBits;
  const backingOffset = Number(view.getBigUint64(8));
  const backingSize = view.getUint32(16);
  if (
    backingOffset !== 0 &&
    (backingSize > 1023 || backingOffset + backingSize > Math.min(clusterSize, source.size))
  )
    throw malformed('the name of its backing file lies outside of the first cluster');
  const first = await readPadded(source, 0, Math.min(clusterSize, 0x1_0000));
  const extensionsEnd = backingOffset !== 0 && backingOffset < first.length ? backingOffset : first.length;
  const l1Entries = view.getUint32(36);
  const l1Offset = Number(view.getBigUint64(40));
  const virtualSize = Number(view.getBigUint64(24));
  const needed = Math.ceil(virtualSize / clusterSize / (clusterSize / 8));
  if (l1Entries > L1_ENTRIES_MAX || l1Entries < needed || !Number.isSafeInteger(virtualSize))
    throw malformed(`its L1 table has ${l1Entries} entries for ${virtualSize} bytes`);
  if (l1Offset + l1Entries * 8 > source.size) throw malformed('its L1 table lies behind the end of the file');
  return {
    version,
    clusterSize,
    virtualSize,
    backingName:
      backingOffset === 0
        ? undefined
        : new TextDecoder().decode(await source.read(backingOffset, backingSize)),
    backingFormat: headerExtensions(first, headerLength, extensionsEnd).backingFormat,
    compression: compressionByte === 1 ? 'zstd' : 'deflate',
    l1Offset,
    l1Entries,
  };
}

/** The disk in a qcow2 image. @throws ImageError, also while reading */
export async function openQcow2(source: ImageSource, environment: Qcow2Environment): Promise<ImageSource> {
  const header = await readQcow2Header(source);
  const { clusterSize, virtualSize, backingName, backingFormat } = header;
  const backing =
    backingName === undefined ? undefined : await environment.openBacking(backingName, backingFormat);
  const l1 = viewOf(await source.read(header.l1Offset, header.l1Entries * 8));
  const entriesPerL2 = clusterSize / 8;
  const l2Cache = new Map<number, DataView>();

  async function l2Table(offset: number): Promise<DataView> {
    const cached = l2Cache.get(offset);
    if (cached) return cached;
    if (offset + clusterSize > source.size)
      throw malformed(`an L2 table lies at byte ${offset}, behind the end`);
    const table = viewOf(await source.read(offset, clusterSize));
    if (l2Cache.size >= L2_CACHE) {
      const [oldest] = l2Cache.keys();
      if (oldest !== undefined) l2Cache.delete(oldest);
    }
    l2Cache.set(offset, table);
    return table;
  }

  async function entryOf(cluster: number): Promise<bigint> {
    const l1Index = Math.floor(cluster / entriesPerL2);
    const l2Offset = Number(l1.getBigUint64(l1Index * 8) & OFFSET_MASK);
    if (l2Offset === 0) return 0n;
    return (await l2Table(l2Offset)).getBigUint64((cluster % entriesPerL2) * 8);
  }

  async function compressedCluster(entry: bigint): Promise<Uint8Array> {
    if (header.compression === 'zstd') throw unsupported('Zstandard compression');
    // Bits of the offset: 62 - (cluster_bits - 8); above them the number of further sectors.
    const offsetBits = BigInt(62 - (Math.log2(clusterSize) - 8));
    const offset = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
    const length = Math.min(sectors * 512 - (offset % 512), source.size - offset);
    if (length <= 0) throw malformed(`a compressed cluster lies at byte ${offset}, behind the end`);
    try {
      return await environment.inflateRaw(await source.read(offset, length), clusterSize);
    } catch (error) {
      throw malformed(`a compressed cluster at byte ${offset} cannot be unpacked (${String(error)})`);
    }
  }

  /** Bytes inside of one cluster. */
  async function readPart(cluster: number, within: number, length: number): Promise<Uint8Array> {
    const entry = await entryOf(cluster);
    if (entry & COMPRESSED) return (await compressedCluster(entry)).subarray(within, within + length);
    const offset = Number(entry & OFFSET_MASK);
    if (entry & ZERO_CLUSTER && header.version === 3) return new Uint8Array(length);
    if (offset === 0) {
      const at = cluster * clusterSize + within;
      return backing ? readPadded(backing, at, length) : new Uint8Array(length);
    }
    if (offset >= source.size) throw malformed(`a cluster lies at byte ${offset}, behind the end`);
    return readPadded(source, offset + within, length);
  }

  return {
    size: virtualSize,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const at = offset + done;
        const within = at % clusterSize;
        const part = Math.min(length - done, clusterSize - within);
        bytes.set(await readPart(Math.floor(at / clusterSize), within, part), done);
        done += part;
      }
      return bytes;
    },
  };
}
