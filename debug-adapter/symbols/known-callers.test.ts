/** Callers that are kept from stop to stop: whatever changes, a stack is what it would be without them. */
import { describe, expect, it } from 'vitest';
import { plainRow, unwindWith } from './cfi-rules.ts';
import { I386 } from './constants.ts';
import { HANDED_ON, KnownCallers } from './known-callers.ts';
import { type Stack, type UnwindSource, unwindStack } from './unwind-i386.ts';

const STACK = 0x9000;
const WORDS = 24;

/** Words at `STACK`, and code from 0x1000 to 0x2000. */
class Memory {
  readonly words = new Uint32Array(WORDS);

  /** A chain of frames of two words each, whose return addresses are in functions of frame pointers. */
  constructor() {
    for (let n = 0; n + 3 < WORDS; n += 2) {
      this.words[n] = STACK + 4 * (n + 2);
      this.words[n + 1] = 0x1180 + 0x100 * (n % 4);
    }
  }

  readonly read = (address: number, length: number): Uint8Array | undefined => {
    if (address >= 0x1000 && address < 0x2000) return Uint8Array.of(0x55, 0x89, 0xe5).subarray(0, length);
    const bytes = new Uint8Array(this.words.buffer);
    if (address < STACK || address + length > STACK + bytes.length) return undefined;
    return bytes.slice(address - STACK, address - STACK + length);
  };
}

/** The frames of functions at 0x14xx have call frame information that says the same, those at 0x1500 by way of EAX. */
const byFramePointer = (register: number) => {
  const rules = new Map([
    [I386.ebp, { kind: 'offset', offset: -8 } as const],
    [I386.eip, { kind: 'offset', offset: -4 } as const],
  ]);
  const row = { cfa: { kind: 'register', register, offset: 8 } as const, rules, signalFrame: false };
  const whole = { ...row, returnRegister: I386.eip };
  return { ...whole, plain: plainRow(whole) };
};
const rowAt = (pc: number) => {
  if (pc >= 0x1400 && pc < 0x1500) return byFramePointer(I386.ebp);
  return pc >= 0x1500 && pc < 0x1600 ? byFramePointer(I386.eax) : undefined;
};

/** Counts what it is asked of frames. */
function symbols() {
  const asked: number[] = [];
  const source: UnwindSource = {
    unwind(pc, registers, read) {
      asked.push(pc);
      const row = rowAt(pc);
      return row && unwindWith(row, registers, read);
    },
    handsOn(pc) {
      const row = rowAt(pc);
      return row ? row.plain?.handsOn : HANDED_ON;
    },
    functionAt: (pc) => ({ lowPc: pc & ~0xff }),
    isCode: (pc) => pc >= 0x1000 && pc < 0x2000,
  };
  return { source, asked };
}

const registersAt = (eip: number, ebp: number, eax = 1) => [eax, 2, 3, 4, STACK, ebp, 7, 8, eip, 0x202];

/** All of a stack but who is who. */
const contents = ({ frames, stop }: Stack) => ({
  stop: stop.reason,
  frames: frames.map(({ pc, lookupPc, registers, homes, cfa, method }) => ({
    ...{ pc, lookupPc, registers, homes, cfa, method },
  })),
});

const EPOCH = {};

function walkers() {
  const known = new KnownCallers();
  const { source, asked } = symbols();
  return {
    asked,
    /** With what is known. */
    again(registers: readonly (number | undefined)[], { read }: Memory, epoch: object = EPOCH): Stack {
      asked.length = 0;
      known.begin(epoch);
      return unwindStack(source, registers, read, { known });
    },
    fresh: (registers: readonly (number | undefined)[], { read }: Memory): Stack =>
      unwindStack(symbols().source, registers, read),
  };
}

describe('callers that are kept from stop to stop', () => {
  it('are found again without a question to the symbols', () => {
    const { again, asked } = walkers();
    const memory = new Memory();
    const first = again(registersAt(0x1020, STACK), memory);
    expect(first.frames.length).toBeGreaterThan(5);
    const second = again(registersAt(0x1028, STACK), memory);
    expect(asked).toEqual([0x1028]);
    expect(second.frames.slice(1).map(({ identity }) => identity)).toEqual(
      first.frames.slice(1).map(({ identity }) => identity),
    );
  });

  it('have the registers that a call may change as they are now', () => {
    const { again, fresh } = walkers();
    const memory = new Memory();
    const at = (eax: number) => registersAt(0x1420, STACK, eax);
    again(at(1), memory);
    const now = again(at(77), memory);
    expect(now.frames[1].registers[I386.eax]).toBe(77);
    expect(contents(now)).toEqual(contents(fresh(at(77), memory)));
  });

  it.each([0, 1, 2, 3, 8, 9])('are looked for anew when word %i of the stack is another', (word) => {
    const { again, fresh } = walkers();
    const memory = new Memory();
    const registers = registersAt(0x1020, STACK);
    again(registers, memory);
    memory.words[word] += word % 2 === 0 ? 8 : 0x10;
    expect(contents(again(registers, memory))).toEqual(contents(fresh(registers, memory)));
  });

  it('are shared by stacks that have become deeper, and less deep', () => {
    const { again, asked } = walkers();
    const memory = new Memory();
    const shallow = again(registersAt(0x1020, STACK + 8), memory);
    const deep = again(registersAt(0x1020, STACK), memory);
    expect(deep.frames.at(-1)?.identity).toBe(shallow.frames.at(-1)?.identity);
    const back = again(registersAt(0x1020, STACK + 8), memory);
    expect(asked).toEqual([0x1020]);
    expect(back.frames.slice(1).map(({ identity }) => identity)).toEqual(
      deep.frames.slice(2).map(({ identity }) => identity),
    );
  });

  it('are forgotten when the symbols may say something else', () => {
    const { again, asked } = walkers();
    const memory = new Memory();
    const registers = registersAt(0x1020, STACK);
    const { length } = again(registers, memory).frames;
    again(registers, memory, {});
    expect(asked).toHaveLength(length);
  });

  it('are not taken where a frame is found by a register that a call may change', () => {
    const { again, fresh } = walkers();
    const memory = new Memory();
    memory.words[1] = 0x1580;
    const at = (eax: number) => registersAt(0x1420, STACK, eax);
    again(at(STACK + 8), memory);
    const now = again(at(STACK + 16), memory);
    expect(contents(now)).toEqual(contents(fresh(at(STACK + 16), memory)));
  });

  it('are the same as those of a walk of its own, whatever changes', () => {
    const { again, fresh } = walkers();
    const memory = new Memory();
    // Numerical Recipes' generator: the same changes in each run.
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const code = () => 0x1000 + 0x100 * random(7) + random(0x100);
    const place = () => STACK + 4 * random(WORDS);
    let registers: number[] = registersAt(0x1020, STACK);
    let kept = 0;
    for (let round = 0; round < 3000; round++) {
      const change = random(6);
      if (change === 0) memory.words[random(WORDS)] = random(2) === 0 ? code() : place();
      if (change === 1) registers[random(10)] = random(2) === 0 ? code() : place();
      if (change === 2) registers = registersAt(code(), place(), place());
      if (change === 3) memory.words.set(new Memory().words);
      if (change > 3) registers[I386.eax] = place();
      const before = again(registers, memory).frames.map(({ identity }) => identity);
      const now = again(registers, memory);
      expect(contents(now)).toEqual(contents(fresh(registers, memory)));
      if (now.frames.some(({ identity }, n) => n > 0 && identity === before[n])) kept++;
    }
    expect(kept).toBeGreaterThan(300);
  });
});
