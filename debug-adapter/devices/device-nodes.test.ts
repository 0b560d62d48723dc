/** Devices in words. */
import { describe, expect, it } from 'vitest';
import { type DeviceNode, deviceNodes } from './device-nodes.ts';
import { tell } from '../../core/sentences/say.ts';

const at = (nodes: readonly DeviceNode[], ...path: string[]): DeviceNode | undefined => {
  const [first, ...rest] = path;
  const node = nodes.find(({ name }) => name === first);
  return rest.length === 0 ? node : at(node?.children ?? [], ...rest);
};

describe('devices', () => {
  it('say what the bits of their registers mean', () => {
    const nodes = deviceNodes(
      [
        { name: 'pic', state: { master: { irr: 1, imr: 0xfb, vectorBase: 0x20 }, slave: { irr: 1 } } },
        { name: 'com1', state: { lcr: 3, divisor: 3, ier: 1, fifo: { bytes: 2, first: [0x41, 0x0a] } } },
        { name: 'pit', state: { channels: [{ mode: 2, loaded: true, count: 11932 }] } },
      ],
      (one) => tell(one),
    );
    expect(at(nodes, 'pic', 'master', 'irr')?.value).toBe('0x01 (timer)');
    expect(at(nodes, 'pic', 'slave', 'irr')?.value).toBe('0x01 (RTC)');
    expect(at(nodes, 'pic', 'master', 'vectorBase')?.value).toBe('0x20 (vectors 0x20 to 0x27)');
    expect(at(nodes, 'com1', 'lcr')?.value).toBe('0x03 (8N1)');
    expect(at(nodes, 'com1', 'divisor')?.value).toBe('3 (38400 baud)');
    expect(at(nodes, 'com1', 'fifo')?.value).toBe('2 bytes: 41 0a');
    expect(at(nodes, 'pit', 'channels', '0', 'count')?.value).toBe('11932 (100.0 Hz)');
  });

  it('with queues say how much waits, and when they are broken', () => {
    const queue = { nextAvailable: 1, nextUsed: 0xffff, enabled: true, size: 128 };
    const [disk] = deviceNodes(
      [{ name: 'disk0', state: { device: { broken: true, status: 0x47, queues: [queue] } } }],
      (one) => tell(one),
    );
    expect(at([disk], 'disk0', 'device', 'queues', '0')?.value).toBe('2 of 128 in the works');
    expect(at([disk], 'disk0', 'device')?.problem).toMatch('broken');
    expect(at([disk], 'disk0', 'device', 'status')?.value).toMatch('DRIVER_OK DEVICE_NEEDS_RESET');
  });

  it('that nobody knows are shown as they are', () => {
    expect(
      deviceNodes(
        [
          { name: 'x', state: { a: [true, null, 'b'] } },
          { name: 'none', state: null },
        ],
        (one) => tell(one),
      ),
    ).toEqual([
      {
        name: 'x',
        children: [
          {
            name: 'a',
            children: [
              { name: '0', value: 'true' },
              { name: '1', value: '-' },
              { name: '2', value: 'b' },
            ],
          },
        ],
      },
    ]);
  });
});
