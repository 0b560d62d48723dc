/** The adapter as a server on a TCP port, for editors that connect to one. */
import { spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter } from './support/bundle.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

const request = (seq: number, command: string, args: unknown) => {
  const text = JSON.stringify({ seq, type: 'request', command, arguments: args });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};

describe('the adapter on a port', () => {
  it('says where it listens and serves one session after another', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) =>
      probe.listen(0, '127.0.0.1', () => {
        resolve((probe.address() as { port: number }).port);
      }),
    );
    const taken = spawnSync(process.execPath, [bundle.adapter, '--port', String(port)], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(taken.status).toBe(2);
    expect(taken.stderr).toBe(
      `colinux: The port ${port} is in use by another program: choose another with --port.\n`,
    );
    await new Promise((resolve) => probe.close(resolve));
    const child = spawn(process.execPath, [bundle.adapter, '--port', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const told = await new Promise<string>((resolve) =>
        child.stderr.once('data', (data: Buffer) => {
          resolve(data.toString());
        }),
      );
      expect(told).toBe(`listening on 127.0.0.1:${port}\n`);
      for (let n = 0; n < 2; n++) {
        const answer = await new Promise<string>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () =>
            socket.write(request(1, 'initialize', {}) + 'garbage\r\n\r\n'),
          );
          socket.once('error', reject);
          let received = '';
          socket.on('data', (data: Buffer) => {
            received += data.toString();
            if (!received.includes('"response"')) return;
            resolve(received);
            socket.destroy();
          });
        });
        expect(answer).toContain('"success":true');
      }
    } finally {
      child.kill();
    }
  });

  it.each([['x'], ['-1'], ['70000']])('refuses the port %s with one sentence', (port) => {
    const { status, stderr } = spawnSync(process.execPath, [bundle.adapter, '--port', port], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^colinux: [^\n]*--port[^\n]*\n$/);
  });
});
