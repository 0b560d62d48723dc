/** Bridges through the package `cap`: with a stand-in for it, and what is said when it is missing, broken or refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BridgeEnd } from '../../core/outside/ends.ts';
import { bridgeFilter, openBridge } from './bridge.ts';
import { tell } from '../../core/sentences/say.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Does what the package does, as far as anybody can see: two interfaces, of which the first has an address. */
const STAND_IN = `
class Cap {
  constructor() { Cap.last = this; this.sent = []; }
  open(device, filter, size, buffer) {
    if (device === 'locked') throw new Error('You don\\'t have permission to capture on that device');
    Object.assign(this, { device, filter, buffer });
    return device === 'wifi' ? 'IEEE802_11_RADIO' : 'ETHERNET';
  }
  on(event, listener) { this.listener = listener; }
  arrive(bytes, truncated = false) { this.buffer.set(bytes); this.listener(bytes.length, truncated); }
  send(bytes, length) { if (this.deaf) throw new Error('send failed'); this.sent.push(Buffer.from(bytes.subarray(0, length))); }
  close() { this.closed = true; }
  static deviceList() {
    return [{ name: 'eth0' }, { name: 'guid', description: 'Local Area Connection' }, { name: 'wifi' }, { name: 'locked' }];
  }
  static findDevice() { return 'eth0'; }
}
module.exports = { Cap };
`;

interface StandIn {
  readonly device: string;
  readonly filter: string;
  readonly sent: Buffer[];
  readonly closed?: boolean;
  deaf?: boolean;
  arrive(bytes: Uint8Array, truncated?: boolean): void;
}

function install(source: string): void {
  const place = join(folder, 'node_modules/cap');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'index.js'), source);
}

async function open(end: Partial<BridgeEnd> = {}) {
  const frames: Uint8Array[] = [];
  const reports: string[] = [];
  const far = openBridge(
    { kind: 'pcap-bridge', name: '', promiscuous: true, mac: undefined, capture: undefined, ...end },
    folder,
    { frame: (frame) => frames.push(frame), report: (sentence) => reports.push(tell(sentence)) },
  );
  const { default: module } = (await import(join(folder, 'node_modules/cap/index.js'))) as {
    default: { Cap: { last: StandIn } };
  };
  return { far, frames, reports, device: module.Cap.last };
}

describe('a bridge', () => {
  it('takes the first interface with an address, and hears what is for the guest or for groups', async () => {
    install(STAND_IN);
    const { device } = await open({ mac: Uint8Array.of(2, 0, 0, 0, 0, 0xab) });
    expect(device.device).toBe('eth0');
    expect(device.filter).toBe(
      'ether dst 02:00:00:00:00:ab or (ether multicast and not ether src 02:00:00:00:00:ab)',
    );
  });

  it('carries frames both ways, each in bytes of its own', async () => {
    install(STAND_IN);
    const { far, frames, device } = await open();
    device.arrive(Uint8Array.of(1, 2, 3));
    device.arrive(Uint8Array.of(4));
    device.arrive(Uint8Array.of(5), true);
    expect(frames).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    far.send(Uint8Array.of(6, 7));
    expect(device.sent).toEqual([Buffer.of(6, 7)]);
    far.close();
    expect(device.closed).toBe(true);
    device.arrive(Uint8Array.of(8));
    expect(frames).toHaveLength(2);
  });

  it('finds a connection by its description, as Windows shows it', async () => {
    install(STAND_IN);
    const { device } = await open({ kind: 'ndis-bridge', name: 'Local Area Connection' });
    expect(device.device).toBe('guid');
  });

  it('tells once that frames are lost, and that it always captures promiscuously', async () => {
    install(STAND_IN);
    const { far, reports, device } = await open({ promiscuous: false });
    device.deaf = true;
    far.send(Uint8Array.of(1));
    far.send(Uint8Array.of(1));
    expect(reports).toEqual([
      expect.stringContaining('nopromisc has no effect'),
      expect.stringContaining('eth0 does not take a frame, send failed'),
    ]);
  });
});

describe('says what to do when', () => {
  it.each<[string, string | undefined, Partial<BridgeEnd>, RegExp]>([
    [
      'the package is missing',
      undefined,
      {},
      /"cap", which is not installed: install .*, then npm install .* or use slirp/,
    ],
    [
      'it does not load',
      'throw new Error("libpcap.so.1: no such file")',
      {},
      /which does not load \(libpcap\.so\.1: no such/,
    ],
    ['it is another package', 'module.exports = {}', {}, /with a class Cap, but what is installed has none/],
    [
      'there is no such interface',
      STAND_IN,
      { name: 'eth9' },
      /finds no interface "eth9": name one of eth0, guid \(Local/,
    ],
    [
      'the interface is locked',
      STAND_IN,
      { name: 'locked' },
      /cannot open the interface locked, You don't have permission/,
    ],
    [
      'it is no Ethernet',
      STAND_IN,
      { name: 'wifi' },
      /needs an Ethernet, but wifi is of type IEEE802_11_RADIO/,
    ],
  ])('%s', async (_name, source, end, sentence) => {
    if (source !== undefined) install(source);
    await expect(open(end)).rejects.toThrow(sentence);
  });
});

it('the filter is a filter', () => {
  expect(bridgeFilter(Uint8Array.of(0, 0xff, 1, 2, 3, 4))).toContain('ether dst 00:ff:01:02:03:04 or');
});
