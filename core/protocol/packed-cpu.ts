/**
 * The processor of a snapshot as one array of words, which crosses the border of a thread at a fraction of what an object of all its
 * fields costs; fields are made when somebody asks for them.
 */
import type { CpuSnapshot, FpuState, SegmentState } from './machine-protocol.ts';

/** Where the words of each field begin. */
export const CpuWord = {
  General: 0,
  Eip: 8,
  Eflags: 9,
  Cr0: 10,
  Cr2: 11,
  Cr3: 12,
  Cr4: 13,
  Cpl: 14,
  Halted: 15,
  /** Base and limit. */
  Gdt: 16,
  Idt: 18,
  Debug: 20,
  /** Selector, base, limit and attributes of each. */
  Segments: 28,
  /** Control, status, valid, opcode, CS, IP, DS, DP, MXCSR. */
  Fpu: 60,
  FpuRegisters: 69,
  Xmm: 101,
  End: 133,
} as const;

/** `Halt.Frozen` of the processor's state. */
export const FROZEN = 2;
/** The base of CS. */
const CODE_BASE = CpuWord.Segments + 4 + 1;
/** Bytes of the x87 registers, and of the XMM registers. */
const FPU_BYTES = 128;

export class PackedCpu implements CpuSnapshot {
  #segments: readonly SegmentState[] | undefined;

  /** @param words `CpuWord.End` of them: all that is left of an instance that was posted to another thread */
  constructor(readonly words: Uint32Array) {}

  get general(): readonly number[] {
    return this.list(CpuWord.General, 8);
  }
  get eip(): number {
    return this.words[CpuWord.Eip];
  }
  get linearEip(): number {
    return (this.words[CODE_BASE] + this.words[CpuWord.Eip]) >>> 0;
  }
  get eflags(): number {
    return this.words[CpuWord.Eflags];
  }
  get segments(): readonly SegmentState[] {
    return (this.#segments ??= this.segmentList());
  }
  get gdt(): CpuSnapshot['gdt'] {
    return { base: this.words[CpuWord.Gdt], limit: this.words[CpuWord.Gdt + 1] };
  }
  get idt(): CpuSnapshot['idt'] {
    return { base: this.words[CpuWord.Idt], limit: this.words[CpuWord.Idt + 1] };
  }
  get cr0(): number {
    return this.words[CpuWord.Cr0];
  }
  get cr2(): number {
    return this.words[CpuWord.Cr2];
  }
  get cr3(): number {
    return this.words[CpuWord.Cr3];
  }
  get cr4(): number {
    return this.words[CpuWord.Cr4];
  }
  get debug(): readonly number[] {
    return this.list(CpuWord.Debug, 8);
  }
  get fpu(): FpuState {
    const [control, status, valid, opcode, cs, ip, ds, dp, mxcsr] = this.list(CpuWord.Fpu, 9);
    return {
      ...{ control, status, valid, last: { opcode, cs, ip, ds, dp }, mxcsr },
      registers: this.bytes(CpuWord.FpuRegisters),
      xmm: this.bytes(CpuWord.Xmm),
    };
  }
  get cpl(): number {
    return this.words[CpuWord.Cpl];
  }
  get halted(): boolean {
    return this.words[CpuWord.Halted] !== 0;
  }
  get frozen(): boolean {
    return this.words[CpuWord.Halted] === FROZEN;
  }

  // Plain loops: they run a few times at a stop, and an engine that is cold takes much longer for iterators.
  private list(first: number, count: number): number[] {
    const list: number[] = [];
    for (let n = 0; n < count; n++) list.push(this.words[first + n]);
    return list;
  }
  private segmentList(): SegmentState[] {
    const { words } = this;
    const list: SegmentState[] = [];
    for (let at: number = CpuWord.Segments; at < CpuWord.Fpu; at += 4)
      list.push({
        selector: words[at],
        base: words[at + 1],
        limit: words[at + 2],
        attributes: words[at + 3],
      });
    return list;
  }
  private bytes(first: number): Uint8Array {
    const { buffer, byteOffset } = this.words;
    return new Uint8Array(buffer, byteOffset + first * 4, FPU_BYTES);
  }
}
