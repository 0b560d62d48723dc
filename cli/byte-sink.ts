/**
 * Where bytes from the machine go: a file descriptor, line by line, for each call of the system takes as long as thousands of the
 * machine's instructions. A reader that is slow makes the sink ask the machine to wait; one that is gone makes it say so.
 */
import { openSync, writeSync } from 'node:fs';
import { Problem, systemCode, systemReason } from './problem.ts';

export interface ByteSink {
  write(byte: number): void;
  /** Writes what is no whole line yet, and tries again what the reader was too slow for. `waiting`: there is still something left. */
  flush(): 'written' | 'waiting' | 'closed';
}

/** Writes some bytes and returns how many; throws system errors as `fs.writeSync` does. */
export type WriteBytes = (bytes: Uint8Array) => number;

/** A pipe, a terminal and a socket whose other end is closed; a socket says so in another way if bytes were still on their way. */
const GONE = new Set(['EPIPE', 'EIO', 'ECONNRESET']);

const NEWLINE = 0x0a;
/** Bytes of a line that is longer go at once. */
const LONGEST = 4096;

export function createByteSink(write: WriteBytes): ByteSink {
  let pending: number[] = [];
  /** How many of them the reader was too slow for. */
  let late = 0;
  let closed = false;

  function attempt(bytes: Uint8Array): number {
    try {
      return write(bytes);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EAGAIN') return 0;
      if (code === undefined || !GONE.has(code))
        throw new Problem(`Output was lost, ${systemReason(error)}.`);
      closed = true;
      return bytes.length;
    }
  }

  function writePending(): void {
    pending = pending.slice(attempt(Uint8Array.from(pending)));
    late = pending.length;
  }

  return {
    write(byte) {
      if (closed) return;
      pending.push(byte);
      if (late === 0 && (byte === NEWLINE || pending.length >= LONGEST)) writePending();
    },
    flush() {
      if (pending.length > 0 && !closed) writePending();
      if (closed) return 'closed';
      return pending.length > 0 ? 'waiting' : 'written';
    },
  };
}

/** A sink of an open file descriptor. */
export function descriptorSink(descriptor: number): ByteSink {
  return createByteSink((bytes) => writeSync(descriptor, bytes));
}

/** `stdio` or the name of a file, which is emptied. @throws Problem */
export function openSink(option: string, target: string): ByteSink {
  if (target === 'stdio') return descriptorSink(1);
  try {
    return descriptorSink(openSync(target, 'w'));
  } catch (error) {
    throw new Problem(`--${option} cannot write to "${target}", ${systemReason(error)}: give a file's name.`);
  }
}
