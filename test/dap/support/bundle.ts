/** The stand-alone adapter, the headless demo and the machine worker in a folder for the tests of a file, and the images they start. */
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inject } from 'vitest';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const sample = join(root, 'samples/hello-guest');
export const guest = join(sample, 'build/hello-guest.elf');
export const hostKernel = join(root, 'kernels/build/colinux-host.elf');

export interface Bundle {
  readonly folder: string;
  readonly adapter: string;
  readonly demo: string;
  /** A path for a file of the test's own. */
  file(name: string): string;
  dispose(): void;
}

/** The bundles in a folder of a test's own, with the host kernel and the translations where they look for them. */
export async function bundleAdapter(): Promise<Bundle> {
  const whole = await mkdtemp(join(tmpdir(), 'colinux-dap-'));
  const folder = join(whole, 'dist');
  const at = (name: string) => join(folder, name);
  await cp(inject('bundles'), folder, { recursive: true });
  await cp(join(root, 'l10n'), join(whole, 'l10n'), { recursive: true });
  await mkdir(at('kernels'));
  await cp(hostKernel, at('kernels/colinux-host.elf'));
  return {
    folder,
    adapter: at('adapter.cjs'),
    demo: at('demo-headless.cjs'),
    file: at,
    dispose() {
      rmSync(whole, { recursive: true, force: true });
    },
  };
}

/** The command line, as a file of a bundle's folder. */
export async function bundleCli(bundle: Bundle): Promise<string> {
  const outfile = bundle.file('cli.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    outfile,
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'es2022', logLevel: 'error' },
  });
  return outfile;
}
