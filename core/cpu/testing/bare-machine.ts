/**
 * A CPU, 4 MiB of RAM and tables for tests of system behaviour with a few hand-assembled bytes.
 *
 * Flat 32-bit protected mode at ring 0, paging off. Every exception handler is one HLT, so a program ends where its
 * first exception, or its own HLT, takes it; `vector` and `frame` say what happened.
 */
import type { Compiler } from '../../jit/compiler.ts';
import type { Tier } from '../../jit/tier.ts';
import { PhysicalMemory } from '../../memory/physical-memory.ts';
import type { Exit } from '../cpu.ts';
import { createCpu, type Cpu, type CpuBus } from '../cpu.ts';
import { type CpuModelName, MODELS } from '../system/cpuid.ts';
import { Descriptor } from '../segmentation/segmentation.ts';
import {
  CR0,
  Cr0,
  CS,
  Double,
  EIP,
  ESP,
  GDT_BASE,
  GDT_LIMIT,
  HALTED,
  IDT_BASE,
  IDT_LIMIT,
  TR,
} from '../state.ts';

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
/** The I/O bitmap's offset in the TSS: 32 bytes of interrupt redirection stand before it. */
export const IO_MAP = 0x88;
/** Handler of vector n: HANDLERS + n * 16. */
export const HANDLERS = 0x5000;
export const STACK = 0x9000;
/** The stack of ring 0 for entries from outer rings. */
export const STACK0 = 0xa000;
export const CODE = 0x1_0000;
export const DATA = 0x2_0000;

/** Selectors: ring 0 and ring 3, code and data, flat. */
export const CODE0 = 0x08;
export const DATA0 = 0x10;
export const CODE3 = 0x1b;
export const DATA3 = 0x23;
const TSS_SELECTOR = 0x28;

export interface BareMachine {
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  readonly ports: [kind: 'in' | 'out', port: number, size: number][];
  /** Writes bytes at an address and returns the address behind them. */
  bytes(address: number, ...bytes: number[]): number;
  dword(address: number, value: number): void;
  read(address: number, size?: number): number;
  /** Runs at CODE, or where EIP is when `from` is -1, until HLT, a shutdown or `ticks`. */
  run(from?: number, ticks?: number): Exit;
  /** Vector of the handler that the CPU stands in, or -1. */
  vector(): number;
  /** Dword n of the current stack. */
  frame(n: number): number;
  /** Enters ring 3 with flat segments. */
  ring3(): void;
}

/** Little-endian bytes of a dword, for immediates. */
export const le = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

export function createBareMachine(
  options: Partial<CpuBus> = {},
  model: CpuModelName = 'max',
  tier?: Tier,
  compiler?: Compiler,
): BareMachine {
  const memory = new PhysicalMemory(0x40_0000);
  const ports: BareMachine['ports'] = [];
  const cpu = createCpu(
    memory,
    {
      ports: {
        read(port, size) {
          ports.push(['in', port, size]);
          return 0;
        },
        write(port, _value, size) {
          ports.push(['out', port, size]);
        },
      },
      acknowledgeInterrupt: () => 0x20,
      onCr3Write: () => undefined,
      onFpuError: () => false,
      ...options,
    },
    MODELS[model],
    tier,
    compiler,
  );
  const { state, reg32, segSel } = cpu.views;
  const dword = (address: number, value: number) => {
    memory.write(address, value, 4);
  };
  const descriptor = (at: number, high: number, low: number) => {
    dword(at, low);
    dword(at + 4, high);
  };
  cpu.reset();
  descriptor(GDT + CODE0, 0x00cf9b00, 0xffff);
  descriptor(GDT + DATA0, 0x00cf9300, 0xffff);
  descriptor(GDT + (CODE3 & ~3), 0x00cffb00, 0xffff);
  descriptor(GDT + (DATA3 & ~3), 0x00cff300, 0xffff);
  descriptor(GDT + TSS_SELECTOR, 0x0000_8900 | (TSS >>> 16), ((TSS & 0xffff) << 16) | 0x20ff);
  for (let vector = 0; vector < 256; vector++) {
    const handler = HANDLERS + vector * 16;
    // INT3, INTO and vectors from 20h may be called from ring 3.
    const open = vector === 3 || vector === 4 || vector >= 0x20;
    descriptor(
      IDT + vector * 8,
      (handler & 0xffff_0000) | (open ? 0xee00 : 0x8e00),
      (CODE0 << 16) | (handler & 0xffff),
    );
    memory.write(handler, 0xf4, 1);
  }
  dword(TSS + 4, STACK0);
  dword(TSS + 8, DATA0);
  memory.write(TSS + 0x66, IO_MAP, 2);
  state[GDT_BASE] = GDT;
  state[GDT_LIMIT] = 0xff;
  state[IDT_BASE] = IDT;
  state[IDT_LIMIT] = 0x7ff;
  state[CR0] = Cr0.PE | Cr0.ET | Cr0.NE;
  cpu.segmentation.updateMode();
  const scratch = new Descriptor();
  cpu.segmentation.fillCode(CODE0, cpu.segmentation.read(CODE0, scratch), 0);
  for (const seg of [0, 2, 3, 4, 5]) cpu.segmentation.load(seg, DATA0);
  cpu.segmentation.fill(TR, TSS_SELECTOR, cpu.segmentation.read(TSS_SELECTOR, scratch));
  cpu.mmu.flush(true);
  reg32[ESP] = STACK;

  const vectorOf = () => {
    const at = state[EIP] - HANDLERS - 1;
    return segSel[CS] === CODE0 && at >= 0 && at < 0x1000 && at % 16 === 0 ? at / 16 : -1;
  };

  return {
    cpu,
    memory,
    ports,
    bytes(address, ...bytes) {
      memory.writeBytes(address, Uint8Array.from(bytes));
      return address + bytes.length;
    },
    dword,
    read: (address, size = 4) => memory.read(address, size),
    run(from = CODE, ticks = 10_000) {
      if (from >= 0) state[EIP] = from;
      state[HALTED] = 0;
      cpu.views.doubles[Double.Until] = cpu.now() + ticks;
      return cpu.run();
    },
    vector: vectorOf,
    frame: (n) => memory.read(((cpu.views.segBase[2] + reg32[ESP]) | 0) + n * 4, 4),
    ring3() {
      cpu.segmentation.fillCode(CODE3, cpu.segmentation.read(CODE3, scratch), 3);
      for (const seg of [0, 2, 3, 4, 5]) cpu.segmentation.load(seg, DATA3);
    },
  };
}
