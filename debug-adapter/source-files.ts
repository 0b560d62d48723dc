/** Sources as the client sees them: files that are there, and disassembly for those that are not. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Sentence, Translate } from '../core/sentences/say.ts';
import type { AdapterHost } from './adapter-host.ts';
import { GeneratedSources } from './generated-sources.ts';
import type { Listed } from './listing.ts';
import { type Soon, whenThere } from './soon.ts';
import type { Frame } from './frame.ts';
import { StaleSources } from './stale-sources.ts';
import type { SourcePosition } from './symbols/image.ts';

interface SourcePlace {
  readonly source: DebugProtocol.Source;
  readonly line: number;
  readonly column: number;
}

export class SourceFiles {
  readonly generated: GeneratedSources;
  readonly stale: StaleSources;
  /** Another object when files may be there that were not, or gone. */
  epoch: object = {};
  /** By path of the debug information. */
  private readonly present = new Map<string, Soon<boolean>>();
  private readonly named = new Map<string, { readonly name: string; readonly path: string }>();

  constructor(
    private readonly host: AdapterHost,
    onNew: (source: DebugProtocol.Source) => void,
    translate: Translate,
    /** Hears of what code is shown. @param sentence about a file of the debug information */
    onStale: (sentence: Sentence, file: string) => void,
  ) {
    this.generated = new GeneratedSources(onNew, translate);
    this.stale = new StaleSources(host, (file) => this.locationOf(file), onStale);
  }

  /** How the client names a source file of the debug information. */
  of(file: string): DebugProtocol.Source {
    let named = this.named.get(file);
    if (!named) {
      named = { name: file.split('/').pop() ?? file, path: this.locationOf(file) };
      this.named.set(file, named);
    }
    // A client may change what it is given.
    return { name: named.name, path: named.path };
  }

  private locationOf(file: string): string {
    return this.host.sourceUri?.(file) ?? file;
  }

  private exists(file: string): Soon<boolean> {
    const { present } = this;
    const known = present.get(file);
    if (known !== undefined) return known;
    const asked: Promise<boolean> = this.host
      .readFile(this.locationOf(file))
      .then(
        () => true,
        () => false,
      )
      .then((exists) => {
        // Files may be asked for anew by now.
        if (present.get(file) === asked) present.set(file, exists);
        return exists;
      });
    present.set(file, asked);
    return asked;
  }

  /** A source file of the debug information that is there; `undefined` for one that the client could not open. */
  async ofPresent(file: string): Promise<DebugProtocol.Source | undefined> {
    return (await this.exists(file)) ? this.of(file) : undefined;
  }

  /** Files may be there by now. */
  forget(): void {
    this.epoch = {};
    this.present.clear();
    this.named.clear();
  }

  /** A frame in a file that is there. */
  private shown({ resolved, lookupPc }: Frame, { file, line, column }: SourcePosition): SourcePlace {
    const source = this.of(file);
    if (resolved) {
      const { image, bias } = resolved;
      const checksums = this.stale.look({ image, pc: (lookupPc - bias) >>> 0, file });
      if (checksums) source.checksums = checksums.slice();
    }
    return { source, line, column };
  }

  /** Where a frame is shown. */
  placeOf(machine: Listed, frame: Frame): Soon<SourcePlace> {
    const { position } = frame;
    // Without a function for what may still have to come: each frame of each stop asks.
    if (position && this.present.get(position.file) === true) return this.shown(frame, position);
    return whenThere(position ? this.exists(position.file) : false, (exists): Soon<SourcePlace> => {
      if (position && exists) return this.shown(frame, position);
      return whenThere(this.generated.placeOf(machine, frame), ({ source, line }) => ({
        ...{ source, line },
        column: 1,
      }));
    });
  }
}
