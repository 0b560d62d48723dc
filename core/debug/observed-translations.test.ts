/** Steps and the watch for unknown code in translated code: they end at the same instruction whichever tier runs. */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../jit/tier.ts';
import { EAX, EBX, ESP } from '../cpu/state.ts';
import { createMachine } from '../machine/machine.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';
import { createStepper } from './stepper.ts';

const ignore = () => undefined;
const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'hot'];
const start = (code: readonly number[], tier: Tier) =>
  createMachine({ ...tinyKernel(code), tier }, { serial: ignore, debugcon: ignore, log: ignore });
const SPIN = [0xeb, 0xfe];
const ROUNDS = 5000;
/** Instructions of a round, with those of the function. */
const LOOP = 6;

describe.each(TIERS)('in the tier %s', (tier) => {
  /** A loop that calls a function in the ranges of nobody: mov ecx, N; L: inc eax; call F; dec ecx; jnz L; nop; spin; F: inc edx; ret */
  const calling = [
    ...[0xbc, ...imm32(0x30_0000), 0xb9, ...imm32(ROUNDS)],
    ...[0x40, 0xe8, ...imm32(6), 0x49, 0x75, 0xf7, 0x90],
    ...[...SPIN, 0x42, 0xc3],
  ];
  const LINE = [10, 19] as const;

  function step(spec: StepSpec) {
    const machine = start(calling, tier);
    const before = machine.cpu.views.reg32[EAX]!;
    // The loop is hot, and translated, before the step begins in its midst.
    machine.run(2 + LOOP * 1000);
    const stepper = createStepper(machine, spec);
    let kind = 'more';
    for (let n = 0; n < 100 && kind === 'more'; n++) ({ kind } = stepper.advance(20_000));
    stepper.dispose();
    const { cpu } = machine;
    return [kind, cpu.linearEip() - TINY_ENTRY, cpu.now(), cpu.views.reg32[EAX]! - before];
  }
  const ranges = (from: number, to: number) => [[TINY_ENTRY + from, TINY_ENTRY + to]] as const;

  /** ESP stays at 300000h, where a return address has been made up. */
  const frame = { cfa: 0x30_0004, rows: Uint32Array.of(TINY_ENTRY, TINY_ENTRY + 22, ESP, 4) };

  it('a step over a line that knows its frame runs all calls, but for the first ones, as if nobody looked', () => {
    expect(step({ kind: 'range', ranges: ranges(...LINE), over: true, frame })).toEqual([
      ...['done', LINE[1], 2 + LOOP * ROUNDS, ROUNDS],
    ]);
  });

  it('a step ends where its frame has left the line, not where deeper calls of the function have', () => {
    // mov esp, S; mov ecx, 2; call G; spin
    const main = [0xbc, ...imm32(0x30_0000), 0xb9, ...imm32(2), 0xe8, ...imm32(2), ...SPIN];
    // G: push ebx; mov ebx, 20; test ecx, ecx; jz R; L: dec ecx; call G; inc ecx; dec ebx; jnz L; R: nop; pop ebx; ret
    const recursive = [
      ...[0x53, 0xbb, ...imm32(20), 0x85, 0xc9, 0x74, 0x0a],
      ...[0x49, 0xe8, ...imm32(-16), 0x41, 0x4b, 0x75, 0xf6, 0x90, 0x5b, 0xc3],
    ];
    const entry = TINY_ENTRY + main.length;
    const machine = start([...main, ...recursive], tier);
    const { cpu } = machine;
    machine.run(7);
    expect(cpu.linearEip()).toBe(entry + 10);
    const esp = cpu.views.reg32[ESP]!;
    const rows = [
      [0, 1, 4],
      [1, 22, 8],
      [22, 23, 4],
    ].flatMap(([low, high, offset]) => [entry + low!, entry + high!, ESP, offset!]);
    const spec: StepSpec = {
      ...{ kind: 'range', ranges: [[entry + 10, entry + 20]], over: true },
      frame: { cfa: esp + 8, rows: Uint32Array.from(rows) },
    };
    const stepper = createStepper(machine, spec);
    expect(stepper.advance(100_000)).toEqual({ kind: 'done' });
    stepper.dispose();
    expect([cpu.linearEip() - entry, cpu.views.reg32[ESP], cpu.views.reg32[EBX]]).toEqual([20, esp, 0]);
  });

  // The end of a slice lies between a call and the function.
  it('a step over a line runs its loop and its calls to the end', () => {
    expect(step({ kind: 'range', ranges: ranges(...LINE), over: true })).toEqual([
      ...['done', LINE[1], 2 + LOOP * ROUNDS, ROUNDS],
    ]);
  });

  it('a step into what the line calls ends there', () => {
    expect(step({ kind: 'range', ranges: ranges(...LINE), over: false })).toEqual([
      ...['done', 22, 2 + LOOP * 1000 + 2, 1001],
    ]);
  });

  it('a step ends inside of a loop that is translated as a whole', () => {
    // Ranges that end before DEC ECX.
    expect(step({ kind: 'range', ranges: ranges(10, 16), over: true })).toEqual([
      ...['done', 16, 2 + LOOP * 1000 + 4, 1001],
    ]);
  });

  it('code that a client does not know is told before it runs', () => {
    const machine = start(calling, tier);
    // The function is on another page: call F in the loop leads there.
    const there = (TINY_ENTRY & -0x1000) + 0x1000;
    machine.memory.writeBytes(TINY_ENTRY + 12, Uint8Array.from(imm32(there - (TINY_ENTRY + 16))));
    machine.memory.writeBytes(there, Uint8Array.of(0x42, 0xc3));
    machine.run(2 + LOOP * 1000);
    const known: [number, number][] = [[there - 0x1000, there]];
    machine.debug.catchpoints.replace([{ id: 7, coroutine: -1, kind: 'execute', pages: 'outside', known }]);
    expect(machine.run(100_000)).toMatchObject({ kind: 'event', caught: [{ id: 7, linear: there }] });
    expect(machine.cpu.now()).toBe(2 + LOOP * 1000 + 2);
  });

  it.each([
    ['that everybody knows', [[TINY_ENTRY & -0x1000, (TINY_ENTRY & -0x1000) + 0x1000]], 0],
    ['that was told of', [], 1],
  ] as const)('code %s runs translated', (_what, known, told) => {
    const machine = start(calling, tier);
    machine.debug.catchpoints.replace([{ id: 7, coroutine: -1, kind: 'execute', pages: 'outside', known }]);
    for (let n = 0; n < told; n++) expect(machine.run(2 + LOOP * ROUNDS).kind).toBe('event');
    expect(machine.run(2 + LOOP * ROUNDS).kind).toBe('slice');
    const block = machine.cpu.blockAt(TINY_ENTRY + 10);
    const entered = block?.derived?.some((one) => 'entered' in one && Number(one.entered) > 0) ?? false;
    expect(entered).toBe(tier === 'jit' || tier === 'hot');
  });
});
