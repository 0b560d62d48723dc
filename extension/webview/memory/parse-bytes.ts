/** Bytes as a user types them. */

/** The bytes of what a user types: hexadecimal digits, with or without blanks. `undefined` for anything else. */
export function parseBytes(text: string): number[] | undefined {
  const digits = text.replace(/\s+|0x/gi, '');
  if (digits === '' || digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits)) return undefined;
  return Array.from({ length: digits.length / 2 }, (_, n) => parseInt(digits.slice(n * 2, n * 2 + 2), 16));
}
