/** PCI devices in a whole machine: where they are, what a bad configuration says, and when their interrupts come. */
import { describe, expect, it } from 'vitest';
import { ECX } from '../cpu/state.ts';
import type { DeviceSpecs, NetworkSpec } from '../protocol/device-protocol.ts';
import { imm32, tinyKernel } from '../testing/tiny-kernel.ts';
import { createMachine } from './machine.ts';

const BAR = 0xfebf_c000;
const NOTIFY = BAR + 0x3000;
const CLI_HLT = [0xfa, 0xf4];

function start(code: readonly number[], devices: DeviceSpecs = {}) {
  const log: string[] = [];
  const { kernel, modules, memoryBytes } = tinyKernel(code);
  const machine = createMachine(
    { memoryBytes, kernel, modules, rtcSeconds: 0, devices },
    { serial: () => undefined, debugcon: () => undefined, log: (text) => log.push(text) },
  );
  return { machine, log };
}

const out = (port: number, value: number) => [0xb0, value, 0x66, 0xba, port & 0xff, port >> 8, 0xee];

describe('a machine', () => {
  it('takes a reset by port CF9h', () => {
    expect(start([...out(0xcf9, 6), ...CLI_HLT]).machine.run(100).kind).toBe('reset');
  });

  it('reports memory where neither RAM nor a BAR is, once a page, and reads ones', () => {
    const { machine, log } = start(CLI_HLT, { rng: { seed: 1 } });
    expect([machine.memory.read(0xe000_0000, 4), machine.memory.read(0xe000_0010, 1)]).toEqual([
      0xffff_ffff, 0xff,
    ]);
    expect(machine.memory.read(BAR + 0x12, 2)).toBe(1);
    expect(log).toEqual(['physical read at e0000000h: no RAM and no device there']);
  });

  it.each([0, 100, 1023])('refuses a disk of %d bytes', (length) => {
    const disk = { kind: 'memory', bytes: new Uint8Array(length), serial: '', readOnly: false } as const;
    expect(() => start(CLI_HLT, { disks: [disk] })).toThrow(
      /whole number of sectors of 512 bytes, but disk0 has/,
    );
  });

  it('has room for thirty devices', () => {
    const networks = (count: number) =>
      Array<NetworkSpec>(count).fill({ kind: 'loopback', mac: new Uint8Array(6) });
    expect(() => start(CLI_HLT, { networks: networks(29), rng: { seed: 1 } })).not.toThrow();
    expect(() => start(CLI_HLT, { networks: networks(30), rng: { seed: 1 } })).toThrow(
      'room for 30 devices, but its configuration has 31',
    );
  });

  it('has no input for devices that it has not', () => {
    const { machine } = start(CLI_HLT);
    expect(() => {
      machine.outside.frame(0, new Uint8Array(60));
    }).toThrow(/No device receives input on channel net/);
    expect(() => {
      machine.outside.completeBlock(0, 1, { ok: true });
    }).toThrow(/disk0/);
  });

  it('has another state hash when a device is in another state', () => {
    const { machine } = start(CLI_HLT, {
      networks: [{ kind: 'loopback', mac: new Uint8Array(6) }],
    });
    const before = machine.hash();
    machine.outside.link(0, false);
    expect(machine.hash()).not.toBe(before);
    machine.outside.link(0, true);
    expect(machine.hash()).toBe(before);
  });
});

it('an interrupt by a write to a BAR comes behind that very instruction', () => {
  const handler = 0x2000;
  const rings = 0x4000;
  const program = [
    [...out(0x21, 0xfb), ...out(0xa1, 0xfb)], // IRQ 10 only
    [0x66, 0xba, 0xf8, 0x0c], // mov dx, cf8h
    [0xb8, ...imm32(0x8000_1004)], // mov eax, command register of slot 2
    [0xef, 0xb2, 0xfc], // out dx, eax; mov dl, fch
    [0xb8, ...imm32(0x107), 0x66, 0xef], // mov eax, bus master; out dx, ax
    [0xba, ...imm32(NOTIFY)], // mov edx, notification of queue 0
    [0x66, 0xc7, 0x05, ...imm32(rings + 0x102), 1, 0], // mov word [available index], 1
    [0x31, 0xc9, 0xfb, 0x90], // xor ecx, ecx; sti; nop
    [0x66, 0x89, 0x0a], // mov [edx], cx
    [0x41, 0x41, 0x41, 0x41], // inc ecx
    CLI_HLT,
  ];
  const { machine } = start(program.flat(), { rng: { seed: 1 } });
  const { memory, cpu } = machine;
  memory.write(handler, 0xf4, 1);
  memory.write(0x72 * 8, (8 << 16) | handler, 4);
  memory.write(0x72 * 8 + 4, 0x8e00, 4);
  const mmio = (offset: number, value: number, size: number) => {
    memory.write(BAR + offset, value, size);
  };
  for (const status of [1, 3]) mmio(0x14, status, 1);
  mmio(8, 1, 4);
  mmio(12, 1, 4);
  mmio(0x14, 11, 1);
  mmio(0x20, rings, 4);
  mmio(0x28, rings + 0x100, 4);
  mmio(0x30, rings + 0x200, 4);
  mmio(0x1c, 1, 2);
  mmio(0x14, 15, 1);
  memory.write(rings, 0x6000, 4);
  memory.write(rings + 8, 16, 4);
  memory.write(rings + 12, 2, 2);
  expect(machine.run(200).kind).toBe('halted');
  expect(cpu.linearEip()).toBe(handler + 1);
  expect(cpu.views.reg32[ECX]).toBe(0);
});
