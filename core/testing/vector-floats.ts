/** The x87 and SSE parts of recorded vectors: into the processor, and compared with it (`test/vectors/FORMAT.md`). */
import type { Views } from '../cpu/state.ts';
import { FpuState } from '../softfloat/softfloat.ts';
import { hex, hexBytes, type VectorRecord } from './vector-record.ts';

const signOf = (text: string): number => parseInt(text[0], 16) >> 3;
/**
 * The place of a magnitude in the row of all 80-bit values: neighbours differ by 1, also from one exponent to the next, where
 * the significand begins anew.
 */
function placeOf(text: string): bigint {
  const exponent = BigInt(parseInt(text.slice(0, 4), 16) & 0x7fff);
  const fraction = BigInt(`0x${text.slice(4)}`) & 0x7fff_ffff_ffff_ffffn;
  return (exponent << 63n) | fraction;
}

export interface VectorFloats {
  /** Sets all registers of a record. */
  load(record: VectorRecord): void;
  /** The first difference in words, or `undefined`. */
  difference(record: VectorRecord): string | undefined;
}

export function createVectorFloats({ mem, mem8 }: Views): VectorFloats {
  const fpuWord = (at: number) => mem.getUint32(at, true);
  const setFpuWord = (at: number, value: number) => {
    mem.setUint32(at, value, true);
  };
  const registerAt = (r: number) => FpuState.Registers + r * 16;
  /** Bytes as hexadecimal digits, the highest first. */
  function text(at: number, length: number): string {
    return Array.from(mem8.subarray(at, at + length))
      .reverse()
      .map((b) => b.toString(16).padStart(2, '0'))
      .join('');
  }
  /** A physical register: sign and exponent first. */
  const registerText = (r: number) => text(registerAt(r), 10);
  const xmmText = (n: number) => text(FpuState.Xmm + n * 16, 16);

  function load(record: VectorRecord): void {
    const { cw = 0x37f, sw = 0, tw = 0xffff, r = new Array<string>(8).fill('0'.repeat(20)) } = record.x ?? {};
    setFpuWord(FpuState.Control, cw);
    setFpuWord(FpuState.Status, sw);
    let empty = 0;
    for (let n = 0; n < 8; n++) if (((tw >> (n * 2)) & 3) === 3) empty |= 1 << n;
    setFpuWord(FpuState.Empty, empty);
    r.forEach((text, n) => {
      mem8.set(hexBytes(text).reverse(), registerAt(n));
      setFpuWord(registerAt(n) + 8, fpuWord(registerAt(n) + 8) & 0xffff);
    });
    for (const at of [FpuState.Opcode, FpuState.Ip, FpuState.Cs, FpuState.Dp, FpuState.Ds]) setFpuWord(at, 0);
    const { mx = 0x1f80, x = new Array<string>(8).fill('0'.repeat(32)) } = record.v ?? {};
    setFpuWord(FpuState.Mxcsr, mx);
    x.forEach((text, n) => {
      mem8.set(hexBytes(text).reverse(), FpuState.Xmm + n * 16);
    });
  }
  function sseDifference(record: VectorRecord): string | undefined {
    const before = record.v ?? { mx: 0x1f80, x: new Array<string>(8).fill('0'.repeat(32)) };
    const mx = record.V?.mx ?? before.mx;
    if (fpuWord(FpuState.Mxcsr) !== mx) return `MXCSR ${hex(fpuWord(FpuState.Mxcsr))}, expected ${hex(mx)}`;
    const registers = [...before.x];
    for (const [n, text] of record.V?.x ?? []) registers[n] = text;
    for (let n = 0; n < 8; n++) {
      if (xmmText(n) !== registers[n] && !(record.tol === 2 && near(xmmText(n), registers[n]))) {
        return `XMM${n} is ${xmmText(n)}, expected ${registers[n]}`;
      }
    }
    return undefined;
  }
  /** RCPPS and RSQRTPS: relative error up to 1.5 * 2^-12 on each side. */
  function near(a: string, b: string): boolean {
    const single = (text: string, n: number) => {
      const view = new DataView(hexBytes(text.slice(n * 8, n * 8 + 8)).buffer);
      return view.getFloat32(0);
    };
    return [0, 1, 2, 3].every((n) => {
      const x = single(a, n);
      const y = single(b, n);
      return (
        Object.is(x, y) ||
        a.slice(n * 8, n * 8 + 8) === b.slice(n * 8, n * 8 + 8) ||
        Math.abs(x - y) <= Math.abs(y) * 2 ** -10.4
      );
    });
  }

  function x87Difference(record: VectorRecord): string | undefined {
    const before = record.x ?? { cw: 0x37f, sw: 0, tw: 0xffff, r: new Array<string>(8).fill('0'.repeat(20)) };
    const after = { ...before, ...record.X };
    if (fpuWord(FpuState.Control) !== after.cw)
      return `control word ${hex(fpuWord(FpuState.Control))}, expected ${hex(after.cw)}`;
    const mask = 0xffff & ~(record.uw ?? 0);
    if (((fpuWord(FpuState.Status) ^ after.sw) & mask) !== 0) {
      return `status word ${hex(fpuWord(FpuState.Status) & mask)}, expected ${hex(after.sw & mask)}`;
    }
    const registers = [...before.r];
    for (const [n, text] of record.X?.r ?? []) registers[n] = text;
    for (let n = 0; n < 8; n++) {
      const emptyNow = ((fpuWord(FpuState.Empty) >> n) & 1) !== 0;
      const emptyThen = ((after.tw >> (n * 2)) & 3) === 3;
      if (emptyNow !== emptyThen) return `R${n} is ${emptyNow ? 'empty' : 'full'}, expected the opposite`;
      if (
        !emptyNow &&
        registerText(n) !== registers[n] &&
        !close(registerText(n), registers[n], record.tol)
      ) {
        return `R${n} is ${registerText(n)}, expected ${registers[n]}`;
      }
    }
    return undefined;
  }

  /** Transcendental results may differ by one unit in the last place. */
  function close(a: string, b: string, tolerance: number | undefined): boolean {
    if (tolerance !== 1 || signOf(a) !== signOf(b)) return false;
    const distance = placeOf(a) - placeOf(b);
    return distance >= -1n && distance <= 1n;
  }

  return {
    load,
    difference: (record) => x87Difference(record) ?? sseDifference(record),
  };
}
