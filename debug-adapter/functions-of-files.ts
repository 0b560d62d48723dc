/**
 * Functions by their file, for static ones of one name are in several: `sched.c:helper` as gdb has it in breakpoints, `sched.c::helper` as
 * expressions have it. Files are those of lines, so functions of assembly have one too; inlined copies have that of the header, and that of
 * the function that they are in.
 */
import type { SymbolImage } from './symbols/image.ts';

/** A file by how its name ends, or any in quotes; a single colon or two, and what follows. */
const IN_FILE =
  /^(?:'([^']+)'|([^:]+\.(?:[chsSily]|cc|hh|cpp|cxx|hpp|hxx|rs|zig|asm|inc|nasm)))::?(?!:)\s*(.+)$/;

export interface FileAndName {
  /** Undefined where none is named. */
  readonly file: string | undefined;
  readonly name: string;
}

export function fileAndName(text: string): FileAndName {
  const [, quoted, plain, name] = IN_FILE.exec(text) ?? [];
  return name === undefined ? { file: undefined, name: text } : { file: quoted ?? plain, name };
}

/**
 * Is a link-time address, of a function or of an inlined copy, in a file that is called so, or whose path ends so? Either its line stands
 * there, or the function is declared there that it is in: its first line may be of something inlined.
 */
export function isInFile(image: SymbolImage, address: number, file: string | undefined): boolean {
  if (file === undefined) return true;
  const isThere = (path: string | undefined) => path === file || path?.endsWith(`/${file}`) === true;
  return isThere(image.lineAt(address)?.file) || isThere(image.functionAt(address)?.declaration?.file);
}
