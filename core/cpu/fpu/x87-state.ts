/**
 * Control word, environment and whole state of the x87 FPU, and their images in memory in the format of operand size and
 * mode. Source: SDM vol. 1, 8.1.4, 8.1.5, 8.1.7 and 8.1.10 (figures 8-9 to 8-12).
 */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import type { CpuEnv } from '../env.ts';
import { PROTECTED } from '../state.ts';
import type { X87Forms } from './x87-forms.ts';

/** The eight registers in an image of FNSAVE. */
const REGISTER_BYTES = 80;

export interface X87State {
  /** FLDCW. */
  setControl(value: number): void;
  /** FNINIT. */
  initialize(): void;
  /** FNSTENV. */
  storeEnvironment(i: Insn): void;
  /** FLDENV. */
  loadEnvironment(i: Insn): void;
  /** FNSAVE. */
  saveAll(i: Insn): void;
  /** FRSTOR. */
  restoreAll(i: Insn): void;
}

export function createX87State(env: CpuEnv, fpu: Softfloat, { next }: X87Forms): X87State {
  const {
    views: { state, mem, mem8 },
    access: { read8, read16, read32, write8, write16, write32, probeWrite },
    ea,
  } = env;
  const status = () => mem.getUint32(FpuState.Status, true);

  function setControl(value: number): void {
    mem.setUint32(FpuState.Control, (value & 0x1f3f) | 0x40, true);
    fpu.updateSummary();
  }
  function initialize(): void {
    mem.setUint32(FpuState.Control, 0x37f, true);
    mem.setUint32(FpuState.Status, 0, true);
    mem.setUint32(FpuState.Empty, 0xff, true);
    for (const at of [FpuState.Opcode, FpuState.Ip, FpuState.Cs, FpuState.Dp, FpuState.Ds])
      mem.setUint32(at, 0, true);
  }

  /** The full tag word: valid, zero, special, empty, computed from the contents. */
  function tagWord(): number {
    const empty = mem.getUint32(FpuState.Empty, true);
    let tags = 0;
    for (let r = 0; r < 8; r++) {
      const at = FpuState.Registers + r * 16;
      const exponent = mem.getUint32(at + 8, true) & 0x7fff;
      const high = mem.getUint32(at + 4, true);
      const low = mem.getUint32(at, true);
      let tag = 0;
      if ((empty >> r) & 1) tag = 3;
      else if (exponent === 0 && (high | low) === 0) tag = 1;
      else if (exponent === 0 || exponent === 0x7fff || high >>> 31 === 0) tag = 2;
      tags |= tag << (r * 2);
    }
    return tags;
  }
  function setTags(tags: number): void {
    let empty = 0;
    for (let r = 0; r < 8; r++) if (((tags >> (r * 2)) & 3) === 3) empty |= 1 << r;
    mem.setUint32(FpuState.Empty, empty, true);
  }

  /**
   * The last four fields of an environment (SDM vol. 1, figures 8-9 to 8-12). In protected mode selectors and offsets;
   * in real and virtual-8086 mode linear addresses, in 16 bits with their upper part beside the opcode.
   */
  function pointers(wide: boolean): [ip: number, cs: number, dp: number, ds: number] {
    const ip = mem.getUint32(FpuState.Ip, true);
    const dp = mem.getUint32(FpuState.Dp, true);
    const cs = mem.getUint16(FpuState.Cs, true);
    const ds = mem.getUint16(FpuState.Ds, true);
    const opcode = mem.getUint16(FpuState.Opcode, true);
    const upper = wide ? 0xffff_0000 : 0;
    if (state[PROTECTED] !== 0) return [ip, wide ? cs | (opcode << 16) : cs, dp, ds | upper];
    const code = (cs << 4) + ip;
    const data = (ds << 4) + dp;
    return [
      (code & 0xffff) | upper,
      ((code >>> 4) & 0x0fff_f000) | opcode,
      (data & 0xffff) | upper,
      (data >>> 4) & 0x0fff_f000,
    ];
  }
  function setPointers(ip: number, cs: number, dp: number, ds: number, wide: boolean): void {
    const real = state[PROTECTED] === 0;
    const address = (low: number, high: number) => (low & 0xffff) | ((high & 0x0fff_f000) << 4);
    mem.setUint32(FpuState.Ip, real ? address(ip, cs) : ip, true);
    mem.setUint32(FpuState.Cs, real ? 0 : cs & 0xffff, true);
    mem.setUint32(FpuState.Opcode, real ? cs & 0x7ff : wide ? (cs >>> 16) & 0x7ff : 0, true);
    mem.setUint32(FpuState.Dp, real ? address(dp, ds) : dp, true);
    mem.setUint32(FpuState.Ds, real ? 0 : ds & 0xffff, true);
  }

  /** The seven fields of an environment in the format of operand size and mode. */
  const environmentSize = (wide: boolean) => (wide ? 28 : 14);
  /** Processors touch the first field of an image, then its last byte: that is where a crossing into a bad page faults. */
  function probeEnds(i: Insn, offset: number, size: number, field: number): void {
    probeWrite(i.seg, offset, field);
    probeWrite(i.seg, next(i, offset, size - 1), 1);
  }
  function readEnds(i: Insn, offset: number, size: number, wide: boolean): void {
    if (wide) read32(i.seg, offset);
    else read16(i.seg, offset);
    read8(i.seg, next(i, offset, size - 1));
  }
  function writeEnvironment(i: Insn, wide: boolean): number {
    const offset = ea(i);
    const size = environmentSize(wide);
    const field = wide ? 4 : 2;
    probeEnds(i, offset, size, field);
    for (let at = 0; at < size; at += field) probeWrite(i.seg, next(i, offset, at), field);
    const [ip, cs, dp, ds] = pointers(wide);
    const control = mem.getUint16(FpuState.Control, true);
    if (wide) {
      const upper = 0xffff_0000;
      const fields = [control | upper, status() | upper, tagWord() | upper, ip, cs, dp, ds];
      fields.forEach((value, n) => {
        write32(i.seg, next(i, offset, n * 4), value);
      });
    } else {
      [control, status(), tagWord(), ip, cs, dp, ds].forEach((value, n) => {
        write16(i.seg, next(i, offset, n * 2), value);
      });
    }
    return next(i, offset, size);
  }
  function readEnvironment(i: Insn, wide: boolean): { fields: number[]; end: number } {
    const offset = ea(i);
    const fields = Array.from({ length: 7 }, (_, n) =>
      wide ? read32(i.seg, next(i, offset, n * 4)) : read16(i.seg, next(i, offset, n * 2)),
    );
    return { fields, end: next(i, offset, environmentSize(wide)) };
  }
  function applyEnvironment([control, statusValue, tags, ip, cs, dp, ds]: number[], wide: boolean): void {
    mem.setUint32(FpuState.Control, (control & 0x1f3f) | 0x40, true);
    mem.setUint32(FpuState.Status, statusValue & 0xffff, true);
    setTags(tags & 0xffff);
    setPointers(ip, cs, dp, ds, wide);
    fpu.updateSummary();
  }
  // The operand size is a property of the instruction, which the handlers of a group share: `i.wide` tells it.
  function storeEnvironment(i: Insn): void {
    writeEnvironment(i, i.wide);
    // FNSTENV masks all exceptions.
    mem.setUint32(FpuState.Control, mem.getUint32(FpuState.Control, true) | 0x3f, true);
    fpu.updateSummary();
  }
  function loadEnvironment(i: Insn): void {
    readEnds(i, ea(i), environmentSize(i.wide), i.wide);
    applyEnvironment(readEnvironment(i, i.wide).fields, i.wide);
  }
  function saveAll(i: Insn): void {
    const offset = ea(i);
    const total = environmentSize(i.wide) + REGISTER_BYTES;
    probeEnds(i, offset, total, i.wide ? 4 : 2);
    for (let at = 0; at < total; at++)
      if (at % 4 === 0 || at === total - 1) probeWrite(i.seg, next(i, offset, at), 1);
    const at = writeEnvironment(i, i.wide);
    for (let r = 0; r < 8; r++) {
      const from = FpuState.Registers + ((fpu.top() + r) & 7) * 16;
      for (let b = 0; b < 10; b++) write8(i.seg, next(i, at, r * 10 + b), mem8[from + b]);
    }
    initialize();
  }
  function restoreAll(i: Insn): void {
    readEnds(i, ea(i), environmentSize(i.wide) + REGISTER_BYTES, i.wide);
    const { fields, end } = readEnvironment(i, i.wide);
    const bytes = Uint8Array.from({ length: REGISTER_BYTES }, (_, n) => read8(i.seg, next(i, end, n)));
    applyEnvironment(fields, i.wide);
    for (let r = 0; r < 8; r++) {
      const to = FpuState.Registers + ((fpu.top() + r) & 7) * 16;
      mem8.set(bytes.subarray(r * 10, r * 10 + 10), to);
    }
  }

  return { setControl, initialize, storeEnvironment, loadEnvironment, saveAll, restoreAll };
}
