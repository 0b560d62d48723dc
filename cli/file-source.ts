/** Image files of this machine as sources for `core/images`, and how a qcow2 image finds its backing file. */
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { contentOf } from '../core/images/content.ts';
import { ImageError, type ImageSource } from '../core/images/image-source.ts';
import { openQcow2, type Qcow2Environment } from '../core/images/qcow2.ts';
import { Problem, systemReason } from './problem.ts';

export interface FileSource extends ImageSource {
  readonly file: string;
  close(): Promise<void>;
}

/** @throws Problem when the file cannot be opened */
export async function openFileSource(file: string): Promise<FileSource> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new Problem(`The image ${file} cannot be opened, for ${systemReason(error)}: check the path.`);
  });
  const { size } = await handle.stat();
  return {
    file,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0)
          throw new ImageError(
            'image-truncated',
            `The image ${file} ends at byte ${offset + done}, in the middle of something: copy it again.`,
          );
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** A disk, whatever format its file has. */
export interface OpenDisk {
  readonly source: ImageSource;
  readonly format: 'raw' | 'qcow2';
  close(): Promise<void>;
}

/** Longest chain of backing files. */
const BACKING_MAX = 16;

/**
 * @param followAnywhere lets backing files lie outside of the image's own folder: an image from somewhere else could name any
 * file of this user as its backing file, and so have it copied
 * @throws Problem, ImageError
 */
export async function openDisk(file: string, followAnywhere: boolean): Promise<OpenDisk> {
  const opened: FileSource[] = [];
  const closeAll = async () => {
    for (const source of opened) await source.close();
  };

  async function openOne(
    path: string,
    given: string | undefined,
  ): Promise<{ source: ImageSource; format: 'raw' | 'qcow2' }> {
    if (opened.length >= BACKING_MAX)
      throw new ImageError(
        'image-malformed',
        `The image has more than ${BACKING_MAX} backing files, or they name each other in a circle.`,
      );
    const source = await openFileSource(path);
    opened.push(source);
    const { format, what } = await contentOf(source);
    if (given === 'raw') return { source, format: 'raw' };
    if (format === 'qcow2') return { source: await openQcow2(source, environmentOf(path)), format };
    if (format === 'compressed')
      throw new ImageError('image-compressed', `${path} is a ${what}: unpack it first.`);
    if (format === 'foreign')
      throw new ImageError(
        'image-unsupported',
        `${path} is a ${what}, which is not supported: convert it with qemu-img convert -O raw.`,
      );
    return { source, format: 'raw' };
  }
  const environmentOf = (path: string): Qcow2Environment => ({
    inflateRaw: async (bytes, size) => {
      const result = await promisify(inflateRaw)(bytes, { maxOutputLength: size });
      if (result.length !== size) throw new Error(`it has ${result.length} bytes`);
      return result;
    },
    openBacking: async (name, format) => {
      const folder = dirname(resolve(path));
      const plain = name.replace(/^file:/, '');
      const target = resolve(folder, plain);
      const inside = relative(folder, target);
      if (!followAnywhere && (isAbsolute(inside) || inside.startsWith('..')))
        throw new ImageError(
          'image-backing-missing',
          `${path} has the backing file ${name} outside of its own folder: if you trust the image, say --any-backing.`,
        );
      return (await openOne(target, format)).source;
    },
  });

  try {
    const { source, format } = await openOne(file, undefined);
    return { source, format, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
