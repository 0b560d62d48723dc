/**
 * Source files that are not those which a program was compiled from: lines and breakpoints in them are elsewhere, and nothing else would say
 * so. Where the compiler has recorded the MD5 of a file (clang, DWARF 5 §6.2.4.1) that decides; else, as for gdb, a file that is newer than the
 * program's. Each file is looked at once, when a frame in it is shown or a breakpoint set in it, behind what the client waits for, and once more
 * in the next machine. The host kernel that comes with the adapter is what its sources say.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { say, type Sentence } from '../core/sentences/say.ts';
import type { AdapterHost } from './adapter-host.ts';
import { md5 } from './md5.ts';
import { ET_REL } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** By when a client has what it asks for at a stop. */
const LATER_MS = 100;

type Checksums = DebugProtocol.Checksum[];

/** A program as a launch has found it. */
export interface ImageFile {
  readonly image: SymbolImage;
  readonly path: string;
}

/** Where some code of a file is, by its address in the image. */
export interface CodeOfFile {
  readonly image: SymbolImage;
  readonly pc: number;
  /** The path of the debug information. */
  readonly file: string;
}

export class StaleSources {
  /** What is known of the files that have been looked at, by image and path. */
  private looked = new Map<SymbolImage, Map<string, Checksums | undefined>>();
  /** When the files of images were last changed. */
  private built = new Map<SymbolImage, Promise<number | undefined>>();
  /** One file after the other. */
  private queue: Promise<unknown> = Promise.resolve();

  /** @param locationOf where a file of the debug information is. @param tell is for a sentence about one */
  constructor(
    private readonly host: Pick<AdapterHost, 'readFile' | 'modified'>,
    private readonly locationOf: (file: string) => string,
    private readonly tell: (sentence: Sentence, file: string) => void,
  ) {}

  /** There is another machine. @param files of its programs whose sources may have been changed */
  begin(files: readonly ImageFile[]): void {
    const { host } = this;
    this.again();
    this.built = new Map();
    // Now, for they may be built anew while this machine runs.
    for (const { image, path } of files)
      if (host.modified)
        this.built.set(
          image,
          host.modified(path).catch(() => undefined),
        );
  }

  /** There is another client, which has heard of nothing. */
  again(): void {
    this.looked = new Map();
  }

  /** Code of a file is shown, or stopped at. @returns the checksums of the file that was compiled, if the compiler has recorded them */
  look({ image, pc, file }: CodeOfFile): Checksums | undefined {
    let files = this.looked.get(image);
    if (!files) this.looked.set(image, (files = new Map()));
    if (files.has(file)) return files.get(file);
    const digest = image.sourceDigest(pc, file);
    const checksums: Checksums | undefined =
      digest === undefined ? undefined : [{ algorithm: 'MD5', checksum: digest }];
    files.set(file, checksums);
    const { looked } = this;
    this.queue = this.queue
      .then(() => new Promise((resolve) => setTimeout(resolve, LATER_MS)))
      .then(() => this.judge(image, file, digest))
      // What is not there cannot be another one.
      .catch(() => undefined)
      .then((problem) => {
        if (problem && looked === this.looked) this.tell(problem, file);
      });
    return checksums;
  }

  private builtOf(image: SymbolImage): Promise<number | undefined> | undefined {
    const known = this.built.get(image);
    if (known || image.elf.type !== ET_REL) return known;
    // Where a kernel has loaded it, a module is another image of the same file.
    return [...this.built].find(([{ name, elf }]) => elf.type === ET_REL && name === image.name)?.[1];
  }

  private async judge(
    image: SymbolImage,
    file: string,
    digest: string | undefined,
  ): Promise<Sentence | undefined> {
    const { host } = this;
    const location = this.locationOf(file);
    const { name } = image;
    if (digest !== undefined)
      return md5(await host.readFile(location)) === digest
        ? undefined
        : say`${location} is not the file that ${name} was compiled from: its lines, and breakpoints in it, may be of other code. Build ${name} anew and restart, or open the sources of this build.`;
    const built = await this.builtOf(image);
    const changed = built === undefined ? undefined : await host.modified?.(location);
    return built === undefined || changed === undefined || changed <= built
      ? undefined
      : say`${location} is newer than ${name}: its lines, and breakpoints in it, may be of other code. Build ${name} anew and restart.`;
  }
}
