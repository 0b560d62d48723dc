/**
 * Runs the single-instruction vectors recorded on real hardware (`test/vectors/FORMAT.md`) on the interpreter.
 *
 * The environment of section 1 of that page is built once; each vector restores the memory that the one before
 * changed, loads the registers, runs one instruction and compares what the format says is to be compared.
 */
import type { Tier } from '../jit/tier.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';
import { createCpu, type Cpu } from '../cpu/cpu.ts';
import type { ExecutionObserver, OpcodeCell } from '../cpu/decode/observe.ts';
import { MODELS } from '../cpu/system/cpuid.ts';
import { Descriptor } from '../cpu/segmentation/segmentation.ts';
import {
  CR0,
  CR2,
  CR3,
  CR4,
  Cr4,
  CS,
  Cr0,
  EIP,
  Double,
  ESP,
  Flag,
  GDT_BASE,
  GDT_LIMIT,
  HALTED,
  IDT_BASE,
  IDT_LIMIT,
  LDTR,
  SHADOW,
  TR,
} from '../cpu/state.ts';

import { createVectorFloats } from './vector-floats.ts';
import { hex, hexBytes, type VectorRecord } from './vector-record.ts';
import { type NeutralCode, neutralCode } from './neutral-code.ts';
import { createRandom } from './random.ts';
import type { VectorMode } from './vector-modes.ts';

export interface VectorRunner {
  /** Runs one record. @returns the first differing field in words, or `undefined`. */
  run(record: VectorRecord, group: string): string | undefined;
  /** What `onExecute` can tell of. */
  cells(): readonly OpcodeCell[];
}

const DEFAULT_EIP = 0x20_0100;
const DEFAULT_SEGMENTS = [0x2b, 0x23, 0x2b, 0x2b, 0x0f, 0x17];
const COMPARED_FLAGS = 0x24_7dd5;

const REGIONS: readonly (readonly [start: number, end: number, writable: boolean])[] = [
  [0x8000, 0xc000, true],
  [0x20_0000, 0x20_2000, true],
  [0x30_0000, 0x30_4000, true],
  [0x30_4000, 0x30_5000, false],
  [0x40_0000, 0x40_2000, true],
];

/** The LDT of FORMAT.md section 1 as [high, low] dwords. */
const LDT: readonly (readonly [number, number])[] = [
  [0, 0],
  [0x0040f330, 0x00003fff],
  [0x0040f330, 0x10000fff],
  [0x0040f130, 0x00003fff],
  [0x0040f730, 0x00000fff],
  [0x0000f730, 0x00000fff],
  [0x0040fb20, 0x00001fff],
  [0x0040f920, 0x00001fff],
  [0x0000fb20, 0x00001fff],
  [0x0000f920, 0x00001fff],
  [0x00407330, 0x00003fff],
  [0x00407b20, 0x00001fff],
  [0x0000f340, 0x00001fff],
  [0x0040f340, 0x00001fff],
  [0x00cff300, 0x0000ffff],
  [0x0040f330, 0x00000000],
];

/**
 * Where the runner keeps its own tables. They are physical memory from 600000h, mapped for the supervisor at an address
 * that the vectors do not use: there a user access must find nothing present.
 */
const MEMORY = 0x80_0000;
const DIRECTORY = 0x50_0000;
const TABLES = 0x50_1000;
const SYSTEM_PHYSICAL = 0x60_0000;
const SYSTEM = 0xf7a0_0000;
const SYSTEM_PAGES = 16;
const GDT = SYSTEM;
const LDT_BASE = SYSTEM + 0x1000;
const IDT = SYSTEM + 0x2000;
const TSS = SYSTEM + 0x3000;
const RING0_STACK = SYSTEM + 0x6000;
/** Handlers: vector n enters at HANDLERS + n * 16; the runner looks at EIP and never runs them. */
const HANDLERS = SYSTEM + 0x8000;

const PROTECTED_CR0 = Cr0.PG | Cr0.AM | Cr0.WP | Cr0.NE | Cr0.ET | Cr0.MP | Cr0.PE;

export const background = (address: number): number => Math.imul(address, 2654435761) >>> 24;

export interface VectorRunnerOptions {
  /** In the modes other than `protected`, records must have gone through `carryOver`. */
  readonly mode?: VectorMode;
  readonly onExecute?: ExecutionObserver;
  readonly tier?: Tier;
  /** Runs instructions before the recorded one that change nothing, and lets blocks begin anywhere among them, from this seed. */
  readonly neighbours?: number;
}

export function createVectorRunner({
  mode = 'protected',
  onExecute,
  tier,
  neighbours,
}: VectorRunnerOptions = {}): VectorRunner {
  const random = neighbours === undefined ? undefined : createRandom(neighbours);
  const memory = new PhysicalMemory(MEMORY);
  const cpu: Cpu = createCpu(
    memory,
    {
      ports: { read: () => 0, write: () => undefined },
      acknowledgeInterrupt: () => 0,
      onCr3Write: () => undefined,
      onFpuError: () => false,
      ...(onExecute ? { onExecute } : {}),
    },
    MODELS.max,
    tier,
  );
  const { state, reg32, segSel } = cpu.views;
  const floats = createVectorFloats(cpu.views);
  cpu.reset();

  for (const [start, end] of REGIONS) {
    for (let a = start; a < end; a++) memory.write(a, start === 0x20_0000 ? 0xcc : background(a), 1);
  }
  const regions = REGIONS.map(([start, end]) => ({
    start,
    words: new Uint32Array(memory.bytes.buffer, memory.bytes.byteOffset + start, (end - start) / 4),
    pristine: new Uint32Array(memory.bytes.slice(start, end).buffer),
  }));

  // Identity page tables for the regions, and the runner's own pages for the supervisor.
  const systemTable = TABLES + 0x2000;
  for (let table = 0; table < 2; table++)
    memory.write(DIRECTORY + table * 4, (TABLES + table * 0x1000) | 7, 4);
  memory.write(DIRECTORY + (SYSTEM >>> 22) * 4, systemTable | 7, 4);
  for (const [start, end, writable] of REGIONS) {
    for (let a = start; a < end; a += 0x1000)
      memory.write(TABLES + (a >>> 12) * 4, a | (writable ? 0x67 : 0x65), 4);
  }
  for (let n = 0; n < SYSTEM_PAGES; n++) {
    memory.write(systemTable + (((SYSTEM >>> 12) + n) & 0x3ff) * 4, (SYSTEM_PHYSICAL + n * 0x1000) | 0x63, 4);
  }
  const system8 = (address: number) => address - SYSTEM + SYSTEM_PHYSICAL;

  const descriptor = (linear: number, high: number, low: number) => {
    memory.write(system8(linear), low, 4);
    memory.write(system8(linear) + 4, high, 4);
  };
  descriptor(GDT + 8, 0x00cf9b00, 0x0000ffff);
  descriptor(GDT + 16, 0x00cf9300, 0x0000ffff);
  descriptor(GDT + 0x20, 0x00cffb00, 0x0000ffff);
  descriptor(GDT + 0x28, 0x00cff300, 0x0000ffff);
  LDT.forEach(([high, low], n) => {
    descriptor(LDT_BASE + n * 8, high, low);
  });
  for (let vector = 0; vector < 256; vector++) {
    const dpl = vector === 3 || vector === 4 ? 3 : 0;
    const handler = HANDLERS + vector * 16;
    descriptor(
      IDT + vector * 8,
      (handler & 0xffff_0000) | 0x8e00 | (dpl << 13),
      (8 << 16) | (handler & 0xffff),
    );
  }
  memory.write(system8(TSS) + 4, RING0_STACK, 4);
  memory.write(system8(TSS) + 8, 16, 4);
  // The I/O bitmap begins beyond the limit: every port is denied.
  memory.write(system8(TSS) + 0x66, 0x68, 2);

  state[GDT_BASE] = GDT;
  state[GDT_LIMIT] = 0x2f;
  state[IDT_BASE] = IDT;
  state[IDT_LIMIT] = 0x7ff;
  state[CR3] = DIRECTORY;
  state[CR4] = Cr4.OSFXSR | Cr4.OSXMMEXCPT;
  state[CR0] = PROTECTED_CR0;
  cpu.mmu.flush(true);
  const system = new Descriptor();
  const fillSystem = (seg: number, selector: number, base: number, limit: number, attr: number) => {
    system.low = (limit & 0xffff) | (base << 16);
    system.high = (base & 0xff00_0000) | ((base >>> 16) & 0xff) | (attr << 8);
    cpu.segmentation.fill(seg, selector, system);
  };
  fillSystem(LDTR, 0x30, LDT_BASE, 0x7f, 0x82);
  fillSystem(TR, 0x38, TSS, 0x67, 0x8b);

  function restore(): void {
    for (const { start, words, pristine } of regions) {
      for (let n = 0; n < words.length; n++)
        if (words[n] !== pristine[n]) memory.write(start + n * 4, pristine[n], 4);
    }
  }

  /**
   * Leaves protected mode with segments as they are (a limit of 4 GiB in real mode is what is called big real mode), but for
   * 16-bit code.
   */
  function enterMode(): void {
    if (mode === 'protected') return;
    const code = new Descriptor();
    code.low = 0xffff;
    code.high = mode === 'real' ? 0x008f_9b00 : 0x008f_fb00;
    cpu.segmentation.fill(CS, DEFAULT_SEGMENTS[CS], code);
    if (mode === 'real') {
      state[CR0] &= ~(Cr0.PE | Cr0.PG);
      cpu.segmentation.setCpl(0);
    } else if (mode === 'virtual-8086') cpu.flags.set(cpu.flags.get() | Flag.VM);
    cpu.segmentation.updateMode();
    cpu.mmu.flush(true);
  }

  function loadState(record: VectorRecord): void {
    state[CR0] = PROTECTED_CR0;
    for (let r = 0; r < 8; r++) reg32[r] = record.r[r];
    state[EIP] = record.e ?? DEFAULT_EIP;
    cpu.flags.set(record.f);
    cpu.segmentation.updateMode();
    const segments = record.s ?? DEFAULT_SEGMENTS;
    const code = cpu.segmentation.read(segments[CS], new Descriptor());
    cpu.segmentation.fillCode(segments[CS], code, 3);
    cpu.segmentation.updateMode();
    for (const seg of [0, 2, 3, 4, 5]) cpu.segmentation.load(seg, segments[seg]);
    floats.load(record);
    state[CR2] = 0;
    state[HALTED] = 0;
    state[SHADOW] = 0;
    enterMode();
  }

  const frameWord = (linear: number) => memory.read(system8(linear >>> 0), 4);

  function firstDifference(record: VectorRecord, group: string): string | undefined {
    const entered = segSel[CS] === 8 ? ((state[EIP] >>> 0) - HANDLERS) / 16 : -1;
    let { [EIP]: eip } = state;
    let eflags = cpu.flags.get();
    let cs = segSel[CS];
    let ss = segSel[2];
    let esp = reg32[ESP];
    if (entered >= 0) {
      const withCode = [8, 10, 11, 12, 13, 14, 17].includes(entered);
      let frame = reg32[ESP];
      if (withCode) {
        const code = frameWord(frame);
        if (record.t !== undefined && record.k !== undefined && code !== record.k) {
          return `error code ${hex(code)}, expected ${hex(record.k)} (vector ${record.t}, took ${entered})`;
        }
        frame += 4;
      }
      eip = frameWord(frame);
      cs = frameWord(frame + 4) & 0xffff;
      eflags = frameWord(frame + 8);
      esp = frameWord(frame + 12) | 0;
      ss = frameWord(frame + 16) & 0xffff;
    }
    if (entered !== (record.t ?? -1)) return `exception ${entered}, expected ${record.t ?? 'none'}`;
    if (entered === 14 && record.a !== undefined) {
      const cr2 = state[CR2] >>> 0;
      const [from, length] = record.aw ?? [record.a, 1];
      if (cr2 !== record.a && (cr2 < from || cr2 >= from + length))
        return `CR2 ${hex(cr2)}, expected ${hex(record.a)}`;
    }
    if (eip >>> 0 !== record.E) return `EIP ${hex(eip)}, expected ${hex(record.E)}`;
    const flagMask = COMPARED_FLAGS & ~(record.u ?? 0);
    if (((eflags ^ record.F) & flagMask) !== 0) {
      return `EFLAGS ${hex(eflags & flagMask)}, expected ${hex(record.F & flagMask)}`;
    }
    const registers = [...record.r];
    for (const [index, value] of record.R ?? []) registers[index] = value;
    for (let r = 0; r < 8; r++) {
      const value = r === ESP ? esp : reg32[r];
      if (r !== record.ud && value >>> 0 !== registers[r]) {
        return `register ${r} is ${hex(value)}, expected ${hex(registers[r])}`;
      }
    }
    const segments = record.S ?? record.s ?? DEFAULT_SEGMENTS;
    const actual = [segSel[0], cs, ss, segSel[3], segSel[4], segSel[5]];
    for (let s = 0; s < 6; s++) {
      if (actual[s] !== segments[s])
        return `segment register ${s} is ${hex(actual[s])}, expected ${hex(segments[s])}`;
    }
    const floating = record.ux ? undefined : floats.difference(record);
    if (floating) return floating;
    return record.pm ? undefined : memoryDifference(record, group);
  }

  function memoryDifference(record: VectorRecord, group: string): string | undefined {
    const expected = new Map<number, number>();
    const put = (address: number, bytes: Uint8Array) => {
      bytes.forEach((b, i) => expected.set(address + i, b));
    };
    for (const [address, bytes] of record.m ?? []) put(address, hexBytes(bytes));
    put(codeAddress(record), hexBytes(record.c));
    for (const [address, bytes] of record.M ?? []) put(address, hexBytes(bytes));
    const suspects = new Set(expected.keys());
    for (const { start, words, pristine } of regions) {
      for (let n = 0; n < words.length; n++)
        if (words[n] !== pristine[n]) for (let k = 0; k < 4; k++) suspects.add(start + n * 4 + k);
    }
    for (const [address, length] of record.mi ?? [])
      for (let k = 0; k < length; k++) suspects.delete(address + k);
    for (const address of suspects) {
      const value = memory.bytes[address];
      const wanted = expected.get(address) ?? pristineByte(address);
      if (value !== wanted)
        return `memory ${hex(address)} is ${hex(value)}, expected ${hex(wanted)} (${group})`;
    }
    return undefined;
  }

  function atFiller(): boolean {
    const linear = cpu.linearEip();
    return REGIONS.some(([start, end]) => linear >= start && linear < end) && memory.bytes[linear] === 0xcc;
  }

  const pristineByte = (address: number) =>
    address >= 0x20_0000 && address < 0x20_2000 ? 0xcc : background(address);

  function codeAddress(record: VectorRecord): number {
    const selector = (record.s ?? DEFAULT_SEGMENTS)[CS];
    const base = (selector & 4) !== 0 ? 0x20_0000 : 0;
    return base + (record.e ?? DEFAULT_EIP);
  }

  /** What runs before a record: nothing where a trap would come sooner, or where there is no room on its page. */
  function neighboursOf(record: VectorRecord): NeutralCode | undefined {
    if (!random || (record.f & Flag.TF) !== 0) return undefined;
    const code = neutralCode(random);
    const first = codeAddress(record) - code.bytes.length;
    if (first >>> 12 !== codeAddress(record) >>> 12) return undefined;
    return code.bytes.every((_, n) => memory.bytes[first + n] === pristineByte(first + n)) ? code : undefined;
  }
  /** Runs them and the recorded instruction, in as many blocks as there are splits, and takes them away again. */
  function runBehind({ bytes, instructions, splits }: NeutralCode, record: VectorRecord): void {
    const first = codeAddress(record) - bytes.length;
    const before = memory.bytes.slice(first, first + bytes.length);
    memory.writeBytes(first, Uint8Array.from(bytes));
    state[EIP] -= bytes.length;
    const linear = cpu.linearEip();
    cpu.splitAt(splits.map((offset) => (linear + offset) & 0xfff));
    const { doubles } = cpu.views;
    doubles[Double.Until] = cpu.now() + instructions + 1;
    cpu.run();
    memory.writeBytes(first, before);
  }

  return {
    cells: () => cpu.opcodeCells(),
    run(record, group) {
      restore();
      for (const [address, bytes] of record.m ?? []) memory.writeBytes(address, hexBytes(bytes));
      memory.writeBytes(codeAddress(record), hexBytes(record.c));
      loadState(record);
      // A translation is one of whole blocks: the instruction is one.
      if (tier !== undefined && tier !== 'interpreter') {
        cpu.forgetSplits(true);
        cpu.splitAt([(cpu.linearEip() + record.c.length / 2) & 0xfff]);
      }
      const code = neighboursOf(record);
      if (code) runBehind(code, record);
      else cpu.step();
      // The recorder ran until the INT3 filler: a REP to its end, a jump into the instruction's own bytes, or to where
      // nothing is mapped and the fetch faults.
      if (group !== 'step') for (let n = 0; n < 0x1_0000 && segSel[CS] !== 8 && !atFiller(); n++) cpu.step();
      return firstDifference(record, group);
    },
  };
}
