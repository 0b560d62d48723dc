/** Forms of integer instructions that are rare in compiled code, with operands in registers and in memory of all kinds. */
import { describe, expect, it } from 'vitest';
import { DATA, le } from '../cpu/testing/bare-machine.ts';
import { EBX } from '../cpu/state.ts';
import { createRandom } from '../testing/random.ts';
import { ABSENT, createTrials, READ_ONLY } from './testing/alike.ts';

type Random = (n: number) => number;

const TRIALS = 100;
const SIZE = 0x66;
/** What a place of an operand is near: the middle of a page, the end of one, one that is not there, one that is read-only. */
const PLACES = [DATA + 0x100, DATA + 0x100, ABSENT - 2, ABSENT - 7, ABSENT + 8, READ_ONLY + 0x80];

/** ModRM with a register but ESP and EBX, or memory at EBX + 4. */
function modrm(random: Random, digit: number): number[] {
  return random(2) === 0 ? [0xc0 | (digit << 3) | [0, 1, 2, 5, 6, 7][random(6)]!] : [0x43 | (digit << 3), 4];
}
const prefix = (random: Random) => (random(2) === 0 ? [SIZE] : []);

const FORMS: Readonly<Record<string, (random: Random) => number[]>> = {
  'RCL and RCR': (random) => {
    const [opcode, ...more] = [[0xc0, random(256)], [0xc1, random(256)], [0xd0], [0xd1], [0xd2], [0xd3]][
      random(6)
    ] as [number, ...number[]];
    return [...prefix(random), opcode, ...modrm(random, 2 + random(2)), ...more];
  },
  'MUL, IMUL, DIV and IDIV of bytes and words': (random) => [
    ...(random(2) === 0 ? [0xf6] : [SIZE, 0xf7]),
    ...modrm(random, 4 + random(4)),
  ],
  'SHLD and SHRD': (random) => {
    const immediate = random(2) === 0;
    const opcode = (random(2) === 0 ? 0xa4 : 0xac) + (immediate ? 0 : 1);
    return [
      ...prefix(random),
      0x0f,
      opcode,
      ...modrm(random, [0, 1, 2, 6][random(4)]!),
      ...(immediate ? [random(256)] : []),
    ];
  },
  'BT and its relatives, BSF, BSR, BSWAP': (random) => {
    switch (random(4)) {
      case 0:
        return [...prefix(random), 0x0f, 0xba, ...modrm(random, 4 + random(4)), random(256)];
      case 1:
        // and edx, 0fffh: the bit strings stay near their pages
        return [
          ...[0x81, 0xe2, ...le(0xfff)],
          ...[...prefix(random), 0x0f, [0xa3, 0xab, 0xb3, 0xbb][random(4)]!, ...modrm(random, 2)],
        ];
      case 2:
        return [...prefix(random), 0x0f, 0xbc + random(2), ...modrm(random, random(3))];
      default:
        return [...prefix(random), 0x0f, 0xc8 + random(3)];
    }
  },
  'PUSH and POP of words, ENTER': (random) => {
    switch (random(6)) {
      case 0:
        return [SIZE, 0x50 + random(8)];
      case 1:
        return [SIZE, 0x68, random(256), random(256)];
      case 2:
        return [SIZE, 0x6a, random(256)];
      case 3:
        return [SIZE, 0xff, ...modrm(random, 6)];
      case 4:
        return [SIZE, 0x8f, ...modrm(random, 0)];
      default:
        return random(2) === 0
          ? [0xc8, random(40), 0, random(2)]
          : [SIZE, 0x58 + [0, 1, 2, 4, 5, 6, 7][random(7)]!];
    }
  },
  'String instructions, with and without REP': (random) => {
    const place = () => PLACES[random(PLACES.length)]! + random(8);
    const count = [0, 1, 2, 5, random(40), random(2000)][random(6)]!;
    const [from, elsewhere] = [place(), place()];
    // Now and then a little behind its source: what is written is read again.
    const to = random(3) === 0 ? from + 1 + random(8) : elsewhere;
    // mov esi, ...; mov edi, ...; mov ecx, ...; cld or, seldom, std
    const operands = [0xbe, ...le(from), 0xbf, ...le(to), 0xb9, ...le(count), random(4) === 0 ? 0xfd : 0xfc];
    const repeat = [[], [0xf2], [0xf3], [0xf3], [0xf2, 0xf3]][random(5)]!;
    const segment = random(4) === 0 ? [0x64] : [];
    const opcode = [0xa4, 0xa6, 0xaa, 0xac, 0xae][random(5)]! + random(2);
    return [...operands, ...repeat, ...segment, ...(random(4) === 0 ? [SIZE] : []), opcode];
  },
  LOCK: (random) => {
    const digit = random(8);
    const forms = [
      [random(64), ...modrm(random, digit)],
      [0x80 + [0, 1, 3][random(3)]!, ...modrm(random, digit), ...le(random(2 ** 31))],
      [0xf6 + random(2), ...modrm(random, digit)],
      [0xfe + random(2), ...modrm(random, random(3))],
      [0x86 + random(2), ...modrm(random, 1)],
      [0x0f, [0xb0, 0xb1, 0xc0, 0xc1, 0xbc][random(5)]!, ...modrm(random, 1)],
      [0x0f, 0xba, ...modrm(random, digit), random(256)],
      // and edx, 0fffh first
      [0x0f, [0xa3, 0xab, 0xb3, 0xbb][random(4)]!, ...modrm(random, 2)],
    ];
    return [...[0x81, 0xe2, ...le(0xfff)], 0xf0, ...prefix(random), ...forms[random(forms.length)]!];
  },
  'REP before anything else': (random) => [
    ...(random(2) === 0 ? [0x31, 0xc9] : []),
    [0xf2, 0xf3][random(2)]!,
    ...(random(4) === 0 ? [SIZE] : []),
    ...[
      [0x90],
      [0x40 + random(8)],
      [0x8b, ...modrm(random, 1)],
      [0x0f, 0xbc, ...modrm(random, 1)],
      [0x89, ...modrm(random, 2)],
    ][random(5)]!,
  ],
  CMPXCHG8B: (random) => {
    // mov eax, [ebx + 4]; mov edx, [ebx + 8], or not: equal, or nearly never
    const equal = [0x8b, 0x43, 4, 0x8b, 0x53, 8];
    return [...(random(2) === 0 ? equal : []), ...(random(2) === 0 ? [0xf0] : []), 0x0f, 0xc7, 0x4b, 4];
  },
};

describe.each(Object.keys(FORMS))('%s', (name) => {
  it('end alike in the interpreter and in translations', () => {
    const trial = createTrials('interpreter', 'direct', 'eager', 'mixed');
    const random = createRandom(name.length);
    const word = () => [random(2 ** 32), random(256), 0, 1, -1, 0x8000_0000][random(6)]!;
    const faults = new Set<number>();
    for (let n = 0; n < TRIALS; n++) {
      const registers = Array.from({ length: 8 }, word);
      registers[EBX] = PLACES[random(PLACES.length)]!;
      const data = Array.from({ length: 16 }, word);
      // Flags that are read, and flags that nobody reads before they are replaced.
      const code = [
        ...FORMS[name]!(random),
        ...FORMS[name]!(random),
        ...(random(2) === 0 ? [0x01, 0xd2] : []),
      ];
      const [expected, ...found] = trial({ code, registers, flags: random(0x1000), data });
      for (const one of found) expect(one, code.map((byte) => byte.toString(16)).join(' ')).toEqual(expected);
      for (const { vector } of expected!) faults.add(vector);
    }
    // Without a fault, and with one of a page.
    expect(faults).toContain(-1);
    expect(faults).toContain(14);
  });
});
