/**
 * The forms of instructions that are common (`common.ts`), by the opcode and the byte behind it: a ModRM, which tells registers from memory and
 * the operations of a group apart, or the second byte of an opcode. One jump leads to each.
 */

/** One byte for each pair: 0 is any other instruction. Filled when the module is made. */
const FORMS: u32 = 0xb_0000;

/** @param second the byte behind the opcode */
export function formOf(opcode: u32, second: u32): u32 {
  return load<u8>(FORMS + ((opcode << 8) | second));
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
export const NOP: u32 = 63;
export const LOAD_ABSOLUTE: u32 = 64;
export const STORE_ABSOLUTE: u32 = 65;
export const MOV_IMMEDIATE: u32 = 66;
export const SHIFT: u32 = 67;
export const RET: u32 = 68;
export const STORE_IMMEDIATE: u32 = 69;
export const CALL: u32 = 70;
export const JMP: u32 = 71;
export const JMP_SHORT: u32 = 72;
export const PREFIX: u32 = 73;
export const TWO_BYTES: u32 = 74;
export const CMP_BYTE_IMMEDIATE: u32 = 75;
export const ADD_SHORT: u32 = 76;
export const OR_SHORT: u32 = 77;
export const AND_SHORT: u32 = 78;
export const SUB_SHORT: u32 = 79;
export const XOR_SHORT: u32 = 80;
export const CMP_SHORT: u32 = 81;
export const CMP_SHORT_MEMORY: u32 = 82;
export const ADD_LONG: u32 = 83;
export const OR_LONG: u32 = 84;
export const AND_LONG: u32 = 85;
export const SUB_LONG: u32 = 86;
export const CMP_LONG: u32 = 87;
export const TEST_BYTE_REGISTER: u32 = 88;
export const TEST_BYTE_IMMEDIATE: u32 = 89;
export const STORE_WORD: u32 = 90;
export const LOAD_WORD: u32 = 91;
export const LEA: u32 = 92;
export const LEA_DS: u32 = 93;
export const STORE_BYTE_IMMEDIATE: u32 = 94;
export const ROL: u32 = 95;
export const ROR: u32 = 96;
export const SHL: u32 = 97;
export const SHR: u32 = 98;
export const SAR: u32 = 99;
export const LEAVE: u32 = 100;
export const PUSH_MEMORY: u32 = 101;
export const JO_NEAR: u32 = 102;
export const JNO_NEAR: u32 = 103;
export const JB_NEAR: u32 = 104;
export const JAE_NEAR: u32 = 105;
export const JE_NEAR: u32 = 106;
export const JNE_NEAR: u32 = 107;
export const JBE_NEAR: u32 = 108;
export const JA_NEAR: u32 = 109;
export const JS_NEAR: u32 = 110;
export const JNS_NEAR: u32 = 111;
export const JP_NEAR: u32 = 112;
export const JNP_NEAR: u32 = 113;
export const JL_NEAR: u32 = 114;
export const JGE_NEAR: u32 = 115;
export const JLE_NEAR: u32 = 116;
export const JG_NEAR: u32 = 117;
export const MOVZX_BYTE: u32 = 118;
export const MOVZX_WORD: u32 = 119;
export const MOVSX_BYTE: u32 = 120;
export const MOVSX_WORD: u32 = 121;
export const MULTIPLY: u32 = 122;

function set(opcode: u32, second: u32, form: u32): void {
  store<u8>(FORMS + ((opcode << 8) | second), form);
}
function setMemory(opcode: u32, form: u32): void {
  for (let modrm: u32 = 0; modrm < 0xc0; modrm++) set(opcode, modrm, form);
}
function setRegisters(opcode: u32, form: u32): void {
  for (let modrm: u32 = 0xc0; modrm < 0x100; modrm++) set(opcode, modrm, form);
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
/** One operation of a group, with its operand in a register. */
function setRegistersOf(opcode: u32, digit: u32, form: u32): void {
  for (let n: u32 = 0; n < 8; n++) set(opcode, 0xc0 | (digit << 3) | n, form);
}
/** The same in memory. */
function setMemoryOf(opcode: u32, digit: u32, form: u32): void {
  for (let mod: u32 = 0; mod < 0xc0; mod += 0x40)
    for (let n: u32 = 0; n < 8; n++) set(opcode, mod | (digit << 3) | n, form);
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
setBoth(0x3c, CMP_BYTE_IMMEDIATE);
setBoth(0x81, GROUP_1);
setRegistersOf(0x81, 0, ADD_LONG);
setRegistersOf(0x81, 1, OR_LONG);
setRegistersOf(0x81, 4, AND_LONG);
setRegistersOf(0x81, 5, SUB_LONG);
setRegistersOf(0x81, 7, CMP_LONG);
setBoth(0x83, GROUP_1_SHORT);
setRegistersOf(0x83, 0, ADD_SHORT);
setRegistersOf(0x83, 1, OR_SHORT);
setRegistersOf(0x83, 4, AND_SHORT);
setRegistersOf(0x83, 5, SUB_SHORT);
setRegistersOf(0x83, 6, XOR_SHORT);
setRegistersOf(0x83, 7, CMP_SHORT);
setMemoryOf(0x83, 7, CMP_SHORT_MEMORY);
setRegisters(0x84, TEST_BYTE_REGISTER);
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
setRegistersOf(0xc1, 0, ROL);
setRegistersOf(0xc1, 1, ROR);
setRegistersOf(0xc1, 4, SHL);
setRegistersOf(0xc1, 5, SHR);
setRegistersOf(0xc1, 7, SAR);
setBoth(0xd1, SHIFT);
setBoth(0xd3, SHIFT);
setBoth(0xc3, RET);
setMemoryOf(0xc6, 0, STORE_BYTE_IMMEDIATE);
setMemoryOf(0xc7, 0, STORE_IMMEDIATE);
setBoth(0xc9, LEAVE);
setBoth(0xe8, CALL);
setBoth(0xe9, JMP);
setBoth(0xeb, JMP_SHORT);
setRegistersOf(0xf6, 0, TEST_BYTE_IMMEDIATE);
setMemoryOf(0xf6, 0, TEST_BYTE_IMMEDIATE);
setMemoryOf(0xff, 6, PUSH_MEMORY);
setBoth(0x0f, TWO_BYTES);
for (let condition: u32 = 0; condition < 16; condition++) set(0x0f, 0x80 + condition, JO_NEAR + condition);
set(0x0f, 0xaf, MULTIPLY);
set(0x0f, 0xb6, MOVZX_BYTE);
set(0x0f, 0xb7, MOVZX_WORD);
set(0x0f, 0xbe, MOVSX_BYTE);
set(0x0f, 0xbf, MOVSX_WORD);
// ES, SS, DS, FS, GS, operand size.
for (let segment: u32 = 0x26; segment <= 0x3e; segment += 8) if (segment != 0x2e) setBoth(segment, PREFIX);
for (let prefix: u32 = 0x64; prefix <= 0x66; prefix++) setBoth(prefix, PREFIX);
// LOCK, REPNE, REPE.
setBoth(0xf0, PREFIX);
setBoth(0xf2, PREFIX);
setBoth(0xf3, PREFIX);
// The most common with a prefix: what functions begin with that may be traced is LEA with DS.
set(0x3e, 0x8d, LEA_DS);
set(0x66, 0x89, STORE_WORD);
set(0x66, 0x8b, LOAD_WORD);
