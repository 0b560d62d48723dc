/**
 * The ring-3 programs that the host kernel carries in its own image: `programs` is a table of name, first byte and end
 * of each ELF file (kernels/host/process/programs.S). They are linked at different addresses, so an address of the host's
 * lower half belongs to one of them. A host without the table, or with one that makes no sense, has none.
 */
import { SymbolError } from './symbols/errors.ts';
import { SymbolImage } from './symbols/image.ts';

const ENTRY = 12;
const MAX_PROGRAMS = 64;
const MAX_NAME = 64;

export function hostPrograms(host: SymbolImage | undefined): SymbolImage[] {
  const table = host?.symbolNamed('programs')?.address;
  const images: SymbolImage[] = [];
  if (!host || table === undefined) return images;
  for (let n = 0; n < MAX_PROGRAMS; n++) {
    const bytes = host.linkedBytes(table + n * ENTRY, ENTRY);
    if (!bytes) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset, ENTRY);
    const [name, begin, end] = [0, 4, 8].map((at) => view.getUint32(at, true));
    if (name === 0) break;
    const file = host.linkedBytes(begin, end - begin);
    if (!file) break;
    try {
      images.push(SymbolImage.open(file, textAt(host, name)));
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
    }
  }
  return images;
}

/** The text at an address of the image, up to its NUL. */
function textAt(image: SymbolImage, address: number): string {
  let text = '';
  for (let at = address; text.length < MAX_NAME; at++) {
    const byte = image.linkedBytes(at, 1)?.[0];
    if (!byte) break;
    text += String.fromCharCode(byte);
  }
  return text;
}
