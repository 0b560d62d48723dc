/*
 * Owns how a guest's HTTP request becomes a `fetch` of the page and its result a response of HTTP/1. A browser hides
 * why a fetch failed, and from which address it came; what can be checked is the name.
 */

import { latin1 } from '../../core/net/wire/bytes.ts';
import { parseIpv4Address } from '../../core/net/wire/addresses.ts';
import { judge } from '../../core/net/slirp/policy.ts';
import { SLIRP_DEFAULTS } from '../../core/net/slirp/options.ts';
import type { HttpProblem, HttpRequest } from './http-request.ts';

/** Headers that a page may send without asking the server first, and those that are worth asking for. */
const PASSED_ON = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
];
/** Headers that are about the connection, or about an encoding that the browser has undone. */
const NOT_PASSED_BACK = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The URL of a request. `name` is the host when the request does not say; `secure` asks by https, because a page that
 * came by https may not ask by http.
 */
export function urlOf(request: HttpRequest, name: string, secure: boolean): URL | HttpProblem {
  const isPath = request.target.startsWith('/');
  const text = isPath ? `http://${request.headers.get('host') ?? name}${request.target}` : request.target;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { status: 400, problem: 'Host and target of the request make no URL.' };
  }
  if (url.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    return { status: 400, problem: 'The target of the request is neither a path nor an http URL.' };
  }
  if (!mayReach(url.hostname)) {
    return {
      status: 403,
      problem: `${url.hostname} is an address of this computer, which guests may not reach.`,
    };
  }
  if (secure) {
    url.protocol = 'https:';
  }
  return url;
}

/** Whether a guest may reach a host, as far as its name tells; `hostname` as `URL` has normalized it. */
function mayReach(hostname: string): boolean {
  const address = parseIpv4Address(hostname);
  if (address !== undefined) {
    return typeof judge(address, SLIRP_DEFAULTS) === 'object';
  }
  const isIpv6 = hostname.startsWith('[');
  return !isIpv6 && !/(^|\.)localhost\.?$/.test(hostname);
}

/** What `fetch` is called with. Nothing of the user's goes with it: no cookies, no referrer. */
export function fetchOptions(request: HttpRequest, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value !== undefined) {
      headers[name] = value;
    }
  }
  const hasBody = request.body.length > 0 && request.method !== 'GET' && request.method !== 'HEAD';
  return {
    method: request.method,
    headers,
    signal,
    mode: 'cors',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    ...(hasBody ? { body: request.body.slice() } : {}),
  };
}

/** How the body of a response is marked off. */
export type Framing = 'none' | 'chunked' | 'close';

export function framingOf(request: HttpRequest, status: number): Framing {
  if (request.method === 'HEAD' || WITHOUT_BODY.has(status)) {
    return 'none';
  }
  return request.minor === 0 ? 'close' : 'chunked';
}

/** Whether the connection ends after the answer. */
export function closesAfter(request: HttpRequest): boolean {
  const connection = request.headers.get('connection')?.toLowerCase() ?? '';
  return request.minor === 0 || connection.split(/\s*,\s*/).includes('close');
}

/** The head of a response. */
export function headOf(response: Response, framing: Framing, closes: boolean): Uint8Array {
  const lines = [`HTTP/1.1 ${response.status} ${response.statusText}`];
  response.headers.forEach((value, name) => {
    if (!NOT_PASSED_BACK.has(name)) {
      lines.push(`${name}: ${value}`);
    }
  });
  if (framing === 'chunked') {
    lines.push('transfer-encoding: chunked');
  }
  if (closes) {
    lines.push('connection: close');
  }
  return latin1(`${lines.join('\r\n')}\r\n\r\n`);
}

/** One piece of a body. */
export function frameBody(bytes: Uint8Array, framing: Framing): Uint8Array {
  if (framing !== 'chunked') {
    return bytes;
  }
  const size = latin1(`${bytes.length.toString(16)}\r\n`);
  const framed = new Uint8Array(size.length + bytes.length + 2);
  framed.set(size);
  framed.set(bytes, size.length);
  framed.set([13, 10], size.length + bytes.length);
  return framed;
}

export const LAST_CHUNK = latin1('0\r\n\r\n');

/** A whole response that says what went wrong; the connection ends after it. */
export function problemAnswer({ status, problem }: HttpProblem): Uint8Array {
  const body = new TextEncoder().encode(`${problem}\n`);
  const head = latin1(
    `HTTP/1.1 ${status} colinux\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
  );
  return Uint8Array.of(...head, ...body);
}

/** For a fetch that the browser did not do or whose result it keeps to itself. */
export function fetchProblem(url: URL): HttpProblem {
  return {
    status: 502,
    problem:
      `The browser could not fetch ${url.href}. In a browser this machine has no sockets: it reaches only web servers ` +
      'that allow pages of other origins to read them (CORS: the header Access-Control-Allow-Origin), and a server ' +
      'that is absent looks the same. Start the machine in VS Code on a desktop for a network with sockets.',
  };
}
