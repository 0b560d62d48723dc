import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/testing/random.ts';
import { latin1 } from '../../core/net/wire/bytes.ts';
import { HttpRequestReader } from './http-request.ts';

function read(text: string) {
  const reader = new HttpRequestReader();
  reader.push(latin1(text));
  return reader.next();
}

describe('HttpRequestReader', () => {
  it('reads requests one after another, however they are cut', () => {
    const text =
      'GET /a?b HTTP/1.1\r\nHost: x.example\r\nAccept: a\r\naccept: b\r\n\r\n' +
      'POST / HTTP/1.0\nContent-Length: 4\n\nbody' +
      'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n';
    for (const step of [1, 3, 1000]) {
      const reader = new HttpRequestReader();
      const seen: unknown[] = [];
      for (let at = 0; at < text.length; at += step) {
        reader.push(latin1(text.slice(at, at + step)));
        for (let request = reader.next(); request !== undefined; request = reader.next()) {
          seen.push(request);
        }
      }
      expect(seen).toMatchObject([
        { method: 'GET', target: '/a?b', minor: 1, body: latin1('') },
        { method: 'POST', minor: 0, body: latin1('body') },
        { method: 'PUT', body: latin1('abcde') },
      ]);
      expect((seen[0] as { headers: Map<string, string> }).headers).toEqual(
        new Map([
          ['host', 'x.example'],
          ['accept', 'a, b'],
        ]),
      );
      expect(reader.held).toBe(0);
    }
  });

  it.each([
    ['GET /\r\n\r\n', 400],
    ['GET / HTTP/2.0\r\n\r\n', 400],
    ['G(T / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n: x\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nno colon\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n', 413],
    ['GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n', 400],
    ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n', 413],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(40000)}`, 431],
  ])('refuses %j', (text, status) => {
    expect(read(text)).toMatchObject({ status });
  });

  it('answers any damage with a request, a problem, or patience', () => {
    const random = createRandom(5);
    const good = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const outcomes = new Set<string>();
    for (let round = 0; round < 5000; round++) {
      const bytes = latin1(good);
      for (let damage = random(4); damage > 0; damage--) {
        bytes[random(bytes.length)] = random(256);
      }
      const reader = new HttpRequestReader();
      reader.push(bytes);
      const result = reader.next();
      outcomes.add(result === undefined ? 'more' : 'problem' in result ? 'problem' : 'request');
    }
    expect([...outcomes].sort()).toEqual(['more', 'problem', 'request']);
  });
});
