/** A folder of symbol indexes and the like: what is kept comes back, what was not used for longest goes first, nothing is an error. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFolderCache } from './folder-cache-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbol-cache-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the folder of symbol indexes', () => {
  const inside = join(folder, 'not', 'there yet');
  const cache = createFolderCache(inside, 25);

  it('gives back what it was given, and nothing for other keys', async () => {
    await cache.write('a-1', Uint8Array.of(1, 2, 3));
    expect([...(await cache.read('a-1'))!]).toEqual([1, 2, 3]);
    expect(await cache.read('a-2')).toBeUndefined();
  });

  it('keeps keys inside of its folder', async () => {
    await cache.write('../../escaped', Uint8Array.of(7));
    expect([...(await cache.read('../../escaped'))!]).toEqual([7]);
    expect(readdirSync(folder)).toEqual(['not']);
  });

  it('drops what was not used for longest when it grows too large', async () => {
    await cache.write('old', new Uint8Array(10));
    await cache.write('new', new Uint8Array(10));
    for (const name of readdirSync(inside)) utimesSync(join(inside, name), 1, name.startsWith('new') ? 3 : 1);
    await cache.write('newest', new Uint8Array(10));
    expect(readdirSync(inside).sort()).toEqual(['new.index', 'newest.index']);
  });

  it('does not read what is larger than all that it may hold', async () => {
    await cache.write('large', Uint8Array.of(1));
    writeFileSync(join(inside, 'large.index'), new Uint8Array(26));
    expect(await cache.read('large')).toBeUndefined();
  });

  it('is no error when it cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const broken = createFolderCache(join(file, 'below'));
    await broken.write('key', Uint8Array.of(1));
    expect(await broken.read('key')).toBeUndefined();
  });
});
