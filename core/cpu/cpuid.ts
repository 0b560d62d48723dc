/** CPUID of the emulated processor (SDM vol. 2A, CPUID): one table of what it says it can do. */

/** Feature bits of leaf 1, EDX (SDM vol. 2A, table 3-11). */
export const Feature = {
  DE: 1 << 2,
  PSE: 1 << 3,
  TSC: 1 << 4,
  MSR: 1 << 5,
  CX8: 1 << 8,
  SEP: 1 << 11,
  PGE: 1 << 13,
  CMOV: 1 << 15,
} as const;

/** An i686 without x87 and SIMD: family 6, model 3, stepping 4 (a Pentium II's, the first with a working SEP). */
export const I686 = {
  vendor: 'GenuineIntel',
  signature: 0x0634,
  features:
    Feature.DE |
    Feature.PSE |
    Feature.TSC |
    Feature.MSR |
    Feature.CX8 |
    Feature.SEP |
    Feature.PGE |
    Feature.CMOV,
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
