import { describe, expect, it } from 'vitest';
import { FoundFiles } from './found-files.ts';

function start(...shown: string[]) {
  const shelf = new Set(shown);
  const files = new FoundFiles<string>({
    ids: () => [...shelf],
    add: (file) => shelf.add(file),
    remove: (id) => shelf.delete(id),
  });
  return { files, shown: () => [...shelf].sort() };
}

/** A search that ends when it is told to. */
function search() {
  let end: (found: readonly string[]) => void = () => undefined;
  const result = new Promise<readonly string[]>((resolve) => (end = resolve));
  return { begin: () => result, end: (...found: string[]) => end(found) };
}

describe('files that a search finds and a watcher tells of', () => {
  it('are those of the search', async () => {
    const { files, shown } = start('old', 'kept');
    await files.find(() => Promise.resolve(['kept', 'new']));
    expect(shown()).toEqual(['kept', 'new']);
  });

  it('stay when they were created while a search was under way', async () => {
    const { files, shown } = start();
    const { begin, end } = search();
    const found = files.find(begin);
    files.created('late');
    end('early');
    await found;
    expect(shown()).toEqual(['early', 'late']);
  });

  it('do not come back when they were deleted meanwhile', async () => {
    const { files, shown } = start('gone');
    const { begin, end } = search();
    const found = files.find(begin);
    files.deleted('gone');
    end('gone');
    await found;
    expect(shown()).toEqual([]);
  });

  it('are those of the next search, whatever was told before it', async () => {
    const { files, shown } = start();
    files.created('a');
    await files.find(() => Promise.resolve(['b']));
    expect(shown()).toEqual(['b']);
  });

  it('stay as they are when the search fails', async () => {
    const { files, shown } = start('a');
    await expect(files.find(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(shown()).toEqual(['a']);
  });
});
