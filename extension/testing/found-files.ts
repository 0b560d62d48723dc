/**
 * Files that a search finds and a watcher tells of. What the watcher has told while a search was under way is newer than what the search
 * has found: neither comes back what was deleted meanwhile, nor goes what was created. No VS Code here.
 */

/** Who shows the files. */
export interface Shelf<File> {
  readonly ids: () => readonly string[];
  add(file: File): void;
  remove(id: string): void;
}

export class FoundFiles<File extends { toString(): string }> {
  /** For each search that is under way, what the watcher has told since it began. */
  private readonly searches = new Set<Set<string>>();

  constructor(private readonly shelf: Shelf<File>) {}

  created(file: File): void {
    this.note(file.toString());
    this.shelf.add(file);
  }

  deleted(file: File): void {
    this.note(file.toString());
    this.shelf.remove(file.toString());
  }

  /** Shows what `search` finds, and nothing else. Rejects with what it rejects with; all stays as it is then. */
  async find(search: () => Thenable<readonly File[]>): Promise<void> {
    const newer = new Set<string>();
    this.searches.add(newer);
    try {
      const found = (await search()).filter((file) => !newer.has(file.toString()));
      const present = new Set(found.map(String));
      for (const id of this.shelf.ids()) if (!present.has(id) && !newer.has(id)) this.shelf.remove(id);
      for (const file of found) this.shelf.add(file);
    } finally {
      this.searches.delete(newer);
    }
  }

  private note(id: string): void {
    for (const newer of this.searches) newer.add(id);
  }
}
