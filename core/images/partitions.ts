/**
 * Partition tables of an image: DOS (MBR, with extended partitions) and GPT. coLinux's block devices hold bare file systems, so
 * a partition must be selected or stripped. Sources: UEFI Specification 2.10, chapter 5 (GPT; 5.2.1 for MBR).
 */
import { crc32 } from './crc32.ts';
import { ImageError, type ImageSource, readPadded, viewOf } from './image-source.ts';

export const SECTOR = 512;

export interface Partition {
  /** As Linux numbers them: primary ones 1 to 4, logical ones from 5. */
  readonly number: number;
  /** Bytes from the image's start. */
  readonly start: number;
  readonly size: number;
  /** The type byte of DOS as `0x83`, or the type GUID. */
  readonly type: string;
  /** GPT's name. */
  readonly name: string;
}

export interface PartitionTable {
  readonly scheme: 'none' | 'dos' | 'gpt';
  readonly partitions: readonly Partition[];
}

const NONE: PartitionTable = { scheme: 'none', partitions: [] };
const MBR_ENTRIES = 446;
const MBR_ENTRY_SIZE = 16;
const MBR_SIGNATURE = 0xaa55;
const PROTECTIVE = 0xee;
const EXTENDED = new Set([0x05, 0x0f, 0x85]);
const LOGICAL_MAX = 128;
const GPT_SIGNATURE = 'EFI PART';
const GPT_HEADER_SIZE = 92;
const GPT_ENTRIES_MAX = 1024;
const GPT_ENTRY_SIZE_MAX = 4096;

interface MbrEntry {
  readonly boot: number;
  readonly type: number;
  readonly first: number;
  readonly count: number;
}

function mbrEntries(sector: Uint8Array): MbrEntry[] | undefined {
  const view = viewOf(sector);
  if (view.getUint16(510, true) !== MBR_SIGNATURE) return undefined;
  return [0, 1, 2, 3].map((n) => {
    const at = MBR_ENTRIES + n * MBR_ENTRY_SIZE;
    return {
      boot: view.getUint8(at),
      type: view.getUint8(at + 4),
      first: view.getUint32(at + 8, true),
      count: view.getUint32(at + 12, true),
    };
  });
}

/** A boot sector of a file system has the signature, too: its entries make no sense as a table. */
function looksLikeTable(entries: readonly MbrEntry[], sectors: number): boolean {
  const used = entries.filter(({ type, count }) => type !== 0 && count > 0);
  return (
    used.length > 0 &&
    entries.every(({ boot }) => boot === 0 || boot === 0x80) &&
    used.every(({ first }) => first > 0 && first < Math.max(sectors, 1))
  );
}

const typeByte = (type: number) => `0x${type.toString(16).padStart(2, '0')}`;

async function logicalPartitions(source: ImageSource, extendedFirst: number): Promise<Partition[]> {
  const found: Partition[] = [];
  let at = extendedFirst;
  for (let n = 0; n < LOGICAL_MAX; n++) {
    const entries = mbrEntries(await readPadded(source, at * SECTOR, SECTOR));
    const [own, next] = entries ?? [];
    if (!own || !next) break;
    if (own.count > 0) {
      found.push({
        number: 5 + found.length,
        start: (at + own.first) * SECTOR,
        size: own.count * SECTOR,
        type: typeByte(own.type),
        name: '',
      });
    }
    // Links are relative to the extended partition, and only lead on: a chain that goes back would not end.
    if (!EXTENDED.has(next.type) || extendedFirst + next.first <= at) break;
    at = extendedFirst + next.first;
  }
  return found;
}

async function dosTable(source: ImageSource, entries: readonly MbrEntry[]): Promise<PartitionTable> {
  const partitions: Partition[] = [];
  let extended: MbrEntry | undefined;
  entries.forEach((entry, n) => {
    const { type, first, count } = entry;
    if (type === 0 || count === 0) return;
    if (EXTENDED.has(type)) extended ??= entry;
    else
      partitions.push({
        number: n + 1,
        start: first * SECTOR,
        size: count * SECTOR,
        type: typeByte(type),
        name: '',
      });
  });
  if (extended) partitions.push(...(await logicalPartitions(source, extended.first)));
  return { scheme: 'dos', partitions };
}

function guidText(bytes: Uint8Array): string {
  const hex = (from: number, to: number, reversed: boolean) => {
    const part = [...bytes.subarray(from, to)];
    return (reversed ? part.reverse() : part).map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
}

function gptName(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const units = Array.from({ length: bytes.length >> 1 }, (_, n) => view.getUint16(n * 2, true));
  const end = units.indexOf(0);
  return String.fromCharCode(...(end < 0 ? units : units.slice(0, end)));
}

/** @returns undefined when there is no valid header at this sector */
async function gptTable(source: ImageSource, headerSector: number): Promise<PartitionTable | undefined> {
  const header = await readPadded(source, headerSector * SECTOR, SECTOR);
  const view = viewOf(header);
  if (String.fromCharCode(...header.subarray(0, 8)) !== GPT_SIGNATURE) return undefined;
  const headerSize = view.getUint32(12, true);
  if (headerSize < GPT_HEADER_SIZE || headerSize > SECTOR) return undefined;
  const checked = header.slice(0, headerSize);
  viewOf(checked).setUint32(16, 0, true);
  if (crc32(checked) !== view.getUint32(16, true)) return undefined;
  const count = view.getUint32(80, true);
  const entrySize = view.getUint32(84, true);
  if (count > GPT_ENTRIES_MAX || entrySize < 128 || entrySize > GPT_ENTRY_SIZE_MAX) return undefined;
  const start = Number(view.getBigUint64(72, true)) * SECTOR;
  if (start + count * entrySize > source.size) return undefined;
  const table = await source.read(start, count * entrySize);
  if (crc32(table) !== view.getUint32(88, true)) return undefined;
  const partitions: Partition[] = [];
  for (let n = 0; n < count; n++) {
    const entry = table.subarray(n * entrySize, (n + 1) * entrySize);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const fields = viewOf(entry);
    const first = Number(fields.getBigUint64(32, true));
    const last = Number(fields.getBigUint64(40, true));
    if (last < first) continue;
    partitions.push({
      number: n + 1,
      start: first * SECTOR,
      size: (last - first + 1) * SECTOR,
      type: guidText(entry.subarray(0, 16)),
      name: gptName(entry.subarray(56, 128)),
    });
  }
  return { scheme: 'gpt', partitions };
}

/** The partition table at the start of an image; `none` for a bare file system. @throws ImageError */
export async function readPartitions(source: ImageSource): Promise<PartitionTable> {
  const entries = mbrEntries(await readPadded(source, 0, SECTOR));
  if (!entries || !looksLikeTable(entries, Math.floor(source.size / SECTOR))) return NONE;
  if (!entries.some(({ type }) => type === PROTECTIVE)) return dosTable(source, entries);
  const sectors = Math.floor(source.size / SECTOR);
  const table = (await gptTable(source, 1)) ?? (await gptTable(source, sectors - 1));
  if (!table)
    throw new ImageError(
      'image-malformed',
      'The image has a protective MBR, but neither of its two GPT headers has a right checksum: repair it (gdisk, sgdisk -e).',
    );
  return table;
}

/** One partition as a source. @throws ImageError when there is none of that number or it does not fit */
export function findPartition(table: PartitionTable, number: number, imageSize: number): Partition {
  const partition = table.partitions.find((other) => other.number === number);
  const numbers = table.partitions.map((other) => other.number).join(', ') || 'none';
  if (!partition)
    throw new ImageError(
      'image-partition-missing',
      `Expected the number of a partition, but found ${number}: there is ${numbers}.`,
    );
  if (partition.start + partition.size > imageSize)
    throw new ImageError(
      'image-truncated',
      `Partition ${number} ends at byte ${partition.start + partition.size}, but the image has ${imageSize}: copy it again.`,
    );
  return partition;
}
