/**
 * Registers on behalf of a debugger, between two instructions: what the processor would refuse is refused here, with the reason,
 * and changes nothing.
 */
import type { CpuEnv } from '../env.ts';
import type { Softfloat } from '../../softfloat/softfloat.ts';
import { createFpuWrites } from '../fpu/debugger-fpu.ts';
import { CpuFault } from '../interrupts/fault.ts';
import { EIP, Flag, HALTED, MID_REP } from '../state.ts';
import { say, type Sentence } from '../../sentences/say.ts';

export interface DebuggerAccess {
  /**
   * @param name lower-case: eax to edi, eip, eflags, cr0 to cr4, es to gs, those of `debugger-fpu.ts`, `msr[0x174]`
   * @param bytes little-endian: 4 of most, 8 of a model-specific register and MMX, 10 of x87, 16 of SSE
   * @returns why it was refused, a whole sentence; `undefined` when it was written
   */
  write(name: string, bytes: Uint8Array): Sentence | undefined;
  /** Low and high word of a model-specific register; `undefined` when the model has none of that number. */
  readMsr(index: number): readonly [low: number, high: number] | undefined;
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];
const REASONS: Readonly<Record<string, Sentence>> = {
  cs: say`CS cannot be set by itself: the processor loads it together with EIP, by far jumps, calls and returns.`,
  ldtr: say`LDTR cannot be set from outside: only LLDT and task switches load it.`,
  tr: say`TR cannot be set from outside: only LTR and task switches load it.`,
};
const VECTORS: Readonly<Record<number, string>> = { 10: '#TS', 11: '#NP', 12: '#SS', 13: '#GP', 14: '#PF' };

/** @param onJump an exception that is held back does not happen any more: the processor goes on elsewhere */
export function createDebuggerAccess(
  { views, flags, segmentation, control, msrs }: CpuEnv,
  fpu: Softfloat,
  onJump: () => void,
): DebuggerAccess {
  const { state, reg32 } = views;
  const writeFpu = createFpuWrites(views, fpu);

  function setFlags(value: number): Sentence | undefined {
    if (((flags.get() ^ value) & Flag.VM) !== 0)
      return say`EFLAGS.VM cannot be changed from outside: only IRET, a task switch and interrupts enter and leave virtual-8086 mode.`;
    flags.set(value);
    segmentation.updateMode();
    return undefined;
  }

  /** Does what the processor would do; a fault of its own becomes the reason. */
  function attempt(name: string, value: number, change: () => void): Sentence | undefined {
    try {
      change();
      return undefined;
    } catch (error) {
      if (!(error instanceof CpuFault)) throw error;
      const { vector, errorCode } = error;
      const code = errorCode > 0 ? say` (error code 0x${errorCode.toString(16)})` : '';
      const exception = VECTORS[vector] ?? say`exception ${vector}`;
      return say`The processor refuses 0x${value.toString(16)} for ${name.toUpperCase()}: it would raise ${exception}${code}.`;
    }
  }

  function writeMsr(index: number, low: number, high: number): Sentence | undefined {
    const msr = msrs.get(index);
    const name = `MSR 0x${index.toString(16)}`;
    if (!msr) return say`This processor has no ${name}.`;
    const { write } = msr;
    if (!write) return say`${name} cannot be written: WRMSR would raise #GP.`;
    return attempt(name, low >>> 0, () => {
      write(low, high);
    });
  }

  return {
    write(name, bytes) {
      const fpuRefusal = writeFpu(name, bytes);
      if (fpuRefusal !== false) return fpuRefusal;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const msr = /^msr\[(0x[0-9a-f]{1,8})\]$/.exec(name)?.[1];
      const size = msr === undefined ? 4 : 8;
      if (bytes.length !== size)
        return say`${name.toUpperCase()} has ${size} bytes, and ${bytes.length} were given.`;
      if (msr !== undefined) return writeMsr(Number(msr), view.getInt32(0, true), view.getInt32(4, true));
      const value = view.getUint32(0, true);
      const general = GENERAL.indexOf(name);
      if (general >= 0) reg32[general] = value;
      else if (name === 'eip') {
        // Whoever says where the processor goes on wants it to go on, also right behind HLT.
        state[HALTED] = 0;
        state[EIP] = value;
        state[MID_REP] = 0;
        onJump();
      } else if (name === 'eflags') return setFlags(value);
      else if (Object.hasOwn(REASONS, name)) return REASONS[name];
      else if (SEGMENTS.includes(name)) {
        return attempt(name, value, () => {
          segmentation.load(SEGMENTS.indexOf(name), value & 0xffff);
        });
      } else {
        const number = Number(/^cr([0-4])$/.exec(name)?.[1] ?? -1);
        if (control.indexOf(number) === undefined)
          return say`This processor has no register "${name}" that can be written.`;
        return attempt(name, value, () => {
          control.set(number, value | 0);
        });
      }
      return undefined;
    },
    readMsr: (index) => msrs.get(index >>> 0)?.read(),
  };
}
