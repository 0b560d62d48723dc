/*
 * Owns the processor state that two machines are compared by: its fields, how they are read from our CPU and from a
 * record of QEMU's log (`-d cpu`), and how a difference is printed.
 */

import { Attr, CPL, CR0, Cr0, CR2, CR3, CR4, DR0, EIP, GDT_BASE, IDT_BASE } from '../../../core/cpu/state.ts';
import type { Machine } from '../../../core/machine/machine.ts';
import { FpuState } from '../../../core/softfloat/softfloat.ts';

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

const numbered = (name: string, parts: readonly string[]) =>
  Array.from({ length: 8 }, (_, n) => parts.map((part) => `${name}${String(n)}.${part}`)).flat();

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
  ...['fpu.control', 'fpu.status', 'fpu.valid', 'mxcsr'],
  // Most significant dword first, by physical number.
  ...numbered('r', ['sign-exponent', 'high', 'low']),
  ...numbered('xmm', ['3', '2', '1', '0']),
];
export type State = Uint32Array;
export const newState = (): State => new Uint32Array(FIELDS.length);

const at = (name: string) => FIELDS.indexOf(name);
export const EIP_FIELD = at('eip');
export const EFLAGS_FIELD = at('eflags');
export const ESP_FIELD = at('esp');
export const ECX_FIELD = at('ecx');
export const TR_FIELD = at('tr');
export const GDT_FIELD = at('gdt.base');
const SELECTOR = at('es');
const BASE = at('es.base');
const LIMIT = at('es.limit');
const ATTRIBUTES = at('es.attributes');
const CONTROL = at('cr0');
const DEBUG = at('dr0');
export const FPU_STATUS_FIELD = at('fpu.status');
export const FPU_CONTROL_FIELD = at('fpu.control');
export const FPU_VALID_FIELD = at('fpu.valid');
const MXCSR = at('mxcsr');
/** Sign and exponent of R0; each register has three fields. */
export const X87_FIELD = at('r0.sign-exponent');
export const X87_WORDS = 3;
const XMM = at('xmm0.3');

const PRESENT = 0x80;
const TSS_BUSY = 2;
/** Bits 16-19 of a descriptor's upper dword belong to the limit. */
const ATTRIBUTE_BITS = 0xf0ff;
/**
 * Bits of the cached attributes that QEMU does not keep as a processor does: the accessed bit when a change of rings or
 * another far transfer loads CS and SS (SDM vol. 3A, 3.4.5.1), and the busy bit when LTR loads TR (SDM vol. 2, LTR).
 */
const NOT_KEPT_BY_QEMU = [0, Attr.Accessed, Attr.Accessed, 0, 0, 0, 0, TSS_BUSY];
const CODE_SEGMENT = 1;
const LOCAL_TABLE = 6;
const NOT_RPL = 0xfffc;
/**
 * The type of CS has no meaning in real mode, nor in protected mode before the first far transfer: those of real mode
 * make it a writable segment on some processors and leave it alone on others.
 */
const REAL_MODE_CS = 0xffe0;

/**
 * A segment that is not present has no base and no limit: only that it is not present counts, and of LDTR only
 * that it is null. CR0 is known already.
 */
function enterSegment(
  state: State,
  n: number,
  selector: number,
  base: number,
  limit: number,
  attr: number,
): void {
  const none = n === LOCAL_TABLE && (selector & NOT_RPL) === 0;
  const present = (attr & PRESENT) !== 0 && !none;
  state[SELECTOR + n] = selector;
  state[BASE + n] = present ? base : 0;
  state[LIMIT + n] = present ? limit : 0;
  const real = n === CODE_SEGMENT && ((state[CONTROL]! & Cr0.PE) === 0 || base === selector << 4);
  const kept = ATTRIBUTE_BITS & ~NOT_KEPT_BY_QEMU[n]! & (real ? REAL_MODE_CS : -1);
  state[ATTRIBUTES + n] = present ? attr & kept : 0;
}

/** The present state of our machine. */
export function readMachine({ cpu }: Machine, state: State): void {
  const { views } = cpu;
  const words = views.state;
  for (let r = 0; r < 8; r++) state[r] = views.reg32[r]!;
  state[EIP_FIELD] = words[EIP]!;
  state[EFLAGS_FIELD] = cpu.flags.get();
  state[at('cpl')] = words[CPL]!;
  [CR0, CR2, CR3, CR4].forEach((index, n) => (state[CONTROL + n] = words[index]!));
  for (let n = 0; n < 8; n++) {
    enterSegment(state, n, views.segSel[n]!, views.segBase[n]!, views.segLimit[n]!, views.segAttr[n]!);
  }
  for (let n = 0; n < 2; n++) {
    state[GDT_FIELD + n] = words[GDT_BASE + n]!;
    state[GDT_FIELD + 2 + n] = words[IDT_BASE + n]!;
  }
  [0, 1, 2, 3, 6, 7].forEach((number, n) => (state[DEBUG + n] = words[DR0 + number]!));
  const { mem } = views;
  const valid = ~mem.getUint32(FpuState.Empty, true) & 0xff;
  state[FPU_CONTROL_FIELD] = mem.getUint32(FpuState.Control, true);
  state[FPU_STATUS_FIELD] = mem.getUint32(FpuState.Status, true);
  state[FPU_VALID_FIELD] = valid;
  state[MXCSR] = mem.getUint32(FpuState.Mxcsr, true);
  for (let n = 0; n < 8; n++) {
    const from = FpuState.Registers + n * 16;
    enterX87(
      state,
      n,
      mem.getUint16(from + 8, true),
      mem.getUint32(from + 4, true),
      mem.getUint32(from, true),
    );
    for (let dword = 0; dword < 4; dword++) {
      state[XMM + n * 4 + dword] = mem.getUint32(FpuState.Xmm + n * 16 + 12 - dword * 4, true);
    }
  }
}

/** What an empty register holds does not count (test/vectors/FORMAT.md, section 3). */
function enterX87(state: State, n: number, signExponent: number, high: number, low: number): void {
  const valid = (state[FPU_VALID_FIELD]! >> n) & 1;
  state[X87_FIELD + n * X87_WORDS] = valid ? signExponent : 0;
  state[X87_FIELD + n * X87_WORDS + 1] = valid ? high : 0;
  state[X87_FIELD + n * X87_WORDS + 2] = valid ? low : 0;
}

/** Order of the registers in QEMU's first two lines, as indices of ours. */
const QEMU_GENERAL = [0, 3, 1, 2, 6, 7, 5, 4];
/** Lines of one record, the last nine of them of the FPU. */
export const RECORD_LINES = 27;
const FPU_LINES = 18;
/** Offsets of the lines of a record, and of what follows it. */
export type RecordLines = Int32Array;

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
export function readRecord(bytes: Uint8Array, lines: RecordLines, state: State): void {
  for (let n = 0; n < 8; n++) state[QEMU_GENERAL[n]!] = hexAt(bytes, lines[n >> 2]! + (n & 3) * 13 + 4, 8);
  const third = lines[2]!;
  state[EIP_FIELD] = hexAt(bytes, third + 4, 8);
  state[EFLAGS_FIELD] = hexAt(bytes, third + 17, 8);
  state[at('cpl')] = hexAt(bytes, third + 40, 1);
  for (let n = 0; n < 4; n++) state[CONTROL + n] = hexAt(bytes, lines[13]! + n * 13 + 4, 8);
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
  for (let n = 0; n < 4; n++) state[DEBUG + n] = hexAt(bytes, lines[14]! + n * 13 + 4, 8);
  for (let n = 0; n < 2; n++) state[DEBUG + 4 + n] = hexAt(bytes, lines[15]! + n * 13 + 4, 8);
  readFpuRecord(bytes, lines, state);
}

function readFpuRecord(bytes: Uint8Array, lines: RecordLines, state: State): void {
  // "FCW=037f FSW=0000 [ST=0] FTW=00 MXCSR=00001f80"
  const words = lines[FPU_LINES]!;
  state[FPU_CONTROL_FIELD] = hexAt(bytes, words + 4, 4);
  state[FPU_STATUS_FIELD] = hexAt(bytes, words + 13, 4);
  state[FPU_VALID_FIELD] = hexAt(bytes, words + 29, 2);
  state[MXCSR] = hexAt(bytes, words + 38, 8);
  for (let n = 0; n < 8; n++) {
    // "FPR0=8000000000000000 3fff FPR1=…", "XMM00=3ff0000000000000 0000000000000000 XMM01=…"
    const x87 = lines[FPU_LINES + 1 + (n >> 1)]! + (n & 1) * 27 + 5;
    enterX87(state, n, hexAt(bytes, x87 + 17, 4), hexAt(bytes, x87, 8), hexAt(bytes, x87 + 8, 8));
    const xmm = lines[FPU_LINES + 5 + (n >> 1)]! + (n & 1) * 40 + 6;
    for (let dword = 0; dword < 4; dword++) {
      state[XMM + n * 4 + dword] = hexAt(bytes, xmm + dword * 8 + (dword >> 1), 8);
    }
  }
}

/** First field that differs outside `ignoredFlags` of EFLAGS and `ignoredStatus` of the x87 status word, or -1. */
export function firstDifference(
  ours: State,
  theirs: State,
  ignoredFlags: number,
  ignoredStatus: number,
): number {
  for (let n = 0; n < ours.length; n++) {
    const difference = ours[n]! ^ theirs[n]!;
    if (difference === 0) continue;
    const ignored = n === EFLAGS_FIELD ? ignoredFlags : n === FPU_STATUS_FIELD ? ignoredStatus : 0;
    if ((difference & ~ignored) !== 0) return n;
  }
  return -1;
}

const hex = (value: number) => value.toString(16).padStart(8, '0');

/** Both states, one field a line, differences marked; fields that are 0 throughout are left out. */
export function describeDifference(ours: State, theirs: State, before: State): string {
  const shown = FIELDS.map((_, n) => n).filter((n) => ours[n] !== 0 || theirs[n] !== 0 || before[n] !== 0);
  const line = (n: number) =>
    `${ours[n] === theirs[n] ? ' ' : '*'} ${FIELDS[n]!.padEnd(16)} ${hex(ours[n]!)} ${hex(theirs[n]!)}   ${hex(before[n]!)}`;
  return ['  field            ours     QEMU       before', ...shown.map(line)].join('\n');
}
