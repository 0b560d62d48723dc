/** `float` and `double` as the x87 keeps them in its registers: numbers of 80 bits (SDM vol. 1, 8.1.2). */
import { doubleFromExtended, extendedFromDouble } from './long-double.ts';

/** Bytes of a number in a register. */
export const X87_BYTES = 10;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The number of a register as one of 4 or 8 bytes, rounded as a store does by default. */
export function narrowed(register: Uint8Array, size: number): Uint8Array {
  const from = viewOf(register);
  const wide = { significand: from.getBigUint64(0, true), signExponent: from.getUint16(8, true) };
  const bytes = new Uint8Array(size);
  if (size === 4) viewOf(bytes).setFloat32(0, doubleFromExtended(wide, 24, -149), true);
  else viewOf(bytes).setFloat64(0, doubleFromExtended(wide), true);
  return bytes;
}

/** A number of 4 or 8 bytes as a register has it. */
export function widened(bytes: Uint8Array): Uint8Array {
  const from = viewOf(bytes);
  const { significand, signExponent } = extendedFromDouble(
    bytes.length === 4 ? from.getFloat32(0, true) : from.getFloat64(0, true),
  );
  const register = new Uint8Array(X87_BYTES);
  viewOf(register).setBigUint64(0, significand, true);
  viewOf(register).setUint16(8, signExponent, true);
  return register;
}
