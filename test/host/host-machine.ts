/*
 * Owns the machine of the host kernel's tests: the built host kernel with any guests, run to its end or for a while; what
 * it prints, and what stands on its text screen.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeConsole } from '../../core/abi/console.ts';
import { applyConsole, type ConsoleScreen, createScreen, screenText } from '../../core/abi/console-screen.ts';
import { decodeRecords } from '../../core/abi/decode.ts';
import { NANOSECONDS_PER_TICK } from '../../core/time/clock.ts';
import { createMachine, type Machine } from '../../core/machine/machine.ts';
import type { DeviceOutputs } from '../../core/machine/outside.ts';
import type { DeviceSpecs } from '../../core/protocol/device-protocol.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const HELLO = 'samples/hello-guest/build/hello-guest.elf';
export const BUSY = 'kernels/build/busy-guest.elf';
export const DRAWING = 'kernels/build/drawing-guest.elf';
export const EARLY = 'kernels/build/early-guest.elf';
export const RUDE = 'kernels/build/rude-guest.elf';
export const DEVICE = 'kernels/build/device-guest.elf';
export const HOSTILE = 'kernels/build/hostile-guest.elf';

const VGA = 0xb8000;
const COLUMNS = 80;
const STATUS_ROW = 24;
const NS_PER_MS = 1_000_000;

/** Guests that end in all the ways there are; what they print is in `test/golden/many-guests.txt`. */
export const MANY_GUESTS: readonly string[] = [
  HELLO,
  `${HELLO} panic`,
  `${HELLO} bug`,
  `${HELLO} overflow`,
  `${HELLO} fault`,
  `${HELLO} recurse`,
  `${RUDE} x`,
  `${RUDE} c`,
  HELLO,
];

/**
 * A log of several speakers in an order that does not depend on who had the processor when: by speaker. Addresses, which
 * do, are left out.
 */
export function bySpeaker(log: string): string {
  const lines = log.replace(/0x[0-9a-f]{8}/g, '0x········').split(/(?<=\n)/);
  const speakers = [...new Set(lines.map((line) => line.split(':')[0] ?? ''))].sort();
  return speakers.flatMap((name) => lines.filter((line) => line.startsWith(`${name}:`))).join('');
}

export interface HostMachine {
  readonly machine: Machine;
  readonly com1: () => string;
  readonly com2: () => Uint8Array;
  /** Runs for so many virtual milliseconds, halted time included; the byte written to port F4h if that was the end. */
  run(milliseconds: number): number | undefined;
  /** Runs to the end, which must come within two virtual minutes. */
  finish(): number;
  /** A row of the text screen, without blanks at its end. */
  row(y: number): string;
  status(): string;
}

const files = new Map<string, Uint8Array>();
function image(words: string) {
  const [path = '', ...args] = words.split(' ');
  const bytes = files.get(path) ?? readFileSync(resolve(root, path));
  files.set(path, bytes);
  return { bytes, name: path.split('/').at(-1) ?? path, args: args.join(' ') };
}

/**
 * @param guests boot modules: a path from the root of the repository, then words.
 * @param patch changes the host kernel's image, of which it gets a copy.
 * @param hardware what is on the PCI bus beside the watchdog, and where its output goes.
 */
export function createHost(
  guests: readonly string[],
  words = '',
  memoryMib = 64,
  patch: (image: Buffer) => void = () => undefined,
  hardware: { readonly devices?: DeviceSpecs; readonly outputs?: DeviceOutputs } = {},
): HostMachine {
  const com1: number[] = [];
  const com2: number[] = [];
  const host = image(`kernels/build/colinux-host.elf ${words}`);
  const bytes = Buffer.from(host.bytes);
  patch(bytes);
  const machine = createMachine(
    {
      memoryBytes: memoryMib << 20,
      kernel: { ...host, bytes },
      modules: guests.map(image),
      rtcSeconds: 1_100_000_000,
      devices: { watchdog: { action: 'nmi' }, ...hardware.devices },
    },
    {
      serial: (port, byte) => (port === 'com1' ? com1 : com2).push(byte),
      debugcon: () => undefined,
      log: () => undefined,
      ...(hardware.outputs && { devices: hardware.outputs }),
    },
  );
  let ended: number | undefined;
  const run = (milliseconds: number): number | undefined => {
    const ticks = () => machine.virtualNanoseconds() / NANOSECONDS_PER_TICK;
    const end = ticks() + (milliseconds * NS_PER_MS) / NANOSECONDS_PER_TICK;
    while (ended === undefined && ticks() < end) {
      const result = machine.run(end - ticks());
      if (result.kind === 'exit') ended = (result.status - 1) / 2;
      else if (result.kind === 'halted') machine.skipTo(Math.min(result.wake, end));
      else if (result.kind !== 'slice') throw new Error(`The host ended by ${result.kind}.`);
    }
    return ended;
  };
  const row = (y: number) => {
    const cells = machine.memory.bytes.subarray(VGA + y * COLUMNS * 2, VGA + (y + 1) * COLUMNS * 2);
    return String.fromCharCode(...cells.filter((_, at) => at % 2 === 0)).trimEnd();
  };
  return {
    machine,
    com1: () => String.fromCharCode(...com1),
    com2: () => Uint8Array.from(com2),
    run,
    finish() {
      const status = run(120_000);
      if (status === undefined) throw new Error(`The host does not end:\n${String.fromCharCode(...com1)}`);
      return status;
    },
    row,
    status: () => row(STATUS_ROW),
  };
}

/** The cocon screen of each guest, by monitor number, after all the messages of the wire. */
export const guestScreens = (com2: Uint8Array): string[] => consoleScreens(com2).map(screenText);

export function consoleScreens(com2: Uint8Array): ConsoleScreen[] {
  const screens: ConsoleScreen[] = [];
  for (const { header, data } of decodeRecords(com2).records) {
    const screen = (screens[header.from >>> 16] ??= createScreen());
    const operation = decodeConsole(data);
    if (operation) applyConsole(screen, operation);
  }
  return screens;
}

/** The lines of a log that begin with a name, without it. */
export const linesOf = (log: string, name: string): string[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2));
