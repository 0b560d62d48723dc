/*
 * Owns the processor state that two machines are compared by: its fields, how they are read from our CPU and from a
 * record of QEMU's log (`-d cpu`), and how a difference is printed.
 */

import { Attr, CPL, CR0, CR2, CR3, CR4, DR0, EIP, GDT_BASE, IDT_BASE } from '../../core/cpu/state.ts';
import type { Machine } from '../../core/machine/machine.ts';

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

/** Names of the fields, in the order of a state's words. */
export const FIELDS: readonly string[] = [
  ...GENERAL,
  'eip',
  'eflags',
  'cpl',
  ...SEGMENTS,
  ...SEGMENTS.map((name) => `${name}.base`),
  ...SEGMENTS.map((name) => `${name}.limit`),
  ...SEGMENTS.map((name) => `${name}.attributes`),
  ...['gdt.base', 'gdt.limit', 'idt.base', 'idt.limit'],
  ...['cr0', 'cr2', 'cr3', 'cr4'],
  ...['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'],
];
export type State = Uint32Array;
export const newState = (): State => new Uint32Array(FIELDS.length);

const at = (name: string) => FIELDS.indexOf(name);
export const EIP_FIELD = at('eip');
export const EFLAGS_FIELD = at('eflags');
export const ESP_FIELD = at('esp');
export const ECX_FIELD = at('ecx');
export const GDT_FIELD = at('gdt.base');
const SELECTOR = at('es');
const BASE = at('es.base');
const LIMIT = at('es.limit');
const ATTRIBUTES = at('es.attributes');
const CONTROL = at('cr0');
const DEBUG = at('dr0');

const PRESENT = 0x80;
const TSS_BUSY = 2;
/** Bits 16-19 of a descriptor's upper dword belong to the limit. */
const ATTRIBUTE_BITS = 0xf0ff;
/**
 * Bits of the cached attributes that QEMU does not keep as a processor does: the accessed bit when a change of rings or
 * another far transfer loads CS and SS (SDM vol. 3A, 3.4.5.1), and the busy bit when LTR loads TR (SDM vol. 2, LTR).
 */
const NOT_KEPT_BY_QEMU = [0, Attr.Accessed, Attr.Accessed, 0, 0, 0, 0, TSS_BUSY];

/** A segment that is not present has no base and no limit: only that it is not present counts. */
function enterSegment(
  state: State,
  n: number,
  selector: number,
  base: number,
  limit: number,
  attr: number,
): void {
  const present = (attr & PRESENT) !== 0;
  state[SELECTOR + n] = selector;
  state[BASE + n] = present ? base : 0;
  state[LIMIT + n] = present ? limit : 0;
  state[ATTRIBUTES + n] = present ? attr & ATTRIBUTE_BITS & ~NOT_KEPT_BY_QEMU[n]! : 0;
}

/** The present state of our machine. */
export function readMachine({ cpu }: Machine, state: State): void {
  const { views } = cpu;
  const words = views.state;
  for (let r = 0; r < 8; r++) state[r] = views.reg32[r]!;
  state[EIP_FIELD] = words[EIP]!;
  state[EFLAGS_FIELD] = cpu.flags.get();
  state[at('cpl')] = words[CPL]!;
  for (let n = 0; n < 8; n++) {
    enterSegment(state, n, views.segSel[n]!, views.segBase[n]!, views.segLimit[n]!, views.segAttr[n]!);
  }
  for (let n = 0; n < 2; n++) {
    state[GDT_FIELD + n] = words[GDT_BASE + n]!;
    state[GDT_FIELD + 2 + n] = words[IDT_BASE + n]!;
  }
  [CR0, CR2, CR3, CR4].forEach((index, n) => (state[CONTROL + n] = words[index]!));
  [0, 1, 2, 3, 6, 7].forEach((number, n) => (state[DEBUG + n] = words[DR0 + number]!));
}

/** Order of the registers in QEMU's first two lines, as indices of ours. */
const QEMU_GENERAL = [0, 3, 1, 2, 6, 7, 5, 4];
/** Lines of one record. */
export const RECORD_LINES = 18;

function hexAt(bytes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let n = from; n < from + digits; n++) {
    const character = bytes[n]!;
    value = (value << 4) | (character <= 0x39 ? character - 0x30 : (character | 0x20) - 0x57);
  }
  return value;
}

/**
 * Reads a record of QEMU 7.2 or later for an i386: `lines` are the offsets of its lines. The columns are those of
 * target/i386/cpu-dump.c.
 */
export function readRecord(bytes: Uint8Array, lines: ArrayLike<number>, state: State): void {
  for (let n = 0; n < 8; n++) state[QEMU_GENERAL[n]!] = hexAt(bytes, lines[n >> 2]! + (n & 3) * 13 + 4, 8);
  const third = lines[2]!;
  state[EIP_FIELD] = hexAt(bytes, third + 4, 8);
  state[EFLAGS_FIELD] = hexAt(bytes, third + 17, 8);
  state[at('cpl')] = hexAt(bytes, third + 40, 1);
  for (let n = 0; n < 8; n++) {
    const line = lines[3 + n]!;
    const attributes = hexAt(bytes, line + 27, 8) >>> 8;
    enterSegment(
      state,
      n,
      hexAt(bytes, line + 4, 4),
      hexAt(bytes, line + 9, 8),
      hexAt(bytes, line + 18, 8),
      attributes,
    );
  }
  for (let n = 0; n < 2; n++) {
    const line = lines[11 + n]!;
    state[GDT_FIELD + n * 2] = hexAt(bytes, line + 9, 8);
    state[GDT_FIELD + n * 2 + 1] = hexAt(bytes, line + 18, 8);
  }
  for (let n = 0; n < 4; n++) state[CONTROL + n] = hexAt(bytes, lines[13]! + n * 13 + 4, 8);
  for (let n = 0; n < 4; n++) state[DEBUG + n] = hexAt(bytes, lines[14]! + n * 13 + 4, 8);
  for (let n = 0; n < 2; n++) state[DEBUG + 4 + n] = hexAt(bytes, lines[15]! + n * 13 + 4, 8);
}

/** First field that differs outside `ignoredFlags` of EFLAGS, or -1. */
export function firstDifference(ours: State, theirs: State, ignoredFlags: number): number {
  for (let n = 0; n < ours.length; n++) {
    const difference = ours[n]! ^ theirs[n]!;
    if (difference !== 0 && (n !== EFLAGS_FIELD || (difference & ~ignoredFlags) !== 0)) return n;
  }
  return -1;
}

const hex = (value: number) => value.toString(16).padStart(8, '0');

/** Both states, one field a line, differences marked. */
export function describeDifference(ours: State, theirs: State, before: State): string {
  const line = (name: string, n: number) =>
    `${ours[n] === theirs[n] ? ' ' : '*'} ${name.padEnd(15)} ${hex(ours[n]!)} ${hex(theirs[n]!)}   ${hex(before[n]!)}`;
  return ['  field           ours     QEMU       before', ...FIELDS.map(line)].join('\n');
}
