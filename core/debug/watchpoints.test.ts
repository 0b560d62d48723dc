/** Watchpoints in a whole machine: who touches the bytes, when the run ends, and that the guest does not notice. */
import { describe, expect, it } from 'vitest';
import { EIP } from '../cpu/state.ts';
import { createMachine } from '../machine/machine.ts';
import type { WatchpointSpec } from '../protocol/machine-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';

const DATA = 0x20_0000;
const HLT = 0xf4;
/** MOV EAX, [address]; MOV [address], EAX; INC DWORD [address] */
const load = (address: number) => [0xa1, ...imm32(address)];
const store = (address: number) => [0xa3, ...imm32(address)];
const increment = (address: number) => [0xff, 0x05, ...imm32(address)];

function start(code: readonly number[]) {
  const machine = createMachine(tinyKernel([...code, HLT]), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
  const { state } = machine.cpu.views;
  return {
    machine,
    watch: (address: number, length: number, access: WatchpointSpec['access']) => {
      machine.debug.watchpoints.replace([{ id: 1, address, length, access }]);
    },
    /** Offsets in the code behind the instructions that were found, and what they did. */
    found() {
      const stops: string[] = [];
      for (let n = 0; n < 50; n++) {
        const result = machine.run(1000);
        if (result.kind === 'halted') return stops;
        if (result.kind !== 'event') throw new Error(`The machine ended by ${result.kind}.`);
        const [{ write, before, after } = { write: false, before: [], after: [] }] = result.watchpoints;
        const what = write ? `${before[0]} to ${after[0]}` : 'read';
        stops.push(`${state[EIP]! - TINY_ENTRY}: ${what}`);
      }
      throw new Error('The machine does not end.');
    },
  };
}

describe('a watchpoint', () => {
  const code = [...load(DATA), ...store(DATA), ...increment(DATA), ...load(DATA), ...store(DATA + 4)];

  it.each([
    ['read', ['5: read', '16: read', '21: read']],
    ['write', ['10: 0 to 0', '16: 0 to 1']],
    ['change', ['16: 0 to 1']],
    ['readWrite', ['5: read', '10: 0 to 0', '16: 0 to 1', '21: read']],
  ] as const)('for %s stops behind each instruction that does it', (access, expected) => {
    const { watch, found } = start(code);
    watch(DATA, 4, access);
    expect(found()).toEqual(expected);
  });

  it.each([
    [DATA - 1, 1, 0],
    [DATA + 4, 100, 0],
    [DATA + 3, 1, 1],
    [DATA - 100, 101, 1],
  ])('on %x of %i bytes is for these bytes', (address, length, count) => {
    const { watch, found } = start(increment(DATA));
    watch(address, length, 'write');
    expect(found()).toHaveLength(count);
  });

  it('sees an access that crosses into its page, or out of it', () => {
    const { watch, found } = start([...store(DATA + 0xffe), ...store(DATA + 0x1ffe)]);
    watch(DATA + 0x1000, 0x1000, 'write');
    // What EAX has at the start: the loader's magic number.
    expect(found()).toEqual(['5: 0 to 173', '10: 173 to 173']);
  });

  it('sees each iteration of a string instruction', () => {
    // mov edi, DATA; mov ecx, 3; mov al, 7; rep stosb
    const { watch, found } = start([0xbf, ...imm32(DATA), 0xb9, ...imm32(3), 0xb0, 7, 0xf3, 0xaa]);
    watch(DATA + 1, 1, 'change');
    expect(found()).toEqual([expect.stringMatching(/^1[24]: 0 to 7$/)]);
  });

  it.each([
    ['an x87 store', [0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0x1d, ...imm32(DATA)], '10: 0 to 0'],
    ['a push', [0xbc, ...imm32(DATA + 4), 0x6a, 5], '7: 0 to 5'],
    ['a call', [0xbc, ...imm32(DATA + 4), 0xe8, ...imm32(0)], '10: 0 to 42'],
    ['an exchange', [0xb8, ...imm32(9), 0x87, 0x05, ...imm32(DATA)], '11: 0 to 9'],
    ['a bit test', [0x0f, 0xba, 0x2d, ...imm32(DATA), 1], '8: 0 to 2'],
    ['a segment store', [0x8c, 0x1d, ...imm32(DATA)], /^6: 0 to \d+$/],
    ['a stored table register', [0x0f, 0x01, 0x05, ...imm32(DATA)], /^7: 0 to \d+$/],
  ])('sees %s', (_what, program, expected) => {
    const { watch, found } = start(program);
    watch(DATA, 4, 'write');
    expect(found()).toEqual([expect.stringMatching(expected)]);
  });

  it('sees what devices write', () => {
    const { machine, watch, found } = start([]);
    watch(DATA, 8, 'write');
    machine.memory.writeBytes(DATA + 2, Uint8Array.of(1, 2));
    expect(found()).toEqual(['0: 0 to 0']);
  });

  it('can be taken away, and costs nothing then', () => {
    const { machine, watch, found } = start(code);
    watch(DATA, 4, 'write');
    machine.run(1000);
    machine.debug.watchpoints.replace([]);
    expect(found()).toEqual([]);
  });

  it('does not tell of what the debugger has written', () => {
    const { machine, watch, found } = start([]);
    watch(DATA, 4, 'change');
    machine.inspector.write(machine.inspector.currentSpace(), DATA, Uint8Array.of(9));
    machine.debug.watchpoints.forget();
    expect(found()).toEqual([]);
  });

  it('leaves the run as it is: the same state at the same instruction', () => {
    const plain = start(code);
    plain.found();
    const watched = start(code);
    watched.watch(DATA, 4, 'readWrite');
    watched.found();
    expect(watched.machine.hash()).toBe(plain.machine.hash());
  });
});
