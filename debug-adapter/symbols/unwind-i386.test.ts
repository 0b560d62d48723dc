/** Unwinding without frame information, over damaged stacks, and CFI operators the compilers rarely write. */
import { describe, expect, it } from 'vitest';
import { CallFrameInfo } from './cfi.ts';
import { unwindWith } from './cfi-rules.ts';
import type { MemoryReader } from './location.ts';
import type { DwarfSections } from './sections.ts';
import { type UnwindSource, unwindStack } from './unwind-i386.ts';
import { tell } from '../../core/sentences/say.ts';

const STACK = 0x9000;

/** Memory of 32-bit words at `STACK`, and `push %ebp; mov %esp,%ebp` at every 0x100 of code. */
function machine(words: readonly number[]) {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  return (address: number, length: number): Uint8Array | undefined => {
    if (address >= 0x1000 && address < 0x2000) return Uint8Array.of(0x55, 0x89, 0xe5).subarray(0, length);
    if (address < STACK || address + length > STACK + bytes.length) return undefined;
    return bytes.subarray(address - STACK, address - STACK + length);
  };
}

const source: UnwindSource = {
  unwind: () => undefined,
  functionAt: (pc) => ({ lowPc: pc & ~0xff }),
  isCode: (pc) => pc >= 0x1000 && pc < 0x2000,
};

const registers = (eip: number, esp: number, ebp: number | undefined) => [1, 2, 3, 4, esp, ebp, 7, 8, eip, 0];
const pcs = (stack: { frames: readonly { pc: number }[] }): number[] => stack.frames.map((f) => f.pc);

describe('the frame pointer chain', () => {
  // outer frame at 0x9010: saved ebp 0, return 0; inner frame at 0x9004.
  const memory = machine([0xdead, STACK + 16, 0x1180, 0xbeef, 0, 0]);

  it('is followed to its end', () => {
    const stack = unwindStack(source, registers(0x1020, STACK, STACK + 4), memory);
    expect(pcs(stack)).toEqual([0x1020, 0x1180]);
    expect(stack.frames.map((f) => [f.cfa, f.method, f.lookupPc])).toEqual([
      [STACK + 12, 'frame-pointer', 0x1020],
      [STACK + 24, 'frame-pointer', 0x117f],
    ]);
    expect(stack.stop.reason).toBe('end-of-stack');
  });

  it('is not used before it is set up', () => {
    const atEntry = machine([0x1180, 0xdead, 0xdead, 0xdead, 0, 0]);
    const entry = unwindStack(source, registers(0x1000, STACK, STACK + 16), atEntry);
    expect(pcs(entry)).toEqual([0x1000, 0x1180]);
    expect(entry.frames[0]).toMatchObject({ method: 'function-entry', cfa: STACK + 4 });
    const pushed = machine([STACK + 16, 0x1180, 0xdead, 0xdead, 0, 0]);
    const second = unwindStack(source, registers(0x1001, STACK, 0x77777777), pushed);
    expect(pcs(second)).toEqual([0x1001, 0x1180]);
    expect(second.frames[1]!.registers[5]).toBe(STACK + 16);
  });

  describe('of functions as gcc schedules them', () => {
    const NOP = [0x3e, 0x8d, 0x74, 0x26, 0];
    const [PUSH, MOVE] = [0x55, [0x89, 0xe5]];
    /** One function at 1000h, called from behind 2180h. */
    const running = (
      code: readonly number[],
      pc: number,
      esp: number,
      ebp: number,
      words: readonly number[],
    ) => {
      const all = machine(words);
      const called: UnwindSource = { ...source, isCode: (at) => at >= 0x1000 && at < 0x3000 };
      const memory: MemoryReader = (address, length) => {
        if (address >= 0x2000 && address < 0x3000)
          return Uint8Array.from([0, 0, 0xe8, 0, 0, 0, 0].slice(0, length));
        if (address < 0x1000 || address >= 0x1000 + 64) return all(address, length);
        return Uint8Array.from(
          [...code, ...Array<number>(96).fill(0x90)].slice(address - 0x1000, address - 0x1000 + length),
        );
      };
      const [, caller] = unwindStack(called, registers(pc, esp, ebp), memory).frames;
      return [caller?.pc, caller?.registers[5]];
    };
    // Word 0 is the saved frame pointer, word 1 the return address, word 2 one of an earlier call.
    const words = [STACK + 0x40, 0x2180, 0x2280, ...Array<number>(200).fill(0)];
    const behind = [0x2180, STACK + 0x40];

    it.each([
      ['what tracers call', [...NOP, PUSH, ...MOVE]],
      ['NOP with an operand', [0x0f, 0x1f, 0x44, 0, 0, PUSH, ...MOVE]],
      ['a call of a tracer', [0xe8, 0, 0, 0, 0, PUSH, ...MOVE]],
      ['ENDBR32', [0xf3, 0x0f, 0x1e, 0xfb, PUSH, ...MOVE]],
      ['mov (%eax),%eax', [...NOP, PUSH, 0x8b, 0x00, ...MOVE]],
      ['mov $0xc1ddb884,%eax', [PUSH, 0xb8, 0x84, 0xb8, 0xdd, 0xc1, ...MOVE]],
      ['mov %fs:0xc1e5e6e8,%edx', [PUSH, 0x64, 0x8b, 0x15, 0xe8, 0xe6, 0xe5, 0xc1, ...MOVE]],
      ['xor, movzx and mov %fs:moffs', [PUSH, 0x31, 0xc9, 0x0f, 0xb6, 0xc0, 0x64, 0xa1, 0, 0, 0, 0, ...MOVE]],
      ['8b ec', [PUSH, 0x8b, 0xec]],
    ])('has its caller at each of its instructions: %s', (_what, code) => {
      const push = code.indexOf(PUSH);
      const move = code.length - 2;
      const ebp = STACK + 0x40;
      // The stack pointer is that behind the call, then below the saved register, then anywhere.
      expect(running(code, 0x1000, STACK + 4, ebp, words)).toEqual(behind);
      expect(running(code, 0x1000 + push, STACK + 4, ebp, words)).toEqual(behind);
      expect(running(code, 0x1001 + push, STACK, ebp, words)).toEqual(behind);
      expect(running(code, 0x1000 + move, STACK, ebp, words)).toEqual(behind);
      expect(running(code, 0x1000 + code.length, STACK, STACK, words)).toEqual(behind);
    });

    it('has its caller behind what aligns its stack', () => {
      // call; push %edi; lea 8(%esp),%edi; and $-16,%esp; push -4(%edi); push %ebp; mov %esp,%ebp
      const aligned = [0x57, 0x8d, 0x7c, 0x24, 8, 0x83, 0xe4, 0xf0, 0xff, 0x77, 0xfc];
      const code = [0xe8, 0, 0, 0, 0, ...aligned, PUSH, ...MOVE];
      // Below the frame are what an earlier call has left, and ours above.
      const stale = [0x2280, STACK + 0x40, 0x2180];
      expect(running(code, 0x1000 + code.length, STACK, STACK + 4, stale)).toEqual(behind);
      // gcc's main: lea 4(%esp),%ecx and no push.
      const main = [0x8d, 0x4c, 0x24, 4, 0x83, 0xe4, 0xf0, 0xff, 0x71, 0xfc, PUSH, ...MOVE];
      expect(running(main, 0x1000 + main.length, STACK, STACK + 4, stale)).toEqual(behind);
      // Not what saves another register than it fills.
      const other = [0x8d, 0x4c, 0x24, 4, 0x83, 0xe4, 0xf0, 0xff, 0x77, 0xfc, PUSH, ...MOVE];
      expect(running(other, 0x1000 + other.length, STACK, STACK + 4, stale)[0]).toBe(0x2280);
    });

    it("has its caller at its RET, where the frame pointer is the caller's again", () => {
      const code = [PUSH, ...MOVE, 0x5d, 0xc3];
      expect(running(code, 0x1004, STACK + 4, STACK + 0x40, words)).toEqual(behind);
    });

    it('has that of its caller where the frame pointer is its own, however it came there', () => {
      const code = [0x85, 0xc0, 0x74, 0x20, PUSH, 0x57, ...MOVE];
      expect(running(code, 0x1020, STACK, STACK, words)).toEqual(behind);
    });

    it.each([
      ['sub $8,%esp', [PUSH, 0x83, 0xec, 8, ...MOVE]],
      ['mov %eax,%esp', [PUSH, 0x89, 0xc4, ...MOVE]],
      ['lea 0(%esi),%ebp', [PUSH, 0x8d, 0x6e, 0, ...MOVE]],
    ])('is none that begins with %s: its caller is looked for on the stack', (_what, code) => {
      expect(running(code, 0x1020, STACK, STACK + 8, words)).toEqual([0x2180, STACK + 8]);
    });

    it('is none that begins with another push: its caller is above both registers', () => {
      expect(running([PUSH, 0x57, ...MOVE], 0x1020, STACK, STACK + 8, words)).toEqual([0x2280, STACK + 8]);
    });
  });

  it.each([
    ['points to itself', machine([STACK, 0x1180]), registers(0x1020, STACK, STACK), 'cfa-did-not-grow', 2],
    [
      'points down',
      machine([0, 0, STACK, 0x1180]),
      registers(0x1020, STACK, STACK + 8),
      'cfa-did-not-grow',
      2,
    ],
    ['leaves memory', memory, registers(0x1020, STACK, 0xa0000000), 'memory-unreadable', 1],
    ['returns to data', machine([STACK + 8, 0x5555]), registers(0x1020, STACK, STACK), 'pc-outside-code', 1],
    ['is below esp', memory, registers(0x1020, STACK + 8, STACK), 'cfa-did-not-grow', 1],
    ['is unknown', memory, registers(0x1020, STACK, undefined), 'no-frame-pointer', 1],
  ])('stops with a reason when it %s', (_, read, regs, reason, frames) => {
    const stack = unwindStack(source, regs, read);
    expect(stack.stop.reason).toBe(reason);
    expect(tell(stack.stop.message)).toMatch(/\.$/);
    expect(stack.frames.length).toBe(frames);
  });

  it('ends at the frame limit', () => {
    const words = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? STACK + 4 * (i + 2) : 0x1180));
    const stack = unwindStack(source, registers(0x1020, STACK, STACK), machine(words), { limit: 10 });
    expect(stack.frames.length).toBe(10);
    expect(stack.stop.reason).toBe('frame-limit');
  });
});

describe('where no function is', () => {
  /** Functions are in the first half of the code, and each address there lies behind a call. */
  const some: UnwindSource = {
    ...source,
    functionAt: (pc) => (pc >= 0x1000 && pc < 0x1800 ? { lowPc: pc & ~0xff } : undefined),
  };
  const callingBy =
    (call: readonly number[], at: Readonly<Record<number, readonly number[]>> = {}) =>
    (read: MemoryReader): MemoryReader =>
    (address, length) => {
      if (address < 0x1000) return undefined;
      if (length === 7) return Uint8Array.from(call);
      const code = at[address];
      return code ? Uint8Array.from(code).subarray(0, length) : read(address, length);
    };
  const calls = callingBy([0, 0, 0, 0, 0, 0xff, 0xd0]);
  const memory = calls(machine([0x1180, STACK + 16, 0xbeef, 0, 0, 0]));

  it('a call through a null pointer has its caller', () => {
    const stack = unwindStack(some, registers(0, STACK, STACK + 4), memory);
    expect(pcs(stack)).toEqual([0, 0x1180]);
    expect(stack.frames[0]).toMatchObject({ method: 'function-entry', cfa: STACK + 4 });
    // The caller still has its frame pointer.
    expect(stack.frames[1]!.registers[5]).toBe(STACK + 4);
  });

  it('what lies on the stack and is no return address is none', () => {
    const garbage = calls(machine([0xdead, STACK + 16, 0x1180, 0xbeef, 0, 0]));
    const stack = unwindStack(some, registers(0x1900, STACK, STACK + 4), garbage);
    expect(pcs(stack)).toEqual([0x1900, 0x1180]);
    expect(stack.frames[0]!.method).toBe('frame-pointer');
  });

  describe('a return address of a direct call at the top of the stack', () => {
    // call 1900h, from 117Bh
    const direct = [0, 0, 0xe8, 0x80, 0x07, 0, 0];
    const words = [0x1180, STACK + 16, 0x1280, 0xbeef, 0, 0];
    const found = (pc: number, at: Readonly<Record<number, readonly number[]>> = { [pc]: [0x90] }) => {
      const stack = unwindStack(some, registers(pc, STACK, STACK + 4), callingBy(direct, at)(machine(words)));
      return [pcs(stack)[1], stack.frames[0]!.method];
    };

    it('is that of the code which the call has led to', () => {
      expect(found(0x1900)).toEqual([0x1180, 'function-entry']);
    });

    it('is of an earlier call elsewhere: there is a frame pointer', () => {
      expect(found(0x1930, { 0x1930: [0x8b, 0x33], 0x192f: [0x90] })).toEqual([0x1280, 'frame-pointer']);
    });

    it('is that of a function which a thunk has led to, or which is about to return', () => {
      expect(found(0x1930, { 0x1930: [0x55, 0x89, 0xe5] })).toEqual([0x1180, 'function-entry']);
      const traced = { 0x1930: [0x3e, 0x8d, 0x74, 0x26, 0, 0x55, 0x89, 0xe5] };
      expect(found(0x1930, traced)).toEqual([0x1180, 'function-entry']);
      expect(found(0x1930, { 0x1930: [0xc3], 0x192f: [0x90] })).toEqual([0x1180, 'function-entry']);
    });
  });

  it('a function that has pushed its frame pointer, and no more, has its caller', () => {
    const at = { 0x1930: [0x55, 0x89, 0xe5], 0x1931: [0x89, 0xe5] };
    const memory = callingBy([0, 0, 0, 0, 0, 0xff, 0xd0], at)(machine([STACK + 16, 0x1180, 0, 0, 0, 0]));
    const stack = unwindStack(some, registers(0x1931, STACK, STACK + 16), memory);
    expect(pcs(stack)).toEqual([0x1931, 0x1180]);
    expect(stack.frames[1]!.registers[5]).toBe(STACK + 16);
  });

  it('a handler that has interrupted it has it as its caller', () => {
    const entered: UnwindSource = {
      ...some,
      functionAt: (pc) => (pc === 0x1700 ? { lowPc: 0x1701 } : some.functionAt!(pc)),
      isCode: (pc) => pc >= 0x1000 && pc < 0x1800,
      unwind: (pc, regs) =>
        pc === 0x1700
          ? { cfa: STACK + 8, registers: registers(0, STACK + 8, regs[5]), homes: [], signalFrame: true }
          : undefined,
    };
    const stack = unwindStack(
      entered,
      registers(0x1700, STACK, STACK + 12),
      calls(machine([0, 0, 0x1180, STACK + 24, 0xbeef, 0, 0, 0])),
    );
    expect(pcs(stack)).toEqual([0x1700, 0, 0x1180]);
  });
});

describe('call frame information', () => {
  const leb = (bytes: number[]): number[] => [bytes.length, ...bytes];

  /** A `.debug_frame` of one CIE and one FDE over 0x1000-0x1100, assembled here. */
  function frameInfo(cie: number[], fde: number[], augmentation = '') {
    const entry = (body: number[]): number[] => {
      const padded = [...body, ...Array.from({ length: (4 - (body.length % 4)) % 4 }, () => 0)];
      return [padded.length, 0, 0, 0, ...padded];
    };
    const text = [...augmentation].map((c) => c.charCodeAt(0));
    const extra = augmentation.startsWith('z') ? [0] : [];
    const bytes = [
      ...entry([0xff, 0xff, 0xff, 0xff, 1, ...text, 0, 1, 0x7c, 8, ...extra, ...cie]),
      ...entry([0, 0, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, ...extra, ...fde]),
    ];
    const problems: string[] = [];
    const sections = { frame: Uint8Array.from(bytes), ehFrame: new Uint8Array(0), ehFrameAddress: 0 };
    const info = new CallFrameInfo(
      sections as unknown as DwarfSections,
      (error) => problems.push(error.code),
      () => true,
    );
    return { info, problems };
  }

  const base = [0x0c, 4, 4, 0x88, 1]; // CFA = esp + 4, eip at CFA - 4
  const memory = machine(Array.from({ length: 16 }, (_, i) => 0x1100 + i));
  const unwind = (info: CallFrameInfo, pc: number) =>
    unwindWith(info.rowAt(pc)!, registers(pc, STACK, STACK + 8), memory);

  it('follows advances, remember and restore', () => {
    // +1: CFA = esp+8, ebp at CFA-8; remember; +1: ebp restored, CFA esp+4; +1: back.
    const { info } = frameInfo(base, [0x41, 0x0e, 8, 0x85, 2, 0x0a, 0x41, 0xc5, 0x0e, 4, 0x41, 0x0b]);
    expect([0x1000, 0x1001, 0x1002, 0x1003].map((pc) => unwind(info, pc)!.cfa - STACK)).toEqual([4, 8, 4, 8]);
    expect(unwind(info, 0x1001)!.registers[5]).toBe(0x1100);
    expect(unwind(info, 0x1002)!.registers[5]).toBe(STACK + 8);
    expect(unwind(info, 0x1003)!.registers[5]).toBe(0x1100);
    expect(unwind(info, 0x1003)!.registers[8]).toBe(0x1101);
    expect(info.rowAt(0x1100)).toBeUndefined();
    expect(info.rowAt(0xfff)).toBeUndefined();
  });

  it('evaluates expressions and the rarer rules', () => {
    const expression = leb([0x74, 12]); // breg4 + 12
    const { info } = frameInfo(base, [
      ...[0x0f, ...expression], // def_cfa_expression
      ...[0x10, 3, ...leb([0x23, 4])], // ebx at CFA + 4
      ...[0x16, 6, ...leb([0x23, 5])], // esi is CFA + 5
      ...[0x14, 7, 1], // edi is CFA - 4
      ...[0x09, 5, 0], // ebp is in eax
      ...[0x07, 1], // ecx undefined
      ...[0x08, 2], // edx same value
    ]);
    const frame = unwind(info, 0x1000)!;
    expect(frame.cfa).toBe(STACK + 12);
    expect(frame.registers.slice(0, 9)).toEqual([
      ...[1, undefined, 3, 0x1104, STACK + 12, 1, STACK + 17, STACK + 8],
      0x1102,
    ]);
  });

  it('marks signal frames', () => {
    expect(unwind(frameInfo(base, [], 'zS').info, 0x1000)!.signalFrame).toBe(true);
    expect(unwind(frameInfo(base, []).info, 0x1000)!.signalFrame).toBe(false);
  });

  it('ends the stack at an undefined return address', () => {
    const { info } = frameInfo(base, [0x07, 8]);
    const stack = unwindStack(
      { unwind: (pc, regs, read) => unwindWith(info.rowAt(pc)!, regs, read) },
      registers(0x1000, STACK, 0),
      memory,
    );
    expect([stack.frames.length, stack.stop.reason]).toEqual([1, 'end-of-stack']);
  });

  it('refuses an unknown instruction and an unknown augmentation', () => {
    expect(() => frameInfo(base, [0x3e]).info.rowAt(0x1000)).toThrow(/call frame instruction/);
    const { info, problems } = frameInfo(base, [], 'armcc');
    expect(info.rowAt(0x1000)).toBeUndefined();
    expect(problems).toEqual(['dwarf-cfi']);
  });
});
