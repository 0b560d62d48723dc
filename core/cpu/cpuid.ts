/** CPUID of the emulated processor (SDM vol. 2A, CPUID): one table of what it says it can do. */

/** Feature bits of leaf 1, EDX (SDM vol. 2A, table 3-11). */
export const Feature = {
  FPU: 1 << 0,
  DE: 1 << 2,
  PSE: 1 << 3,
  TSC: 1 << 4,
  MSR: 1 << 5,
  CX8: 1 << 8,
  SEP: 1 << 11,
  PGE: 1 << 13,
  CMOV: 1 << 15,
  MMX: 1 << 23,
  FXSR: 1 << 24,
  SSE: 1 << 25,
  SSE2: 1 << 26,
} as const;

/** An i686 with SSE2: family 6, model 13, stepping 6 (a Pentium M's). */
export const I686 = {
  vendor: 'GenuineIntel',
  signature: 0x06d6,
  features: Object.values(Feature).reduce((all, bit) => all | bit, 0),
};

const MAX_LEAF = 1;

function word(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** Answers CPUID as [EAX, EBX, ECX, EDX]. Leaves beyond the last answer as the last one does. */
export function cpuid(leaf: number): readonly [number, number, number, number] {
  if (leaf === 0) return [MAX_LEAF, word(I686.vendor, 0), word(I686.vendor, 8), word(I686.vendor, 4)];
  return [I686.signature, 0, 0, I686.features];
}
