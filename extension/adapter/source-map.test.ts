import { describe, expect, it } from 'vitest';
import { sourceMapper } from './source-map.ts';

const file = (path: string) => ({ path, location: `test://${path}` });
const unknown = (path: string) => `unknown:${path}`;

describe('the source mapper', () => {
  const map = sourceMapper(
    [
      file('/ws/kernel/main.c'),
      file('/ws/user/program.c'),
      file('/ext/kernels/host/main.c'),
      file('/other/kernel/main.c'),
    ],
    unknown,
  );

  it('takes the file of exactly that path', () => {
    expect(map('/ws/kernel/main.c')).toBe('test:///ws/kernel/main.c');
    expect(map('/other/kernel/main.c')).toBe('test:///other/kernel/main.c');
  });

  it('finds the sources of a kernel that was built elsewhere', () => {
    expect(map('/build/hello/kernel/main.c')).toBe('test:///ws/kernel/main.c');
    expect(map('C:\\build\\user\\program.c')).toBe('test:///ws/user/program.c');
    expect(map('/repo/kernels/host/main.c')).toBe('test:///ext/kernels/host/main.c');
    expect(map('/x/kernel/../user/./program.c')).toBe('test:///ws/user/program.c');
  });

  it('does not take a file for its name alone', () => {
    expect(map('/elsewhere/main.c')).toBe('unknown:/elsewhere/main.c');
    expect(map('')).toBe('unknown:');
  });

  it('takes a file with a usual name only for a path that shares as much as it asks', () => {
    const strict = sourceMapper([{ ...file('/ext/kernels/lib/string.c'), least: 3 }], unknown);
    expect(strict('/build/kernels/lib/string.c')).toBe('test:///ext/kernels/lib/string.c');
    expect(strict('/mine/lib/string.c')).toBe('unknown:/mine/lib/string.c');
  });
});
