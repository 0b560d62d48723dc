/** The surroundings of a debug session inside VS Code: files, the worker and the host kernel of the extension. */

import * as vscode from 'vscode';
import type { AdapterHost } from '../../debug-adapter/adapter-host.ts';
import type { Platform } from '../platform.ts';
import { uriOf } from './files.ts';
import type { Preparation } from './preparation.ts';
import type { AdapterCode } from './session.ts';
import { sourceMapper } from './source-map.ts';

const t = vscode.l10n.t;

/** What sessions are made of. */
export interface Surroundings {
  readonly extension: vscode.Uri;
  /** Where the extension may keep files. */
  readonly storage: vscode.Uri;
  readonly platform: Platform;
  readonly preparation: Preparation;
  readonly adapter: AdapterCode;
}

/** Makes the host of a session that belongs to `folder`. */
export async function createAdapterHost(
  { extension, storage, platform, preparation }: Surroundings,
  folder: vscode.WorkspaceFolder | undefined,
): Promise<AdapterHost> {
  const inExtension = (...path: string[]) => vscode.Uri.joinPath(extension, 'dist', ...path);
  const readFile = async (location: string): Promise<Uint8Array> => {
    try {
      return await vscode.workspace.fs.readFile(uriOf(location));
    } catch (error) {
      throw plainError(error);
    }
  };
  return {
    readFile,
    readSymbols: async (location) => {
      const { scheme, fsPath } = uriOf(location);
      return (
        (scheme === 'file' && (await platform.readSymbols?.(fsPath))) || { bytes: await readFile(location) }
      );
    },
    ...(platform.modified && {
      modified: async (location: string) => {
        const { scheme, fsPath } = uriOf(location);
        return scheme === 'file' ? platform.modified?.(fsPath) : undefined;
      },
    }),
    listFolder: async (location) => {
      const entries = await vscode.workspace.fs
        .readDirectory(uriOf(location))
        .then(undefined, (error: unknown) => {
          throw plainError(error);
        });
      return entries.map(([name, type]) => ({ name, isFolder: (type & vscode.FileType.Directory) !== 0 }));
    },
    openEnds: platform.openEnds(inExtension(), readFile),
    translate: (english) => t(english),
    servesFolders: platform.servesFolders,
    debugFolders: platform.debugFolders,
    symbolCache: platform.symbolCache(storage),
    regionCache: platform.regionCache(storage),
    ...(platform.inflate && { inflate: platform.inflate }),
    ...(platform.listenForGdb && { listenForGdb: platform.listenForGdb }),
    createMachineWorker: (use) => preparation.takeWorker(use),
    hostKernel: async () => vscode.workspace.fs.readFile(inExtension('kernels', 'colinux-host.elf')),
    sourceUri: sourceMapper(await preparation.takeSources(), (path) =>
      folder && folder.uri.scheme !== 'file' ? folder.uri.with({ path }).toString() : path,
    ),
  };
}

/** The usual errors in words; the adapter says which file it was. */
function plainError(error: unknown): unknown {
  const code = error instanceof vscode.FileSystemError ? error.code : '';
  if (code === 'FileNotFound' || code === 'EntryNotFound') return new Error(t('there is no such file'));
  if (code === 'FileIsADirectory') return new Error(t('it is a folder'));
  if (code === 'NoPermissions') return new Error(t('permission denied'));
  return error;
}
