/** The options of `colinux test`: its own among those of `colinux run`. */
import { describe, expect, it } from 'vitest';
import { parseTestOptions } from './test-options.ts';

describe('the options of colinux test', () => {
  it('are images, reports and options of run for each image, in any order', () => {
    const args = ['--memory', '64', 'a.elf', '--lcov=x', 'b.elf', '--append', 'c d', '--junit', 'y'];
    const { runs, junit, lcov } = parseTestOptions(args);
    expect({ junit, lcov }).toEqual({ junit: 'y', lcov: 'x' });
    expect(runs).toMatchObject([
      { image: 'a.elf', memoryMiB: 64, append: 'c d' },
      { image: 'b.elf', memoryMiB: 64, append: 'c d' },
    ]);
    expect(runs[0]!.maxInstructions).toBeLessThan(Infinity);
  });

  it.each([
    ['1/2', ['a', 'c', 'e']],
    ['2/2', ['b', 'd']],
    ['1/1', ['a', 'b', 'c', 'd', 'e']],
    ['7/9', []],
  ])('--shard %s takes its images in turns', (shard, images) => {
    const { runs } = parseTestOptions(['a', 'b', 'c', 'd', 'e', '--shard', shard]);
    expect(runs.map(({ image }) => image)).toEqual(images);
  });

  it.each([
    [[], /expects kernel images, but found none/],
    [['a.elf', '--shard', '3/2'], /--shard expects I\/N with I from 1 to N/],
    [['a.elf', '--shard', '0/2'], /--shard expects/],
    [['a.elf', '--junit'], /--junit expects a value/],
    [['a.elf', '--lcov', 'x', '--lcov=y'], /--lcov is there twice/],
    [['a.elf', '--post'], /--post is an option of colinux run only/],
    [['a.elf', '--serial', 'x'], /--serial is an option of colinux run only/],
    [['a.elf', '--nonsense'], /"--nonsense" is not an option/],
  ])('%j is refused with a sentence', (args, sentence) => {
    expect(() => parseTestOptions(args)).toThrow(sentence);
  });
});
