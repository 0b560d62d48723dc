/*
 * A processor that machines have run in, with all that a debugger can do to them, is as good as new for the next one.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { DR0, DR7 } from '../../core/cpu/state.ts';
import { recentBranches } from '../../core/debug/branches.ts';
import { createStepper } from '../../core/debug/stepper.ts';
import type { Tier } from '../../core/jit/tier.ts';
import { createMachine } from '../../core/machine/machine.ts';
import { createProcessor, type Processor } from '../../core/machine/processor.ts';
import { snapshot } from '../../core/machine/snapshot.ts';
import {
  BRANCH_RECORDS,
  CHAIN_BASE,
  RAM_BASE,
  TLB_BASE,
  TRANSITION_ROWS_BASE,
} from '../../core/memory/layout.ts';
import { TINY_ENTRY, tinyKernel } from '../../core/testing/tiny-kernel.ts';
import {
  buildKernels,
  createSample,
  hashes,
  LOOKS,
  runTo,
  SAMPLE_MEMORY,
  type Sample,
} from './sample-machine.ts';

/** The guest has booted, its process has run. */
const LIVED = 6_123_456;
const quiet = { serial: () => undefined, debugcon: () => undefined, log: () => undefined };

/** All that the machine keeps beside its state. */
const recordsOf = ({ machine, com1, com2Length }: Sample) => ({
  snapshot: snapshot(machine),
  com1: com1(),
  com2Length: com2Length(),
  transitions: machine.debug.transitions.since(0, 1e6),
  spaceLoads: machine.debug.spaceLoads.count(),
  switches: machine.passages.since(0, 1e6),
  branches: recentBranches(machine.cpu.views, BRANCH_RECORDS),
  devices: machine.deviceStates(),
});

/** A life with everything in it that a debugger does, which ends in the middle of a step. */
function liveHard(processor: Processor, tier: Tier | undefined): void {
  const { machine } = createSample({
    processor,
    args: 'another command line',
    rtcSeconds: 7,
    ...(tier && { tier }),
  });
  const { cpu, debug } = machine;
  runTo(machine, LIVED);
  const everywhere = { coroutine: -1 } as const;
  const here = cpu.linearEip();
  const esp = cpu.views.reg32[4]! >>> 0;
  debug.breakpoints.replace([
    { id: 1, address: here, ...everywhere },
    { id: 2, address: TINY_ENTRY, physical: true, ...everywhere },
  ]);
  debug.watchpoints.replace([
    { id: 3, address: esp & 0xffffff, length: 64, access: 'readWrite', ...everywhere },
  ]);
  debug.catchpoints.replace([
    { id: 4, kind: 'ring', from: -1, to: -1, ...everywhere },
    { id: 5, kind: 'execute', pages: 'outside', known: [[0, 0x1000]], ...everywhere },
    { id: 6, kind: 'execute', pages: 'writable', ...everywhere },
    { id: 7, kind: 'exception', vectors: [], ...everywhere },
  ]);
  debug.execution.start();
  runTo(machine, LIVED + 50_000);
  cpu.splitAt([1, 2, 3]);
  cpu.views.state[DR0] = here;
  cpu.views.state[DR7] = 0x3_0403;
  cpu.setA20(false);
  createStepper(machine, { kind: 'range', over: true, ranges: [[here, here + 1]] }).advance(1);
  machine.nmi();
  expect(machine.run(1000).kind).toBe('event');
}

let expected: string[];
let first: Sample;
beforeAll(() => {
  buildKernels();
  first = createSample();
  expected = hashes(first.machine);
});

describe.each([undefined, 'interpreter', 'direct', 'eager', 'mixed'] as const)(
  'a processor as new, tier %s',
  (tier) => {
    const settings = { memoryBytes: SAMPLE_MEMORY, ...(tier && { tier }) };
    const make = (processor: Processor) => createSample({ processor, ...(tier && { tier }) });

    it('has the memory of a new one', () => {
      const fresh = createProcessor(settings);
      const used = createProcessor(settings);
      liveHard(used, tier);
      used.renew();
      const [a, b] = [fresh, used].map(({ memory }) => new Uint8Array(memory.wasm.buffer)) as [
        Uint8Array,
        Uint8Array,
      ];
      // Links between translations and rows of records that are not there any more lie between these.
      for (const [from, to] of [
        [0, CHAIN_BASE],
        [TLB_BASE, TRANSITION_ROWS_BASE],
        [RAM_BASE, a.length],
      ] as const)
        expect(Buffer.compare(a.subarray(from, to), b.subarray(from, to)), `${from.toString(16)}h`).toBe(0);
    });

    it('runs the next machine as a new one would, with the same records', () => {
      const processor = createProcessor(settings);
      for (let life = 0; life < 2; life++) {
        liveHard(processor, tier);
        processor.renew();
      }
      const again = make(processor);
      expect(hashes(again.machine)).toEqual(expected);
      expect(recordsOf(again)).toEqual(recordsOf(first));
      expect(LOOKS.at(-1)).toBe(again.machine.instructions());
    });
  },
);

describe('a machine that has ended by a triple fault', () => {
  it('leaves nothing of it', () => {
    const memoryBytes = SAMPLE_MEMORY;
    const processor = createProcessor({ memoryBytes });
    // LIDT of an empty table, then INT3.
    const kernel = { ...tinyKernel([0x0f, 0x01, 0x1d, 0, 0, 0, 0, 0xcc]), memoryBytes };
    expect(createMachine(kernel, quiet, processor).run(100)).toMatchObject({ kind: 'shutdown' });
    processor.renew();
    expect(processor.cpu.shutdownCauses).toEqual([]);
    expect(hashes(createSample({ processor }).machine)).toEqual(expected);
  });
});

it('fits machines with the same RAM, model and tier', () => {
  const { fits } = createProcessor({ memoryBytes: SAMPLE_MEMORY });
  expect(fits({ memoryBytes: SAMPLE_MEMORY, cpu: 'max' })).toBe(true);
  expect(fits({ memoryBytes: SAMPLE_MEMORY * 2 })).toBe(false);
  expect(fits({ memoryBytes: SAMPLE_MEMORY, cpu: 'i486' })).toBe(false);
  expect(fits({ memoryBytes: SAMPLE_MEMORY, tier: 'interpreter' })).toBe(false);
});
