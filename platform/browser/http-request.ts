/*
 * Owns reading HTTP/1 requests from a stream of bytes (RFC 9112) as the guest sends them: request line, headers, a body
 * by length or in chunks. Limits and every malformed message end in a status and a sentence, never in an exception.
 */

const MAX_HEAD = 32768;
const MAX_BODY = 16 * 2 ** 20;
const MAX_CHUNK_LINE = 256;

export interface HttpRequest {
  readonly method: string;
  /** As sent: a path with its query, or a whole URL. */
  readonly target: string;
  /** Minor version: 0 or 1. */
  readonly minor: number;
  /** Lower-case names; repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Why a request is none: the status of the answer, and a sentence. */
export interface HttpProblem {
  readonly status: number;
  readonly problem: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function bad(problem: string, status = 400): HttpProblem {
  return { status, problem };
}

/** Collects bytes until they are a request. */
export class HttpRequestReader {
  #bytes = new Uint8Array();

  /** Bytes that wait to become a request. */
  get held(): number {
    return this.#bytes.length;
  }

  push(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  /** Takes the next request; undefined when it is not complete. */
  next(): HttpRequest | HttpProblem | undefined {
    const end = headEnd(this.#bytes);
    if (end === undefined || end > MAX_HEAD) {
      return this.#bytes.length > MAX_HEAD ? bad('The head of the request is too long.', 431) : undefined;
    }
    const head = readHead(latin1(this.#bytes.subarray(0, end)));
    if ('problem' in head) {
      return head;
    }
    const body = readBody(head.headers, this.#bytes.subarray(end));
    if (body === undefined || 'problem' in body) {
      return body;
    }
    this.#bytes = this.#bytes.slice(end + body.taken);
    return { ...head, body: body.bytes };
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** The offset behind the empty line; lone line feeds end lines too (RFC 9112, 2.2). */
function headEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) {
      return at + 2;
    }
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) {
      return at + 3;
    }
  }
  return undefined;
}

function readHead(text: string): Omit<HttpRequest, 'body'> | HttpProblem {
  const [first, ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const match = /^(\S+) (\S+) HTTP\/1\.([01])$/.exec(first ?? '');
  if (match === null || !TOKEN.test(match[1]!)) {
    return bad('The request line is not of the form METHOD TARGET HTTP/1.1.');
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1 || !TOKEN.test(name) || /[\0\r]/.test(value)) {
      return bad('A header is not of the form NAME: VALUE.');
    }
    const before = headers.get(name);
    if (before !== undefined && (name === 'host' || name === 'content-length')) {
      return bad(`The header ${name} occurs twice.`);
    }
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { method: match[1]!, target: match[2]!, minor: Number(match[3]), headers };
}

interface Body {
  readonly bytes: Uint8Array;
  /** Bytes of the stream that it took. */
  readonly taken: number;
}

const TOO_LONG = bad(`The body of the request has more than ${MAX_BODY} bytes.`, 413);

function readBody(headers: ReadonlyMap<string, string>, bytes: Uint8Array): Body | HttpProblem | undefined {
  const encoding = headers.get('transfer-encoding')?.toLowerCase();
  const length = headers.get('content-length');
  if (encoding !== undefined) {
    // Both at once is how requests are smuggled (RFC 9112, 6.1).
    return encoding === 'chunked' && length === undefined
      ? readChunks(bytes)
      : bad('The length of the body is not clear: expected chunked alone, or a content-length alone.');
  }
  if (length === undefined) {
    return { bytes: new Uint8Array(), taken: 0 };
  }
  if (!/^[0-9]{1,15}$/.test(length)) {
    return bad('The content-length is not a number.');
  }
  const count = Number(length);
  if (count > MAX_BODY) {
    return TOO_LONG;
  }
  return bytes.length < count ? undefined : { bytes: bytes.slice(0, count), taken: count };
}

/** RFC 9112, 7.1; extensions and trailers are skipped. */
function readChunks(bytes: Uint8Array): Body | HttpProblem | undefined {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf(10, at);
    if (lineEnd === -1) {
      return bytes.length - at > MAX_CHUNK_LINE ? bad('A chunk has no size.') : undefined;
    }
    const match = /^([0-9a-f]{1,8})[ \t]*(;.*)?\r?$/i.exec(
      latin1(bytes.subarray(at, Math.min(lineEnd, at + MAX_CHUNK_LINE))),
    );
    if (match === null) {
      return bad('A chunk has no size.');
    }
    const size = parseInt(match[1]!, 16);
    total += size;
    if (total > MAX_BODY) {
      return TOO_LONG;
    }
    at = lineEnd + 1;
    if (size === 0) {
      return endOfChunks(bytes, at, parts);
    }
    if (bytes.length < at + size + 2) {
      return undefined;
    }
    parts.push(bytes.subarray(at, at + size));
    at += size;
    if (bytes[at] === 13) {
      at++;
    }
    if (bytes[at] !== 10) {
      return bad('A chunk is longer than its size.');
    }
    at++;
  }
}

/** Behind the last chunk stand trailers and an empty line. */
function endOfChunks(
  bytes: Uint8Array,
  start: number,
  parts: readonly Uint8Array[],
): Body | HttpProblem | undefined {
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf(10, at);
    if (lineEnd === -1 || lineEnd - start > MAX_HEAD) {
      return bytes.length - start > MAX_HEAD
        ? bad('The trailers of the request are too long.', 431)
        : undefined;
    }
    const isEmpty = lineEnd === at || (lineEnd === at + 1 && bytes[at] === 13);
    at = lineEnd + 1;
    if (isEmpty) {
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let to = 0;
      for (const part of parts) {
        whole.set(part, to);
        to += part.length;
      }
      return { bytes: whole, taken: at };
    }
  }
}
