/**
 * A 64-bit hash of the whole machine state: two runs that agree on it have gone the same way.
 *
 * FNV-1a over 32-bit words in two lanes with different seeds. Not cryptographic: it finds accidents, not attacks.
 */

export interface StateHash {
  words(data: Uint32Array): void;
  number(value: number): void;
  /** Plain data as devices save it: numbers, strings, booleans, null, typed arrays, and arrays and objects of these. */
  plain(value: unknown): void;
  /** 16 hexadecimal digits. */
  digest(): string;
}

const PRIME = 0x0100_0193;

export function createStateHash(): StateHash {
  let low = 0x811c_9dc5 | 0;
  let high = 0x2545_f491 | 0;
  const mix = (word: number) => {
    low = Math.imul(low ^ word, PRIME);
    low ^= low >>> 15;
    high = Math.imul(high ^ ((word << 16) | (word >>> 16)), 0x85eb_ca6b);
    high ^= high >>> 13;
  };
  const scratch = new DataView(new ArrayBuffer(8));
  function plain(value: unknown): void {
    if (typeof value === 'number') {
      scratch.setFloat64(0, value);
      mix(scratch.getInt32(0));
      mix(scratch.getInt32(4));
    } else if (typeof value === 'string') {
      mix(value.length);
      for (let n = 0; n < value.length; n++) mix(value.charCodeAt(n));
    } else if (value instanceof Uint8Array) {
      mix(value.length);
      for (const byte of value) mix(byte);
    } else if (Array.isArray(value)) {
      mix(value.length);
      value.forEach(plain);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, field] of Object.entries(value)) {
        plain(key);
        plain(field);
      }
    } else mix(value === true ? 1 : value === false ? 2 : 3);
  }
  return {
    words(data) {
      for (const word of data) mix(word);
    },
    number(value) {
      mix(value >>> 0);
      mix(Math.floor(value / 0x1_0000_0000) >>> 0);
    },
    plain,
    digest: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
  };
}
