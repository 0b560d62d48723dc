/**
 * The short way through a gate and back: 32-bit interrupt and trap gates into ring 0, IRET from there, SYSENTER and SYSEXIT, between flat
 * segments, as the kernels of today have them (SDM vol. 3A, sections 5.8.7, 5.8.8 and 6.12; vol. 2, the instructions). Written in
 * AssemblyScript: it runs as WebAssembly, and both the interpreter and compiled code call it.
 *
 * Each function looks at all that it needs before it changes anything, and returns 0 where something is not plain to see: a fault, a
 * segment that is not flat or not marked as accessed, a page that may not be accessed at full speed, a debugger who wants to hear of it. The
 * long way (`transfer.ts`, `interrupts.ts`) begins anew then, and is what decides: what it would have accessed by then has been, and no
 * more. Else it is done and on record.
 */
import { begin, end, isTold } from './record';
import {
  DPL_SHIFT,
  dropPrivilegedData,
  fillFlat,
  FLAT_CODE,
  FLAT_DATA,
  flatUpper,
  setRing,
} from './segments';
import {
  ADJ,
  ARITHMETIC,
  CARRY,
  CPL,
  CS,
  DELIVERIES,
  DELIVERY_SOURCE,
  DR7,
  DR7_GD,
  ECX,
  EDX,
  EIP,
  ESP,
  FLAT,
  get,
  hostOf,
  IDT_BASE,
  IDT_LIMIT,
  IF,
  MID_REP,
  NMI_STATE,
  NT,
  PROTECTED,
  RES,
  RF,
  SEG_ATTR,
  SEG_BASE,
  SEG_LIMIT,
  SEG_SEL,
  set,
  SS,
  SUPERVISOR_READ,
  SUPERVISOR_WRITE,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  SYSFLAGS,
  TF,
  TR,
  VIF,
  VIP,
  VM,
} from '../../assembly/state';

export { loadSegment } from './segments';

/** Upper dword of a gate: present, S, type, but for the bit that tells traps from interrupts. */
const GATE_BITS: i32 = 0x9e00;
const INTERRUPT_GATE: i32 = 0x8e00;
const TRAP: i32 = 0x100;
/** A TSS of 32 bits, as an attribute; where it has ESP0, and the last byte of its SS0 (SDM vol. 3A, figure 7-2). */
const WIDE: i32 = 8;
const ESP0: u32 = 4;
const SS0_END: u32 = 9;
/** `Source` of `interrupts.ts`. */
const SOFTWARE: i32 = 0;
const FAULT: i32 = 1;
const DEBUG_VECTOR: i32 = 1;
/** What IRET changes in ring 0, but for VM. */
const RETURN_FLAGS: i32 = 0x3d_7fd5;

let existing: i32 = 0;

/** @param bits of EFLAGS that the processor has */
export function setExistingFlags(bits: i32): void {
  existing = bits;
}

/** EFLAGS, from the words that `integer/flags.ts` explains. */
function flagImage(): i32 {
  const carry = get(CARRY);
  const mixed = get(RES) ^ get(ADJ);
  return (
    get(SYSFLAGS) |
    2 |
    (carry >>> 31) |
    ((~popcnt(mixed & 0xff) & 1) << 2) |
    ((carry & 8) << 1) |
    (get(RES) == 0 ? 0x40 : 0) |
    ((mixed >>> 31) << 7) |
    (((carry ^ (carry << 1)) >>> 31) << 11)
  );
}
function setFlags(image: i32): void {
  set(SYSFLAGS, image & ~ARITHMETIC & existing);
  const zero = (image & 0x40) != 0;
  const parityMismatch = ((image & 4) != 0) != zero;
  set(RES, zero ? 0 : 1);
  set(ADJ, ((image & 0x80) << 24) | (parityMismatch ? 1 : 0));
  const carry = image & 1;
  set(CARRY, (carry << 31) | ((carry ^ ((image >>> 11) & 1)) << 30) | ((image & 0x10) >>> 1));
}

/** Whether all dwords from the first to the last can be accessed, which are less than a page: the frames of some stacks lie on two. */
function reaches(first: u32, last: u32, right: i32): boolean {
  return (first & 3) == 0 && hostOf(first, 4, right) != 0 && hostOf(last, 4, right) != 0;
}
function peek(linear: u32): i32 {
  return load<i32>(hostOf(linear, 4, SUPERVISOR_READ));
}
function poke(linear: u32, value: i32): void {
  store<i32>(hostOf(linear, 4, SUPERVISOR_WRITE), value);
}

/** Enters the handler of `vector`. @param kind of the transition. @param errorCode pushed when not negative */
export function deliver(kind: i32, source: i32, vector: i32, errorCode: i32): i32 {
  if (isTold() || get(PROTECTED) == 0 || <u32>(vector * 8 + 7) > <u32>get(IDT_LIMIT)) return 0;
  const gate = hostOf(get(IDT_BASE) + vector * 8, 8, SUPERVISOR_READ);
  if (gate == 0) return 0;
  const low = load<i32>(gate);
  const high = load<i32>(gate, 4);
  if ((high & GATE_BITS) != INTERRUPT_GATE) return 0;
  if (source == SOFTWARE && ((high >>> DPL_SHIFT) & 3) < get(CPL)) return 0;
  const code = flatUpper(low >>> 16, FLAT_CODE);
  if (code == 0) return 0;

  const inner = get(CPL) != 0;
  let esp: u32 = get(ESP);
  let stack: i32 = 0;
  let data: i32 = 0;
  if (inner) {
    if ((load<i32>(SEG_ATTR + (TR << 2)) & WIDE) == 0 || load<u32>(SEG_LIMIT + (TR << 2)) < SS0_END) return 0;
    const task = hostOf(load<u32>(SEG_BASE + (TR << 2)) + ESP0, SS0_END + 1 - ESP0, SUPERVISOR_READ);
    if (task == 0) return 0;
    esp = load<u32>(task);
    stack = load<u16>(task, 4);
    data = (stack & 3) == 0 ? flatUpper(stack, FLAT_DATA) : 0;
    if (data == 0) return 0;
  } else if ((get(FLAT) & (1 << SS)) == 0) return 0;

  const bottom: u32 = esp - (inner ? 20 : 12) - (errorCode >= 0 ? 4 : 0);
  if (!reaches(esp - 4, bottom, SUPERVISOR_WRITE)) return 0;
  begin(kind, vector, errorCode);
  if (inner) {
    poke(esp - 4, load<i32>(SEG_SEL + (SS << 2)));
    poke(esp - 8, get(ESP));
    esp -= 8;
    fillFlat(SS, stack, data);
  }
  poke(esp - 4, flagImage() | (source == FAULT || get(MID_REP) != 0 ? RF : 0));
  poke(esp - 8, load<i32>(SEG_SEL + (CS << 2)));
  poke(esp - 12, get(EIP));
  if (errorCode >= 0) poke(esp - 16, errorCode);
  set(ESP, bottom);
  set(SYSFLAGS, get(SYSFLAGS) & ~(TF | NT | RF | VM | ((high & TRAP) == 0 ? IF : 0)));
  fillFlat(CS, (low >>> 16) & ~3, code);
  setRing(0);
  set(EIP, (low & 0xffff) | (high & 0xffff_0000));
  set(MID_REP, 0);
  if (vector == DEBUG_VECTOR && source != SOFTWARE) set(DR7, get(DR7) & ~DR7_GD);
  set(DELIVERIES, get(DELIVERIES) + 1);
  set(DELIVERY_SOURCE, source);
  end();
  return 1;
}

/** VIF and VIP both set may be a fault of the next instruction. */
function isInterruptPending(flags: i32): boolean {
  return (flags & (VIF | VIP)) == (VIF | VIP);
}

/** IRET with 32-bit operands. */
export function interruptReturn(kind: i32): i32 {
  if (isTold() || get(PROTECTED) == 0 || get(CPL) != 0 || (get(FLAT) & (1 << SS)) == 0) return 0;
  if ((get(SYSFLAGS) & NT) != 0 || get(NMI_STATE) != 0) return 0;
  const esp: u32 = get(ESP);
  if (!reaches(esp, esp + 8, SUPERVISOR_READ)) return 0;
  const selector = peek(esp + 4) & 0xffff;
  const image = peek(esp + 8);
  const ring = selector & 3;
  if ((image & VM) != 0 || isInterruptPending(image)) return 0;
  const code = flatUpper(selector, FLAT_CODE | (ring << DPL_SHIFT));
  if (code == 0) return 0;
  let to: u32 = esp + 12;
  let stack: i32 = 0;
  let data: i32 = 0;
  if (ring != 0) {
    if (!reaches(esp + 12, esp + 16, SUPERVISOR_READ)) return 0;
    to = peek(esp + 12);
    stack = peek(esp + 16) & 0xffff;
    data = (stack & 3) == ring ? flatUpper(stack, FLAT_DATA | (ring << DPL_SHIFT)) : 0;
    if (data == 0) return 0;
  }
  begin(kind, -1, -1);
  set(EIP, peek(esp));
  set(ESP, to);
  fillFlat(CS, selector, code);
  if (ring != 0) fillFlat(SS, stack, data);
  setFlags(image & RETURN_FLAGS);
  setRing(ring);
  if (ring != 0) dropPrivilegedData();
  end();
  return 1;
}

/** Flat segments of a ring as SYSENTER and SYSEXIT define them. */
function flatRing(selector: i32, ring: i32): void {
  fillFlat(CS, (selector & 0xfffc) | ring, FLAT_CODE | (ring << DPL_SHIFT));
  fillFlat(SS, ((selector + 8) & 0xfffc) | ring, FLAT_DATA | (ring << DPL_SHIFT));
  setRing(ring);
}

export function sysenter(kind: i32): i32 {
  const selector = get(SYSENTER_CS);
  if (isTold() || get(PROTECTED) == 0 || (selector & 0xfffc) == 0) return 0;
  begin(kind, -1, -1);
  set(SYSFLAGS, get(SYSFLAGS) & ~(VM | IF | RF));
  flatRing(selector, 0);
  set(ESP, get(SYSENTER_ESP));
  set(EIP, get(SYSENTER_EIP));
  end();
  return 1;
}

export function sysexit(kind: i32): i32 {
  const selector = get(SYSENTER_CS);
  if (isTold() || get(PROTECTED) == 0 || (selector & 0xfffc) == 0 || get(CPL) != 0) return 0;
  if (isInterruptPending(get(SYSFLAGS))) return 0;
  begin(kind, -1, -1);
  flatRing(selector + 16, 3);
  set(ESP, get(ECX));
  set(EIP, get(EDX));
  end();
  return 1;
}
