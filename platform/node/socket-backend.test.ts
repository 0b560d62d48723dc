import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/guest-on-node.ts';
import { connectCable, listenForCable, type CableAddress } from './socket-backend.ts';
import { type Said, wordsOf } from '../../core/sentences/say.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) {
    clean();
  }
});

function recorder() {
  const heard: string[] = [];
  const frames: Uint8Array[] = [];
  return {
    heard,
    frames,
    frame: (frame: Uint8Array) => frames.push(frame),
    connected: () => heard.push('connected'),
    disconnected: (reason: Said) => heard.push(wordsOf(reason)),
    failed: (reason: Said) => heard.push(`failed: ${wordsOf(reason)}`),
  };
}

async function listener(on: CableAddress) {
  const events = recorder();
  const cable = listenForCable(on, events);
  cleanups.push(cable.close);
  await once(cable.server, 'listening');
  return { events, cable };
}

function connector(to: CableAddress) {
  const events = recorder();
  const cable = connectCable(to, events);
  cleanups.push(cable.close);
  return { events, cable };
}

describe('the socket backend', () => {
  it('carries frames both ways over TCP', async () => {
    const a = await listener({ host: '127.0.0.1', port: 0 });
    const { port } = a.cable.server.address() as AddressInfo;
    const b = connector({ host: '127.0.0.1', port });
    await until(() => a.events.heard.length + b.events.heard.length === 2, 'the connection');
    const frames = Array.from({ length: 300 }, (_, i) => new Uint8Array(14 + i * 5).fill(i));
    for (const frame of frames) {
      a.cable.send(frame);
      b.cable.send(frame);
    }
    await until(() => a.events.frames.length + b.events.frames.length === 600, 'the frames');
    expect(a.events.frames).toEqual(frames);
    expect(b.events.frames).toEqual(frames);
  });

  it('connects over a local socket, before and after the other end is there, and again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cable-'));
    cleanups.push(() => {
      rmSync(folder, { recursive: true });
    });
    const path = join(folder, 'cable');
    const b = connector({ path });
    await until(() => b.events.heard.length === 1, 'the first failure');
    expect(b.events.heard).toEqual(['there is no such file']);
    const a = await listener({ path });
    await until(() => b.events.heard.includes('connected'), 'the connection');
    a.cable.close();
    await until(() => b.events.heard.includes('the other end has closed the connection'), 'the end');
    const again = await listener({ path });
    await until(() => again.events.heard.includes('connected'), 'the new connection');
    b.cable.send(new Uint8Array(60));
    await until(() => again.events.frames.length === 1, 'a frame');
  });

  it('has one peer at a time, and unplugs one that is out of step', async () => {
    const a = await listener({ host: '127.0.0.1', port: 0 });
    const { port } = a.cable.server.address() as AddressInfo;
    const first = connect(port, '127.0.0.1');
    await until(() => a.events.heard.length === 1, 'the first peer');
    const second = connect(port, '127.0.0.1');
    await once(second, 'close');
    first.write('GET / HTTP/1.0\r\n\r\n');
    await once(first, 'close');
    expect(a.events.heard[1]).toContain('not a stream of frames');
    expect(a.events.frames).toEqual([]);
  });

  it('says when it cannot listen', async () => {
    const a = await listener({ host: '127.0.0.1', port: 0 });
    const { port } = a.cable.server.address() as AddressInfo;
    const events = recorder();
    listenForCable({ host: '127.0.0.1', port }, events);
    await until(() => events.heard.length === 1, 'the report');
    expect(events.heard).toEqual(['failed: another program uses this port']);
  });
});
