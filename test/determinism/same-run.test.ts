/*
 * Rung 7 of the ladder: a run is a function of images, configuration and input log. Nothing that a debugger or a
 * scheduler does from outside may change it, and everything that is an input must.
 */

import { tell } from '../../core/sentences/say.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { coKeyboardMode } from '../../core/abi/abi.ts';
import { encodeKey } from '../../core/abi/console.ts';
import { createStepper } from '../../core/debug/stepper.ts';
import { snapshot } from '../../core/machine/snapshot.ts';
import type { InputEntry } from '../../core/time/input-log.ts';
import { decodeInputLog, encodeInputLog } from '../../core/time/input-log-format.ts';
import {
  buildKernels,
  createSample,
  hashes,
  LOOKS,
  oddSlices,
  runTo,
  type Sample,
} from './sample-machine.ts';

const CTRL_D = 4;
/** Steps between two looks. */
const STEPS = 12;

let first: Sample;
let expected: string[];

beforeAll(() => {
  buildKernels();
  first = createSample();
  expected = hashes(first.machine);
});

describe('a run of the host and the sample guest', () => {
  it('has a different state at each look', () => {
    expect(new Set(expected).size).toBe(LOOKS.length);
  });

  it('is the same the second time, to the last byte and instruction', () => {
    const second = createSample();
    expect(hashes(second.machine)).toEqual(expected);
    expect(runTo(first.machine, Infinity)).toBe(1);
    expect(runTo(second.machine, Infinity)).toBe(1);
    expect(second.com1()).toBe(first.com1());
    expect(second.machine.instructions()).toBe(first.machine.instructions());
    expect(second.machine.hash()).toBe(first.machine.hash());
  });

  it.each(['interpreter', 'direct', 'eager', 'mixed'] as const)('is the same in the tier %s', (tier) => {
    expect(hashes(createSample({ tier }).machine)).toEqual(expected);
  });

  it('is the same in slices of odd sizes', () => {
    expect(hashes(createSample().machine, oddSlices(7919))).toEqual(expected);
  });

  it('is the same one instruction at a time', () => {
    const { machine } = createSample();
    runTo(machine, LOOKS[2]!, () => 1);
    expect(machine.hash()).toBe(expected[2]);
  });

  it('is the same with snapshots, memory reads and translations on the way', () => {
    const { machine } = createSample();
    let reads = 0;
    const inspect = () => {
      const { inspector, cpu } = machine;
      const space = inspector.currentSpace();
      const { eip, general } = snapshot(machine).cpu;
      reads += inspector.read(space, eip, 64).length;
      inspector.read(space, general[4]! - 100, 0x2000);
      inspector.read(space, 0xc000_0000, 0x3000);
      inspector.translate(space, 0xfeaf_f000);
      cpu.linearEip();
    };
    expect(hashes(machine, oddSlices(200_000), inspect)).toEqual(expected);
    expect(reads).toBeGreaterThan(1000);
  });

  it('is the same with breakpoints set, hit and removed on the way', () => {
    const { machine } = createSample();
    const { breakpoints } = machine.debug;
    let hits = 0;
    let slices = 0;
    const look = () => {
      const here = machine.cpu.linearEip();
      if (breakpoints.visit(here)) hits++;
      slices++;
      if (slices % 3 === 1) breakpoints.replace([{ id: 1, address: here, coroutine: -1 }]);
      else if (slices % 3 === 0) breakpoints.replace([]);
    };
    expect(hashes(machine, oddSlices(300_000), look)).toEqual(expected);
    expect(hits).toBeGreaterThan(10);
  });

  it('is the same when it stops at everything that happens, and tells log points', () => {
    const { machine } = createSample();
    const { catchpoints, breakpoints } = machine.debug;
    const any = { coroutine: -1 as const };
    catchpoints.replace([
      { ...any, id: 1, kind: 'exception', vectors: [] },
      { ...any, id: 2, kind: 'interrupt', vectors: [], source: 'any' },
      { ...any, id: 3, kind: 'ring', from: -1, to: -1 },
      { ...any, id: 4, kind: 'control', register: 3, change: false },
      { ...any, id: 5, kind: 'switch', from: -1, to: -1, operation: -1 },
      {
        ...any,
        id: 6,
        kind: 'port',
        first: 0,
        last: 0xffff,
        access: 'readWrite',
        hit: { kind: 'multiple', count: 97 },
      },
      { ...any, id: 7, kind: 'execute', pages: 'new' },
    ]);
    let told = 0;
    machine.debug.onLog = () => told++;
    const seen = new Set<string>();
    let slices = 0;
    const look = () => {
      if (++slices % 50 !== 0) return;
      const address = machine.cpu.linearEip();
      const values = [{ kind: 'value', expression: { kind: 'register', name: 'esp' } }] as const;
      breakpoints.replace([{ ...any, id: 9, address, log: { values } }]);
    };
    const found: string[] = [];
    for (const count of LOOKS) {
      while (machine.instructions() < count) {
        const result = machine.run(Math.min(count - machine.instructions(), 200_000));
        if (result.kind === 'halted') machine.skipTo(result.wake);
        if (result.kind === 'event') for (const { kind } of result.caught) seen.add(kind);
        look();
      }
      found.push(machine.hash());
    }
    expect(found).toEqual(expected);
    expect([...seen]).toEqual(
      expect.arrayContaining(['interrupt', 'ring', 'control', 'switch', 'port', 'execute']),
    );
    expect(told).toBeGreaterThan(0);
  });

  it('is the same with steps of every kind on the way', () => {
    const { machine } = createSample();
    let done = 0;
    const step = (kind: number, before: number) => {
      const linear = machine.cpu.linearEip();
      const over = (kind & 1) !== 0;
      const stepper = createStepper(
        machine,
        kind < 2 ? { kind: 'instruction', over } : { kind: 'range', ranges: [[linear, linear + 24]], over },
      );
      // A step may take long: it is given up, at the latest in time for the exact count (`advance` overshoots).
      for (let n = 0; n < 20 && machine.instructions() + 2000 < before; n++) {
        const result = stepper.advance(500);
        if (result.kind === 'halted') machine.skipTo(result.wake);
        if (result.kind === 'done') done++;
        if (result.kind !== 'more' && result.kind !== 'halted') break;
      }
      stepper.dispose();
    };
    const found = LOOKS.map((instructions, n) => {
      const left = instructions - machine.instructions();
      for (let count = 0; count < STEPS && n > 0; count++) {
        runTo(machine, instructions - Math.floor(left * (1 - count / STEPS)));
        step(count & 3, instructions);
      }
      runTo(machine, instructions);
      expect(machine.instructions()).toBe(instructions);
      return machine.hash();
    });
    expect(found).toEqual(expected);
    expect(done).toBeGreaterThan(20);
  });
});

describe('what is an input', () => {
  const atLook = (sample: Sample, look: number) => {
    runTo(sample.machine, LOOKS[look]!);
    return sample.machine.hash();
  };

  it('changes the state: the command line', () => {
    expect(atLook(createSample({ args: 'panic' }), 3)).not.toBe(expected[3]);
  });
  it('changes the state: the wall clock at boot', () => {
    expect(atLook(createSample({ rtcSeconds: 1_100_000_001 }), 0)).not.toBe(expected[0]);
  });
  it('changes the state: one byte that arrives', () => {
    const sample = createSample();
    runTo(sample.machine, 900_000);
    sample.machine.receive('com1', Uint8Array.of(1));
    expect(atLook(sample, 3)).not.toBe(expected[3]);
  });
  it('changes the state: one bit of memory, a register, one instruction more', () => {
    const { machine } = createSample();
    runTo(machine, 1000);
    machine.memory.bytes[0x1f_f123]! ^= 1;
    expect(machine.hash()).not.toBe(expected[0]);
    machine.memory.bytes[0x1f_f123]! ^= 1;
    expect(machine.hash()).toBe(expected[0]);
    machine.cpu.views.reg32[7]! ^= 0x8000_0000;
    expect(machine.hash()).not.toBe(expected[0]);
    machine.cpu.views.reg32[7]! ^= 0x8000_0000;
    runTo(machine, 1001);
    expect(machine.hash()).not.toBe(expected[0]);
  });
});

describe('the input log', () => {
  /** A person types into the interactive guest: keys at odd moments, Ctrl-D at last. */
  function typed(text: string): { sample: Sample; log: Uint8Array; hash: string } {
    const sample = createSample({ args: 'interactive' });
    const { machine } = sample;
    let at = 31_000_003;
    for (const key of [...text].map((character) => character.charCodeAt(0)).concat(CTRL_D)) {
      expect(runTo(machine, at)).toBeUndefined();
      machine.receive('com2', encodeKey(key, coKeyboardMode.ASCII));
      at += 10_007;
    }
    expect(runTo(machine, Infinity)).toBe(1);
    return { sample, log: encodeInputLog(machine.inputs.entries), hash: machine.hash() };
  }

  it('replays a run with typed keys exactly', () => {
    const { sample, log, hash } = typed('ok\n');
    const replay = createSample({ args: 'interactive' });
    const entries = decodeInputLog(log);
    // The wall clock at boot is an input like the others.
    expect(entries.length).toBe(1 + 4);
    replay.machine.inputs.replay(entries);
    expect(runTo(replay.machine, Infinity, oddSlices(50_021))).toBe(1);
    expect(replay.machine.hash()).toBe(hash);
    expect(replay.machine.instructions()).toBe(sample.machine.instructions());
    expect(replay.com1()).toBe(sample.com1());
    expect(replay.com2Length()).toBe(sample.com2Length());
    expect(encodeInputLog(replay.machine.inputs.entries)).toEqual(log);
  });

  /** The log of one byte after a million instructions, and the state at the next look. */
  function oneByte(): { clock: InputEntry; key: InputEntry; hash: string } {
    const { machine } = createSample();
    runTo(machine, 1_000_000);
    machine.receive('com1', Uint8Array.of(65));
    const [clock, key] = decodeInputLog(encodeInputLog(machine.inputs.entries));
    runTo(machine, 1_500_000);
    return { clock: clock!, key: key!, hash: machine.hash() };
  }

  it('gives the same state for the same byte, another for another byte', () => {
    const { clock, key, hash } = oneByte();
    const replayed = (entry: InputEntry) => {
      const { machine } = createSample();
      machine.inputs.replay([clock, entry]);
      runTo(machine, 1_500_000, oddSlices(99_991));
      return machine.hash();
    };
    expect(replayed(key)).toBe(hash);
    expect(replayed({ ...key, payload: Uint8Array.of(66) })).not.toBe(hash);
  });

  it('replays what a debugger wrote on the way: memory, registers, and what the processor refused', () => {
    const { machine } = createSample();
    const { inspector } = machine;
    for (let at = 1_000_003; at < 4_000_000; at += 700_001) {
      runTo(machine, at);
      const { general, eflags } = snapshot(machine).cpu;
      const stack = general[4]! - 0x40;
      inspector.write(inspector.currentSpace(), stack, Uint8Array.of(at & 0xff, 2, 3, 4));
      expect(machine.writeRegister('eax', general[0]! ^ 1)).toBeUndefined();
      expect(machine.writeRegister('eax', general[0]!)).toBeUndefined();
      // CF is dead or not, but the run is a different one.
      expect(machine.writeRegister('eflags', eflags ^ 1)).toBeUndefined();
      expect(tell(machine.writeRegister('cr0', 0x8000_0000)!)).toContain('#GP');
    }
    runTo(machine, 5_000_000);
    const log = decodeInputLog(encodeInputLog(machine.inputs.entries));
    expect(log.length).toBeGreaterThan(20);
    const replay = createSample();
    replay.machine.inputs.replay(log);
    runTo(replay.machine, 5_000_000, oddSlices(60_013));
    expect(replay.machine.hash()).toBe(machine.hash());
    expect(replay.machine.instructions()).toBe(machine.instructions());
  });

  it('ends a replay that meets another instruction count', () => {
    const { clock, key } = oneByte();
    const replay = createSample();
    replay.machine.inputs.replay([clock, { ...key, retired: key.retired - 1 }]);
    expect(() => runTo(replay.machine, 2_000_000)).toThrow(/recorded at tick/);
  });
});
