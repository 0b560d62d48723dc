/** gdb's letters for formats and sizes (GDB manual, "Examining Memory"), and how values are written by them. */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';

/** Bytes by letter. */
const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };
const FORMATS = 'xduotacfsi';

export interface Letters {
  readonly count: number;
  readonly format: string;
  /** Bytes of a unit. */
  readonly size: number;
}

/** Most units of one command. */
const MAX_COUNT = 4096;

/** `8xw`, `4i`, `s`: a count, a format and a size, each of which may be left out. @throws AdapterError */
export function lettersOf(text: string): Letters {
  const [all, count = '', rest = ''] = /^(\d*)([a-z]*)$/.exec(text) ?? [];
  let format = '';
  let size = 0;
  for (const letter of rest) {
    if (SIZES[letter] !== undefined && size === 0) size = SIZES[letter];
    else if (FORMATS.includes(letter) && format === '') format = letter;
    else return refuse(text);
  }
  const number = count === '' ? 1 : Number(count);
  if (all === undefined || number < 1 || number > MAX_COUNT) return refuse(text);
  const usual = format === 'c' || format === 's' || format === 'i' ? 1 : 4;
  const width = format === 'a' ? 4 : size || usual;
  if (format === 'f' && width < 4) return refuse(text);
  return { count: number, format: format || 'x', size: width };
}

function refuse(text: string): never {
  throw new AdapterError(
    'bad-command',
    say`"/${text}" is no format: it is a count up to ${MAX_COUNT}, one of x d u o t a c f s i, and a size of b h w g (f: w g).`,
  );
}

/** An unsigned little-endian number. */
export function unsignedOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

const NAMED: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  27: '\\e',
  92: '\\\\',
};

const QUOTE = 0x27n;

/** A byte as a character of C, which stands between quotes that are left to the caller. */
export function characterText(byte: number): string {
  const named = NAMED[byte];
  if (named !== undefined) return named;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/**
 * A unit of memory by one of x d u o t a c f.
 * @param symbol the name of an address, for `a`
 */
export function unitText(
  bytes: Uint8Array,
  format: string,
  symbol: (address: number) => string | undefined,
): string {
  const value = unsignedOf(bytes);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  switch (format) {
    case 'd':
      return String(signed);
    case 'u':
      return String(value);
    case 'o':
      return value === 0n ? '0' : `0${value.toString(8)}`;
    case 't':
      return value.toString(2).padStart(8 * bytes.length, '0');
    case 'c':
      return `${signed} '${value === QUOTE ? "\\'" : characterText(Number(value & 0xffn))}'`;
    case 'f': {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return String(bytes.length === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true));
    }
    case 'a': {
      const name = symbol(Number(value));
      return `0x${value.toString(16).padStart(8, '0')}${name === undefined ? '' : ` <${name}>`}`;
    }
    default:
      return `0x${value.toString(16).padStart(2 * bytes.length, '0')}`;
  }
}
