/**
 * The opcode maps: what the decoder must know about each opcode (SDM vol. 2D, appendix A), filled by the files of the instruction families.
 */
import type { Handler } from './insn.ts';

/** What follows the opcode and ModRM bytes. */
export type Immediate =
  | 'none'
  /** One byte, zero extended. */
  | 'u8'
  /** One byte, sign extended. */
  | 's8'
  /** Two bytes, zero extended. */
  | 'u16'
  /** Operand size, 16-bit values zero extended. */
  | 'v'
  /** A branch displacement of operand size, sign extended. */
  | 'rel'
  /** An address of address size. */
  | 'moffs'
  /** offset (operand size) and selector. */
  | 'far'
  /** 16-bit size and 8-bit level of ENTER. */
  | 'enter';

/** Width of a register operand: 8, 16, 32, by operand size ('v'), or a raw number ('raw'). */
export type Width = 8 | 16 | 32 | 'v' | 'raw';

/** Handlers for 16- and 32-bit operand size. */
export type BySize = readonly [Handler, Handler];

export interface Operation {
  /** Has a ModRM byte. Group members have it from their group. */
  readonly modrm?: boolean;
  readonly imm?: Immediate;
  /** Handlers of the register form, or of an instruction without ModRM. Missing: #UD. */
  readonly reg?: BySize;
  /** Handlers of the memory form. Missing: #UD. */
  readonly mem?: BySize;
  readonly regWidth?: Width;
  readonly rmWidth?: Width;
  /** In the register form, exchange the roles of reg and rm (the opcode's direction bit). */
  readonly swap?: boolean;
  /** The low three opcode bits name the rm register. */
  readonly opcodeRegister?: boolean;
  /** ModRM always names a register, whatever its mod field says (MOV to and from control registers). */
  readonly registerOnly?: boolean;
  /** Ends the block: transfers control, touches interrupts, I/O, paging or segments. */
  readonly ends?: boolean;
  /** LOCK is allowed on the memory form. */
  readonly lock?: boolean;
}

/** Eight operations chosen by ModRM reg; a missing one is #UD. */
export type Group = readonly (Operation | undefined)[];

/** Where the opcodes after 0F stand: those without a mandatory prefix, and those with each of them. */
export const NO_PREFIX = 0x100;
export const PREFIX_66 = 0x200;
export const PREFIX_F3 = 0x300;
export const PREFIX_F2 = 0x400;

export interface OpcodeMap {
  /** 0-FFh: one-byte opcodes; 100h-1FFh: opcodes after 0F; then the same for each mandatory prefix. */
  readonly entries: (Operation | undefined)[];
  readonly groups: (Group | undefined)[];
  define(opcode: number, operation: Operation): void;
  group(opcode: number, members: Group): void;
}

export function createOpcodeMap(): OpcodeMap {
  const entries: (Operation | undefined)[] = new Array<Operation | undefined>(0x500).fill(undefined);
  const groups: (Group | undefined)[] = new Array<Group | undefined>(0x500).fill(undefined);
  return {
    entries,
    groups,
    define(opcode, operation) {
      entries[opcode] = operation;
    },
    group(opcode, members) {
      groups[opcode] = members;
    },
  };
}

/** The same handler for both operand sizes. */
export const both = (handler: Handler): BySize => [handler, handler];
