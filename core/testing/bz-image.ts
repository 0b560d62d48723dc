/** Linux bzImages of a few machine instructions, for tests of the boot protocol. */

const SETUP_SECTORS = 1;
const HEADER_END = 0x26c;
/** As a kernel that is unpacked to 16 MiB and needs 2 MiB there. */
const [PREFERRED, INIT_SIZE] = [0x100_0000, 0x20_0000];

/** Sets a field of a file and returns it. */
export function setField(bytes: Uint8Array, at: number, size: number, value: number): Uint8Array {
  for (let n = 0; n < size; n++) bytes[at + n] = Math.floor(value / 2 ** (8 * n)) & 0xff;
  return bytes;
}

/** A bzImage of boot protocol 2.15 whose protected-mode code begins with `code`. */
export function bzImage(code: readonly number[]): Uint8Array {
  const start = (SETUP_SECTORS + 1) * 512;
  const paragraphs = Math.ceil(code.length / 16);
  const bytes = new Uint8Array(start + paragraphs * 16);
  const fields: readonly (readonly [at: number, size: number, value: number])[] = [
    [0x1f1, 1, SETUP_SECTORS],
    [0x1f4, 4, paragraphs],
    [0x1fe, 2, 0xaa55],
    [0x200, 2, 0x00eb | ((HEADER_END - 0x202) << 8)],
    [0x202, 4, 0x53726448], // "HdrS"
    [0x206, 2, 0x020f],
    [0x211, 1, 0x01], // LOADED_HIGH
    [0x214, 4, 0x10_0000],
    [0x22c, 4, 0x7fff_ffff],
    [0x230, 4, PREFERRED],
    [0x234, 1, 1],
    [0x238, 4, 2047],
    [0x258, 4, PREFERRED],
    [0x260, 4, INIT_SIZE],
  ];
  for (const [at, size, value] of fields) setField(bytes, at, size, value);
  bytes.set(code, start);
  return bytes;
}
