/** The forms of instructions that are common (`common.ts`), by opcode and by whether ModRM names a register. */

/** One byte for each: 0 is any other instruction. Filled when the module is made. */
const FORMS: u32 = 0xb_0000;
const REGISTERS: u32 = 0x100;

/** @param second the byte behind the opcode, which may be a ModRM */
export function formOf(opcode: u32, second: u32): u32 {
  return load<u8>(FORMS + opcode + (second >= 0xc0 ? REGISTERS : 0));
}

export const ADD_MEMORY: u32 = 1;
export const ADD_FROM_MEMORY: u32 = 2;
export const ADD_REGISTER: u32 = 3;
export const ADD_FROM_REGISTER: u32 = 4;
export const ADD_IMMEDIATE: u32 = 5;
export const OR_MEMORY: u32 = 6;
export const OR_FROM_MEMORY: u32 = 7;
export const OR_REGISTER: u32 = 8;
export const OR_FROM_REGISTER: u32 = 9;
export const OR_IMMEDIATE: u32 = 10;
export const AND_MEMORY: u32 = 11;
export const AND_FROM_MEMORY: u32 = 12;
export const AND_REGISTER: u32 = 13;
export const AND_FROM_REGISTER: u32 = 14;
export const AND_IMMEDIATE: u32 = 15;
export const SUB_MEMORY: u32 = 16;
export const SUB_FROM_MEMORY: u32 = 17;
export const SUB_REGISTER: u32 = 18;
export const SUB_FROM_REGISTER: u32 = 19;
export const SUB_IMMEDIATE: u32 = 20;
export const XOR_MEMORY: u32 = 21;
export const XOR_FROM_MEMORY: u32 = 22;
export const XOR_REGISTER: u32 = 23;
export const XOR_FROM_REGISTER: u32 = 24;
export const XOR_IMMEDIATE: u32 = 25;
export const CMP_MEMORY: u32 = 26;
export const CMP_FROM_MEMORY: u32 = 27;
export const CMP_REGISTER: u32 = 28;
export const CMP_FROM_REGISTER: u32 = 29;
export const CMP_IMMEDIATE: u32 = 30;
export const INC: u32 = 31;
export const DEC: u32 = 32;
export const PUSH: u32 = 33;
export const POP: u32 = 34;
export const PUSH_IMMEDIATE: u32 = 35;
export const PUSH_SHORT: u32 = 36;
export const JO: u32 = 37;
export const JNO: u32 = 38;
export const JB: u32 = 39;
export const JAE: u32 = 40;
export const JE: u32 = 41;
export const JNE: u32 = 42;
export const JBE: u32 = 43;
export const JA: u32 = 44;
export const JS: u32 = 45;
export const JNS: u32 = 46;
export const JP: u32 = 47;
export const JNP: u32 = 48;
export const JL: u32 = 49;
export const JGE: u32 = 50;
export const JLE: u32 = 51;
export const JG: u32 = 52;
export const GROUP_1: u32 = 53;
export const GROUP_1_SHORT: u32 = 54;
export const TEST_MEMORY: u32 = 55;
export const TEST_REGISTER: u32 = 56;
export const STORE_BYTE: u32 = 57;
export const STORE: u32 = 58;
export const MOV_REGISTER: u32 = 59;
export const LOAD_BYTE: u32 = 60;
export const LOAD: u32 = 61;
export const MOV_FROM_REGISTER: u32 = 62;
export const LEA: u32 = 63;
export const NOP: u32 = 64;
export const LOAD_ABSOLUTE: u32 = 65;
export const STORE_ABSOLUTE: u32 = 66;
export const MOV_IMMEDIATE: u32 = 67;
export const SHIFT: u32 = 68;
export const RET: u32 = 69;
export const STORE_IMMEDIATE: u32 = 70;
export const CALL: u32 = 71;
export const JMP: u32 = 72;
export const JMP_SHORT: u32 = 73;
export const PREFIX: u32 = 74;
export const TWO_BYTES: u32 = 75;

function setMemory(opcode: u32, form: u32): void {
  store<u8>(FORMS + opcode, form);
}
function setRegisters(opcode: u32, form: u32): void {
  store<u8>(FORMS + REGISTERS + opcode, form);
}
/** There is no ModRM, or it does not matter what it names. */
function setBoth(opcode: u32, form: u32): void {
  setMemory(opcode, form);
  setRegisters(opcode, form);
}
/** The lowest three bits name a register. */
function setEight(opcode: u32, form: u32): void {
  for (let n: u32 = 0; n < 8; n++) setBoth(opcode + n, form);
}
/** The forms of an operation whose first opcode it is, from the first of these on. */
function setOperation(opcode: u32, form: u32): void {
  setMemory(opcode + 1, form);
  setMemory(opcode + 3, form + 1);
  setRegisters(opcode + 1, form + 2);
  setRegisters(opcode + 3, form + 3);
  setBoth(opcode + 5, form + 4);
}

setOperation(0x00, ADD_MEMORY);
setOperation(0x08, OR_MEMORY);
setOperation(0x20, AND_MEMORY);
setOperation(0x28, SUB_MEMORY);
setOperation(0x30, XOR_MEMORY);
setOperation(0x38, CMP_MEMORY);
setEight(0x40, INC);
setEight(0x48, DEC);
setEight(0x50, PUSH);
setEight(0x58, POP);
setBoth(0x68, PUSH_IMMEDIATE);
setBoth(0x6a, PUSH_SHORT);
for (let condition: u32 = 0; condition < 16; condition++) setBoth(0x70 + condition, JO + condition);
setBoth(0x81, GROUP_1);
setBoth(0x83, GROUP_1_SHORT);
setMemory(0x85, TEST_MEMORY);
setRegisters(0x85, TEST_REGISTER);
setMemory(0x88, STORE_BYTE);
setMemory(0x89, STORE);
setRegisters(0x89, MOV_REGISTER);
setMemory(0x8a, LOAD_BYTE);
setMemory(0x8b, LOAD);
setRegisters(0x8b, MOV_FROM_REGISTER);
setMemory(0x8d, LEA);
setBoth(0x90, NOP);
setBoth(0xa1, LOAD_ABSOLUTE);
setBoth(0xa3, STORE_ABSOLUTE);
setEight(0xb8, MOV_IMMEDIATE);
setBoth(0xc1, SHIFT);
setBoth(0xd1, SHIFT);
setBoth(0xd3, SHIFT);
setBoth(0xc3, RET);
setMemory(0xc7, STORE_IMMEDIATE);
setBoth(0xe8, CALL);
setBoth(0xe9, JMP);
setBoth(0xeb, JMP_SHORT);
setBoth(0x0f, TWO_BYTES);
// ES, SS, DS, FS, GS, operand size.
for (let segment: u32 = 0x26; segment <= 0x3e; segment += 8) if (segment != 0x2e) setBoth(segment, PREFIX);
for (let prefix: u32 = 0x64; prefix <= 0x66; prefix++) setBoth(prefix, PREFIX);
// LOCK, REPNE, REPE.
setBoth(0xf0, PREFIX);
setBoth(0xf2, PREFIX);
setBoth(0xf3, PREFIX);
