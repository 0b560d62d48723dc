/**
 * The instruction decoder (SDM vol. 2A, chapter 2): prefixes, opcode, ModRM, SIB, displacement, immediate.
 *
 * Bytes come from an injected reader, whose `next` may throw page faults or limit violations; this file knows no memory.
 */
import type { Faults } from '../interrupts/fault.ts';
import { CS, DS, EBP, EBX, EDI, ES, ESI, ESP, FS, GS, SS, ZERO } from '../state.ts';
import type { Insn } from './insn.ts';
import {
  type Immediate,
  type OpcodeMap,
  NO_PREFIX,
  type Operation,
  PREFIX_66,
  PREFIX_F2,
  PREFIX_F3,
  type Width,
} from './opcode-map.ts';

/** Longest legal instruction in bytes; one more is #GP(0). */
export const MAX_LENGTH = 15;

/** Supplies the bytes at consecutive addresses. */
export interface CodeReader {
  /** The bytes that are at hand, and where they are read. */
  bytes: Uint8Array;
  at: number;
  limit: number;
  /** The next byte when those are used up. */
  next(): number;
}

export interface Decoder {
  /**
   * Decodes one instruction, which begins at 0: its `end` is its length.
   * @param wide CS.D: 32-bit default sizes.
   * @param insn a new one, or one that has been cleared
   */
  decode(reader: CodeReader, wide: boolean, insn: Insn): void;
}

/** Base, index and default segment of 16-bit addressing forms (SDM vol. 2A, table 2-1). */
const BASE16 = [EBX, EBX, EBP, EBP, ESI, EDI, EBP, EBX];
const INDEX16 = [ESI, EDI, ESI, EDI, ZERO, ZERO, ZERO, ZERO];
const SEGMENT16 = [DS, DS, SS, SS, DS, DS, SS, DS];

const NO_OPERATION: Operation = {};

/**
 * Opcodes after 0F where 66, F2 and F3 are part of the opcode: the SIMD ones (SDM vol. 2D, table A-3). A combination
 * that the table leaves out is #UD there; elsewhere F2 and F3 mean nothing and 66 is the operand size.
 */
const chosenByPrefix = (second: number): boolean =>
  (second & 0xf8) === 0x10 ||
  (second & 0xf8) === 0x28 ||
  (second >= 0x50 && second <= 0x79) ||
  (second >= 0x7c && second <= 0x7f) ||
  second === 0xae ||
  (second >= 0xc2 && second <= 0xc6) ||
  (second >= 0xd0 && second !== 0xff);

/** SIMD opcodes with an immediate byte. */
const SIMD_IMMEDIATE = new Set([0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6]);
const EMMS = 0x77;

/** What follows the opcode of a SIMD form that does not exist: processors fetch all of it before they raise #UD. */
function missingSimd(second: number): Operation | undefined {
  if (!chosenByPrefix(second) || second === EMMS) return undefined;
  return { modrm: true, imm: SIMD_IMMEDIATE.has(second) ? 'u8' : 'none' };
}

export function createDecoder(map: OpcodeMap, { ud, gp }: Faults): Decoder {
  const invalid = () => ud();
  const tooLong = () => gp(0);

  let reader: CodeReader;
  let length = 0;

  const TOO_LONG = Symbol('instruction too long');

  function byte(): number {
    if (length === MAX_LENGTH) throw TOO_LONG;
    const value = reader.at < reader.limit ? reader.bytes[reader.at++]! : reader.next();
    length++;
    return value;
  }
  const signedByte = () => (byte() << 24) >> 24;
  const word = () => byte() | (byte() << 8);
  const dword = () => word() | (word() << 16);

  function registerIndex(number: number, width: Width, wide: boolean): number {
    if (width === 'raw') return number;
    const bits = width === 'v' ? (wide ? 32 : 16) : width;
    if (bits === 8) return (number & 3) * 4 + (number >> 2);
    return bits === 16 ? number * 2 : number;
  }

  function memoryOperand(insn: Insn, modrm: number, address32: boolean, override: number): void {
    const mod = modrm >> 6;
    const rm = modrm & 7;
    let segment: number = DS;
    if (address32) {
      if (rm === 4) {
        const sib = byte();
        const index = (sib >> 3) & 7;
        insn.scale = sib >> 6;
        insn.idx = index === ESP ? ZERO : index;
        insn.base = sib & 7;
      } else insn.base = rm;
      if (insn.base === EBP && mod === 0) {
        insn.base = ZERO;
        insn.disp = dword();
      } else if (insn.base === ESP || insn.base === EBP) segment = SS;
      if (mod === 1) insn.disp = signedByte();
      else if (mod === 2) insn.disp = dword();
    } else {
      insn.base = BASE16[rm];
      insn.idx = INDEX16[rm];
      segment = SEGMENT16[rm];
      if (mod === 0 && rm === 6) {
        insn.base = ZERO;
        insn.disp = word();
        segment = DS;
      } else if (mod === 1) insn.disp = signedByte();
      else if (mod === 2) insn.disp = word();
    }
    insn.seg = override >= 0 ? override : segment;
  }

  function immediate(insn: Insn, kind: Immediate, wide: boolean, address32: boolean): void {
    switch (kind) {
      case 'none':
        return;
      case 'u8':
        insn.imm = byte();
        return;
      case 's8':
        insn.imm = signedByte();
        return;
      case 'u16':
        insn.imm = word();
        return;
      case 'v':
        insn.imm = wide ? dword() : word();
        return;
      case 'rel':
        insn.imm = wide ? dword() : (word() << 16) >> 16;
        return;
      case 'moffs':
        insn.disp = address32 ? dword() : word();
        return;
      case 'far':
        insn.imm = wide ? dword() : word();
        insn.imm2 = word();
        return;
      case 'enter':
        insn.imm = word();
        insn.imm2 = byte();
        return;
    }
  }

  /** Index of an opcode after 0F: where prefixes choose the instruction, F2 and F3 come before 66. */
  function twoByteOpcode(second: number, rep: number, operandPrefix: boolean): number {
    const plane = rep === 0xf3 ? PREFIX_F3 : rep === 0xf2 ? PREFIX_F2 : operandPrefix ? PREFIX_66 : NO_PREFIX;
    return (chosenByPrefix(second) ? plane : NO_PREFIX) | second;
  }

  /** Fills in what differs from the beginning: an instruction that is #UD and ends its block. */
  function decodeInto(insn: Insn, codeWide: boolean): void {
    let wide = codeWide;
    let address32 = codeWide;
    let override = -1;
    let lock = false;
    let rep = 0;
    let operandPrefix = false;
    let opcode: number;
    prefixes: for (;;) {
      opcode = byte();
      switch (opcode) {
        case 0x26:
          override = ES;
          break;
        case 0x2e:
          override = CS;
          break;
        case 0x36:
          override = SS;
          break;
        case 0x3e:
          override = DS;
          break;
        case 0x64:
          override = FS;
          break;
        case 0x65:
          override = GS;
          break;
        case 0x66:
          wide = !codeWide;
          operandPrefix = true;
          break;
        case 0x67:
          address32 = !codeWide;
          break;
        case 0xf0:
          lock = true;
          break;
        case 0xf2:
        case 0xf3:
          rep = opcode;
          break;
        default:
          break prefixes;
      }
    }
    if (opcode === 0x0f) opcode = twoByteOpcode(byte(), rep, operandPrefix);

    insn.begin(opcode, rep, wide, address32, override >= 0 ? override : DS);
    const members = map.groups[opcode];
    let operation = members ? NO_OPERATION : map.entries[opcode];
    if (!operation && opcode > 0xff) operation = missingSimd(opcode & 0xff);
    insn.exec = invalid;
    if (!operation) return;

    let memory = false;
    if (members || operation.modrm) {
      const modrm = byte();
      const reg = (modrm >> 3) & 7;
      // x87 instructions have no immediate: this is what FOP holds.
      if ((opcode & 0x1f8) === 0xd8) insn.imm = ((opcode & 7) << 8) | modrm;
      if (members) operation = members[reg];
      memory = modrm < 0xc0 && !operation?.registerOnly;
      insn.modrm(members ? reg : -1, memory);
      if (memory) memoryOperand(insn, modrm, address32, override);
      if (!operation) {
        // Fetched before the #UD is raised, as long as the other members of the group.
        immediate(insn, members?.find((member) => member)?.imm ?? 'none', wide, address32);
        return;
      }
      insn.reg = registerIndex(reg, operation.regWidth ?? 'v', wide);
      insn.rm = registerIndex(modrm & 7, operation.rmWidth ?? 'v', wide);
      if (operation.swap && !memory) {
        const { reg: source, rm } = insn;
        insn.reg = rm;
        insn.rm = source;
      }
    } else if (operation.opcodeRegister) insn.rm = registerIndex(opcode & 7, operation.rmWidth ?? 'v', wide);
    immediate(insn, operation.imm ?? 'none', wide, address32);

    const handlers = memory ? operation.mem : operation.reg;
    if (!handlers || (lock && !(memory && operation.lock))) return;
    insn.allow(handlers[wide ? 1 : 0], operation.ends ?? false);
  }

  return {
    decode(source, wide, insn) {
      reader = source;
      length = 0;
      try {
        decodeInto(insn, wide);
      } catch (error) {
        if (error !== TOO_LONG) throw error;
        insn.refuse(tooLong);
      }
      insn.end = length;
    },
  };
}
