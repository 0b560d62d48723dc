import { describe, expect, it } from 'vitest';
import { Exit } from '../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { EAX, EBX, ECX, ESI } from '../cpu/state.ts';
import { createDie } from './die.ts';
import { FEW, perfectHash } from './emit/jump-table.ts';
import type { Tier } from './tier.ts';

/** Bytes that each block has room for. */
const BLOCK = 80;
const ROUNDS = 3000;
const TABLE = DATA + 0x800;
/** Where ESI points. */
const PAGES = DATA + 0x4000;

/** A block's number in a made-up graph, and where it goes: to one of two, or to one of many by a table in memory. */
type Node = readonly number[];

/**
 * Code of a graph. Each block mixes its number into EAX, counts ECX down to the end, and goes on by a number in EBX that is drawn
 * from the block's own steps.
 */
function assemble(graph: readonly Node[]): { code: Uint8Array; table: Uint8Array } {
  const end = graph.length * BLOCK;
  const code = new Uint8Array(end + 1);
  const table: number[] = [];
  code[end] = 0xf4;
  graph.forEach((targets, n) => {
    const at = n * BLOCK;
    // imul ebx, ebx, 1103515245; add ebx, 12345; imul eax, eax, 31; add eax, n; mov edx, ebx; shr edx, 16
    const body = [0x69, 0xdb, ...le(1_103_515_245), 0x81, 0xc3, ...le(12_345), 0x6b, 0xc0, 31];
    body.push(0x05, ...le(n), 0x89, 0xda, 0xc1, 0xea, 16);
    // Some give ESI another page, or move it a little; all use what it points to.
    if (n % 3 === 1) body.push(0xbe, ...le(PAGES + n * 0x7f0));
    if (n % 5 === 2) body.push(0x83, 0xc6, 0x1c);
    // xor eax, [esi + 8]; add [esi + 4n], eax
    body.push(0x33, 0x46, 8, 0x01, 0x46, n * 4);
    const jump = (to: number, ...opcode: number[]) => {
      body.push(...opcode, ...le(to - (at + body.length + opcode.length + 4)));
    };
    body.push(0x49);
    jump(end, 0x0f, 0x84);
    if (targets.length === 2) {
      body.push(0xf6, 0xc2, 1);
      jump(targets[0]! * BLOCK, 0x0f, 0x85);
      jump(targets[1]! * BLOCK, 0xe9);
    } else {
      // and edx, 7; jmp [table + edx * 4]
      body.push(0x83, 0xe2, 7, 0xff, 0x24, 0x95, ...le(TABLE + table.length));
      for (let k = 0; k < 8; k++) table.push(...le(CODE + targets[k % targets.length]! * BLOCK));
    }
    expect(body.length).toBeLessThanOrEqual(BLOCK);
    code.set(body, at);
  });
  return { code, table: Uint8Array.from(table) };
}

function outcome(graph: readonly Node[], tier: Tier) {
  const machine = createBareMachine({}, 'max', tier);
  const { code, table } = assemble(graph);
  machine.memory.writeBytes(CODE, code);
  machine.memory.writeBytes(TABLE, table);
  machine.cpu.views.reg32[ECX] = ROUNDS;
  machine.cpu.views.reg32[ESI] = PAGES;
  expect(machine.run(CODE, 1e7)).toBe(Exit.Halted);
  const { reg32 } = machine.cpu.views;
  const stored = machine.memory.bytes
    .slice(PAGES, PAGES + 0xc000)
    .reduce((sum, byte) => (sum * 31 + byte) | 0, 0);
  return { stored, eax: reg32[EAX], ebx: reg32[EBX], count: machine.cpu.now() };
}

/** Most edges lead a little forward and meet again; the others go anywhere, so cycles are entered in several places. */
function randomGraph(seed: number): Node[] {
  const die = createDie(seed);
  const draw = (n: number) => {
    let bits = 0;
    for (let k = 0; k < 6; k++) bits = bits * 2 + (die() & 1);
    return bits % n;
  };
  const size = 2 + draw(14);
  return Array.from({ length: size }, (_, n) =>
    Array.from({ length: draw(4) === 0 ? 3 + draw(6) : 2 }, () =>
      draw(4) === 0 ? draw(size) : (n + 1 + draw(3)) % size,
    ),
  );
}

describe('control flow of any form', () => {
  it('goes the same way in every tier', { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= 24; seed++) {
      const graph = randomGraph(seed);
      const expected = outcome(graph, 'interpreter');
      for (const tier of ['eager', 'hot'] as const) expect(outcome(graph, tier), `${seed}`).toEqual(expected);
    }
  });
});

describe('a hash of jump targets', () => {
  it('keeps apart what compilers put side by side, and what lies anywhere', () => {
    const regular = Array.from({ length: 32 }, (_, n) => 0x10_0000 + n * 16);
    const close = Array.from({ length: FEW + 1 }, (_, n) => 0xc000_0000 + n);
    const scattered = Array.from({ length: 20 }, (_, n) => Math.imul(n + 1, 0x12_3457) | 0);
    for (const values of [regular, close, scattered]) {
      const hash = perfectHash(values);
      expect(hash?.slots.filter((value) => value !== undefined).sort()).toEqual([...values].sort());
      for (const value of values)
        expect(hash?.slots[Math.imul(value, hash.multiplier) >>> hash.shift]).toBe(value);
    }
  });
});
