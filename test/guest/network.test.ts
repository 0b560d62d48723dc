/** The sample guest `unix-guest` on a network behind slirp: DHCP, names, ping, UDP, and TCP in both directions. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, refusingPort } from '../../platform/testing/ports.ts';
import { openWorkshop, printed, run, type Workshop } from './run-guest.ts';

const MEBIBYTE = 2 ** 20;
/** Long, for each byte is copied several times in an emulated machine. */
const PATIENCE = 600_000;

const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;

/** A mebibyte that differs from all its neighbours. */
function piece(n: number): Uint8Array {
  return Uint8Array.from({ length: MEBIBYTE }, (_, at) => (at * 7 + (at >> 8) * 13 + n * 31) & 0xff);
}

const hex = (crc: number) => crc.toString(16).padStart(8, '0');

let workshop: Workshop;
let shared = '';
beforeAll(async () => {
  workshop = await openWorkshop();
  shared = join(workshop.folder, 'shared');
  mkdirSync(shared);
});
afterAll(() => {
  workshop.close();
});

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server on the loopback interface: its port. */
async function serve(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function runScript(script: string, network = '') {
  writeFileSync(join(shared, 'script'), script);
  return workshop.here({ words: run('mount cofs0 /mnt; sh /mnt/script; halt'), folder: shared, network });
}

const CONFIGURED = '10.0.2.15/24 10.0.2.2 10.0.2.3';

describe('the network', () => {
  it('is set up by DHCP, answers pings and resolves names', async () => {
    const outcome = await runScript(
      'ping 10.0.2.2\ndhcp\ncat /dev/eth0\nping 10.0.2.2 2\nnslookup localhost\nnslookup nowhere.invalid\nping 10.0.2.99 1\n',
    );
    expect(printed(outcome)).toEqual([
      'ping: 10.0.2.2: network is not configured: run dhcp',
      CONFIGURED,
      `52:54:00:12:34:56 ${CONFIGURED}`,
      '64 bytes from 10.0.2.2, sequence 0',
      '64 bytes from 10.0.2.2, sequence 1',
      '2 sent, 2 answered',
      '127.0.0.1',
      'nslookup: nowhere.invalid: no such file or directory',
      '1 sent, 0 answered',
    ]);
  });

  it('works on QEMU, too', async () => {
    const port = await serve((socket) => socket.end('HELLO\n'));
    const outcome = await workshop.onQemu({
      words: run(`dhcp; ping 10.0.2.2 1; tcp 10.0.2.2 ${port} </dev/null; halt`),
      network: '',
    });
    expect(printed(outcome)).toEqual([
      CONFIGURED,
      '64 bytes from 10.0.2.2, sequence 0',
      '1 sent, 1 answered',
      'HELLO',
    ]);
  });
});

describe.skipIf(!hasTcpdump)('ping', () => {
  it('is answered by the gateway itself, for others by the ping program, or with the reason', async () => {
    const [reached, silent, metadata] = ['198.51.100.7', '203.0.113.9', '169.254.169.254'];
    const programs = join(workshop.folder, 'programs');
    const capture = join(workshop.folder, 'ping.pcapng');
    mkdirSync(programs);
    // Its last argument is the address (platform/node/ping.ts). No test may depend on who is in the Internet.
    const ping = `#!/bin/sh\nfor address; do :; done\n[ "$address" = ${reached} ]\n`;
    writeFileSync(join(programs, 'ping'), ping, { mode: 0o755 });
    const outcome = await workshop.here({
      words: run(`dhcp; ping 10.0.2.2 3; ping ${reached} 3; ping ${silent} 3; ping ${metadata} 1; halt`),
      network: `capture=${capture}`,
      environment: { PATH: [programs, process.env.PATH].join(delimiter) },
    });
    expect(printed(outcome)).toContain('3 sent, 3 answered');
    expect(printed(outcome)).toContain(`64 bytes from ${reached}, sequence 2`);
    expect(printed(outcome).slice(-2)).toEqual(['3 sent, 0 answered', '1 sent, 0 answered']);
    const text = execFileSync('tcpdump', ['-n', '-v', '-r', capture, 'icmp'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for (const address of ['10.0.2.2', reached]) {
      expect(text).toContain(`10.0.2.15 > ${address}: ICMP echo request`);
      expect(text).toContain(`${address} > 10.0.2.15: ICMP echo reply`);
    }
    expect(text).toContain(`10.0.2.2 > 10.0.2.15: ICMP host ${silent} unreachable`);
    expect(text).toContain(`10.0.2.2 > 10.0.2.15: ICMP host ${metadata} unreachable - admin prohibited`);
    expect(text).not.toMatch(/wrong icmp cksum|bad cksum/);
  });
});

describe('UDP', () => {
  it('brings datagrams back to who has sent them', async () => {
    const port = await freePort();
    const socket = createSocket('udp4');
    const answers: string[] = [];
    cleanups.push(() => socket.close());
    socket.on('message', (message) => answers.push(message.toString()));
    const timer = setInterval(() => {
      // Nothing at all ends the program.
      socket.send(answers.length < 3 ? `hello ${answers.length}` : '', port, '127.0.0.1');
    }, 200);
    cleanups.push(() => {
      clearInterval(timer);
    });
    const outcome = await runScript('dhcp\nudpecho 7\necho ended\n', `udp:${port}:7`);
    expect(printed(outcome)).toEqual([CONFIGURED, 'ended']);
    expect(answers.slice(0, 3)).toEqual(['hello 0', 'hello 1', 'hello 2']);
  });
});

describe('TCP', () => {
  it(
    'downloads 64 MiB as they were sent',
    async () => {
      let crc = 0;
      const port = await serve((socket) => {
        void (async () => {
          for (let n = 0; n < 64; n++) {
            const bytes = piece(n);
            crc = crc32(bytes, crc);
            if (!socket.write(bytes)) await once(socket, 'drain');
          }
          socket.end();
        })();
      });
      const outcome = await runScript(`dhcp\nget 10.0.2.2 ${port}\n`);
      expect(printed(outcome)[1]).toMatch(new RegExp(`^${hex(crc)} ${64 * MEBIBYTE} bytes in \\d+ s$`));
    },
    PATIENCE,
  );

  it(
    'uploads a file and reads what is answered after its end',
    async () => {
      const bytes = Uint8Array.from([...piece(1), ...piece(2)]);
      writeFileSync(join(shared, 'big'), bytes);
      const port = await serve((socket) => {
        let crc = 0;
        let length = 0;
        socket.on('data', (data) => {
          crc = crc32(data, crc);
          length += data.length;
        });
        socket.on('end', () => socket.end(`got ${length} bytes, ${hex(crc)}\n`));
      });
      const outcome = await runScript(`dhcp\nput 10.0.2.2 ${port} /mnt/big\n`);
      expect(printed(outcome)[1]).toBe(`got ${bytes.length} bytes, ${hex(crc32(bytes))}`);
    },
    PATIENCE,
  );

  it('waits while the other side does not read', async () => {
    writeFileSync(join(shared, 'big'), piece(3));
    let received = 0;
    const port = await serve((socket) => {
      setTimeout(() => {
        socket.on('data', (data) => (received += data.length));
        socket.on('end', () => socket.end('late\n'));
      }, 4000);
    });
    const outcome = await runScript(`dhcp\nput 10.0.2.2 ${port} /mnt/big\n`);
    expect(printed(outcome)[1]).toBe('late');
    expect(received).toBe(MEBIBYTE);
  });

  it('is called from outside, and answers at the same time', async () => {
    const port = await freePort();
    const bytes = piece(4);
    writeFileSync(join(shared, 'answer'), piece(5).subarray(0, 100_000));
    let answered = 0;
    const call = () => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let heard = false;
      socket.on('error', () => undefined);
      // Until the guest listens, slirp's redirection ends the call again.
      socket.on('data', (data) => {
        if (!heard) socket.end(bytes);
        heard = true;
        answered += data.length;
      });
      socket.on('close', () => {
        if (!heard) setTimeout(call, 300);
      });
    };
    call();
    const outcome = await runScript('dhcp\ncat /mnt/answer | serve 80 | sum\n', `tcp:${port}:80`);
    expect(printed(outcome)[1]).toBe(`${hex(crc32(bytes))} ${bytes.length} -`);
    expect(answered).toBe(100_000);
  });

  it('tells why there is no connection', async () => {
    const closed = await refusingPort();
    cleanups.push(closed.release);
    const reset = await serve((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const outcome = await runScript(
      `dhcp\ntcp 10.0.2.2 ${closed.port}\nput 10.0.2.2 ${reset} /bin/ls\ntcp 10.0.2.77 80\n`,
    );
    expect(printed(outcome).slice(1)).toEqual([
      'tcp: 10.0.2.2: connection refused',
      'put: connection: connection was reset',
      'tcp: 10.0.2.77: host cannot be reached',
    ]);
  });
});
