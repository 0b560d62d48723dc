/*
 * Owns a serial line of the guest on this computer: standard input and output, a serial device or another terminal, or a file
 * that takes what the guest sends. A device is set by `stty`, or on Windows by `mode`, for Node has no calls for that.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, read, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { LineEnd } from '../../core/outside/ends.ts';
import { EndError, type Report } from '../../core/outside/open-ends.ts';
import { systemCode, systemReason } from './system-error.ts';
import { say } from '../../core/sentences/say.ts';

export interface SerialLine {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface SerialEvents {
  receive(bytes: Uint8Array): void;
  report: Report;
}

/** Bytes that wait for a slow device; further ones are lost, as on a line without flow control. */
const MAX_WAITING = 1 << 16;
/** How often a device that was full or had nothing is tried again, in milliseconds. */
const RETRY_MS = 10;
/** Most bytes of one read. */
const CHUNK = 4096;
const STDOUT = 1;

/** Settings as `stty` takes them; the words of coLinux's manual (`BAUD=115200 PARITY=n DATA=8 STOP=1`) are understood too. */
export function sttyWords(mode: string): string[] {
  const words = mode.split(/[\s,]+/).filter((word) => word !== '');
  return words.flatMap((word) => {
    const [, key = '', value = ''] = /^(BAUD|PARITY|DATA|STOP)=(\w+)$/i.exec(word) ?? [];
    switch (key.toUpperCase()) {
      case 'BAUD':
        return [value];
      case 'PARITY':
        return value.toLowerCase() === 'n'
          ? ['-parenb']
          : ['parenb', value.toLowerCase() === 'o' ? 'parodd' : '-parodd'];
      case 'DATA':
        return [`cs${value}`];
      case 'STOP':
        return [value === '2' ? 'cstopb' : '-cstopb'];
      default:
        return [word];
    }
  });
}

function setMode(device: string, mode: string): void {
  const [program, words] =
    process.platform === 'win32'
      ? ['mode.com', [device, ...mode.split(/\s+/)]]
      : ['stty', [process.platform === 'darwin' ? '-f' : '-F', device, 'raw', '-echo', ...sttyWords(mode)]];
  try {
    execFileSync(
      program,
      words.filter((word) => word !== ''),
      { stdio: 'pipe' },
    );
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new EndError(
      say`The serial device "${device}" does not take the settings "${mode}", ${stderr?.toString().trim().split('\n')[0] || systemReason(error)}: use words of ${program}.`,
    );
  }
}

/** @returns its descriptor, and whether it is a file, which is emptied and only takes. */
function openDevice(path: string): { readonly descriptor: number; readonly file: boolean } {
  const noWait = (constants.O_NOCTTY ?? 0) | (constants.O_NONBLOCK ?? 0);
  const place = process.platform === 'win32' && /^COM\d+$/i.test(path) ? `\\\\.\\${path}` : path;
  try {
    const descriptor = openSync(place, constants.O_RDWR | constants.O_CREAT | noWait, 0o644);
    const file = fstatSync(descriptor).isFile();
    if (file) ftruncateSync(descriptor);
    return { descriptor, file };
  } catch (error) {
    throw new EndError(
      say`The serial line "${path}" cannot be opened, ${systemReason(error)}: give stdio, a device or a file.`,
    );
  }
}

/** Writes at once what the device takes, and the rest when it takes more. */
function createWriter(descriptor: number, path: string, report: Report) {
  let waiting = Buffer.alloc(0);
  let retry: ReturnType<typeof setTimeout> | undefined;
  let broken = false;
  const drain = (): void => {
    retry = undefined;
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(descriptor, waiting));
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') {
        retry = setTimeout(drain, RETRY_MS);
        retry.unref();
        return;
      }
      broken = true;
      report(say`The serial line "${path}" is out, ${systemReason(error)}; the guest goes on.`);
    }
  };
  return {
    write(bytes: Uint8Array): void {
      if (broken || waiting.length + bytes.length > MAX_WAITING) return;
      waiting = Buffer.concat([waiting, bytes]);
      if (retry === undefined) drain();
    },
    close(): void {
      clearTimeout(retry);
      broken = true;
    },
  };
}

/** Gives what a device says, until it is closed or says no more. It closes the device itself. */
function createReader(descriptor: number, receive: (bytes: Buffer) => void, ended: (error: Error) => void) {
  const buffer = Buffer.alloc(CHUNK);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reading = false;
  let closed = false;
  const next = (): void => {
    reading = true;
    read(descriptor, buffer, 0, CHUNK, null, (error, count) => {
      reading = false;
      if (closed) {
        closeSync(descriptor);
      } else if (systemCode(error) === 'EAGAIN') {
        timer = setTimeout(next, RETRY_MS);
        timer.unref();
      } else if (error) {
        ended(error);
      } else if (count > 0) {
        receive(Buffer.from(buffer.subarray(0, count)));
        next();
      }
    });
  };
  next();
  return {
    close(): void {
      closed = true;
      clearTimeout(timer);
      // A read that is under way must not find another file under this number.
      if (!reading) closeSync(descriptor);
    },
  };
}

/** @throws EndError */
export function openSerialLine(end: LineEnd, events: SerialEvents): SerialLine {
  return end.device === 'stdio' ? openStandard(events) : openPath(end, events);
}

function openStandard({ receive, report }: SerialEvents): SerialLine {
  const writer = createWriter(STDOUT, 'stdio', report);
  process.stdin.on('data', receive);
  return {
    send: writer.write,
    close() {
      writer.close();
      process.stdin.off('data', receive).pause();
    },
  };
}

function openPath({ device, mode }: LineEnd, { receive, report }: SerialEvents): SerialLine {
  const { descriptor, file } = openDevice(device);
  try {
    if (!file && (isatty(descriptor) || mode !== '')) setMode(device, mode);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  const writer = createWriter(descriptor, device, report);
  const reader = file
    ? undefined
    : createReader(descriptor, receive, (error) => {
        report(say`Nothing more comes from the serial line "${device}", ${systemReason(error)}.`);
      });
  return {
    send: writer.write,
    close() {
      writer.close();
      if (reader) reader.close();
      else closeSync(descriptor);
    },
  };
}
