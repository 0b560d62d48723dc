/** Frames of C++ whose functions have no names in the source: gdb has the same registers and memory. */
import { afterAll, describe, expect, it } from 'vitest';
import { gdb } from '../symbols/testing/fixtures.ts';
import { rowsOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const FLAGS = ['-fno-exceptions', '-fno-rtti', '-std=c++17'];
const stop = (compiler: 'gcc' | 'clang', level: string, version: number) =>
  workbench.stop(compiler, level, version, [], { sources: ['thunks.cc'], flags: FLAGS });

describe('a method that is inlined into its thunk', () => {
  it('is a frame with its variables, and the thunk is called as the linker calls it', async () => {
    const built = stop('clang', '-O2', 4);
    const frames = await built.program.frames();
    const [, , , , text] = gdb(built.image.name, [
      ...['break checkpoint', 'run >/dev/null 2>&1', 'up', 'info locals', 'up', 'kill'],
    ]);
    expect(text).toContain('non-virtual thunk to Task::of(int)');
    expect(frames.slice(1, 3).map(({ name }) => name)).toEqual([
      'Task::of(int)',
      'non-virtual thunk to Task::of(int)',
    ]);
    const rows = await rowsOf(built, 'of');
    expect(rows.find(({ name }) => name === 'sum')?.value).toMatch(/^(?:7|<optimised out.*)$/);
  });
});

describe('a lambda with parameters of any type', () => {
  it.each(['gcc', 'clang'] as const)('is called a lambda by %s', async (compiler) => {
    const { image } = stop(compiler, '-O0', 5);
    const names = image
      .sourceFiles()
      .flatMap((file) =>
        image
          .breakpointLines(file, 36, 36)
          .flatMap((line) =>
            (image.addressesForLine(file, line)?.addresses ?? []).map((at) => image.functionAt(at)?.name),
          ),
      );
    expect(names).toEqual(['work::{lambda}::operator()<int, char>(int, char) const']);
  });
});

describe('before DWARF 4', () => {
  it.each(['gcc', 'clang'] as const)('functions of %s have their parameters, too', (compiler) => {
    const { image } = workbench.stop(compiler, '-O0', 3, [], {
      sources: ['thunks.cc'],
      flags: [...FLAGS, ...(compiler === 'gcc' ? ['-gstrict-dwarf'] : [])],
    });
    expect(image.findFunction('twice')?.name).toBe('twice(int)');
    expect(image.addressesForFunction('twice(int)')).toEqual(image.addressesForFunction('twice'));
    expect(image.addressesForFunction('twice(char)')).toEqual([]);
  });
});
