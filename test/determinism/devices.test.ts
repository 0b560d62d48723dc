/*
 * Rung 7 for devices with an outside: a run of the programs that drive them is a function of image, configuration and input
 * log, however time was sliced; and a replay needs nobody to answer.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BlockOperation, MemoryDisk } from '../../core/devices/virtio/block-backend.ts';
import { createMachine, type Machine } from '../../core/machine/machine.ts';
import type { DeviceSpecs } from '../../core/protocol/device-protocol.ts';
import { decodeInputLog, encodeInputLog } from '../../core/time/input-log-format.ts';
import { boardDevices, ECHO_PORT } from '../kernels/virtio-board.ts';
import { oddSlices, runTo, type Slicing } from './sample-machine.ts';

const folder = fileURLToPath(new URL('../kernels', import.meta.url));

beforeAll(() => {
  execFileSync('node', [join(folder, '../../tools/build-kernels.mjs'), 'test/kernels'], { stdio: 'inherit' });
});

interface Request {
  readonly disk: number;
  readonly id: number;
  readonly operation: BlockOperation;
}

/** @param answered is called with what leaves the machine, inside the run */
function start(
  program: string,
  devices: DeviceSpecs,
  answered: Partial<{ block: (r: Request) => void; echo: (b: Uint8Array) => void }> = {},
) {
  let com1 = '';
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      kernel: { bytes: readFileSync(join(folder, `build/${program}.elf`)), name: program, args: '' },
      modules: [],
      rtcSeconds: 0,
      devices,
    },
    {
      serial: (_port, byte) => (com1 += String.fromCharCode(byte)),
      debugcon: () => undefined,
      log: () => undefined,
      devices: {
        block: (disk, id, operation) => answered.block?.({ disk, id, operation }),
        console: (port, bytes) => {
          if (port === ECHO_PORT) answered.echo?.(bytes);
        },
        frame: () => undefined,
        share: () => undefined,
      },
    },
  );
  return { machine, com1: () => com1 };
}

/** The disks of the board, held by the test. */
function outsideDisks() {
  const specs = boardDevices().disks!;
  const disks = specs.map(
    (spec) => new MemoryDisk(spec.kind === 'memory' ? spec.bytes : new Uint8Array(0), false),
  );
  const devices: DeviceSpecs = {
    ...boardDevices(),
    disks: specs.map(({ serial, readOnly }, n) => ({
      kind: 'outside',
      serial,
      readOnly,
      sectors: disks[n]!.sectors,
    })),
  };
  return { disks, devices };
}

const hashesOf = (machine: Machine, looks: readonly number[], slicing?: Slicing, look?: () => void) =>
  looks.map((instructions) => {
    runTo(machine, instructions, slicing, look);
    expect(machine.instructions()).toBe(instructions);
    return machine.hash();
  });

/** Looks while the legacy and while the modern interface is driven. */
describe.each([
  ['virtiorng', [20_000, 45_678, 70_001, 100_001]],
  ['virtionet', [300_000, 1_000_003, 2_500_000]],
])('%s with everything inside the machine', (program, looks) => {
  it('is the same run in any slices and with breakpoints on the way', () => {
    const first = start(program, boardDevices());
    const expected = hashesOf(first.machine, looks);
    expect(new Set(expected).size).toBe(looks.length);
    expect(hashesOf(start(program, boardDevices()).machine, looks, oddSlices(997))).toEqual(expected);
    const { machine } = start(program, boardDevices());
    const { breakpoints } = machine.debug;
    let slices = 0;
    const look = () => {
      if (++slices % 3 === 0) breakpoints.replace([]);
      else breakpoints.replace([{ id: 1, address: machine.cpu.linearEip(), coroutine: -1 }]);
    };
    expect(hashesOf(machine, looks, oddSlices(499), look)).toEqual(expected);
    expect(slices).toBeGreaterThan(300);
  });
});

describe('a disk outside of the machine', () => {
  /** Answers in odd order after odd times, as a busy host does. */
  function record() {
    const { disks, devices } = outsideDisks();
    const waiting: Request[] = [];
    const { machine, com1 } = start('virtioblk', devices, { block: (request) => waiting.push(request) });
    const slicing = oddSlices(997);
    let status: number | undefined;
    while (status === undefined) {
      status = runTo(machine, machine.instructions() + slicing());
      const [request] = waiting.splice(slicing() % Math.max(1, waiting.length), 1);
      if (request) {
        const { disk, id, operation } = request;
        machine.outside.completeBlock(disk, id, disks[disk]!.submit(id, operation));
      }
    }
    return { machine, com1: com1(), status };
  }

  it('works as one inside does, and is repeated by a replay that nobody answers', () => {
    const { machine, com1, status } = record();
    expect(com1).toMatch(/\d+ passed, 0 failed\n$/);
    expect(status).toBe(1);
    const log = encodeInputLog(machine.inputs.entries);
    const replay = start('virtioblk', outsideDisks().devices);
    replay.machine.inputs.replay(decodeInputLog(log));
    expect(runTo(replay.machine, Infinity, oddSlices(50_021))).toBe(1);
    expect(replay.com1()).toBe(com1);
    expect(replay.machine.hash()).toBe(machine.hash());
    expect(replay.machine.instructions()).toBe(machine.instructions());
  });

  it('is an input: another sector is another run', () => {
    const run = (change: number) => {
      const { disks, devices } = outsideDisks();
      const { machine } = start('virtioblk', devices, {
        block: ({ disk, id, operation }) => {
          const outcome = disks[disk]!.submit(id, operation);
          if (outcome.ok && outcome.data) outcome.data[0]! ^= change;
          answers.push([disk, id, outcome]);
          machine.interruptRun();
        },
      });
      const answers: Parameters<typeof machine.outside.completeBlock>[] = [];
      for (let n = 0; n < 300_000 && machine.instructions() < 400_000; n++) {
        machine.run(400_000 - machine.instructions());
        for (const answer of answers.splice(0)) machine.outside.completeBlock(...answer);
      }
      expect(machine.instructions()).toBe(400_000);
      return machine.hash();
    };
    expect(run(0)).toBe(run(0));
    expect(run(1)).not.toBe(run(0));
  });
});

it('what was forgotten of the log is gone, and the run goes on', () => {
  const { machine } = start('virtiorng', boardDevices());
  const before = machine.inputs.save();
  machine.outside.consoleInput(ECHO_PORT, Uint8Array.of(1));
  const position = machine.inputs.save();
  machine.inputs.forgetDelivered();
  expect([machine.inputs.entries.length, machine.inputs.save()]).toEqual([0, position]);
  machine.inputs.restore(position);
  expect(() => {
    machine.inputs.restore(before);
  }).toThrow(/saved state is at input 1/);
  machine.outside.consoleInput(ECHO_PORT, Uint8Array.of(2));
  expect(machine.inputs.save().position).toBe(position.position + 1);
});
