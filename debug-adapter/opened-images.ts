/**
 * The symbols of the files of a session, so that a restart opens those of changed files only. A file is known again by its
 * bytes, not by times: a build that made the same file again has changed nothing.
 */
import type { AdapterHost } from './adapter-host.ts';
import { say, type Sentence } from '../core/sentences/say.ts';
import { symbolFiles } from './symbol-files.ts';
import type { SectionPlacer } from './symbols/elf.ts';
import type { SymbolError } from './symbols/errors.ts';
import type { SymbolImage } from './symbols/image.ts';
import { loadSymbols } from './symbols/load.ts';
import type { SymbolSource } from './symbols/read-parts.ts';

/** Where the sections of an object file are. */
export interface Placement {
  /** Other addresses have another one. */
  readonly key: string;
  readonly place: SectionPlacer;
}

interface Entry {
  readonly name: string;
  readonly placed: string | undefined;
  readonly source: SymbolSource;
  readonly image: SymbolImage;
}

export class OpenedImages {
  /** Where images were read from. */
  private readonly paths = new WeakMap<SymbolImage, string>();
  private kept: readonly Entry[] = [];
  private asked: Entry[] = [];

  /** @param path where separate debug files are looked for. @throws SymbolError for a file that is none with symbols */
  async open(
    source: SymbolSource,
    name: string,
    path: string,
    host: AdapterHost,
    placement?: Placement,
  ): Promise<SymbolImage> {
    const placed = placement?.key;
    const known = [...this.asked, ...this.kept].find(
      (entry) => entry.name === name && entry.placed === placed && isSame(entry.source, source),
    );
    const image =
      known?.image ?? (await loadSymbols(source, name, path, symbolFiles(host), placement?.place));
    this.paths.set(image, path);
    this.asked.push({ name, placed, source, image });
    return image;
  }

  /** The file of an image, as the launch named it. */
  pathOf(image: SymbolImage): string | undefined {
    return this.paths.get(image);
  }

  /** What is wrong or missing in the files that a launch has asked for, as far as it is known; `hear` is told of what turns out later. */
  problems(hear: (problem: Sentence) => void): Sentence[] {
    const told = ({ name }: SymbolImage, { sentence }: SymbolError): Sentence => say`${name}: ${sentence}`;
    return [...new Set(this.asked.map(({ image }) => image))].flatMap((image) => {
      image.onProblem = (error) => {
        hear(told(image, error));
      };
      // What has no debug information at all is told in other words.
      return image.problems.filter(({ code }) => code !== 'dwarf-missing').map((error) => told(image, error));
    });
  }

  /** A launch has been planned: what it has not asked for is forgotten. */
  settle(): void {
    this.kept = this.asked;
    this.asked = [];
  }
}

/** What was left out of the bytes is compared by the stamp. */
const isSame = (a: SymbolSource, b: SymbolSource): boolean => a.stamp === b.stamp && equal(a.bytes, b.bytes);

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0) {
    const words = a.length >>> 2;
    const left = new Uint32Array(a.buffer, a.byteOffset, words);
    const right = new Uint32Array(b.buffer, b.byteOffset, words);
    for (let n = 0; n < words; n++) if (left[n] !== right[n]) return false;
    for (let n = words * 4; n < a.length; n++) if (a[n] !== b[n]) return false;
    return true;
  }
  return a.every((byte, n) => byte === b[n]);
}
