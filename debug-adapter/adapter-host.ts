/**
 * What the debug adapter needs from the place it runs in: files, a machine worker and the embedded host kernel. The
 * desktop extension, the browser extension and the stand-alone server each implement this; the adapter itself knows
 * neither Node nor VS Code.
 */

import type { OpenAll } from '../core/outside/open-ends.ts';
import type { GdbServer } from './gdb/server.ts';
import type { WorkerUse } from './machine-workers.ts';
import type { Inflaters } from './symbols/compression.ts';
import type { ByteCache } from './byte-cache.ts';
import type { SymbolSource } from './symbols/read-parts.ts';

export { EndError, type OpenAll } from '../core/outside/open-ends.ts';

/** A port on which gdb is served. */
export interface GdbListener {
  readonly port: number;
  /** Ends the connections too. */
  close(): void;
}

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** The surroundings of one debug session. */
export interface AdapterHost {
  /** The bytes of a file named in the launch configuration. Rejects when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** The same of a file that only has symbols: what these do not need may be left out. Absent where files are read whole. */
  readSymbols?(path: string): Promise<SymbolSource>;
  /**
   * When a file of this computer was last changed, in milliseconds since 1970; `undefined` for what is no such file. Absent where there are none.
   */
  modified?(path: string): Promise<number | undefined>;
  /** What is in a folder. Rejects for what is none; absent where folders cannot be listed. */
  listFolder?(path: string): Promise<readonly FolderEntry[]>;
  /**
   * Starts a worker that runs the machine worker bundle. Rejects when it cannot be started.
   * @param use what it is for, where it may be one that other machines have run in
   */
  createMachineWorker(use?: WorkerUse): MachinePort | Promise<MachinePort>;
  /**
   * Serves gdb on a port of this computer's own; absent where there are no sockets. Rejects when nothing can listen there.
   * @param port 0 for any that is free
   */
  listenForGdb?(
    port: number,
    server: Pick<GdbServer, 'connect'>,
    report: (text: string) => void,
  ): Promise<GdbListener>;
  /** The ELF file of the embedded host kernel. */
  hostKernel(): Promise<Uint8Array>;
  /** Opens what the machine's devices are connected to. */
  readonly openEnds: OpenAll;
  /** Folders can be among that. */
  readonly servesFolders: boolean;
  /** Folders of separate debug files; without it, there are none. */
  readonly debugFolders?: readonly string[];
  /** Keeps the symbol indexes of large programs between sessions; without it, each session builds them. */
  readonly symbolCache?: ByteCache;
  /** Keeps what machines have translated between sessions; without it, each session begins with nothing. */
  readonly regionCache?: ByteCache;
  /** What decompresses sections of debug information on other threads; without it, the adapter's does, in turns with others. */
  readonly inflate?: Inflaters;
  /** A text of `texts.ts`, or the format of a sentence, in the language of the user. */
  translate?(english: string): string;
  /** In place of `translate`, where only the client knows the language: all texts of a locale, `undefined` if there are none. */
  translations?(locale: string): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * The client calls a file, or a folder, so, and others beside it likewise: a hint for `sourceUri`. Absent where that knows already.
   * @returns whether names are others now
   */
  named?(path: string, isFolder?: boolean): Promise<boolean>;
  /** How the client names the source file `path` of the debug information; without it, as it is. */
  sourceUri?(path: string): string;
}

/** The adapter's end of the channel to a machine worker. */
export interface MachinePort {
  post(message: unknown, transfer?: readonly ArrayBufferLike[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Hands on messages until `done`, for a moment at most: an answer that comes soon need not wait for the event loop. Absent where that cannot be. */
  spinUntil?(done: () => boolean): void;
  /** The worker threw, could not be loaded or ended without being asked to. */
  onError(listener: (error: Error) => void): void;
  terminate(): void;
}
