/** Random visits to ring 3: IRET there, SYSENTER and SYSEXIT, software interrupts, and a way back that goes on behind the visit. */
import { CODE3, DATA, DATA3, le } from '../../cpu/testing/bare-machine.ts';
import type { Random } from './random-operands.ts';

/** INT of programs: its handler returns at once. */
export const SOFTWARE = 0x21;
/** INT of ring 3: its handler goes on behind it in ring 0, with the registers and the stack of ring 3. */
export const BACK = 0x22;

/** Where the outer loop of programs counts. */
export const COUNTER = DATA + 0x800;

/** call +0, which pushes the address that comes behind it. */
const HERE = [0xe8, 0, 0, 0, 0];

/** push imm32; popfd; cld: any flags, with IF and DF, where the ring may; now and then NT or AC, which nothing here minds. */
export const loadFlags = (random: Random): number[] => [
  ...[0x68, ...le(random(2 ** 32) & (random(4) === 0 ? 0x4_4ed5 : 0xed5))],
  ...[0x9d, 0xfc],
];

/** mov ecx, esp; call +0; pop edx; add edx, 6; sysenter: SYSEXIT leads behind it. */
const SYSTEM_CALL = [0x89, 0xe1, ...HERE, 0x5a, 0x83, 0xc2, 6, 0x0f, 0x34];

/** Every other time the same is done in ring 0. @param instruction for both */
export function visitRing3(random: Random, instruction: (random: Random) => number[]): number[] {
  const inside: number[] = [];
  for (let n = 1 + random(4); n > 0; n--) {
    const kind = random(5);
    if (kind === 4) inside.push(...loadFlags(random));
    else if (kind === 0) inside.push(...SYSTEM_CALL);
    else if (kind === 1) inside.push(0xcd, SOFTWARE);
    else inside.push(...instruction(random));
  }
  const there = [
    // mov eax, esp; push DATA3; push eax; pushfd; btr dword [esp], 14 (NT); push dword [esp]; popfd; push CODE3
    ...[0x89, 0xe0, 0x6a, DATA3, 0x50, 0x9c, 0x0f, 0xba, 0x34, 0x24, 14, 0xff, 0x34, 0x24, 0x9d, 0x6a, CODE3],
    // call +0; add dword [esp], 5; iretd
    ...[...HERE, 0x83, 0x04, 0x24, 5, 0xcf],
  ];
  return [
    // mov eax, DATA3; mov ds, eax; mov es, eax; test byte [COUNTER], 1; jz
    ...[0xb8, ...le(DATA3), 0x8e, 0xd8, 0x8e, 0xc0, 0xf6, 0x05, ...le(COUNTER), 1, 0x74, there.length],
    ...there,
    ...inside,
    ...[0xcd, BACK],
  ];
}
