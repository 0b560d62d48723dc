/** Watchpoints in a whole machine: who touches the bytes, when the run ends, and that the guest does not notice. */
import { describe, expect, it } from 'vitest';
import { EIP } from '../cpu/state.ts';
import { createMachine } from '../machine/machine.ts';
import type { Expression } from '../protocol/debug-protocol.ts';
import type { WatchpointSpec } from '../protocol/machine-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';

const DATA = 0x20_0000;
const HLT = 0xf4;
/** MOV EAX, [address]; MOV [address], EAX; INC DWORD [address] */
const load = (address: number) => [0xa1, ...imm32(address)];
const store = (address: number) => [0xa3, ...imm32(address)];
const increment = (address: number) => [0xff, 0x05, ...imm32(address)];

const equals = (left: Expression, value: number): Expression => ({
  ...{ kind: 'binary', operator: '==', type: 'u32', left },
  right: { kind: 'constant', type: 'u32', value },
});

function start(code: readonly number[]) {
  const machine = createMachine(tinyKernel([...code, HLT]), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
  const { state } = machine.cpu.views;
  return {
    machine,
    watch: (
      address: number,
      length: number,
      access: WatchpointSpec['access'],
      filter: Partial<WatchpointSpec> = {},
    ) => {
      machine.debug.watchpoints.replace([{ id: 1, address, length, access, coroutine: -1, ...filter }]);
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

  it.each([
    ['the second hit', { hit: { kind: 'equal', count: 2 } }, ['10: 0 to 0']],
    ['every second hit', { hit: { kind: 'multiple', count: 2 } }, ['10: 0 to 0', '21: read']],
    [
      'a condition on the bytes',
      { condition: equals({ kind: 'register', name: 'value' }, 1) },
      ['16: 0 to 1', '21: read'],
    ],
    ['a condition on a register', { condition: equals({ kind: 'register', name: 'eax' }, 1) }, ['21: read']],
    [
      'writes alone',
      { condition: equals({ kind: 'register', name: 'write' }, 1) },
      ['10: 0 to 0', '16: 0 to 1'],
    ],
    ['another ring', { ring: 3 }, []],
    ['another coroutine', { coroutine: 1 }, []],
    ['another address space', { cr3: 0x1000 }, []],
    [
      'this ring, coroutine and address space',
      { ring: 0, coroutine: 0, cr3: 0, hit: { kind: 'equal', count: 1 } },
      ['5: read'],
    ],
  ] as [string, Partial<WatchpointSpec>, string[]][])('counts %s', (_what, filter, expected) => {
    const { watch, found } = start(code);
    watch(DATA, 4, 'readWrite', filter);
    expect(found()).toEqual(expected);
  });

  describe('on a bit field', () => {
    // INC DWORD changes bits 0 to 1 first, then 1 to 2; the next one adds to the byte behind.
    const three = [...increment(DATA), ...increment(DATA), ...increment(DATA), ...increment(DATA + 4)];

    it.each([
      ['the lowest bit', { offset: 0, width: 1 }, ['6: 0 to 1', '12: 1 to 2', '18: 2 to 3']],
      ['the bit behind', { offset: 1, width: 1 }, ['12: 1 to 2']],
      ['bits that nobody changes', { offset: 2, width: 30 }, []],
      ['bits of six bytes', { offset: 1, width: 40 }, ['12: 1 to 2', '24: 3 to 3']],
      ['bits behind the first four bytes', { offset: 32, width: 16 }, ['24: 3 to 3']],
    ] as const)('counts changes of %s only', (_what, bits, expected) => {
      const { watch, found } = start(three);
      watch(DATA, 6, 'change', { bits });
      expect(found()).toEqual(expected);
    });

    it('conditions see its value', () => {
      const { watch, found } = start(three);
      const condition = equals({ kind: 'register', name: 'value' }, 1);
      watch(DATA, 6, 'write', { bits: { offset: 1, width: 8 }, condition });
      expect(found()).toEqual(['12: 1 to 2', '18: 2 to 3', '24: 3 to 3']);
    });
  });

  it('that lies on two pages is one, and is visited once by an access to both', () => {
    const { machine, found } = start([...increment(DATA + 0xffe), ...increment(DATA + 0xffe)]);
    const spec = { id: 1, access: 'write', coroutine: -1, hit: { kind: 'equal', count: 2 } } as const;
    machine.debug.watchpoints.replace([
      { ...spec, address: DATA + 0xffe, length: 2 },
      { ...spec, address: DATA + 0x1000, length: 2 },
    ]);
    expect(found()).toEqual(['12: 1 to 2']);
  });

  it('whose condition has no value stops and says why', () => {
    const { machine, watch } = start(code);
    const address = { kind: 'constant', type: 'u32', value: 0xffff_0000 } as const;
    const load4 = { kind: 'load', type: 'u32', size: 4, signed: false, physical: false, address } as const;
    watch(DATA, 4, 'change', { condition: equals(load4, 1), hit: { kind: 'equal', count: 9 } });
    expect(machine.run(1000)).toMatchObject({
      kind: 'event',
      problems: [{ values: ['ffff0000'] }],
    });
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
