/** Open configurations, parsed once for each version, and the files around them. */

import * as vscode from 'vscode';
import { type ConfigDocument, readDocument } from '../../config-language/document.ts';
import type { FileView } from '../../config-language/files.ts';
import { isAbsolutePath, isUri } from '../adapter/locations.ts';

/** Parsed documents of the recent versions that were asked for. */
const KEPT = 20;

/** The file that a path in a configuration names. */
export function uriBeside(document: vscode.Uri, path: string): vscode.Uri {
  if (isUri(path)) return vscode.Uri.parse(path);
  if (!isAbsolutePath(path)) return vscode.Uri.joinPath(document, '..', path);
  return document.scheme === 'file' ? vscode.Uri.file(path) : document.with({ path });
}

/** The files around a document; one that is open in an editor is as it is there. */
export function filesAround(document: vscode.Uri): FileView {
  const at = (path: string) => uriBeside(document, path);
  const kind = (type: vscode.FileType) => ((type & vscode.FileType.Directory) !== 0 ? 'folder' : 'file');
  return {
    kindOf: (path) =>
      vscode.workspace.fs.stat(at(path)).then(
        ({ type }) => kind(type),
        () => undefined,
      ) as Promise<'file' | 'folder' | undefined>,
    read: async (path) => {
      const uri = at(path);
      const open = vscode.workspace.textDocuments.find((other) => other.uri.toString() === uri.toString());
      if (open) return open.getText();
      return vscode.workspace.fs.readFile(uri).then(
        (bytes) => new TextDecoder().decode(bytes),
        () => undefined,
      );
    },
    list: (folder) =>
      vscode.workspace.fs.readDirectory(at(folder)).then(
        (entries) => entries.map(([name, type]) => ({ name, kind: kind(type) })),
        () => [],
      ) as Promise<{ name: string; kind: 'file' | 'folder' }[]>,
  };
}

export class ConfigDocuments {
  private readonly parsed = new Map<string, Promise<ConfigDocument>>();

  /** The document as its editor has it. */
  of(document: vscode.TextDocument): Promise<ConfigDocument> {
    const key = `${document.version} ${document.uri.toString()}`;
    const known = this.parsed.get(key);
    if (known) return known;
    const name = document.uri.path.split('/').pop() ?? '';
    const parsed = readDocument({ name, text: document.getText() }, filesAround(document.uri));
    this.parsed.set(key, parsed);
    const [oldest] = this.parsed.keys();
    if (this.parsed.size > KEPT && oldest !== undefined) this.parsed.delete(oldest);
    return parsed;
  }

  /** Files that are included may have changed. */
  forget(): void {
    this.parsed.clear();
  }
}
