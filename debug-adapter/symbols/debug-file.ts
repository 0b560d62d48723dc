/**
 * Where debug information that is not in the program itself may be: pure functions that name candidates and
 * check what was read. Source: GDB manual, "Debugging Information in Separate Files"; DWARF 5 §7.3.2 (split
 * files), §7.3.6 (supplementary files).
 */
import type { SplitReference } from './debug-info.ts';
import { cStringBytes } from './cursor.ts';
import { type Elf, sectionBytes, sectionNamed } from './elf.ts';
import { buildIdOf, hexDigits } from './notes.ts';
import { baseName, joinPath } from './paths.ts';

/** A file that another one names, and how to tell it. */
export interface FileLink {
  name: string;
  /** CRC-32 of the whole file (`.gnu_debuglink`). */
  crc: number | undefined;
  /** Its build-id, in hexadecimal. */
  buildId: string | undefined;
}

const decoder = new TextDecoder();

/** Everything up to the last separator of a path. */
function folderOf(path: string): string {
  return path.slice(0, path.length - baseName(path).length) || '.';
}

/** The separate debug file a program names; undefined when it names none. */
export function debugLinkOf(elf: Elf): FileLink | undefined {
  const buildId = buildIdOf(elf);
  const section = sectionNamed(elf, '.gnu_debuglink');
  const bytes = section && sectionBytes(elf.bytes, section);
  if (!bytes) return buildId === undefined ? undefined : { name: '', crc: undefined, buildId };
  const name = decoder.decode(cStringBytes(bytes, 0, '.gnu_debuglink'));
  const crcAt = Math.ceil((name.length + 1) / 4) * 4;
  if (crcAt + 4 > bytes.length) return undefined;
  const crc = new DataView(bytes.buffer, bytes.byteOffset).getUint32(crcAt, true);
  return { name, crc, buildId };
}

/** The supplementary file that dwz moved common parts into; undefined when there is none. */
export function alternateLinkOf(elf: Elf): FileLink | undefined {
  const section = sectionNamed(elf, '.gnu_debugaltlink');
  if (!section) return undefined;
  const bytes = sectionBytes(elf.bytes, section);
  const name = cStringBytes(bytes, 0, '.gnu_debugaltlink');
  const id = bytes.subarray(name.length + 1);
  return {
    name: decoder.decode(name),
    crc: undefined,
    buildId: hexDigits(id),
  };
}

/** Paths at which the file of `link` may be, likeliest first. `path` is of the file that names it. */
export function linkCandidates(link: FileLink, path: string, debugFolders: readonly string[]): string[] {
  const found: string[] = [];
  const { buildId, name } = link;
  if (buildId !== undefined && buildId.length > 2) {
    for (const folder of debugFolders) {
      found.push(joinPath(folder, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
    }
  }
  if (name !== '') {
    const folder = folderOf(path);
    found.push(joinPath(folder, name), joinPath(folder, '.debug', name));
    for (const base of debugFolders)
      found.push(joinPath(`${base}/${folder.replace(/^[A-Za-z]:/, '')}`, name));
  }
  const own = joinPath(path);
  return [...new Set(found)].filter((candidate) => candidate !== own);
}

/** True when `file`, read from one of the candidates, is the one that `link` means. */
export function matchesLink(file: Elf, link: FileLink): boolean {
  const buildId = buildIdOf(file);
  if (link.buildId !== undefined && buildId !== undefined) return buildId === link.buildId;
  return link.crc !== undefined && crc32(file.bytes) === link.crc;
}

/** Paths at which a package of all split-off files may be. */
export function packageCandidates(path: string): string[] {
  return [`${path}.dwp`, path.replace(/\.[^./\\]+$/, '.dwp')].filter((candidate) => candidate !== path);
}

/** Paths at which a split-off file may be: where it was built, and beside the program. */
export function splitCandidates({ name, directory }: SplitReference, path: string): string[] {
  return [...new Set([joinPath(directory, name), joinPath(folderOf(path), baseName(name))])];
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** The CRC-32 of IEEE 802.3, as `.gnu_debuglink` has it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
