/** Segments that are loaded in the plain case: their descriptors are at hand in the GDT, marked as accessed, and nothing faults. */
import {
  AC,
  ALIGN,
  CPL,
  CR0,
  CR0_AM,
  CS,
  DS,
  ES,
  FAST_READ,
  FAST_WRITE,
  FLAT,
  FS,
  GDT_BASE,
  GDT_LIMIT,
  get,
  GS,
  hostOf,
  NEED_READ,
  NEED_WRITE,
  PROTECTED,
  SEG_ATTR,
  SEG_BASE,
  SEG_FAST,
  SEG_LIMIT,
  SEG_SEL,
  set,
  SS,
  STACK_MASK,
  SUPERVISOR_READ,
  SUPERVISOR_WRITE,
  SYSFLAGS,
  UNLIMITED,
  USER_READ,
  USER_WRITE,
} from '../../assembly/state';

/** Lower dword of a descriptor with base 0 and limit FFFFFh. */
const FLAT_LOW: i32 = 0xffff;
/** Upper dwords for ring 0, without AVL: present, granular, 32 bits; readable code, writable data; accessed. */
export const FLAT_CODE: i32 = 0x00cf_9b00;
export const FLAT_DATA: i32 = 0x00cf_9300;
const AVAILABLE: i32 = 0x10_0000;
/** Where the ring stands in them. */
export const DPL_SHIFT: i32 = 13;

/** Of a descriptor's upper dword: present, S, code, writable, accessed; and how they are in plain data segments. */
const PLAIN_BITS: i32 = 0x9b00;
const PLAIN_DATA: i32 = 0x9300;
const EXPAND_DOWN: i32 = 0x400;
const GRANULAR: i32 = 0x80_0000;

/** Where the descriptor of a selector lies, if it is one of the GDT; else 0. */
function descriptorOf(selector: i32): u32 {
  if ((selector & 4) != 0 || (selector & 0xfff8) == 0 || <u32>(selector | 7) > <u32>get(GDT_LIMIT)) return 0;
  return hostOf(get(GDT_BASE) + (selector & 0xfff8), 8, SUPERVISOR_READ);
}

/** The upper dword of a flat descriptor that is `wanted` but for AVL; else 0. */
export function flatUpper(selector: i32, wanted: i32): i32 {
  const host = descriptorOf(selector);
  if (host == 0 || load<i32>(host) != FLAT_LOW) return 0;
  const upper = load<i32>(host, 4);
  return (upper & ~AVAILABLE) == wanted ? upper : 0;
}

function fill(seg: u32, selector: i32, base: i32, limit: u32, upper: i32, fast: i32): void {
  const at = seg << 2;
  store<i32>(SEG_SEL + at, selector);
  store<i32>(SEG_BASE + at, base);
  store<u32>(SEG_LIMIT + at, limit);
  store<i32>(SEG_ATTR + at, (upper >>> 8) & 0xf0ff);
  store<i32>(SEG_FAST + at, fast);
}

/** Loads CS or SS with a flat segment. */
export function fillFlat(seg: u32, selector: i32, upper: i32): void {
  fill(seg, selector, 0, 0xffff_ffff, upper, seg == CS ? FAST_READ : FAST_READ | FAST_WRITE);
  const bit = 1 << seg;
  set(FLAT, get(FLAT) | bit);
  set(UNLIMITED, get(UNLIMITED) | bit);
  if (seg == SS) set(STACK_MASK, -1);
}

/** Loads ES, DS, FS or GS. */
function fillData(seg: u32, selector: i32, base: i32, limit: u32, upper: i32): void {
  const anywhere = limit == 0xffff_ffff && (upper & EXPAND_DOWN) == 0;
  fill(seg, selector, base, limit, upper, anywhere ? FAST_READ | FAST_WRITE : 0);
  const bit = 1 << seg;
  set(UNLIMITED, (get(UNLIMITED) & ~bit) | (anywhere ? bit : 0));
  set(FLAT, (get(FLAT) & ~bit) | (anywhere && base == 0 ? bit : 0));
}

/** Makes the ring the current one, with what hangs on it. */
export function setRing(ring: i32): void {
  const user = ring == 3;
  const align = user && (get(SYSFLAGS) & AC) != 0 && (get(CR0) & CR0_AM) != 0;
  set(CPL, ring);
  set(ALIGN, align ? 1 : 0);
  set(NEED_READ, align ? 0 : user ? USER_READ : SUPERVISOR_READ);
  set(NEED_WRITE, align ? 0 : user ? USER_WRITE : SUPERVISOR_WRITE);
}

/** Code or data, and its attributes: conforming code. */
const SEGMENT: i32 = 0x10;
const CODE_AND_CONFORMING: i32 = 0xc;

function dropPrivileged(seg: u32): void {
  const attr = load<i32>(SEG_ATTR + (seg << 2));
  const conforming = (attr & CODE_AND_CONFORMING) == CODE_AND_CONFORMING;
  if ((attr & SEGMENT) != 0 && !conforming && ((attr >>> 5) & 3) < get(CPL)) fillData(seg, 0, 0, 0, 0);
}

/** Data segments that an outer ring may not use become null. */
export function dropPrivilegedData(): void {
  dropPrivileged(ES);
  dropPrivileged(DS);
  dropPrivileged(FS);
  dropPrivileged(GS);
}

/** Of `loadSegment`: as `Loaded` in `rings.ts`. */
const NOT: i32 = 0;
const FINE: i32 = 1;
const OTHERWISE: i32 = 2;

/**
 * Loads ES, DS, FS or GS where that cannot fault and changes no memory: a null selector, or one of a writable data segment. Says too
 * whether the segment is as flat, or as unlimited for FS and GS, as it was before.
 */
export function loadSegment(seg: u32, selector: i32): i32 {
  if (get(PROTECTED) == 0) return NOT;
  const taken = seg < FS ? FLAT : UNLIMITED;
  const before = get(taken);
  if ((selector & 0xfffc) == 0) fillData(seg, selector, 0, 0, 0);
  else {
    const host = descriptorOf(selector);
    if (host == 0) return NOT;
    const low = load<i32>(host);
    const upper = load<i32>(host, 4);
    const dpl = (upper >>> DPL_SHIFT) & 3;
    if ((upper & PLAIN_BITS) != PLAIN_DATA || (selector & 3) > dpl || get(CPL) > dpl) return NOT;
    const raw: u32 = (low & 0xffff) | (upper & 0xf_0000);
    const limit: u32 = (upper & GRANULAR) != 0 ? (raw << 12) | 0xfff : raw;
    fillData(seg, selector, (low >>> 16) | ((upper & 0xff) << 16) | (upper & 0xff00_0000), limit, upper);
  }
  return get(taken) == before ? FINE : OTHERWISE;
}
