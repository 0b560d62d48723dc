/**
 * Every state of a running program, instruction by instruction: frames, registers, lines, inlined calls and
 * locals must be what gdb says of the same state.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { I386 } from './constants.ts';
import type { SymbolImage } from './image.ts';
import { toNumber, readLocation, type FrameContext, type MemoryReader } from './location.ts';
import { isElsewhere, openWorkshop, VARIANTS } from './testing/fixtures.ts';
import { sizeOfType, stripType } from './types.ts';
import { unwindStack } from './unwind-i386.ts';

interface LiveFrame {
  pc: number;
  name: string;
  line: number;
  inlined: boolean;
  locals: Record<string, string | null>;
  registers: number[];
}

interface LiveState {
  registers: number[];
  frames: LiveFrame[];
  memory: { low: number; hex: string }[];
}

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

function reader(state: LiveState, linked: MemoryReader): MemoryReader {
  const parts = state.memory.map(({ low, hex }) => ({ low, bytes: Buffer.from(hex, 'hex') }));
  return (address, length) => {
    for (const { low, bytes } of parts) {
      if (address >= low && address + length <= low + bytes.length) {
        return new Uint8Array(bytes.subarray(address - low, address - low + length));
      }
    }
    return linked(address, length);
  };
}

/** gdb lets the line before run on over code of line 0; we say 0 and let the stepper pass. */
function writtenLine(image: SymbolImage, pc: number): number {
  const { line } = image.lineAt(pc)!;
  if (line !== 0) return line;
  return image
    .rowsOfFunction(pc)
    .filter((row) => row.low <= pc && row.line !== 0)
    .at(-1)!.line;
}

describe.each(VARIANTS)('%s, stepped by instruction under gdb', (...variant) => {
  let image: SymbolImage;
  let states: LiveState[];
  beforeAll(async () => {
    const fixture = await workshop.load(variant);
    ({ image } = fixture);
    states = JSON.parse(workshop.live(fixture)) as LiveState[];
  });

  it('ran to the end and saw inlining and nesting', () => {
    expect(states.length).toBeGreaterThan(100);
    expect(states.at(-1)!.frames[0]!.name).toBe('_start');
    expect(Math.max(...states.map((state) => state.frames.length))).toBeGreaterThanOrEqual(4);
  });

  it('unwinds every frame to the registers gdb has', () => {
    for (const state of states) {
      const memory = reader(state, (a, n) => image.linkedBytes(a, n));
      const stack = unwindStack(image, state.registers, memory);
      const physical = state.frames.filter((frame) => !frame.inlined);
      const ours = stack.frames
        .slice(0, physical.length)
        .map((f) => [3, 4, 5, 6, 7, 8].map((r) => f.registers[r]));
      expect(ours).toEqual(physical.map((f) => [3, 4, 5, 6, 7, 8].map((r) => f.registers[r])));
    }
  });

  it('has for all code of a function where its frame is', () => {
    let compared = 0;
    for (const { registers } of states) {
      const pc = registers[I386.eip]!;
      const fn = image.functionAt(pc);
      const rows = fn && image.cfaRows(fn.lowPc);
      const frame = image.unwind(pc, registers, () => new Uint8Array(4));
      if (!rows || !frame) continue;
      const at = rows.findIndex((low, n) => n % 4 === 0 && pc >= low && pc < rows[n + 1]!);
      expect(registers[rows[at + 2]!]! + rows[at + 3]!).toBe(frame.cfa);
      compared++;
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('names the functions, inlined calls and lines gdb names', () => {
    for (const state of states) {
      const stack = unwindStack(
        image,
        state.registers,
        reader(state, (a, n) => image.linkedBytes(a, n)),
      );
      const ours: [string, number][] = [];
      for (const frame of stack.frames) {
        const fn = image.functionAt(frame.lookupPc)!;
        let line = writtenLine(image, frame.lookupPc);
        for (const call of fn.inlined) {
          ours.push([call.name, line]);
          line = call.call!.line;
        }
        ours.push([fn.name, line]);
      }
      // gdb shows the caller, not the callee, at the very first instruction of an inlined call.
      const theirs = state.frames.map((frame): [string, number] => [frame.name, frame.line]);
      const hidden = ours.length > theirs.length ? ours.length - theirs.length : 0;
      const fn = image.functionAt(state.registers[8]!)!;
      for (const call of fn.inlined.slice(0, hidden)) {
        expect(call.ranges.some((range) => range.low === state.registers[8])).toBe(true);
      }
      expect(ours.slice(hidden).map(([name]) => name)).toEqual(theirs.map(([name]) => name));
      if (hidden === 0) expect(ours).toEqual(theirs);
    }
  });

  it('finds the locals gdb finds, with the same values or equally optimised out', () => {
    let compared = 0;
    for (const state of states) {
      const memory = reader(state, (a, n) => image.linkedBytes(a, n));
      const stack = unwindStack(image, state.registers, memory);
      const virtual: [Map<string, string | null>, pc: number][] = [];
      stack.frames.forEach((frame, index) => {
        const scopes = image.scopesAt(frame.lookupPc);
        const context: FrameContext = {
          registers: frame.registers,
          pc: frame.lookupPc,
          cfa: () => frame.cfa,
          readMemory: memory,
        };
        const depth = Math.max(-1, ...scopes.map((scope) => scope.inlineDepth));
        for (let d = 0; d <= depth; d++) {
          const values = new Map<string, string | null>();
          for (const variable of scopes.filter((s) => s.inlineDepth === d).flatMap((s) => s.variables)) {
            if (values.has(variable.name)) continue;
            const bare = stripType(variable.type);
            const location = variable.locate(context);
            const bytes = readLocation(location, sizeOfType(bare), {
              registers: frame.registers,
              readMemory: memory,
            });
            if (bare.kind === 'base' || bare.kind === 'pointer') {
              values.set(variable.name, bytes ? String(toNumber(bytes)) : null);
            } else {
              values.set(
                variable.name,
                location.kind === 'memory' ? `@0x${location.address.toString(16)}` : location.kind,
              );
            }
          }
          virtual.push([values, index]);
        }
      });
      const hidden = Math.max(0, virtual.length - state.frames.length);
      state.frames.forEach((frame, i) => {
        if (hidden > 0 && i === 0) return;
        const [ours] = virtual[i + hidden] ?? [new Map<string, string | null>()];
        for (const [name, value] of Object.entries(frame.locals)) {
          // gdb 13 follows no call sites in split-off files.
          if (value === null && isElsewhere(variant)) continue;
          // gdb reads a caller's caller-saved registers as unchanged, and guesses values at entry from call sites.
          expect(`${frame.name}@${frame.pc.toString(16)} ${name}=${String(ours.get(name))}`).toBe(
            `${frame.name}@${frame.pc.toString(16)} ${name}=${String(value)}`,
          );
          compared++;
        }
      });
    }
    expect(compared).toBeGreaterThan(100);
  });
});
