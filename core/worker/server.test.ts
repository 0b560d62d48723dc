/** The machine protocol's server, on a platform whose time the test makes. */
import { describe, expect, it } from 'vitest';
import { AT_ONCE, type Compiler } from '../jit/compiler.ts';
import { unpackKept } from '../jit/kept-regions.ts';
import { translatorNumber } from '../jit/translator-number.ts';
import type { MachineEvent } from '../protocol/machine-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';
import { SPIN, startServer } from './testing/server-platform.ts';
import { tell } from '../sentences/say.ts';

/** out 0xf4, al */
const exit = (status: number) => [0xb0, status, 0xe6, 0xf4];

describe('requests', () => {
  it.each([
    [undefined],
    [null],
    [42],
    ['boot'],
    [[]],
    [{}],
    [{ id: 1 }],
    [{ id: 1, kind: 'nonsense', params: {} }],
    [{ id: 1, kind: 'toString', params: {} }],
    [{ id: 1, kind: '__proto__', params: {} }],
    [{ id: 1, kind: 'resume' }],
    [{ id: 1, kind: 'step', params: null }],
    [{ id: 1, kind: 'step', params: { kind: 'range', over: true, ranges: [[1]] } }],
    [{ id: 1, kind: 'step', params: { kind: 'until', address: -1, stack: 0, coroutine: 0 } }],
    [{ id: 1, kind: 'readMemory', params: { space: { kind: 'x' }, address: 0, length: 1 } }],
    [{ id: 1, kind: 'readMemory', params: { space: { kind: 'current' }, address: 0, length: 1e9 } }],
    [{ id: 1, kind: 'writeMemory', params: { space: { kind: 'current' }, address: 0, bytes: [1] } }],
    [{ id: 1, kind: 'input', params: { port: 'com9', bytes: new Uint8Array(1) } }],
    [{ id: 1, kind: 'setBreakpoints', params: { breakpoints: [{ id: 0.5, address: 0, coroutine: 0 }] } }],
    [{ id: 1, kind: 'boot', params: { memoryBytes: 'lots' } }],
  ])('that are malformed are refused with a sentence: %j', (message) => {
    const { raw } = startServer();
    expect(raw(message)).toMatchObject({
      error: { code: 'bad-request', sentence: { values: [expect.stringMatching(/^[A-Z].*\.$/)] } },
    });
  });

  it.each(['resume', 'snapshot', 'switches', 'hash', 'pause'] as const)('before a boot: %s', (kind) => {
    const { ask } = startServer();
    const answer = ask(kind, { first: 0, most: 1 });
    if (kind === 'pause') expect(answer.result).toEqual({});
    else expect(answer.error).toMatchObject({ code: 'machine-not-booted' });
  });

  it('that cannot boot say why', () => {
    const { ask } = startServer();
    const { kernel, ...rest } = tinyKernel(SPIN);
    const empty = ask('boot', { ...rest, kernel: { ...kernel, bytes: new Uint8Array(0) } });
    expect(tell(empty.error!.sentence)).toMatch(/[.?]$/);
    expect(ask('boot', { ...rest, kernel, memoryBytes: 4097 }).error?.code).toBe('memory-size');
    expect(ask('boot', { ...rest, kernel }).result).toMatchObject({ instructions: 0, coroutine: 0 });
  });

  it('keep what is translated, if that is asked for before the run', () => {
    const { ask, slices } = startServer();
    expect(ask('keptRegions').error?.code).toBe('machine-not-booted');
    ask('boot', tinyKernel(SPIN));
    expect(ask('keptRegions').result).toEqual({ kept: undefined });
    expect(ask('recallRegions', { kept: [] }).error?.code).toBe('bad-request');
    expect(ask('recallRegions', { kept: Uint8Array.of(1, 2, 3, 4) }).result).toEqual({});
    ask('resume');
    slices(5);
    const { kept } = ask('keptRegions').result as { kept: Uint8Array };
    const regions = unpackKept(kept, translatorNumber());
    expect(regions).toHaveLength(1);
    expect(regions[0]?.code).toEqual(Uint8Array.from(SPIN));
  });

  it('that need a machine at rest are refused while it runs', () => {
    const { ask, slices } = startServer();
    ask('boot', tinyKernel(SPIN));
    ask('resume');
    slices(2);
    const space = { kind: 'current' };
    expect(ask('resume').error?.code).toBe('machine-running');
    expect(ask('step', { kind: 'instruction', over: false }).error?.code).toBe('machine-running');
    expect(ask('hash').error?.code).toBe('machine-running');
    expect(ask('writeMemory', { space, address: 0, bytes: new Uint8Array(1) }).error?.code).toBe(
      'machine-running',
    );
    expect(ask('writeRegister', { name: 'eax', value: 1 }).error?.code).toBe('machine-running');
    expect(ask('readMemory', { space, address: TINY_ENTRY, length: 2 }).result).toEqual({
      bytes: Uint8Array.from(SPIN),
    });
  });
});

describe('a run', () => {
  it('brings with its stop what was expected to be asked, and nothing for what is refused', () => {
    const { ask, stops } = startServer();
    const page = { space: { kind: 'current' }, address: TINY_ENTRY, length: 2 };
    const refused = { coroutine: 60 };
    const looks = [
      { kind: 'readMemory', params: page },
      { kind: 'openEntries', params: refused },
    ];
    ask('boot', tinyKernel(SPIN));
    ask('expect', { looks });
    ask('step', { kind: 'instruction', over: false });
    expect(ask('openEntries', refused).error).toBeDefined();
    expect(stops()[0].answers).toEqual([{ bytes: Uint8Array.from(SPIN) }, undefined]);
    const wrong = (look: unknown) => ask('expect', { looks: [look] }).error?.code;
    expect(wrong({ kind: 'resume', params: {} })).toBe('bad-request');
    expect(wrong({ kind: 'readMemory', params: { ...page, length: 8192 } })).toBe('bad-request');
  });

  it('yields after each slice, so that a pause stops it', () => {
    const { ask, slices, stops } = startServer();
    ask('boot', tinyKernel(SPIN));
    ask('resume');
    slices(3);
    expect(stops()).toHaveLength(0);
    expect(ask('pause').result).toEqual({});
    expect(stops()).toMatchObject([{ reason: 'pause', snapshot: { cpu: { eip: TINY_ENTRY } } }]);
    slices(3);
    expect(stops()).toHaveLength(1);
    ask('pause');
    expect(stops()).toHaveLength(1);
  });

  it('looks for translations soon that are being compiled', () => {
    const instructions = (compiler: Compiler) => {
      const { ask, slices } = startServer(compiler);
      ask('boot', tinyKernel(SPIN));
      ask('resume');
      slices(1);
      ask('pause');
      return (ask('snapshot').result as { instructions: number }).instructions;
    };
    const busy: Compiler = { background: true, idle: false, takes: false, compile: () => undefined };
    expect(instructions(busy)).toBeLessThan(instructions(AT_ONCE) / 4);
  });

  it('begins right behind the answer', () => {
    const { ask, posted } = startServer();
    ask('boot', tinyKernel([0x90, ...SPIN]));
    ask('step', { kind: 'instruction', over: false });
    expect(posted.slice(-2)).toMatchObject([
      { id: 2, result: {} },
      { event: 'stopped', reason: 'step' },
    ]);
  });

  it('ends with the status of isa-debug-exit, and for good', () => {
    const { ask, slices, stops } = startServer();
    ask('boot', tinyKernel(exit(3)));
    ask('resume');
    slices(2);
    expect(stops()).toMatchObject([{ reason: 'exit', exitStatus: 7 }]);
    expect(ask('resume').error?.code).toBe('machine-over');
    expect(ask('boot', tinyKernel(SPIN)).result).toBeDefined();
  });

  it('stops for ever where the CPU halts with interrupts off', () => {
    const { ask, slices, stops } = startServer();
    ask('boot', tinyKernel([0xfa, 0xf4]));
    ask('resume');
    slices(2);
    expect(stops()).toMatchObject([{ reason: 'halted' }]);
  });

  it('stops before a triple fault with the chain of causes', () => {
    const { ask, slices, stops } = startServer();
    // lidt of six zero bytes, ud2
    ask('boot', tinyKernel([0x0f, 0x01, 0x1d, ...imm32(0x8000), 0x0f, 0x0b]));
    ask('resume');
    slices(2);
    const [stop] = stops();
    expect(stop).toMatchObject({ reason: 'shutdown', snapshot: { cpu: { eip: TINY_ENTRY + 7 } } });
    expect(stop!.causes.map(({ vector }) => vector)).toEqual([6, 13, 13, 8, 13]);
  });

  it('sends what the guest prints before the stop', () => {
    const { ask, slices, posted } = startServer();
    ask('boot', tinyKernel([0xb0, 0x41, 0xe6, 0xe9, ...exit(0)]));
    ask('resume');
    slices(2);
    const events = posted.filter((m): m is MachineEvent => 'event' in m);
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['serial', 'stopped']));
    expect(events.find(({ event }) => event === 'serial')).toMatchObject({
      port: 'debugcon',
      bytes: Uint8Array.of(0x41),
    });
    expect(events.at(-1)?.event).toBe('stopped');
  });

  it('stops at breakpoints of the coroutine that owns the CPU', () => {
    const { ask, slices, stops } = startServer();
    ask('boot', tinyKernel([0x90, 0x90, 0x90, ...SPIN]));
    const breakpoints = [
      { id: 7, address: TINY_ENTRY + 2, coroutine: -1 },
      { id: 8, address: TINY_ENTRY + 2, coroutine: 0 },
      { id: 9, address: TINY_ENTRY + 1, coroutine: 1 },
    ];
    ask('setBreakpoints', { breakpoints });
    ask('resume');
    slices(2);
    expect(stops()).toMatchObject([
      { reason: 'breakpoint', breakpoints: [7, 8], snapshot: { cpu: { eip: TINY_ENTRY + 2 } } },
    ]);
  });
});

describe('a machine that runs', () => {
  it('runs once in each turn, however often it was stopped and set going within one', () => {
    const { ask, slices, stops, yielded } = startServer();
    ask('boot', tinyKernel(SPIN));
    ask('resume');
    for (let n = 0; n < 5; n++) {
      ask('pause');
      ask('resume');
    }
    slices(1);
    expect(yielded()).toBe(1);
    expect(stops()).toHaveLength(5);
  });

  it('stops where it was set going when it comes by again, at a breakpoint that was set meanwhile', () => {
    const { ask, slices, stops } = startServer();
    // inc ebx, and again
    ask('boot', tinyKernel([0x43, 0xeb, 0xfd]));
    ask('resume');
    slices(1);
    const turns = () => {
      const { cpu } = ask('snapshot').result as { cpu: { general: ArrayLike<number> } };
      return cpu.general[3];
    };
    const before = turns();
    ask('setBreakpoints', { breakpoints: [{ id: 7, address: TINY_ENTRY, coroutine: 0 }] });
    slices(1);
    expect(stops()).toMatchObject([{ reason: 'breakpoint', breakpoints: [7] }]);
    expect(turns()).toBe(before);
  });
});

describe('a halted machine', () => {
  // All lines are masked in the controllers, so only the wait itself is seen: sti, hlt, and again.
  const WAIT = [0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1, 0xfb, 0xf4, 0xeb, 0xfd];

  it('waits in real time when its pace is real, and input ends the wait', () => {
    const { ask, slices, sleepers, posted } = startServer();
    ask('boot', tinyKernel(WAIT, 'real'));
    ask('resume');
    slices(5);
    expect(sleepers()).toBe(1);
    ask('input', { port: 'com1', bytes: Uint8Array.of(1) });
    slices(5);
    expect(sleepers()).toBe(1);
    expect(ask('pause').result).toEqual({});
    expect(sleepers()).toBe(0);
    expect(posted.at(-1)).toBeDefined();
  });

  it('has waited as long as it took until input came', () => {
    const { ask, slices, pass, stops } = startServer();
    ask('boot', tinyKernel(WAIT, 'real'));
    ask('resume');
    slices(5);
    // The timer is due after 55.
    pass(40);
    ask('input', { port: 'com1', bytes: Uint8Array.of(1) });
    ask('pause');
    expect(stops()).toHaveLength(1);
    const milliseconds = stops()[0]!.snapshot.virtualNanoseconds / 1e6;
    expect(milliseconds).toBeGreaterThan(40);
    expect(milliseconds).toBeLessThan(55);
  });

  it('sleeps once, also when it was stopped and set going between its sleep and its next slice', () => {
    const { ask, slices, sleepers, pass } = startServer();
    ask('boot', tinyKernel(WAIT, 'real'));
    ask('resume');
    slices(5);
    pass(2000);
    ask('pause');
    ask('resume');
    slices(5);
    expect(sleepers()).toBe(1);
  });

  it('goes on when the time has come', () => {
    const { ask, slices, sleepers, pass, stops } = startServer();
    ask('boot', tinyKernel(WAIT, 'real'));
    ask('resume');
    slices(5);
    pass(2000);
    slices(5);
    expect(sleepers()).toBeLessThanOrEqual(1);
    expect(stops()).toHaveLength(0);
    ask('pause');
    expect(stops()).toHaveLength(1);
  });
});

describe('registers and memory', () => {
  it('are written and read back', () => {
    const { ask } = startServer();
    ask('boot', tinyKernel(SPIN));
    expect(ask('writeRegister', { name: 'ebx', value: 0xdeadbeef }).result).toEqual({});
    expect(ask('snapshot').result).toMatchObject({
      cpu: { general: expect.arrayContaining([0xdeadbeef]) as number[] },
    });
    expect(ask('writeRegister', { name: 'xyz', value: 1 }).error?.code).toBe('register-refused');
    const space = { kind: 'physical' };
    expect(ask('writeMemory', { space, address: 0x5000, bytes: Uint8Array.of(1, 2) }).result).toEqual({
      written: 2,
    });
    expect(ask('readMemory', { space, address: 0x5000, length: 2 }).result).toEqual({
      bytes: Uint8Array.of(1, 2),
    });
    expect(ask('readMemory', { space, address: (4 << 20) - 2, length: 8 }).result).toEqual({
      bytes: new Uint8Array(2),
    });
    expect(
      ask('readMemory', { space: { kind: 'coroutine', coroutine: 3 }, address: 0, length: 1 }).error?.code,
    ).toBe('no-such-coroutine');
  });
});

describe('devices whose other end is the client', () => {
  const devices = {
    disks: [{ kind: 'outside', serial: 'd', readOnly: false, sectors: 8 }],
    networks: [{ kind: 'outside', mac: new Uint8Array(6) }],
    console: { ports: [{ name: '', terminal: true }] },
    shares: [{ tag: 'host' }],
  };
  /** out 0cf8h..: makes slot n bus master. */
  const master = (slot: number) => [
    [0x66, 0xba, 0xf8, 0x0c, 0xb8, ...imm32(0x8000_0004 | (slot << 11)), 0xef],
    [0xb2, 0xfc, 0xb8, ...imm32(0x107), 0x66, 0xef],
  ];
  const store = (address: number, value: number) => [0xc7, 0x05, ...imm32(address), ...imm32(value)];
  const port = (number: number) => [0x66, 0xba, number & 0xff, number >> 8];
  const RINGS = 0x20_0000;

  /** Legacy driver: places queue `n` of the device at `io`, makes its descriptor 0 available and tells. */
  const request = (io: number, n: number, size: number, descriptors: number[][]) => [
    [...port(io + 18), 0xb0, 7, 0xee],
    [...port(io + 14), 0xb8, ...imm32(n), 0x66, 0xef],
    [...port(io + 8), 0xb8, ...imm32(RINGS >> 12), 0xef],
    ...descriptors.flatMap(([address, length, flags], d) => [
      store(RINGS + 16 * d, address),
      store(RINGS + 16 * d + 8, length),
      store(RINGS + 16 * d + 12, flags | ((d + 1) << 16)),
    ]),
    store(RINGS + 16 * size, 0x1_0000),
    [...port(io + 16), 0xb8, ...imm32(n), 0x66, 0xef],
  ];
  const boot = (code: number[][]) => ({ ...tinyKernel([...code.flat(), ...SPIN]), devices });

  it('asks for sectors and takes the answer', () => {
    const { ask, slices, posted } = startServer();
    const kernel = boot([
      ...master(2),
      ...request(0xc000, 0, 256, [
        [0x30_0000, 16, 1],
        [0x30_0100, 512, 3],
        [0x30_0400, 1, 2],
      ]),
    ]);
    expect(ask('boot', kernel)).toHaveProperty('result');
    ask('resume');
    slices(3);
    const [asked] = posted.filter((m) => 'event' in m && m.event === 'blockRequest');
    expect(asked).toEqual({
      event: 'blockRequest',
      disk: 0,
      id: 1,
      operation: { kind: 'read', sector: 0, count: 1 },
    });
    const data = new Uint8Array(512).fill(0x5a);
    expect(ask('completeBlock', { disk: 0, id: 1, outcome: { ok: true, data } })).toHaveProperty('result');
    slices(3);
    const { result } = ask('readMemory', { space: { kind: 'physical' }, address: 0x30_01ff, length: 1 });
    expect(result).toEqual({ bytes: Uint8Array.of(0x5a) });
  });

  it('brings frames and console bytes out', () => {
    const { ask, slices, posted } = startServer();
    const kernel = boot([
      ...master(3),
      ...request(0xc080, 1, 256, [[0x30_0000, 10 + 60, 0]]),
      ...master(4),
      store(0x30_0000, 0x21),
      ...request(0xc0a0, 1, 128, [[0x30_0000, 1, 0]]),
    ]);
    ask('boot', kernel);
    ask('resume');
    slices(3);
    expect(posted).toContainEqual({ event: 'networkFrame', network: 0, bytes: new Uint8Array(60) });
    expect(posted).toContainEqual({ event: 'consoleOutput', port: 0, bytes: Uint8Array.of(0x21) });
  });

  it('takes everything that comes in, and nothing for devices that are not there', () => {
    const { ask } = startServer();
    ask('boot', boot([]));
    const inputs = [
      ['networkFrame', { network: 0, bytes: new Uint8Array(60) }],
      ['networkLink', { network: 0, up: false }],
      ['consoleInput', { port: 0, bytes: Uint8Array.of(1) }],
      ['consoleSize', { columns: 100, rows: 30 }],
      ['completeShare', { share: 0, id: 1, bytes: new Uint8Array(7) }],
      ['completeBlock', { disk: 0, id: 9, outcome: { ok: false } }],
    ] as const;
    for (const [kind, params] of inputs) expect(ask(kind, params)).toHaveProperty('result');
    expect(ask('completeBlock', { disk: 5, id: 9, outcome: { ok: false } }).error?.code).toBe(
      'input-unknown-channel',
    );
    ask('boot', tinyKernel(SPIN));
    for (const [kind, params] of inputs) expect(ask(kind, params).error?.code).toBe('input-unknown-channel');
  });

  it.each([
    [{ disks: [{ kind: 'memory', serial: '', readOnly: false, sectors: 5 }] }, /"bytes" to be bytes/],
    [{ disks: [{ kind: 'outside', serial: 'ä', readOnly: false, sectors: 5 }] }, /printable ASCII/],
    [
      { disks: [{ kind: 'outside', serial: '', readOnly: false, sectors: 0 }] },
      /"sectors" to be a whole number/,
    ],
    [{ disks: Array(31).fill(devices.disks[0]) }, /at most 30 items/],
    [{ networks: [{ kind: 'loopback', mac: new Uint8Array(5) }] }, /six bytes/],
    [{ console: { ports: [] } }, /at least one port/],
    [{ rng: { seed: 0.5 } }, /"seed" to be a whole number/],
    [{ shares: [{}] }, /"tag" to be/],
  ])('are checked: %j', (specs, message) => {
    const { ask } = startServer();
    const { error } = ask('boot', { ...tinyKernel(SPIN), devices: specs });
    expect(error?.code).toBe('bad-request');
    expect(tell(error!.sentence)).toMatch(message);
  });

  it('refuses an image that is no disk', () => {
    const { ask } = startServer();
    const disks = [{ kind: 'memory', serial: '', readOnly: false, bytes: new Uint8Array(100) }];
    expect(ask('boot', { ...tinyKernel(SPIN), devices: { disks } }).error?.code).toBe('disk-size');
  });
});
