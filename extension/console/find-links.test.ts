/** What is a link in the output of a kernel. */
import { describe, expect, it } from 'vitest';
import { findLinks } from './find-links.ts';

const targets = (line: string) => findLinks(line).map(({ target }) => target);

describe('links in a console', () => {
  it('are addresses as kernels print them', () => {
    expect(targets('EIP: 0010:[<c0101234>] at 0xC0100000')).toEqual([
      { kind: 'address', address: '0xc0101234' },
      { kind: 'address', address: '0xC0100000' },
    ]);
    expect(targets('took 12345678 ns, id deadbeef0')).toEqual([]);
    expect(targets('at 0x00101000')).toEqual([{ kind: 'address', address: '0x00101000' }]);
  });

  it('are files with lines', () => {
    const line = 'panic at kernel/main.c:42: no memory';
    expect(targets(line)).toEqual([{ kind: 'file', path: 'kernel/main.c', line: 42 }]);
    const [link] = findLinks(line);
    expect(line.slice(link!.start, link!.start + link!.length)).toBe('kernel/main.c:42');
    expect(targets('time 12:30, see README.md:3')).toEqual([]);
  });
});
