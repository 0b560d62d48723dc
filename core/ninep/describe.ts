/**
 * A line of text for each 9P2000.L request and its answer, for people. Requests name files by numbers (fids); which paths these
 * stand for is learned from the requests that make them. Guests are not trusted: what cannot be read is told so.
 */
import { Errno, FileError } from './errno.ts';
import { HEADER_SIZE, Message, Reader } from './wire.ts';

/** Fids whose paths are remembered, and the length of a path: a guest may make up any number of both. */
const MAX_FIDS = 4096;
const MAX_PATH = 256;
/** Of a walk (9P2000.L: MAXWELEM). */
const MAX_NAMES = 16;
const TYPE = 4;

const OPERATIONS = new Map<number, string>(
  Object.entries(Message).map(([name, type]) => [type, name.slice(1)]),
);
const ERRORS = new Map<number, string>(Object.entries(Errno).map(([name, number]) => [number, name]));

export interface RequestText {
  /** `walk`, `lopen`, `read`, …; `?` for a type that there is not. */
  readonly operation: string;
  readonly text: string;
  /** Of data that are read or written. */
  readonly bytes: number;
}

/** The files of one share, as its requests tell them. */
export class FidPaths {
  readonly #paths = new Map<number, string>();

  /** The path of a fid; its number when it is not known. */
  of(fid: number): string {
    return this.#paths.get(fid) ?? `fid ${fid}`;
  }

  /** Learns from a request that has been done. */
  learn(request: Uint8Array, answer: Uint8Array): void {
    if (answer[TYPE] !== request[TYPE]! + 1) return;
    const from = body(request);
    attempt(() => this.#learn(request[TYPE]!, from, body(answer)));
  }

  #learn(type: number, from: Reader, answer: Reader): void {
    switch (type) {
      case Message.Tversion:
        this.#paths.clear();
        break;
      case Message.Tattach:
        this.#set(from.u32(), '/');
        break;
      case Message.Twalk: {
        const [fid, newFid, count] = [from.u32(), from.u32(), Math.min(from.u16(), MAX_NAMES)];
        const names = Array.from({ length: count }, () => from.text());
        // A walk that stops half-way makes no new fid.
        if (answer.u16() === count) this.#set(newFid, names.reduce(child, this.of(fid)));
        break;
      }
      case Message.Tlcreate: {
        const fid = from.u32();
        this.#set(fid, child(this.of(fid), from.text()));
        break;
      }
      case Message.Tclunk:
      case Message.Tremove:
        this.#paths.delete(from.u32());
        break;
      case Message.Trenameat: {
        const old = child(this.of(from.u32()), from.text());
        this.#move(old, child(this.of(from.u32()), from.text()));
        break;
      }
      case Message.Trename: {
        const old = this.of(from.u32());
        this.#move(old, child(this.of(from.u32()), from.text()));
      }
    }
  }

  #set(fid: number, path: string): void {
    if (this.#paths.size < MAX_FIDS || this.#paths.has(fid)) this.#paths.set(fid, path.slice(0, MAX_PATH));
  }

  #move(old: string, to: string): void {
    for (const [fid, path] of this.#paths)
      if (path === old || path.startsWith(`${old}/`)) this.#set(fid, to + path.slice(old.length));
  }
}

/** @param request a T-message, or its beginning. @param paths as they were before it was done */
export function describeRequest(request: Uint8Array, paths: FidPaths): RequestText {
  const type = request[TYPE] ?? 0;
  const operation = OPERATIONS.get(type);
  if (operation === undefined) return { operation: '?', text: `type ${type}`, bytes: 0 };
  const { text = 'damaged', bytes = 0 } = attempt(() => argumentsOf(type, body(request), paths)) ?? {};
  return { operation, text: printable(text), bytes };
}

/** What the answer says is wrong, by the name of the error number; `undefined`: nothing. */
export function errorOf(answer: Uint8Array): string | undefined {
  if (answer[TYPE] !== Message.Rlerror) return undefined;
  const number = attempt(() => body(answer).u32());
  return number === undefined ? 'damaged' : (ERRORS.get(number) ?? `error ${number}`);
}

function argumentsOf(type: number, from: Reader, paths: FidPaths): { text: string; bytes?: number } {
  switch (type) {
    case Message.Tversion: {
      const size = from.u32();
      return { text: `${from.text()}, messages of ${size} bytes` };
    }
    case Message.Tflush:
      return { text: `tag ${from.u16()}` };
    case Message.Twalk: {
      const path = paths.of(from.u32());
      from.u32();
      const names = Array.from({ length: Math.min(from.u16(), MAX_NAMES) }, () => from.text());
      return { text: names.reduce(child, path) };
    }
    case Message.Tread:
    case Message.Twrite:
    case Message.Treaddir: {
      const path = paths.of(from.u32());
      const [at, bytes] = [from.u64(), from.u32()];
      return { text: `${path}, ${bytes} bytes at ${at}`, bytes };
    }
    case Message.Tlcreate:
    case Message.Tmkdir:
    case Message.Tunlinkat:
      return { text: child(paths.of(from.u32()), from.text()) };
    case Message.Trenameat: {
      const old = child(paths.of(from.u32()), from.text());
      return { text: `${old} → ${child(paths.of(from.u32()), from.text())}` };
    }
    case Message.Trename: {
      const old = paths.of(from.u32());
      return { text: `${old} → ${child(paths.of(from.u32()), from.text())}` };
    }
    default:
      return { text: paths.of(from.u32()) };
  }
}

const child = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);
const body = (message: Uint8Array): Reader => new Reader(message.subarray(HEADER_SIZE));
/** Names of files may have anything in them. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '·').slice(0, MAX_PATH);

/** `undefined` for a message that is too short or has no names in it. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
