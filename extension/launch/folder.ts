/** A workspace folder as the search for kernels sees it. */

import * as vscode from 'vscode';
import type { Platform } from '../platform.ts';
import type { Folder } from './find-kernels.ts';

/** The files below `root`. */
export function folderAt(root: vscode.Uri, platform: Platform): Folder {
  const at = (path: string) => (path === '' ? root : vscode.Uri.joinPath(root, path));
  return {
    list: async (path) =>
      (await vscode.workspace.fs.readDirectory(at(path))).map(([name, type]) => ({
        name,
        isFolder: type === vscode.FileType.Directory, // links to folders may make circles: not followed
      })),
    open: (path) => (offset, length) => platform.readPart(at(path), offset, length),
  };
}
