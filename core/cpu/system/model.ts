/**
 * Takes from the opcode map what a processor model lacks: those opcodes are #UD, at no cost for the others.
 *
 * Sources: SDM vol. 3B, chapter 22 (architecture compatibility), which lists what each generation added.
 */
import { type CpuModel, Feature, has, hasCounters } from './cpuid.ts';
import type { Faults } from '../interrupts/fault.ts';
import { both, type OpcodeMap, PREFIX_66, PREFIX_F2, PREFIX_F3 } from '../decode/opcode-map.ts';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Opcodes after 0F (100h-1FFh) that came with the 486. */
const I486_OPCODES = [0x108, 0x109, 0x1b0, 0x1b1, 0x1c0, 0x1c1, ...range(0x1c8, 0x1cf)];
/** MMX, without the SSE additions: SDM vol. 1, table 9-2. */
const MMX_OPCODES = [
  ...[...range(0x160, 0x16b), 0x16e, 0x16f, 0x171, 0x172, 0x173, 0x174, 0x175, 0x176, 0x177, 0x17e, 0x17f],
  ...[...range(0x1d1, 0x1d3), 0x1d5, 0x1d8, 0x1d9, 0x1db, 0x1dc, 0x1dd, 0x1df, 0x1e1, 0x1e2, 0x1e5, 0x1e8],
  ...[0x1e9, 0x1eb, 0x1ec, 0x1ed, 0x1ef, ...range(0x1f1, 0x1f3), 0x1f5, 0x1f8, 0x1f9, 0x1fa, 0x1fc, 0x1fd],
  0x1fe,
];
/** SSE and SSE2 without a prefix: single precision, and the additions to MMX. */
const SSE_OPCODES = [
  ...[...range(0x110, 0x117), ...range(0x128, 0x12f), ...range(0x150, 0x15f), 0x170, 0x1c2, 0x1c3, 0x1c4],
  ...[0x1c5, 0x1c6, 0x1d4, 0x1d7, 0x1da, 0x1de, 0x1e0, 0x1e3, 0x1e4, 0x1e7, 0x1ea, 0x1ee, 0x1f4, 0x1f6],
  ...[0x1f7, 0x1fb],
];

export function restrictToModel(map: OpcodeMap, model: CpuModel, { ud }: Faults): void {
  const invalid = { reg: both(() => ud()) };
  const remove = (...opcodes: number[]) => {
    for (const opcode of opcodes) {
      map.entries[opcode] = undefined;
      map.groups[opcode] = undefined;
    }
  };
  const removeMember = (opcode: number, ...digits: number[]) => {
    map.group(
      opcode,
      (map.groups[opcode] ?? []).map((member, digit) => (digits.includes(digit) ? undefined : member)),
    );
  };

  if (model.family < 4) {
    remove(...I486_OPCODES);
    removeMember(0x101, 7);
  }
  if (!model.cpuid) remove(0x1a2);
  if (!has(model, Feature.TSC)) remove(0x131);
  if (!has(model, Feature.MSR)) remove(0x130, 0x132);
  if (!has(model, Feature.CX8)) remove(0x1c7);
  if (!hasCounters(model)) remove(0x133);
  // The multi-byte NOPs and UD opcodes are as old as the Pentium Pro.
  if (model.family < 6) remove(...range(0x118, 0x11f));
  if (!has(model, Feature.SEP)) remove(0x134, 0x135);
  if (!has(model, Feature.CMOV)) {
    remove(...range(0x140, 0x14f));
    // FCMOV, FCOMI and their relatives are the register forms.
    for (const [opcode, digits] of [
      [0xda, [0, 1, 2, 3]],
      [0xdb, [0, 1, 2, 3, 5, 6]],
      [0xdf, [5, 6]],
    ] as const) {
      map.group(
        opcode,
        (map.groups[opcode] ?? []).map((member, digit) =>
          member && digits.some((d) => d === digit) ? { ...member, reg: invalid.reg } : member,
        ),
      );
    }
  }
  if (!has(model, Feature.MMX)) remove(...MMX_OPCODES);
  if (!has(model, Feature.FXSR)) removeMember(0x1ae, 0, 1);
  if (!has(model, Feature.SSE)) {
    remove(...SSE_OPCODES);
    removeMember(0x1ae, 2, 3, 5, 6, 7);
    for (const plane of [PREFIX_66, PREFIX_F2, PREFIX_F3]) remove(...range(plane, plane + 0xff));
  }
}
