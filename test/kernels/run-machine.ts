/*
 * Owns how a test program runs on our machine: from its image to what it printed on COM1.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { KernelSource } from '../../core/boot/load-kernel.ts';
import type { ExecutionObserver } from '../../core/cpu/decode/observe.ts';
import { createMachine, type Machine, type RunResult } from '../../core/machine/machine.ts';
import type { BiosSource } from '../../core/machine/power-on.ts';
import type { Tier } from '../../core/jit/tier.ts';
import type { DeviceSpecs } from '../../core/protocol/device-protocol.ts';
import { bootInput } from './boot-input.ts';
import { boardDevices, ECHO_PORT, needsBoard } from './virtio-board.ts';

export interface MachineRun {
  /** The byte written to port F4h; undefined when the machine ended otherwise. */
  readonly status: number | undefined;
  readonly com1: string;
  readonly result: RunResult;
  /** How it ended, in words. */
  readonly end: string;
  readonly instructions: number;
}

/** More than any program needs. */
const TICK_LIMIT = 400_000_000;

/**
 * Boots a multiboot image with its input.
 * @param onExecute sees every instruction, for a coverage report
 */
export function runMachine(kernel: string, onExecute?: ExecutionObserver, tier?: Tier): MachineRun {
  const program = basename(kernel, '.elf');
  const { args, modules } = bootInput(program);
  const devices = needsBoard(program) ? boardDevices() : {};
  return run(
    { kernel: { bytes: readFileSync(kernel), name: kernel, args }, modules },
    devices,
    onExecute,
    tier,
  );
}

/** Boots a kernel with a command line. @param initrd of a Linux bzImage */
export function runImage(kernel: string, args: string, memoryMiB: number, initrd?: Uint8Array): MachineRun {
  const image = { bytes: readFileSync(kernel), name: kernel, args };
  const source = {
    kernel: image,
    modules: [],
    initrd: initrd && { bytes: initrd, name: 'initrd', args: '' },
  };
  return run({ ...source, memoryBytes: memoryMiB << 20 }, {});
}

/** Starts a flat ROM. */
export function runRom(rom: string): MachineRun {
  return run({ bios: readFileSync(rom) }, {});
}

function run(
  source: (KernelSource | BiosSource) & { readonly memoryBytes?: number },
  devices: DeviceSpecs,
  onExecute?: ExecutionObserver,
  tier?: Tier,
): MachineRun {
  let com1 = '';
  let echo: Uint8Array[] = [];
  const machine: Machine = createMachine(
    { memoryBytes: 32 << 20, rtcSeconds: 0, devices, ...(tier ? { tier } : {}), ...source },
    {
      serial: (port, byte) => {
        if (port === 'com1') com1 += String.fromCharCode(byte);
      },
      debugcon: () => undefined,
      log: () => undefined,
      devices: {
        block: () => undefined,
        frame: () => undefined,
        share: () => undefined,
        console(port, bytes) {
          if (port !== ECHO_PORT) return;
          echo.push(bytes);
          machine.interruptRun();
        },
      },
      ...(onExecute ? { onExecute } : {}),
    },
  );
  const end = TICK_LIMIT;
  for (;;) {
    const result = machine.run(end - machine.cpu.now());
    if (result.kind === 'slice' && echo.length > 0) {
      for (const bytes of echo) machine.outside.consoleInput(ECHO_PORT, bytes);
      echo = [];
      continue;
    }
    if (result.kind === 'halted' && !machine.dead() && result.wake < end) {
      machine.skipTo(result.wake);
      continue;
    }
    const words = result.kind === 'shutdown' ? `shutdown ${JSON.stringify(result.causes)}` : result.kind;
    const at = `${words} at ${machine.cpu.linearEip().toString(16)}`;
    const status = result.kind === 'exit' ? result.status : undefined;
    return { status, com1, result, end: at, instructions: machine.instructions() };
  }
}
