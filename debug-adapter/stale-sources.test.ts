/** When which sources are looked at, and what of a host is asked for that. With real kernels: test/dap/stale-sources.test.ts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tell } from '../core/sentences/say.ts';
import { md5 } from './md5.ts';
import { StaleSources } from './stale-sources.ts';
import { ET_REL } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

const TEXT = new TextEncoder().encode('void kmain(void) {}\n');
const OTHER = md5(Uint8Array.of(1));

const imageOf = (name: string, digest?: string, type = 2) =>
  ({ name, elf: { type }, sourceDigest: () => digest }) as unknown as SymbolImage;

let said: string[];
let asked: string[];

/** @param times of files in milliseconds; without them, a host that knows none */
function looker(times?: Readonly<Record<string, number>>): StaleSources {
  const host = {
    readFile: (path: string) => {
      asked.push(`read ${path}`);
      return path === '/here/gone.c' ? Promise.reject(new Error('gone')) : Promise.resolve(TEXT);
    },
    ...(times && {
      modified: (path: string) => {
        asked.push(`time of ${path}`);
        return Promise.resolve(times[path]);
      },
    }),
  };
  return new StaleSources(
    host,
    (file) => `/here${file}`,
    (sentence) => said.push(tell(sentence)),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  asked = [];
});
afterEach(() => {
  vi.useRealTimers();
});

it('a file with another checksum is told once, read once, and later', async () => {
  const stale = looker();
  const image = imageOf('kernel.elf', OTHER);
  const checksums = [{ algorithm: 'MD5', checksum: OTHER }];
  expect(stale.look({ image, pc: 1, file: '/a.c' })).toEqual(checksums);
  expect(stale.look({ image, pc: 2, file: '/a.c' })).toEqual(checksums);
  await vi.advanceTimersByTimeAsync(50);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual(['read /here/a.c']);
  expect(said).toEqual([expect.stringMatching(/^\/here\/a\.c is not the file that kernel\.elf was/)]);
});

it('a file with its checksum, and one that cannot be read, are not told', async () => {
  const stale = looker();
  stale.look({ image: imageOf('kernel.elf', md5(TEXT)), pc: 1, file: '/a.c' });
  stale.look({ image: imageOf('kernel.elf', OTHER), pc: 1, file: '/gone.c' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual([]);
});

it('without checksums a host that knows no times is asked nothing, as in a browser', async () => {
  const stale = looker();
  const image = imageOf('kernel.elf');
  stale.begin([{ image, path: '/kernel.elf' }]);
  expect(stale.look({ image, pc: 1, file: '/a.c' })).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, said]).toEqual([[], []]);
});

it.each([
  ['newer', 2001, 1],
  ['as old', 2000, 0],
  ['older', 1999, 0],
  ['on another computer', undefined, 0],
])('a file that is %s is told or not', async (_what, time, count) => {
  const stale = looker({ '/kernel.elf': 2000, ...(time !== undefined && { '/here/a.c': time }) });
  const image = imageOf('kernel.elf');
  stale.begin([{ image, path: '/kernel.elf' }]);
  stale.look({ image, pc: 1, file: '/a.c' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toHaveLength(count);
});

it('of programs whose file is not named, as of the embedded host kernel, no time is asked', async () => {
  const stale = looker({ '/here/a.c': 9999 });
  stale.begin([]);
  stale.look({ image: imageOf('colinux-host.elf'), pc: 1, file: '/a.c' });
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, said]).toEqual([[], []]);
});

it('a module that a kernel has loaded is as old as its file', async () => {
  const stale = looker({ '/driver.ko': 2000, '/here/a.c': 3000 });
  stale.begin([{ image: imageOf('driver', undefined, ET_REL), path: '/driver.ko' }]);
  stale.look({ image: imageOf('driver', undefined, ET_REL), pc: 1, file: '/a.c' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toHaveLength(1);
});

it('another client of the same machine hears it, too', async () => {
  const stale = looker({ '/kernel.elf': 2000, '/here/a.c': 3000 });
  const image = imageOf('kernel.elf');
  stale.begin([{ image, path: '/kernel.elf' }]);
  for (const count of [1, 2]) {
    stale.look({ image, pc: 1, file: '/a.c' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toHaveLength(count);
    stale.again();
  }
});

it('what is looked at for a machine that is over is not told any more, and looked at again', async () => {
  const stale = looker();
  const image = imageOf('kernel.elf', OTHER);
  stale.look({ image, pc: 1, file: '/a.c' });
  stale.begin([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual([]);
  stale.look({ image, pc: 1, file: '/a.c' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toHaveLength(1);
});
