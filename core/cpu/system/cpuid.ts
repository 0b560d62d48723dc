/**
 * The processor models: one table of what each one is, what it can do and what CPUID says (SDM vol. 2A, CPUID; the
 * identification pages of each processor's data sheet).
 *
 * Everything else that a model lacks follows from its `features`: opcodes (`model.ts`), EFLAGS, CR0 and CR4 bits and MSRs.
 */
import type { CpuModel as ProtocolModel } from '../../protocol/machine-protocol.ts';
import { Cr0, Cr4, Flag } from '../state.ts';

/** Feature bits of leaf 1, EDX (SDM vol. 2A, table 3-11). */
export const Feature = {
  FPU: 1 << 0,
  VME: 1 << 1,
  DE: 1 << 2,
  PSE: 1 << 3,
  TSC: 1 << 4,
  MSR: 1 << 5,
  PAE: 1 << 6,
  MCE: 1 << 7,
  CX8: 1 << 8,
  SEP: 1 << 11,
  PGE: 1 << 13,
  CMOV: 1 << 15,
  PAT: 1 << 16,
  CLFSH: 1 << 19,
  MMX: 1 << 23,
  FXSR: 1 << 24,
  SSE: 1 << 25,
  SSE2: 1 << 26,
} as const;
/** Leaf 8000_0001h, EDX. */
const EXTENDED_NX = 1 << 20;

/** The models that a machine may be asked for; `max` is everything there is. */
export type CpuModelName = ProtocolModel;

type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

export interface CpuModel {
  readonly name: CpuModelName;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  /** Bits of `Feature`. */
  readonly features: number;
  /** CPUID is an instruction and EFLAGS.ID can be changed. */
  readonly cpuid: boolean;
  /** No-execute pages: EFER.NXE. */
  readonly nx: boolean;
  /** The descriptors of leaf 2; without them leaf 1 is the last. */
  readonly caches?: Leaf;
  /** Leaves 8000_0002h-8000_0004h; without it there are no extended leaves. */
  readonly brand?: string;
}

const P5 =
  Feature.FPU |
  Feature.VME |
  Feature.DE |
  Feature.PSE |
  Feature.TSC |
  Feature.MSR |
  Feature.MCE |
  Feature.CX8;
const P6 = P5 | Feature.PAE | Feature.PGE | Feature.CMOV;
const BASE = { cpuid: true, nx: false } as const;

export const MODELS: Readonly<Record<CpuModelName, CpuModel>> = {
  /** An 80386 with its 80387. */
  i386: {
    ...BASE,
    name: 'i386',
    family: 3,
    model: 0,
    stepping: 8,
    features: Feature.FPU,
    cpuid: false,
  },
  /** The first 486 DX: without CPUID and CR4. */
  i486: {
    ...BASE,
    name: 'i486',
    family: 4,
    model: 1,
    stepping: 0,
    features: Feature.FPU,
    cpuid: false,
  },
  /** A Pentium (P54C). */
  i586: { ...BASE, name: 'i586', family: 5, model: 2, stepping: 12, features: P5 },
  /** A Pentium Pro: CMOV, PAE and global pages, neither MMX nor SYSENTER. */
  i686: {
    ...BASE,
    name: 'i686',
    family: 6,
    model: 1,
    stepping: 9,
    features: P6,
    caches: [0x0302_0101, 0, 0, 0x0604_0a42],
  },
  /** A Pentium M that can do what the interpreter can. */
  max: {
    ...BASE,
    name: 'max',
    family: 6,
    model: 13,
    stepping: 6,
    features: Object.values(Feature).reduce((all, bit) => all | bit, 0),
    nx: true,
    caches: [0x02b3_b001, 0, 0, 0x2c04_307d],
    brand: 'Cooperative Linux virtual CPU (i686, SSE2)',
  },
};

export const has = (model: CpuModel, feature: number): boolean => (model.features & feature) === feature;

/** EFLAGS bits that exist: the 386 has no AC, and nothing before the Pentium has ID, VIF and VIP. */
export function flagBits(model: CpuModel): number {
  let bits = 0x3_7fd5;
  if (model.family >= 4) bits |= Flag.AC;
  if (model.cpuid) bits |= Flag.ID;
  if (has(model, Feature.VME)) bits |= Flag.VIF | Flag.VIP;
  return bits;
}

/** CR0 bits that can be changed. */
export function cr0Bits(model: CpuModel): number {
  const bits = Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS | Cr0.PG;
  return model.family < 4 ? bits : bits | Cr0.NE | Cr0.WP | Cr0.AM | Cr0.NW | Cr0.CD;
}

/** CR4 bits that are not reserved; CR4 itself is missing when there are none. */
export function cr4Bits(model: CpuModel): number {
  const pairs: [number, number][] = [
    [Feature.VME, Cr4.VME | Cr4.PVI],
    [Feature.TSC, Cr4.TSD],
    [Feature.DE, Cr4.DE],
    [Feature.PSE, Cr4.PSE],
    [Feature.PAE, Cr4.PAE],
    [Feature.MCE, Cr4.MCE],
    [Feature.PGE, Cr4.PGE],
    [Feature.FXSR, Cr4.OSFXSR],
    [Feature.SSE, Cr4.OSXMMEXCPT],
  ];
  const bits = pairs.reduce((all, [feature, bit]) => (has(model, feature) ? all | bit : all), 0);
  return hasCounters(model) ? bits | Cr4.PCE : bits;
}

/** RDPMC and its two counters came with the Pentium Pro. */
export const hasCounters = (model: CpuModel): boolean => model.family >= 6;

/** Four characters as a dword, first one lowest. */
function word(text: string, at: number): number {
  return [0, 1, 2, 3].reduce((value, n) => value | ((text.charCodeAt(at + n) || 0) << (n * 8)), 0);
}

const VENDOR = 'GenuineIntel';
const EXTENDED = 0x8000_0000;
/** CLFLUSH line size in units of 8 bytes, bits 8-15 of leaf 1 EBX. */
const CLFLUSH_64 = 8 << 8;

/** Signature: family, model and stepping as leaf 1 and the reset value of EDX hold them. */
export const signature = ({ family, model, stepping }: CpuModel): number =>
  (family << 8) | (model << 4) | stepping;

/** Answers CPUID leaves of a model. Leaves beyond the last answer as the last basic one does. */
export function createCpuid(model: CpuModel): (leaf: number) => Leaf {
  const basic: Leaf[] = [
    [model.caches ? 2 : 1, word(VENDOR, 0), word(VENDOR, 8), word(VENDOR, 4)],
    [signature(model), has(model, Feature.CLFSH) ? CLFLUSH_64 : 0, 0, model.features],
    ...(model.caches ? [model.caches] : []),
  ];
  const { brand } = model;
  const extended: Leaf[] =
    brand === undefined
      ? []
      : [
          [(EXTENDED + 4) | 0, 0, 0, 0],
          [0, 0, 0, model.nx ? EXTENDED_NX : 0],
          ...[0, 16, 32].map((at): Leaf => [
            word(brand, at),
            word(brand, at + 4),
            word(brand, at + 8),
            word(brand, at + 12),
          ]),
        ];
  return (leaf) => {
    const number = leaf >>> 0;
    if (number >= EXTENDED && number - EXTENDED < extended.length) return extended[number - EXTENDED];
    return basic[Math.min(number, basic.length - 1)];
  };
}
