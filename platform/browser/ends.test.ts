/** The other ends of devices in a browser: disks in memory, the web by fetch, and what a browser does not have. */
import { describe, expect, it } from 'vitest';
import { parseDiskEnd } from '../../core/outside/disk-option.ts';
import { type Ends, NO_ENDS } from '../../core/outside/ends.ts';
import { parseNetworkEnd } from '../../core/outside/net-option.ts';
import { Clock } from '../../core/time/clock.ts';
import { openEndsInBrowser } from './ends.ts';
import { tell } from '../../core/sentences/say.ts';

const image = () => Uint8Array.from({ length: 2048 }, (_, n) => n >> 9);

async function open(ends: Partial<Ends>, files: Record<string, Uint8Array> = { 'd.img': image() }) {
  const reports: string[] = [];
  const opened = await openEndsInBrowser({
    readFile: (path) =>
      files[path] ? Promise.resolve(files[path]) : Promise.reject(new Error('there is no such file')),
    fetch: () => Promise.reject(new Error('not in this test')),
    secure: true,
  })({ ...NO_ENDS, ...ends }, (sentence) => reports.push(tell(sentence)));
  return { opened, reports };
}
function disk(text: string) {
  const parsed = parseDiskEnd(text);
  if ('problem' in parsed) throw new Error(String(parsed.problem));
  return parsed.value;
}
function network(text: string) {
  const parsed = parseNetworkEnd(text);
  if ('problem' in parsed) throw new Error(String(parsed.problem));
  return parsed.value;
}

describe('in a browser', () => {
  it('a disk is a copy in memory, and the user is told when that matters', async () => {
    const file = image();
    const { opened, reports } = await open({ disks: [disk('d.img'), disk('d.img,cow')] }, { 'd.img': file });
    expect(opened.sectors).toEqual([4, 4]);
    expect(opened.block(0, { kind: 'write', sector: 1, data: new Uint8Array(512).fill(9) })).toEqual({
      ok: true,
    });
    const read = (n: number) => {
      const outcome = opened.block(n, { kind: 'read', sector: 1, count: 1 });
      return outcome.ok ? outcome.data?.[0] : undefined;
    };
    expect([read(0), read(1), file[512]]).toEqual([9, 1, 1]);
    expect(reports).toEqual([expect.stringContaining('a disk is a copy in memory')]);
    expect((await open({ disks: [disk('d.img,cow')] })).reports).toEqual([]);
  });

  it('a network answers for itself: the gateway by ARP', async () => {
    const { opened } = await open({ networks: [network('loopback'), network('slirp')] });
    const frames: [number, Uint8Array][] = [];
    opened.connect(
      { frame: (n, bytes) => frames.push([n, bytes]), line: () => undefined },
      new Clock(() => 0),
    );
    const arp =
      'ffffffffffff52540012345608060001080006040001' + '5254001234560a00020f' + '0000000000000a000202';
    opened.frame(1, Buffer.from(arp.padEnd(120, '0'), 'hex'));
    expect(frames).toHaveLength(1);
    const [[unit, answer]] = frames as [[number, Uint8Array]];
    expect(unit).toBe(1);
    expect(Buffer.from(answer.subarray(28, 32)).toString('hex')).toBe('0a000202');
    await opened.close();
  });

  it.each<[Partial<Ends>, RegExp]>([
    [
      { shares: [{ tag: 't', folder: '/src', readOnly: false }] },
      /gives no folders to guests, but "\/src" is to be one/,
    ],
    [{ lines: [{ device: 'COM1', mode: '' }] }, /no serial devices, but a line is to be "COM1"/],
    [{ networks: [network('tap,t0')] }, /by slirp only, but a card is to have tap: use slirp/],
    [{ disks: [disk('none.img')] }, /"none\.img" cannot be read, there is no such file/],
    [{ disks: [disk('odd.img')] }, /whole sectors of 512 bytes .* has 3 bytes/],
  ])('%j is refused in one sentence', async (ends, sentence) => {
    await expect(open(ends, { 'odd.img': new Uint8Array(3) })).rejects.toThrow(sentence);
  });
});
