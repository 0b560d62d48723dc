import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { latin1 } from '../../core/net/wire/bytes.ts';
import { parseIpv4Address } from '../../core/net/wire/addresses.ts';
import type { LookupResult } from '../../core/net/sockets.ts';
import { createGuestOnNode, until } from '../testing/guest-on-node.ts';
import { pattern } from '../testing/pattern.ts';
import { createFetchSockets } from './fetch-sockets.ts';
import { wordsOf } from '../../core/sentences/say.ts';

const OUTSIDE = 0x5db8d822;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) {
    clean();
  }
});

type Fetch = typeof fetch;

/** A guest whose page fetches by `pageFetch`. */
function page(pageFetch: Fetch, secure = false) {
  const sockets = createFetchSockets({ fetch: pageFetch, secure });
  const world = createGuestOnNode({}, sockets);
  cleanups.push(world.slirp.close);
  /** Sends `text` to port 80 and gives all that comes until the other side ends. */
  const ask = async (text: string, address = OUTSIDE): Promise<string> => {
    const user = world.call(address, 80);
    await until(() => user.heard.includes('established'), 'the connection');
    user.connection!.send(latin1(text));
    await until(() => user.ended || user.reason !== undefined, 'the end of the answer');
    return Buffer.from(user.bytes()).toString('latin1') + (user.reason === 'reset' ? '[reset]' : '');
  };
  const resolve = (name: string, type: 'A' | 'AAAA' | 'PTR' = 'A'): Promise<LookupResult> =>
    new Promise((done) => {
      sockets.resolve({ type, name }, done);
    });
  return { ...world, ask, resolve };
}

/** A real server, and a fetch that goes to it whatever the name. */
async function webServer(
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Fetch> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (url, init) => {
    const target = new URL(url as string);
    target.host = `127.0.0.1:${port}`;
    return fetch(target, init);
  };
}

/** A fetch that notes what it was asked and answers at once. */
function recordingFetch(answer: () => Response = () => new Response('ok')) {
  const asked: { url: string; init: RequestInit }[] = [];
  const recording: Fetch = (url, init) => {
    asked.push({ url: url as string, init: init! });
    return Promise.resolve(answer());
  };
  return { asked, recording };
}

describe('HTTP through fetch', () => {
  it('carries a request to a real server and its answer back, in chunks', async () => {
    const requests: string[] = [];
    const pageFetch = await webServer((request, response) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.setHeader('x-answer', '42');
      response.end('hello');
    });
    const { ask } = page(pageFetch);
    const answer = await ask('GET /path?q HTTP/1.1\r\nHost: web.example\r\nConnection: close\r\n\r\n');
    expect(requests).toEqual(['GET /path?q']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('\r\nx-answer: 42\r\n');
    expect(answer).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
  });

  it('carries a body of 1 MiB up and down', async () => {
    const data = pattern(2 ** 20);
    const pageFetch = await webServer((request, response) => request.pipe(response));
    const { call } = page(pageFetch);
    const user = call(OUTSIDE, 80);
    const head = latin1(`POST / HTTP/1.0\r\nHost: web.example\r\nContent-Length: ${data.length}\r\n\r\n`);
    let rest = Buffer.concat([head, data]);
    user.onWritable = () => {
      rest = rest.subarray(user.connection!.send(rest));
    };
    await until(() => user.heard.includes('established'), 'the connection');
    user.onWritable();
    await until(() => user.ended, 'the answer');
    const bytes = user.bytes();
    expect(Buffer.compare(bytes.subarray(bytes.length - data.length), data)).toBe(0);
  });

  it('answers requests of one connection in their order', async () => {
    let count = 0;
    const { recording } = recordingFetch(() => new Response(`answer ${++count}`));
    const { ask } = page(recording);
    const request = 'GET / HTTP/1.1\r\nHost: web.example\r\n';
    const answer = await ask(`${request}\r\n${request}\r\n${request}Connection: close\r\n\r\n`);
    expect(answer.match(/answer \d/g)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('sends nothing of the user’s, and no header that needs leave', async () => {
    const { asked, recording } = recordingFetch();
    const { ask } = page(recording, true);
    await ask(
      'GET / HTTP/1.0\r\nHost: web.example\r\nCookie: secret\r\nUser-Agent: guest\r\nAccept: x/y\r\n\r\n',
    );
    expect(asked[0]!.url).toBe('https://web.example/');
    expect(asked[0]!.init).toMatchObject({
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { accept: 'x/y' },
    });
    expect(Object.keys(asked[0]!.init.headers!)).toEqual(['accept']);
  });

  it('says in a 502 what a browser cannot do', async () => {
    const { ask } = page(() => Promise.reject(new TypeError('Failed to fetch')));
    const answer = await ask('GET / HTTP/1.1\r\nHost: web.example\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain('could not fetch http://web.example/.');
    expect(answer).toContain('CORS');
  });

  it('resets when a body breaks off, so that it is not taken for whole', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(latin1('half'));
      },
      pull: (controller) => {
        controller.error(new Error('gone'));
      },
    });
    const { recording } = recordingFetch(() => new Response(broken));
    expect(await page(recording).ask('GET / HTTP/1.1\r\nHost: web.example\r\n\r\n')).toMatch(/\[reset\]$/);
  });

  it.each([
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0.0.0.0',
    '169.254.169.254',
    '10.0.2.2',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost:8080',
  ])('does not reach %s', async (host) => {
    const { asked, recording } = recordingFetch();
    const { ask } = page(recording);
    expect(await ask(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask(`GET http://${host}/ HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(asked).toEqual([]);
  });

  it('answers what is no HTTP', async () => {
    const { asked, recording } = recordingFetch();
    const { ask } = page(recording);
    expect(await ask('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask('GET file:///etc/passwd HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(asked).toEqual([]);
  });
});

describe('a network without sockets', () => {
  it('gives each name an address that stands for it', async () => {
    const { asked, recording } = recordingFetch();
    const { ask, resolve } = page(recording);
    const first = await resolve('one.example');
    expect(first).toEqual(['198.18.0.1']);
    expect(await resolve('two.example')).toEqual(['198.18.0.2']);
    expect(await resolve('ONE.example')).toEqual(first);
    expect(await resolve('one.example', 'AAAA')).toEqual([]);
    expect(await resolve('198.18.0.2', 'PTR')).toEqual(['two.example']);
    expect(await resolve('198.18.0.9', 'PTR')).toBe('not-found');
    await ask('GET / HTTP/1.0\r\n\r\n', parseIpv4Address('198.18.0.2'));
    expect(asked[0]!.url).toBe('http://two.example/');
  });

  it('refuses other ports and cannot listen', async () => {
    const { recording } = recordingFetch();
    const { call } = page(recording);
    const user = call(OUTSIDE, 443);
    await until(() => user.reason !== undefined, 'the refusal');
    expect(user.reason).toBe('refused');
    const sockets = createFetchSockets({ fetch: recording, secure: false });
    const reasons: string[] = [];
    sockets.listen(
      { address: 0, port: 1 },
      () => undefined,
      (reason) => reasons.push(wordsOf(reason)),
    );
    sockets.datagram(
      { address: 0, port: 1 },
      { data: () => undefined, failed: (reason) => reasons.push(wordsOf(reason)) },
    );
    await until(() => reasons.length === 2, 'both reports');
    expect(reasons).toEqual(['a browser cannot listen', 'a browser cannot listen']);
  });
});
