/**
 * Random programs for comparing the tiers: loops, calls, branches, memory, strings, faults that are mended and run again, code that
 * rewrites itself. They end with HLT, or go on until their time is over; both are the same in every tier.
 *
 * EBX points to data, EBP to its middle, ESP to the stack; no instruction writes to these but those of the stack. The outer loop
 * counts in memory.
 */
import { CODE, le } from '../../cpu/testing/bare-machine.ts';
import { floating } from './random-floats.ts';
import { byteRegister, imm32, imm8, MASK_INDEX, memory, type Random, register } from './random-operands.ts';
import { COUNTER, SOFTWARE, visitRing3 } from './random-rings.ts';
import { system } from './random-system.ts';

interface Program {
  readonly bytes: Uint8Array;
}

/** One instruction, or a few that belong together. @param user it runs in ring 3 */
function instruction(random: Random, user = false): number[] {
  const inMemory = random(3) === 0;
  const rm = (reg: number) => {
    if (!inMemory) return [0xc0 | (reg << 3) | register(random)];
    return memory(random, reg);
  };
  const rm8 = (reg: number) => (inMemory ? memory(random, reg) : [0xc0 | (reg << 3) | byteRegister(random)]);
  const mask = inMemory ? MASK_INDEX : [];
  const size16 = random(6) === 0 ? [0x66] : [];
  switch (random(28)) {
    case 0:
    case 1:
    case 2: {
      // The eight operations, all six forms.
      const operation = random(8) * 8;
      switch (random(4)) {
        case 0:
          return [...mask, operation | (random(2) * 2), ...rm8(byteRegister(random))];
        case 1:
          return [...mask, ...size16, operation | 1 | (random(2) * 2), ...rm(register(random))];
        case 2:
          return [...mask, ...size16, 0x83, ...rm(operation >> 3), imm8(random)];
        default:
          return [...mask, 0x81, ...rm(operation >> 3), ...le(imm32(random))];
      }
    }
    case 3:
      return [...mask, ...size16, 0x89 | (random(2) * 2), ...rm(register(random))];
    case 4:
      return [...mask, 0x88 | (random(2) * 2), ...rm8(byteRegister(random))];
    case 5:
      return [0xb8 | register(random), ...le(imm32(random))];
    case 6:
      return [...mask, ...size16, 0xff, ...rm(random(2))];
    case 7:
      return [...mask, 0xfe, ...rm8(random(2))];
    case 8: {
      // Shifts and rotates, RCL and RCR too.
      const [opcode, count] = [
        [0xc1, [imm8(random)]],
        [0xd1, []],
        [0xd3, []],
      ][random(3)] as [number, number[]];
      return [...mask, ...size16, opcode, ...rm(random(8)), ...count];
    }
    case 9: {
      const [opcode, count] = [
        [0xc0, [imm8(random)]],
        [0xd0, []],
        [0xd2, []],
      ][random(3)] as [number, number[]];
      return [...mask, opcode, ...rm8(random(8)), ...count];
    }
    case 10:
      return [...mask, ...size16, 0x85, ...rm(register(random))];
    case 11:
      return [...mask, ...size16, 0xf7, ...rm(2 + random(2))];
    case 12:
      return random(2) === 0
        ? [...mask, ...size16, 0x0f, 0xaf, ...rm(register(random))]
        : random(3) === 0
          ? [...mask, 0xf6, ...rm8(4 + random(2))]
          : [...mask, ...size16, 0xf7, ...rm(4 + random(2))];
    case 13:
      // A division that faults when ECX is 0 or EDX is not less; the handler mends both.
      switch (random(3)) {
        case 0:
          return [...size16, 0x99, ...size16, 0xf7, 0xf9];
        case 1:
          return [0x83, 0xe2, 7, ...size16, 0xf7, 0xf1];
        default:
          return [0xf6, 0xf1 | (random(2) << 3)];
      }
    case 14:
      return [...mask, ...size16, 0x0f, [0xb6, 0xb7, 0xbe, 0xbf][random(4)]!, ...rm(register(random))];
    case 15:
      return [...mask, 0x0f, 0x90 | random(16), ...rm8(0)];
    case 16:
      return [...mask, ...size16, 0x0f, 0x40 | random(16), ...rm(register(random))];
    case 17: {
      const [push, pop] = [0x50 | register(random), 0x58 | register(random)];
      const inside = instructionWithoutStack(random);
      if (random(3) === 0) return [0x9c, 0x9d];
      // enter imm16, 0; leave
      return random(4) === 0
        ? [0xc8, imm8(random) & 0x7c, 0, 0, ...inside, 0xc9]
        : [...size16, push, ...inside, ...size16, pop];
    }
    case 18:
      return [...mask, ...size16, 0x0f, [0xa4, 0xac][random(2)]!, ...rm(register(random)), imm8(random)];
    case 19:
      if (random(3) === 0) {
        // A bit string: and reg, 3ffh; bt [ebx + disp32], reg and relatives
        const bit = register(random);
        const strings = [0xa3, 0xab, 0xb3, 0xbb];
        return [
          0x81,
          0xe0 | bit,
          ...le(0x3ff),
          ...size16,
          0x0f,
          strings[random(4)]!,
          0x83 | (bit << 3),
          ...le(random(0x400)),
        ];
      }
      return random(2) === 0
        ? [...mask, ...size16, 0x0f, [0xbc, 0xbd][random(2)]!, ...rm(register(random))]
        : [...mask, ...size16, 0x0f, 0xba, ...rm(4 + random(4)), imm8(random)];
    case 20:
      if (random(4) === 0) return [...MASK_INDEX, 0x0f, 0xc7, ...memory(random, 1)];
      return random(2) === 0
        ? [...mask, 0x0f, [0xb1, 0xc1][random(2)]!, ...rm(register(random))]
        : [...mask, 0x87, ...rm(register(random))];
    case 21:
      return [[0x98], [0x99], [0x66, 0x98], [0xf5], [0xf8], [0xf9], [0x0f, 0xc8], [0x9f], [0x9e], [0x37]][
        random(10)
      ]!;
    case 22: {
      // A string instruction within the data: ESI and EDI to its beginning and middle, ECX small.
      const opcode = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xae, 0xaf][random(9)]!;
      const repeat = [[], [0xf3], [0xf2]][random(3)]!;
      const setUp = [0x89, 0xde, 0x89, 0xef, 0x83, 0xe1, random(2) === 0 ? 0x1f : 0x7f];
      return [...setUp, ...(random(4) === 0 ? [0xfd] : []), ...size16, ...repeat, opcode, 0xfc];
    }
    case 23:
      return user ? [0xcd, SOFTWARE] : system(random);
    case 26:
      return user ? [0x90] : visitRing3(random, (own) => instruction(own, true));
    case 24:
    case 25:
      return floating(random);
    default:
      return [...mask, 0x8d, ...memory(random, register(random))];
  }
}

function instructionWithoutStack(random: Random): number[] {
  return [0x81, 0xc0 | (random(8) << 3) | register(random), ...le(imm32(random))];
}

/** Some instructions with branches among them; all jumps go forward, but for loops of their own. */
function straight(random: Random, length: number): number[] {
  const bytes: number[] = [];
  for (let n = 0; n < length; n++) {
    const kind = random(12);
    if (kind === 0) {
      const inside = straight(random, 1 + random(3));
      if (inside.length < 120) bytes.push(0x70 | random(16), inside.length);
      bytes.push(...inside);
    } else if (kind === 1) {
      // A loop whose counter is on the stack: push 2..9; body; dec dword [esp]; jnz; pop edx
      const body = straight(random, 1 + random(4));
      const back = -(body.length + 5);
      if (back < -120) bytes.push(...body);
      else bytes.push(0x6a, 2 + random(8), ...body, 0xff, 0x0c, 0x24, 0x75, back & 0xff, 0x5a);
    } else bytes.push(...instruction(random));
  }
  return bytes;
}

/** @returns code for `CODE` that runs an outer loop some times, with functions that it calls and immediates that it rewrites */
export function randomProgram(random: Random): Program {
  const functions = Array.from({ length: 1 + random(3) }, () => [...straight(random, 2 + random(7)), 0xc3]);
  const start = [0xc7, 0x05, ...le(COUNTER), ...le(10 + random(40))];
  const parts: number[] = [];
  const calls: { at: number; target: number }[] = [];
  for (let n = 1 + random(4); n > 0; n--) {
    parts.push(...straight(random, 2 + random(6)));
    const kind = random(12);
    if (kind < 6) {
      calls.push({ at: parts.length + 1, target: random(functions.length) });
      parts.push(0xe8, 0, 0, 0, 0);
    } else if (kind === 6) {
      // Rewrites the immediate of the next instruction: add byte [code], 1; mov eax, imm32
      const at = CODE + start.length + parts.length + 8;
      parts.push(0x80, 0x05, ...le(at), 1, 0xb8, ...le(imm32(random)));
    } else {
      // An indirect call through a register.
      calls.push({ at: parts.length + 1, target: random(functions.length) + 100 });
      parts.push(0xba, 0, 0, 0, 0, 0xff, 0xd2);
    }
  }
  // dec dword [counter]; jz +5; jmp parts; hlt
  parts.push(0xff, 0x0d, ...le(COUNTER), 0x74, 5);
  parts.push(0xe9, ...le(-(parts.length + 5)), 0xf4);
  const bytes = [...start, ...parts];
  const entries = functions.map((code) => {
    const at = bytes.length;
    bytes.push(...code);
    return at;
  });
  for (const { at, target } of calls) {
    const place = start.length + at;
    const value = target >= 100 ? CODE + entries[target - 100]! : entries[target]! - (place + 4);
    le(value).forEach((byte, n) => (bytes[place + n] = byte));
  }
  return { bytes: Uint8Array.from(bytes) };
}
