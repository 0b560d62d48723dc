/** Sources as the client sees them: files that are there, and disassembly for those that are not. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Translate } from '../core/sentences/say.ts';
import type { AdapterHost } from './adapter-host.ts';
import { GeneratedSources } from './generated-sources.ts';
import type { Listed } from './listing.ts';
import type { Frame } from './stack.ts';

export class SourceFiles {
  readonly generated: GeneratedSources;
  /** By path of the debug information. */
  private readonly present = new Map<string, Promise<boolean>>();

  constructor(
    private readonly host: AdapterHost,
    onNew: (source: DebugProtocol.Source) => void,
    translate: Translate,
  ) {
    this.generated = new GeneratedSources(onNew, translate);
  }

  /** How the client names a source file of the debug information. */
  of(file: string): DebugProtocol.Source {
    const name = file.split('/').pop() ?? file;
    return { name, path: this.locationOf(file) };
  }

  private locationOf(file: string): string {
    return this.host.sourceUri?.(file) ?? file;
  }

  private exists(file: string): Promise<boolean> {
    const known = this.present.get(file);
    if (known) return known;
    const asked = this.host.readFile(this.locationOf(file)).then(
      () => true,
      () => false,
    );
    this.present.set(file, asked);
    return asked;
  }

  /** A source file of the debug information that is there; `undefined` for one that the client could not open. */
  async ofPresent(file: string): Promise<DebugProtocol.Source | undefined> {
    return (await this.exists(file)) ? this.of(file) : undefined;
  }

  /** Files may be there by now. */
  forget(): void {
    this.present.clear();
  }

  /** Where a frame is shown. */
  async placeOf(
    machine: Listed,
    frame: Frame,
  ): Promise<{ source: DebugProtocol.Source; line: number; column: number }> {
    const { position } = frame;
    if (position && (await this.exists(position.file)))
      return { source: this.of(position.file), line: position.line, column: position.column };
    return { ...(await this.generated.placeOf(machine, frame)), column: 1 };
  }
}
