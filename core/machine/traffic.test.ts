import { describe, expect, it } from 'vitest';
import { type BlockBackend, MemoryDisk, SECTOR } from '../devices/virtio/block-backend.ts';
import { createLoopback } from '../devices/virtio/net-backend.ts';
import { Message, Writer } from '../ninep/wire.ts';
import { createTraffic } from './traffic.ts';

/** A record and its clock: an instruction for each look at it. */
function recording() {
  let now = 0;
  return createTraffic({ instructions: () => ++now, nanoseconds: () => now * 10 });
}
const later: BlockBackend = {
  ...{ sectors: 64, readOnly: false },
  submit: () => undefined,
  save: () => null,
  restore: () => undefined,
};
const frame = (length: number): Uint8Array => new Uint8Array(length).fill(0xff, 0, 6);

describe('the record of device traffic', () => {
  it('has a request when it is answered, with the time that it took', () => {
    const traffic = recording();
    const disk = traffic.disk('disk0', later);
    disk.submit(1, { kind: 'read', sector: 8, count: 2 });
    disk.submit(2, { kind: 'write', sector: 9, data: new Uint8Array(SECTOR) });
    expect(traffic.count()).toBe(0);
    expect(traffic.waiting()).toMatchObject([{ operation: 'read' }, { operation: 'write' }]);
    traffic.frame('net0', frame(60));
    traffic.diskAnswer('disk0', 2, { ok: false });
    traffic.diskAnswer('disk0', 1, { ok: true });
    traffic.diskAnswer('disk0', 1, { ok: true });
    expect(traffic.waiting()).toEqual([]);
    expect(traffic.since(1, 10)).toEqual([
      {
        ...{ sequence: 1, device: 'disk0', kind: 'disk', operation: 'write', text: '1 sector at 9' },
        ...{ bytes: 512, instructions: 2, beganNs: 0, tookNs: 20, error: 'error' },
      },
      {
        ...{ sequence: 2, device: 'disk0', kind: 'disk', operation: 'read', text: '2 sectors at 8' },
        ...{ bytes: 1024, instructions: 3, beganNs: 0, tookNs: 30 },
      },
    ]);
  });

  it('sees a disk that answers at once, and changes nothing of it', () => {
    const traffic = recording();
    const inner = new MemoryDisk(new Uint8Array(SECTOR).fill(7), false);
    const disk = traffic.disk('disk0', inner);
    expect(disk.submit(1, { kind: 'read', sector: 0, count: 1 })).toEqual({
      ok: true,
      data: new Uint8Array(SECTOR).fill(7),
    });
    expect(traffic.since(0, 1)).toMatchObject([{ operation: 'read' }]);
    expect(disk.save()).toEqual(inner.save());
  });

  it('sees frames in both directions, as they were', () => {
    const traffic = recording();
    const got: Uint8Array[] = [];
    const net = traffic.network('net0', createLoopback());
    net.attach((bytes) => got.push(bytes));
    const sent = frame(60);
    net.send(sent);
    sent.fill(0);
    expect(got).toHaveLength(1);
    expect(traffic.since(0, 10)).toMatchObject([
      { direction: 'out', operation: 'Ethernet', bytes: 60 },
      { direction: 'in', text: '00:00:00:00:00:00 → ff:ff:ff:ff:ff:ff type 0x0000' },
    ]);
    const { bytes, packets } = traffic.capture();
    expect(packets).toBe(2);
    expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(0x0a0d0d0a);
  });

  it('learns from a share what its requests are about', () => {
    const traffic = recording();
    const share = traffic.share('share0', {
      request: (_id, message) =>
        message[4] === Message.Tread
          ? new Writer().u32(13).finish(Message.Rlerror, 0)
          : new Writer().u16(1).finish(message[4]! + 1, 0),
      save: () => null,
      restore: () => undefined,
    });
    share.request(1, new Writer().u32(0).finish(Message.Tattach, 0), 100);
    share.request(2, new Writer().u32(0).u32(1).u16(1).text('file').finish(Message.Twalk, 0), 100);
    share.request(3, new Writer().u32(1).u64(0).u32(10).finish(Message.Tread, 0), 100);
    expect(traffic.since(2, 1)).toMatchObject([{ text: '/file, 10 bytes at 0', error: 'EACCES' }]);
  });

  it('is bounded in number, in bytes, and in what waits', () => {
    const traffic = recording();
    for (let n = 0; n < 5000; n++) traffic.frame('net0', frame(60));
    expect(traffic.count()).toBe(5000);
    expect(traffic.since(0, 10_000)[0]).toMatchObject({ sequence: 904 });
    for (let n = 0; n < 100; n++) traffic.frame('net0', frame(65_000));
    expect(traffic.since(0, 10_000)).toHaveLength(64);
    expect(traffic.capture().bytes.length).toBeLessThan((4 << 20) + 10_000);
    const disk = traffic.disk('disk0', later);
    for (let id = 0; id < 5000; id++) {
      disk.submit(id, { kind: 'flush' });
      traffic.diskAnswer('disk0', id, { ok: true });
    }
    expect(traffic.since(0, 10_000).filter(({ kind }) => kind === 'network')).toEqual([]);
    expect(traffic.capture().packets).toBe(64);
    for (let id = 0; id < 2000; id++) disk.submit(id, { kind: 'flush' });
    expect(traffic.waiting()).toHaveLength(1024);
    traffic.diskAnswer('disk0', 0, { ok: true });
    expect(traffic.count()).toBe(10_100);
  });
});
