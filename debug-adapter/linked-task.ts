/**
 * The task that the processor has left for the present one by a task gate or a call (EFLAGS.NT): its registers stand in the task state
 * that the link of the present one names. Kernels handle double faults so. Source: SDM vol. 3A, 7.2.1 and 7.4.
 */
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import type { SyncReader } from './memory-cache.ts';
import type { Home, Homes, Registers } from './symbols/location.ts';

export interface LinkedTask {
  /** Of its task state. */
  readonly selector: number;
  /** By DWARF number, with EIP and EFLAGS. */
  readonly registers: Registers;
  readonly homes: Homes;
  /** What it has been entered from itself. */
  readonly nested: LinkedTask | undefined;
}

const NT = 1 << 14;
const TR = 7;
/** Types of descriptors: a task state of 32 bits, available and busy. */
const TASK_STATES = [0x9, 0xb];
const TASK_STATE_SIZE = 0x68;
/** Where a task state has EIP and EFLAGS; EAX to EDI, in DWARF's order, follow. */
const EIP = 0x20;
const EFLAGS = 0x24;
const EAX = 0x28;
const GENERAL = 8;
/** A damaged chain may lead back to itself. */
const MOST = 4;

/** @param read linear memory of the processor's own address space */
export function linkedTask(cpu: CpuSnapshot, read: SyncReader): LinkedTask | undefined {
  if ((cpu.eflags & NT) === 0) return undefined;
  const { base, attributes } = cpu.segments[TR]!;
  return TASK_STATES.includes(attributes & 0x1f) ? linkedTo(cpu, base, read, MOST) : undefined;
}

function linkedTo(cpu: CpuSnapshot, state: number, read: SyncReader, most: number): LinkedTask | undefined {
  const link = wordsAt(read, state, 4);
  const selector = (link?.getUint16(0, true) ?? 0) & 0xfffc;
  // A task state is never in an LDT.
  if (most === 0 || selector === 0 || (selector & 4) !== 0 || selector + 7 > cpu.gdt.limit) return undefined;
  const descriptor = wordsAt(read, cpu.gdt.base + selector, 8);
  if (!descriptor || !TASK_STATES.includes(descriptor.getUint8(5) & 0x1f)) return undefined;
  const [low, high] = [descriptor.getUint32(0, true), descriptor.getUint32(4, true)];
  const base = ((high & 0xff00_0000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0;
  const words = wordsAt(read, base, TASK_STATE_SIZE);
  if (!words) return undefined;
  const places = [...Array.from({ length: GENERAL }, (_, n) => EAX + n * 4), EIP, EFLAGS];
  return {
    selector,
    registers: places.map((place) => words.getUint32(place, true)),
    homes: places.map((place): Home => ({ kind: 'memory', address: (base + place) >>> 0 })),
    nested: (words.getUint32(EFLAGS, true) & NT) === 0 ? undefined : linkedTo(cpu, base, read, most - 1),
  };
}

function wordsAt(read: SyncReader, address: number, length: number): DataView | undefined {
  const bytes = read(address >>> 0, length);
  return bytes?.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : undefined;
}
