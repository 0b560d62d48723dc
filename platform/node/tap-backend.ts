/*
 * Owns the `tap` network backend on Linux: an interface of the computer's own network. Opening one takes an ioctl,
 * which Node does not have, so a helper program does it (tap-helper.c, compiled by whoever wants to use TAP) and
 * passes the frames through pipes.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EndError } from '../../core/outside/open-ends.ts';
import { FramePipe } from './frame-pipe.ts';
import { reasonOf } from './reason.ts';
import type { Cable } from './socket-backend.ts';
import { type Said, say } from '../../core/sentences/say.ts';

export interface TapSettings {
  /** The program and what stands before the interface's name, for example `['/usr/local/bin/tap-helper']`. */
  readonly helper: readonly [string, ...string[]];
  /** Name of the interface, at most 15 characters. */
  readonly name: string;
  frame(frame: Uint8Array): void;
  /** The helper is gone, or did not start: a few words; the last event. */
  failed(reason: Said): void;
}

const HELPER = 'tap-helper';

/**
 * The helper's program.
 * @param folder of this program: it is looked for there, then in PATH
 * @throws EndError that says how to get it
 */
export function tapHelper(folder: string): string {
  if (process.platform !== 'linux') {
    throw new EndError(say`A TAP interface can be opened on Linux only: use slirp, or a bridge.`);
  }
  const places = [folder, ...(process.env.PATH ?? '').split(delimiter)].filter((place) => place !== '');
  const found = places.map((place) => join(place, HELPER)).find(isExecutable);
  if (found !== undefined) return found;
  const source = join(folder, `${HELPER}.c`);
  throw new EndError(
    say`A TAP interface needs the program ${HELPER}, which is neither beside this program nor in PATH: compile it with cc -O2 -o "${join(folder, HELPER)}" "${source}".`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens an interface. @returns its cable, and the helper's process id (undefined when it did not start). */
export function openTap(settings: TapSettings): Cable & { readonly pid: number | undefined } {
  const [program, ...words] = settings.helper;
  const child = spawn(program, [...words, settings.name], { stdio: 'pipe' });
  let closed = false;
  let errors = '';
  const failed = (reason: Said): void => {
    if (!closed) {
      closed = true;
      settings.failed(reason);
    }
  };
  const pipe = new FramePipe(
    child.stdout,
    child.stdin,
    (frame) => {
      if (!closed) {
        settings.frame(frame);
      }
    },
    () => {
      failed('the helper does not speak in frames with their lengths');
      child.kill();
    },
  );
  child.stdin.on('error', () => undefined); // its end tells more
  child.stderr.on('data', (text: Buffer) => {
    errors = (errors + text.toString()).slice(-500);
  });
  child.on('error', (error) => {
    failed(say`${program}: ${reasonOf(error)}`);
  });
  child.on('close', () => {
    failed(errors.trim().replace(/^tap-helper: /, '') || say`the helper has ended`);
  });
  return {
    pid: child.pid,
    send: (frame) => {
      pipe.send(frame);
    },
    close: () => {
      closed = true;
      child.stdin.end();
      child.kill();
    },
  };
}
