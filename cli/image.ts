/**
 * `colinux image info FILE` and `colinux image convert FILE TARGET`: what a disk image is, and a bare raw image of it or of one of
 * its partitions, as cobd wants it.
 */
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { contentOf } from '../core/images/content.ts';
import { ImageError, type ImageSource, sliceSource } from '../core/images/image-source.ts';
import { findPartition, type Partition, readPartitions } from '../core/images/partitions.ts';
import { openDisk } from './file-source.ts';
import { ExitStatus } from './exit-status.ts';
import { Problem, systemReason } from './problem.ts';
import { write } from './process.ts';

const HELP = 'see colinux --help';
const CHUNK = 1 << 20;

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]!}`;
}

async function describePartition(
  source: ImageSource,
  { number, start, size, type, name }: Partition,
): Promise<string> {
  const fits = start + size <= source.size;
  const { what } = fits
    ? await contentOf(sliceSource(source, start, size))
    : { what: 'ends behind the image' };
  const label = name ? ` "${name}"` : '';
  return `  ${String(number).padStart(3)}  ${sizeText(size).padStart(10)} at sector ${start / 512}  ${type}${label}${what && `  ${what}`}`;
}

async function info(file: string, followAnywhere: boolean): Promise<number> {
  const disk = await openDisk(file, followAnywhere);
  try {
    const { source, format } = disk;
    const { what } = await contentOf(source);
    const { scheme, partitions } = await readPartitions(source);
    const lines = [
      `${file}: ${format}, ${sizeText(source.size)}${what && scheme === 'none' ? `, ${what}` : ''}`,
    ];
    if (scheme !== 'none') {
      lines.push(`${scheme === 'gpt' ? 'GPT' : 'DOS'} partition table:`);
      for (const partition of partitions) lines.push(await describePartition(source, partition));
      lines.push(`cobd wants a bare file system: colinux image convert ${file} TARGET --partition N`);
    }
    write(1, `${lines.join('\n')}\n`);
    return ExitStatus.Done;
  } finally {
    await disk.close();
  }
}

/** Writes what is not zero; the rest of the file is a hole. */
async function copyTo(source: ImageSource, target: string): Promise<void> {
  const handle = await open(target, 'w').catch((error: unknown) => {
    throw new Problem(`${target} cannot be written, for ${systemReason(error)}: choose another target.`);
  });
  try {
    await handle.truncate(source.size);
    for (let at = 0; at < source.size; at += CHUNK) {
      const bytes = await source.read(at, Math.min(CHUNK, source.size - at));
      if (bytes.some((byte) => byte !== 0)) await handle.write(bytes, 0, bytes.length, at);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function convert(
  file: string,
  target: string,
  partition: string | undefined,
  force: boolean,
  followAnywhere: boolean,
): Promise<number> {
  if (existsSync(target) && !force)
    throw new Problem(`${target} is there already: choose another target, or say --force to replace it.`);
  const disk = await openDisk(file, followAnywhere);
  const unfinished = `${target}.unfinished`;
  try {
    const table = await readPartitions(disk.source);
    if (table.scheme !== 'none' && partition === undefined) {
      const numbers = table.partitions.map(({ number }) => number).join(', ');
      throw new Problem(
        `${file} has a partition table with the partitions ${numbers}: choose one with --partition, or --partition all for the whole disk.`,
      );
    }
    let { source } = disk;
    if (partition !== undefined && partition !== 'all') {
      if (!/^\d{1,4}$/.test(partition))
        throw new Problem(`--partition expects a number or all, but found "${partition}": ${HELP}.`);
      const { start, size } = findPartition(table, Number(partition), disk.source.size);
      source = sliceSource(disk.source, start, size);
    }
    await copyTo(source, unfinished);
    await rename(unfinished, target);
    write(1, `${target}: ${sizeText(source.size)}\n`);
    return ExitStatus.Done;
  } finally {
    await disk.close();
    await rm(unfinished, { force: true });
  }
}

/** @throws Problem */
export async function image(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        partition: { type: 'string' },
        force: { type: 'boolean', default: false },
        'any-backing': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Problem(`${(error as Error).message.split('. ')[0]!}: ${HELP}.`);
  }
  const { values, positionals } = parsed;
  const [what, file, target, ...more] = positionals;
  const followAnywhere = values['any-backing'];
  try {
    if (what === 'info' && file !== undefined && target === undefined)
      return await info(file, followAnywhere);
    if (what === 'convert' && file !== undefined && target !== undefined && more.length === 0)
      return await convert(file, target, values.partition, values.force, followAnywhere);
  } catch (error) {
    if (error instanceof ImageError) throw new Problem(error.message);
    throw error;
  }
  throw new Problem(
    `Expected image info FILE or image convert FILE TARGET, but found "${['image', ...positionals].join(' ')}": ${HELP}.`,
  );
}
