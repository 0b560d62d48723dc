/**
 * What differs between the desktop (Node) and the browser: how a machine worker starts, how a part of a file is read and
 * whether programs such as make can be run. `desktop.ts` and `web.ts` implement it; everything else is the same.
 */

import type * as vscode from 'vscode';
import type { AdapterHost, MachinePort, OpenAll } from '../debug-adapter/adapter-host.ts';
import type { CompiledBundle } from '../debug-adapter/compiled-bundle-node.ts';
import type { ByteCache } from '../debug-adapter/byte-cache.ts';
import type { SymbolSource } from '../debug-adapter/symbols/read-parts.ts';

export interface Platform {
  readonly kind: 'desktop' | 'web';
  /** Starts a worker from the bundle's text; `name` is for stack traces. */
  startWorker(source: string, name: string): MachinePort;
  /** Reads up to `length` bytes at `offset`. */
  readPart(uri: vscode.Uri, offset: number, length: number): Promise<Uint8Array>;
  /** `AdapterHost.readSymbols` of a file on this disk; absent where files are read whole. */
  readSymbols?(path: string): Promise<SymbolSource>;
  /** `AdapterHost.modified` of a file on this disk; absent where there is none. */
  modified?(path: string): Promise<number | undefined>;
  /**
   * How files, networks and so on become what the machine's devices are connected to.
   * @param folder of the bundles. @param readFile gives the bytes of a file that a launch configuration names
   */
  openEnds(folder: vscode.Uri, readFile: (location: string) => Promise<Uint8Array>): OpenAll;
  /** Serves gdb on a port; absent where there are no sockets. */
  readonly listenForGdb?: AdapterHost['listenForGdb'];
  /** Keeps symbol indexes in the extension's own storage. */
  symbolCache(storage: vscode.Uri): ByteCache;
  /** Keeps what machines have translated there. */
  regionCache(storage: vscode.Uri): ByteCache;
  /** Loads a bundle with what was compiled of it before, which is kept in `storage`; without it, bundles are imported. */
  loadCompiled?(bundle: vscode.Uri, storage: vscode.Uri): CompiledBundle;
  /** `AdapterHost.inflate`. */
  readonly inflate?: AdapterHost['inflate'];
  /** Folders of separate debug files. */
  readonly debugFolders: readonly string[];
  /** Can folders be shared with guests? */
  readonly servesFolders: boolean;
  /** Does anything listen there? Absent where no TCP connections can be opened. */
  reaches?(host: string, port: number): Promise<boolean>;
  /** Can tasks run programs? */
  readonly runsPrograms: boolean;
  /** The words of a shell that run a JavaScript file on Node; absent where no programs run. */
  readonly nodeCommand?: string;
}
