/** What a file is by its first bytes: a disk image of some format, a file system, or something that must be unpacked first. */
import { type ImageSource, readPadded } from './image-source.ts';

export type ImageFormat = 'raw' | 'qcow2' | 'compressed' | 'foreign';

export interface ImageContent {
  readonly format: ImageFormat;
  /** For people: `ext2/3/4 file system`, `gzip archive`. Empty when nothing is known. */
  readonly what: string;
}

interface Magic {
  readonly offset: number;
  readonly bytes: readonly number[];
  readonly format: ImageFormat;
  readonly what: string;
}

const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
const MAGICS: readonly Magic[] = [
  { offset: 0, bytes: [...ascii('QFI'), 0xfb], format: 'qcow2', what: 'qcow2 image' },
  { offset: 0, bytes: [0x1f, 0x8b], format: 'compressed', what: 'gzip archive' },
  { offset: 0, bytes: ascii('BZh'), format: 'compressed', what: 'bzip2 archive' },
  { offset: 0, bytes: [0xfd, ...ascii('7zXZ'), 0], format: 'compressed', what: 'xz archive' },
  { offset: 0, bytes: [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c], format: 'compressed', what: '7z archive' },
  { offset: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd], format: 'compressed', what: 'Zstandard archive' },
  { offset: 0, bytes: [...ascii('PK'), 3, 4], format: 'compressed', what: 'zip archive' },
  { offset: 0, bytes: ascii('KDMV'), format: 'foreign', what: 'VMDK image' },
  { offset: 0, bytes: ascii('vhdxfile'), format: 'foreign', what: 'VHDX image' },
  { offset: 0x40, bytes: [0x7f, 0x10, 0xda, 0xbe], format: 'foreign', what: 'VDI image' },
  { offset: 0, bytes: ascii('hsqs'), format: 'raw', what: 'squashfs file system' },
  { offset: 1080, bytes: [0x53, 0xef], format: 'raw', what: 'ext2/3/4 file system' },
  { offset: 4086, bytes: ascii('SWAPSPACE2'), format: 'raw', what: 'swap space' },
  { offset: 0x8001, bytes: ascii('CD001'), format: 'raw', what: 'ISO 9660 file system' },
  { offset: 0x1_0040, bytes: ascii('_BHRfS_M'), format: 'raw', what: 'btrfs file system' },
  { offset: 0, bytes: ascii('XFSB'), format: 'raw', what: 'xfs file system' },
  { offset: 3, bytes: ascii('NTFS    '), format: 'raw', what: 'NTFS file system' },
  { offset: 54, bytes: ascii('FAT'), format: 'raw', what: 'FAT file system' },
  { offset: 82, bytes: ascii('FAT32'), format: 'raw', what: 'FAT32 file system' },
];
const LONGEST = Math.max(...MAGICS.map(({ offset, bytes }) => offset + bytes.length));

export async function contentOf(source: ImageSource): Promise<ImageContent> {
  const start = await readPadded(source, 0, LONGEST);
  const found = MAGICS.find(({ offset, bytes }) => bytes.every((byte, n) => start[offset + n] === byte));
  return found ? { format: found.format, what: found.what } : { format: 'raw', what: '' };
}
