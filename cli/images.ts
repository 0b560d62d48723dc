/**
 * From file names to what the machine boots: reads the files, finds out what the image is, and puts a cooperative guest
 * under the host kernel.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyImage } from '../core/boot/image-kind.ts';
import type { KernelSource } from '../core/boot/load-kernel.ts';
import type { BiosSource } from '../core/machine/power-on.ts';
import type { BootImage } from '../core/protocol/machine-protocol.ts';
import { Problem, systemReason } from './problem.ts';
import type { RunOptions } from './run-options.ts';

/** What of the options says which files to boot. */
export type BootOptions = Pick<RunOptions, 'image' | 'bios' | 'append' | 'modules' | 'initrd' | 'host'>;

export type BootFiles = (KernelSource & { readonly cooperative: boolean }) | BiosSource;

/** Where the host kernel lies as seen from the folder of the bundle: beside it, or in a checkout. */
const HOST_PLACES = ['kernels/colinux-host.elf', '../kernels/build/colinux-host.elf'];

/** The file that is to be booted is not there: of several, the others may be. */
export class ImageMissing extends Problem {}

export function readImage(what: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const sentence = `The ${what} "${file}" cannot be read, ${systemReason(error)}: give the path of a file.`;
    throw what === 'image' ? new ImageMissing(sentence) : new Problem(sentence);
  }
}

const readInitrd = (file: string): BootImage => ({ bytes: readImage('initrd', file), name: file, args: '' });

const hostKernelIn = (folder: string) =>
  HOST_PLACES.map((place) => join(folder, place)).find((place) => existsSync(place));
export const hostKernelIsThere = (folder: string): boolean => hostKernelIn(folder) !== undefined;

export function readHost(given: string | undefined, folder: string): BootImage {
  const file = given ?? hostKernelIn(folder);
  if (file === undefined) {
    throw new Problem(
      'The image is a cooperative guest, but the host kernel that it needs is not beside this program: ' +
        'build it with npm run build:kernels, or name one with --host.',
    );
  }
  const bytes = readImage('host kernel', file);
  if (identifyImage(bytes) === 'cooperative') {
    throw new Problem(
      `--host expects a multiboot kernel that runs guests, but "${file}" is a cooperative guest itself: ` +
        'leave --host out to use the embedded host kernel.',
    );
  }
  return { bytes, name: given ?? 'colinux-host.elf', args: '' };
}

/**
 * @param folder where the bundle lies: the host kernel is looked for from there.
 * @throws Problem, BootError
 */
export function readBootFiles(options: BootOptions, folder: string): BootFiles {
  const { image: file = '' } = options;
  if (options.bios !== undefined) return { bios: readImage('BIOS image', options.bios) };
  const image: BootImage = {
    bytes: readImage('image', file),
    name: file,
    args: options.append,
  };
  const cooperative = identifyImage(image.bytes) === 'cooperative';
  if (!cooperative && options.host !== undefined) {
    throw new Problem(
      '--host expects the image to be a cooperative guest, but it is a kernel that runs alone: leave --host out.',
    );
  }
  const modules = options.modules.map(({ file: name, args }) => ({
    bytes: readImage('module', name),
    name,
    args,
  }));
  const initrd = options.initrd === undefined ? undefined : readInitrd(options.initrd);
  if (cooperative && initrd)
    throw new Problem(
      '--initrd expects a Linux bzImage, but the image is a cooperative guest: name the initrd in its configuration, for colinux daemon.',
    );
  return cooperative
    ? { cooperative, kernel: readHost(options.host, folder), modules: [image, ...modules] }
    : { cooperative, kernel: image, modules, initrd };
}
