/**
 * What the service knows of files. Paths are relative to the folder of the document, or absolute; only whoever implements this
 * knows where that is.
 */

export type FileKind = 'file' | 'folder';

export interface FileEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface FileView {
  /** `undefined`: there is nothing of that name, or nothing that can be seen. */
  kindOf(path: string): Promise<FileKind | undefined>;
  /** `undefined` when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Empty when it cannot be read. */
  list(folder: string): Promise<readonly FileEntry[]>;
}
