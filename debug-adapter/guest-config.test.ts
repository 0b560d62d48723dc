import { describe, expect, it } from 'vitest';
import type { AdapterHost } from './adapter-host.ts';
import { kernelOf, readGuestConfig } from './guest-config.ts';

function hostWith(files: Record<string, string>): AdapterHost {
  const none = () => Promise.reject(new Error('not in this test'));
  return {
    readFile: (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' }))
        : Promise.resolve(new TextEncoder().encode(text));
    },
    createMachineWorker: none,
    hostKernel: none,
    openEnds: none,
    servesFolders: true,
  };
}

describe('the configuration file of a launch', () => {
  it('gives kernel and memory, and the rest to the kernel', async () => {
    const files = {
      '/w/guest.conf': 'kernel=build/guest.elf\nmem=32 root=/dev/cobd0\r\n quiet # no noise\nname="a b"\n',
    };
    const config = await readGuestConfig(hostWith(files), '/w/guest.conf');
    expect(kernelOf(config)).toBe('/w/build/guest.elf');
    expect(config.memoryMiB?.value).toBe(32);
    expect(config.commandLine).toBe('root=/dev/cobd0 quiet name="a b"');
  });

  it('has paths that are relative to the file they stand in', async () => {
    const files = {
      '/w/guest.conf': '@common/kernel.conf',
      '/w/common/kernel.conf': 'kernel="my kernel.elf"',
    };
    expect(kernelOf(await readGuestConfig(hostWith(files), '/w/guest.conf'))).toBe('/w/common/my kernel.elf');
    const absolute = { 'guest.conf': 'kernel=vscode-vfs://host/k.elf' };
    expect(kernelOf(await readGuestConfig(hostWith(absolute), 'guest.conf'))).toBe('vscode-vfs://host/k.elf');
  });

  it('is refused with every error and its place', async () => {
    const files = { '/w/guest.conf': 'mem=513\n@none.conf' };
    await expect(readGuestConfig(hostWith(files), '/w/guest.conf')).rejects.toThrow(
      /^The configuration file must be corrected: \/w\/guest\.conf:1:1: mem= expects .* found "513"\. \/w\/guest\.conf:2:1: The file "none\.conf" .*\.$/,
    );
    await expect(readGuestConfig(hostWith({}), '/w/gone.conf')).rejects.toThrow('there is no such file');
  });
});
