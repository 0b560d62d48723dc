/*
 * Owns the choice of the loader: the boot protocol of a kernel follows from its file.
 */

import { BootError } from './boot-error.ts';
import type { BootCpuState, BootFile, BootMemory } from './boot-state.ts';
import { identifyImage } from './image-kind.ts';
import { loadLinux } from './linux-boot.ts';
import { loadMultiboot } from './multiboot.ts';
import { say } from '../sentences/say.ts';

/** A kernel, and the files that its boot protocol takes along. */
export interface KernelSource {
  readonly kernel: BootFile;
  /** Of a multiboot kernel. */
  readonly modules: readonly BootFile[];
  /** Of a Linux bzImage. */
  readonly initrd?: BootFile | undefined;
}

/** Loads a kernel into `memory`, which should be zero. Throws a {@link BootError} before anything is written. */
export function loadKernel({ kernel, modules, initrd }: KernelSource, memory: BootMemory): BootCpuState {
  if (identifyImage(kernel.bytes) === 'linux') {
    if (modules.length > 0)
      throw new BootError(
        'modules-not-multiboot',
        say`The kernel "${kernel.name}" is a Linux bzImage, which takes no boot modules: give it an initrd instead.`,
      );
    return loadLinux({ kernel, initrd }, memory).cpu;
  }
  if (initrd)
    throw new BootError(
      'initrd-not-linux',
      say`The kernel "${kernel.name}" is no Linux bzImage, so it takes no initrd: give it a boot module instead.`,
    );
  return loadMultiboot({ kernel, modules }, memory).cpu;
}
