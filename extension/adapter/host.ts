/** The surroundings of a debug session inside VS Code: files, the worker and the host kernel of the extension. */

import * as vscode from 'vscode';
import type { AdapterHost } from '../../debug-adapter/adapter-host.ts';
import type { Platform } from '../platform.ts';
import { withLateProgress } from '../late-progress.ts';
import { locationOf, uriOf } from './files.ts';
import { sourceMapper, type KnownFile } from './source-map.ts';

const t = vscode.l10n.t;

const SOURCES = '**/*.{c,h,S,s,asm,inc,cc,cpp,cxx,hpp,hh,rs,zig}';
const SOURCES_MAX = 20_000;
const EXCLUDED = '**/{node_modules,.git}/**';

/** Makes the host of a session that belongs to `folder`. */
export async function createAdapterHost(
  extension: vscode.Uri,
  storage: vscode.Uri,
  platform: Platform,
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
    listFolder: async (location) => {
      const entries = await vscode.workspace.fs
        .readDirectory(uriOf(location))
        .then(undefined, (error: unknown) => {
          throw plainError(error);
        });
      return entries.map(([name, type]) => ({ name, isFolder: (type & vscode.FileType.Directory) !== 0 }));
    },
    openEnds: platform.openEnds(inExtension(), readFile),
    servesFolders: platform.servesFolders,
    debugFolders: platform.debugFolders,
    ...(platform.symbolCache && { symbolCache: platform.symbolCache(storage) }),
    ...(platform.listenForGdb && { listenForGdb: platform.listenForGdb }),
    createMachineWorker: async () => {
      const bundle = inExtension('machine-worker.js');
      const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(bundle));
      return platform.startWorker(source, bundle.fsPath);
    },
    hostKernel: async () => vscode.workspace.fs.readFile(inExtension('kernels', 'colinux-host.elf')),
    sourceUri: sourceMapper(await knownFiles(inExtension('kernels')), (path) =>
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

/** Sources of the workspace, then those of the embedded host kernel. */
async function knownFiles(kernels: vscode.Uri): Promise<KnownFile[]> {
  const known = (uri: vscode.Uri): KnownFile => ({ path: uri.path, location: locationOf(uri) });
  // Without them sources are where the debug information says.
  const files = await withLateProgress(t('Looking for sources of kernels'), (token) =>
    Promise.resolve(vscode.workspace.findFiles(SOURCES, EXCLUDED, SOURCES_MAX, token)).then(
      (uris) => uris.map(known),
      (): KnownFile[] => [],
    ),
  );
  for (const path of await embeddedSources(kernels)) {
    // Many kernels have a lib/string.c: the folder `kernels` must be the same too.
    files.push({ ...known(vscode.Uri.joinPath(kernels, path)), least: path.split('/').length + 1 });
  }
  return files;
}

/** Paths below `kernels`, as the build listed them: folders of an extension on a web page cannot be listed. */
async function embeddedSources(kernels: vscode.Uri): Promise<string[]> {
  const list = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(kernels, 'sources.json'));
  return JSON.parse(new TextDecoder().decode(list)) as string[];
}
