/** Files that may be the sources of what runs: those of the workspace, and those of the embedded host kernel. */

import * as vscode from 'vscode';
import { withLateProgress } from '../late-progress.ts';
import { locationOf } from './files.ts';
import type { KnownFile } from './source-map.ts';

const t = vscode.l10n.t;

const SOURCES = '**/*.{c,h,S,s,asm,inc,cc,cpp,cxx,hpp,hh,rs,zig}';
const SOURCES_MAX = 20_000;
const EXCLUDED = '**/{node_modules,.git}/**';

/** Sources of the workspace, then those of the host kernel in `extension`. */
export async function findSources(extension: vscode.Uri): Promise<KnownFile[]> {
  const kernels = vscode.Uri.joinPath(extension, 'dist', 'kernels');
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
