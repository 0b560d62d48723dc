/*
 * Owns the way to libpcap and Npcap: the npm package `cap`, which is no dependency of ours, for it is compiled when it is
 * installed. It is looked for when a bridge asks for it, from the program's own folder upwards and in NODE_PATH: never in the
 * folder where somebody works, whose files are not trusted.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EndError } from '../../core/outside/open-ends.ts';
import { systemCode } from './system-error.ts';
import { say } from '../../core/sentences/say.ts';

/** What we use of an open interface. */
export interface PcapDevice {
  /** @returns the type of the link. @param buffer receives packets, one at a time */
  open(device: string, filter: string, bufferBytes: number, buffer: Uint8Array): string;
  on(event: 'packet', listener: (bytes: number, truncated: boolean) => void): void;
  send(bytes: Uint8Array, length: number): void;
  close(): void;
}

/** What we use of the package. */
export interface PcapModule {
  readonly Cap: {
    new (): PcapDevice;
    deviceList(): readonly { readonly name: string; readonly description?: string }[];
    /** The first interface with an address. */
    findDevice(): string | undefined;
  };
}

const PACKAGE = 'cap';

function isPcapModule(value: unknown): value is PcapModule {
  const { Cap } = (value ?? {}) as { Cap?: { deviceList?: unknown; findDevice?: unknown } };
  return [Cap, Cap?.deviceList, Cap?.findDevice].every((member) => typeof member === 'function');
}

/** @param folder of this program. @throws EndError */
export function loadPcap(folder: string): PcapModule {
  let found: unknown;
  try {
    found = createRequire(join(folder, 'any.js'))(PACKAGE);
  } catch (error) {
    const library = process.platform === 'win32' ? 'Npcap' : 'libpcap and its headers (Debian: libpcap-dev)';
    const why =
      systemCode(error) === 'MODULE_NOT_FOUND'
        ? say`which is not installed`
        : say`which does not load (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`;
    throw new EndError(
      say`A bridge needs the npm package "${PACKAGE}", ${why}: install ${library}, then npm install --prefix "${folder}" ${PACKAGE}; or use slirp, which needs nothing.`,
    );
  }
  if (isPcapModule(found)) return found;
  throw new EndError(
    say`A bridge needs the npm package "${PACKAGE}" with a class Cap, but what is installed has none: install version 0.2 of it.`,
  );
}
