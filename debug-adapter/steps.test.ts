/** A step that was begun while nobody had asked for it is the one that would have been begun then, or is not used. */
import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../core/protocol/machine-protocol.ts';
import type { Shown } from './blocks.ts';
import type { Coroutines } from './coroutines.ts';
import { Steps } from './steps.ts';
import type { StoppedEvent } from './stepping.ts';

/** Lines of 4 bytes each, all of them statements. */
const lineAt = (pc: number) => ({ line: pc >> 2, isStatement: true, low: pc & ~3, high: (pc & ~3) + 4 });
const image = {
  lineAt,
  rowsAt: (pc: number) => ((pc & 3) === 0 ? [lineAt(pc)] : []),
  lineRanges: (pc: number) => [{ low: pc & ~3, high: (pc & ~3) + 4 }],
  functionAt: () => ({ lowPc: 0, ranges: [{ low: 0, high: 0x100 }], inlined: [] }),
  cfaRows: () => undefined,
  /** NOPs. */
  linkedBytes: (_: number, length: number) => new Uint8Array(length).fill(0x90),
};

const stopAt = (linearEip: number) =>
  ({ event: 'stopped', reason: 'step', snapshot: { coroutine: 0, cpu: { linearEip } } }) as StoppedEvent;

/** A machine whose images are `bias` bytes from where they are linked, and that stops 4 bytes further each time. */
function load() {
  const specs: StepSpec[] = [];
  const shown: StoppedEvent[] = [];
  let looks = 0;
  const places = (bias: number) =>
    ({
      current: 0,
      resolve: () => (looks++, { image, bias }),
      passageRanges: () => undefined,
    }) as unknown as Coroutines;
  const machine = {
    coroutines: places(0),
    lastStop: stopAt(8),
    shown: undefined as Shown | undefined,
    stack: () => Promise.resolve([]),
    isUnwound: () => false,
    read: () => new Uint8Array(0),
    run(spec: StepSpec, arrived: (event: StoppedEvent) => void) {
      specs.push(spec);
      machine.lastStop = stopAt(machine.lastStop.snapshot.cpu.linearEip + 4);
      arrived(machine.lastStop);
    },
    show: (event: StoppedEvent) => void shown.push(event),
    failed(error: unknown) {
      throw error;
    },
  };
  return { machine, steps: new Steps(machine), specs, shown, places, looks: () => looks };
}
const range = (start: number, over = true) => ({ kind: 'range', ranges: [[start, start + 4]], over });

describe('a step that was begun ahead of time', () => {
  it('only has to be run', () => {
    const { steps, specs, shown, looks } = load();
    steps.prepare();
    const before = looks();
    expect(before).toBeGreaterThan(0);
    void steps.step(0, false, true);
    expect(specs).toEqual([range(8)]);
    expect(shown.map(({ snapshot }) => snapshot.cpu.linearEip)).toEqual([12]);
    // Where it has led.
    expect(looks()).toBe(before + 1);
  });

  it('is used once', () => {
    const { steps, specs } = load();
    steps.prepare();
    void steps.step(0, false, true);
    void steps.step(0, false, true);
    expect(specs).toEqual([range(8), range(12)]);
  });

  it('is not used at another stop', () => {
    const { machine, steps, specs } = load();
    steps.prepare();
    machine.lastStop = stopAt(0x20);
    void steps.step(0, false, true);
    expect(specs).toEqual([range(0x20)]);
  });

  it('is not used when images are elsewhere', () => {
    const { machine, steps, specs, places } = load();
    steps.prepare();
    machine.coroutines = places(2);
    void steps.step(0, false, true);
    expect(specs[0]).toEqual(range(6));
  });

  it('reads nothing of the machine: a line that calls has its frames when somebody has asked for them, or when it is stepped', async () => {
    const { machine, steps, specs } = load();
    let asked = 0;
    const calling = {
      ...image,
      linkedBytes: (_: number, length: number) => new Uint8Array(length).fill(0xe8),
    };
    machine.coroutines = {
      current: 0,
      resolve: () => ({ image: calling, bias: 0 }),
      passageRanges: () => undefined,
    } as unknown as Coroutines;
    machine.stack = () => (asked++, Promise.resolve([]));
    steps.prepare();
    await Promise.resolve();
    expect(asked).toBe(0);
    void steps.step(0, false, true);
    await Promise.resolve();
    await Promise.resolve();
    expect([asked, specs.length]).toEqual([1, 1]);

    machine.isUnwound = () => true;
    steps.prepare();
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toBe(2);
    void steps.step(0, false, true);
    expect([asked, specs.length]).toEqual([2, 2]);
  });

  it('is not used for a step into, but the next one is begun as such', () => {
    const { steps, specs, looks } = load();
    steps.prepare();
    void steps.step(0, false, false);
    expect(specs).toEqual([range(8, false)]);
    steps.prepare();
    const before = looks();
    void steps.step(0, false, false);
    expect(specs[1]).toEqual(range(12, false));
    expect(looks()).toBe(before + 1);
  });
});

describe('a step in code without line information', () => {
  const bare = { ...image, lineAt: () => undefined, rowsAt: () => [], lineRanges: () => [] };
  const loadBare = (at: (pc: number) => object) => {
    const loaded = load();
    const { machine } = loaded;
    machine.coroutines = {
      current: 0,
      resolve: (_: number, pc: number) => ({ image: at(pc), bias: 0 }),
      passageRanges: () => undefined,
    } as unknown as Coroutines;
    return loaded;
  };

  it.each([true, false])('is one instruction (over: %s)', (over) => {
    const { steps, specs, shown } = loadBare(() => bare);
    void steps.step(0, false, over);
    expect(specs).toEqual([{ kind: 'instruction', over }]);
    expect(shown.map(({ snapshot }) => snapshot.cpu.linearEip)).toEqual([12]);
  });

  it('into a function that has lines goes past its prologue', () => {
    const called = {
      ...image,
      functionAt: () => ({ lowPc: 12, ranges: [{ low: 12, high: 0x100 }], inlined: [] }),
      prologueEnd: () => 16,
    };
    const { steps, specs, shown } = loadBare((pc) => (pc < 12 ? bare : called));
    void steps.step(0, false, false);
    expect(specs).toEqual([
      { kind: 'instruction', over: false },
      { kind: 'until', address: 16, stack: 0, coroutine: 0 },
    ]);
    expect(shown.map(({ snapshot }) => snapshot.cpu.linearEip)).toEqual([16]);
  });
});
