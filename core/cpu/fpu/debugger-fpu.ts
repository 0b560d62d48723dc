/**
 * x87, MMX and SSE registers written on behalf of a debugger, under gdb's names: what an instruction that loads them would leave.
 * Source: SDM vol. 1, 8.1 (x87), 9.2 and 9.5.1 (MMX in the x87 registers), 10.2 (XMM, MXCSR).
 */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import { MXCSR_MASK } from '../sse/state.ts';
import type { Views } from '../state.ts';
import { say, type Sentence } from '../../sentences/say.ts';

/** Where words lie, and the bits that they have. */
const WORDS: Readonly<Record<string, readonly [address: number, mask: number]>> = {
  fop: [FpuState.Opcode, 0x7ff],
  fiseg: [FpuState.Cs, 0xffff],
  fioff: [FpuState.Ip, -1],
  foseg: [FpuState.Ds, 0xffff],
  fooff: [FpuState.Dp, -1],
};
const EXTENDED_BYTES = 10;
const REGISTER_BYTES = 16;

/**
 * @returns writes one register: gives why it is refused, `undefined` when it was written, and `false` for a name that is none of these
 */
export function createFpuWrites(
  { mem, mem8 }: Views,
  fpu: Softfloat,
): (name: string, bytes: Uint8Array) => Sentence | undefined | false {
  const setWord = (at: number, value: number) => {
    mem.setUint32(at, value, true);
  };
  /** A register of the x87 stack by its place; it is not empty then. */
  function setRegister(physical: number, bytes: Uint8Array): void {
    mem8.set(bytes, FpuState.Registers + physical * REGISTER_BYTES);
    setWord(FpuState.Empty, mem.getUint32(FpuState.Empty, true) & ~(1 << physical));
  }
  /** Two bits for each register, 3 for an empty one; the others follow from the contents. */
  function setTags(tags: number): void {
    let empty = 0;
    for (let r = 0; r < 8; r++) if (((tags >> (r * 2)) & 3) === 3) empty |= 1 << r;
    setWord(FpuState.Empty, empty);
  }

  function writeWord(name: string, value: number): Sentence | undefined | false {
    if (Object.hasOwn(WORDS, name)) {
      const [at, mask] = WORDS[name];
      setWord(at, value & mask);
    } else if (name === 'fctrl') {
      setWord(FpuState.Control, (value & 0x1f3f) | 0x40);
      fpu.updateSummary();
    } else if (name === 'fstat') {
      setWord(FpuState.Status, value & 0xffff);
      fpu.updateSummary();
    } else if (name === 'ftag') setTags(value);
    else if (name === 'mxcsr') {
      if ((value & ~MXCSR_MASK) !== 0)
        return say`The processor refuses 0x${(value >>> 0).toString(16)} for MXCSR: it would raise #GP, for reserved bits are set.`;
      setWord(FpuState.Mxcsr, value);
    } else return false;
    return undefined;
  }

  return (name, bytes) => {
    const [, kind, digit] = /^(st|mm|xmm)([0-7])$/.exec(name) ?? [];
    const n = Number(digit);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (kind === undefined) return bytes.length === 4 ? writeWord(name, view.getInt32(0, true)) : false;
    const size = { st: EXTENDED_BYTES, mm: 8, xmm: 16 }[kind as 'st' | 'mm' | 'xmm'];
    if (bytes.length !== size)
      return say`${name.toUpperCase()} has ${size} bytes, and ${bytes.length} were given.`;
    if (kind === 'xmm') mem8.set(bytes, FpuState.Xmm + n * REGISTER_BYTES);
    else if (kind === 'st') setRegister((fpu.top() + n) & 7, bytes);
    // MMX instructions set sign and exponent to ones.
    else setRegister(n, Uint8Array.of(...bytes, 0xff, 0xff));
    return undefined;
  };
}
