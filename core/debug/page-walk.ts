/**
 * Translations of linear addresses, level by level, without setting accessed or dirty bits, without the TLB and without
 * faults (SDM vol. 3A, sections 4.3 and 4.4): what a person sees of a page walk, and why an access would fault.
 */
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import type { AccessKind, PageLevel, PageWalk, WalkFault } from '../protocol/debug-protocol.ts';

/** An address space: the value of CR3, or `undefined` with paging off (and for physical addresses). */
export interface AddressSpace {
  readonly cr3: number | undefined;
  /** CR4.PSE: directory entries may map 4 MiB. */
  readonly pse: boolean;
  /** CR4.PAE: three levels of 64-bit entries. */
  readonly pae?: boolean;
  /** CR0.WP: ring 0 must not write read-only pages. */
  readonly wp?: boolean;
  /** EFER.NXE: bit 63 of a PAE entry forbids execution. */
  readonly nxe?: boolean;
}

export const PHYSICAL: AddressSpace = { cr3: undefined, pse: false };

/** Bits of a page-table entry (SDM vol. 3A, tables 4-4 to 4-6 and 4-8 to 4-11). */
export const Entry = {
  Present: 1,
  Writable: 2,
  User: 4,
  WriteThrough: 8,
  CacheDisable: 0x10,
  Accessed: 0x20,
  Dirty: 0x40,
  Large: 0x80,
  Global: 0x100,
  /** In the upper dword. */
  NoExecute: 0x8000_0000 | 0,
} as const;

/** Reserved bits of entries: of the lower dword of a large page's, and of the upper one with MAXPHYADDR 36. */
const RESERVED_4M = 0x003f_e000;
const RESERVED_2M = 0x001f_e000;
const RESERVED_POINTER = 0x1e6;
const RESERVED_HIGH = 0x7fff_fff0;

interface Format {
  readonly name: PageLevel['name'];
  readonly shift: number;
  readonly indexMask: number;
  /** Bytes of an entry. */
  readonly size: 4 | 8;
  /** Bytes that an entry with its PS bit set maps; 0 where there is no such bit. */
  readonly large: number;
  /** Low bits of CR3 or of the entry above that are no address. */
  readonly baseMask: number;
}
const LEVELS_32: readonly Format[] = [
  { name: 'PDE', shift: 22, indexMask: 0x3ff, size: 4, large: 0x40_0000, baseMask: -0x1000 },
  { name: 'PTE', shift: 12, indexMask: 0x3ff, size: 4, large: 0, baseMask: -0x1000 },
];
const LEVELS_PAE: readonly Format[] = [
  { name: 'PDPTE', shift: 30, indexMask: 3, size: 8, large: 0, baseMask: -0x20 },
  { name: 'PDE', shift: 21, indexMask: 0x1ff, size: 8, large: 0x20_0000, baseMask: -0x1000 },
  { name: 'PTE', shift: 12, indexMask: 0x1ff, size: 8, large: 0, baseMask: -0x1000 },
];

function reservedBits(format: Format, low: number, high: number, large: boolean, nxe: boolean): boolean {
  if (format.size === 4) return large && (low & RESERVED_4M) !== 0;
  const highMask = RESERVED_HIGH | (nxe && format.name !== 'PDPTE' ? 0 : Entry.NoExecute);
  if ((high & highMask) !== 0) return true;
  if (format.name === 'PDPTE') return (low & RESERVED_POINTER) !== 0;
  return large && (low & RESERVED_2M) !== 0;
}

/**
 * Where an address leads, and nothing else: for what looks often.
 * @returns undefined where nothing is mapped, or beyond 4 GiB
 */
export function findPhysical(
  memory: PhysicalMemory,
  { cr3, pae = false, pse, nxe = false }: AddressSpace,
  linear: number,
): number | undefined {
  if (cr3 === undefined) return linear >>> 0;
  let base = cr3;
  for (const format of pae ? LEVELS_PAE : LEVELS_32) {
    const { shift, indexMask, size, baseMask } = format;
    const entry = ((base & baseMask) >>> 0) + ((linear >>> shift) & indexMask) * size;
    const low = memory.peek(entry) ?? 0;
    if ((low & Entry.Present) === 0) return undefined;
    const high = size === 8 ? (memory.peek(entry + 4) ?? 0) : 0;
    const large = format.large > 0 && (pae || pse) && (low & Entry.Large) !== 0;
    if ((high & 0xf) !== 0 || reservedBits(format, low, high, large, nxe)) return undefined;
    if (large) return ((low & -format.large) | (linear & (format.large - 1))) >>> 0;
    base = low;
  }
  return ((base & -0x1000) | (linear & 0xfff)) >>> 0;
}

/** Walks as far as entries are present. */
export function walkPages(
  memory: PhysicalMemory,
  space: AddressSpace,
  address: number,
  access?: AccessKind,
): PageWalk {
  const linear = address >>> 0;
  const { cr3, pae = false, pse, nxe = false } = space;
  if (cr3 === undefined) {
    const fault: WalkFault | undefined =
      access && linear >= memory.size ? { reason: 'no-memory', level: -1 } : undefined;
    return {
      ...{ linear, cr3: 0, paging: 'off', levels: [], physical: linear, pageSize: undefined },
      ...{ writable: true, user: true, executable: true, fault },
    };
  }
  const levels: PageLevel[] = [];
  let base = cr3;
  let writable = true;
  let user = true;
  let executable = true;
  let physical: number | undefined;
  let pageSize: number | undefined;
  let fault: WalkFault | undefined;
  for (const format of pae ? LEVELS_PAE : LEVELS_32) {
    const index = (linear >>> format.shift) & format.indexMask;
    const entryAddress = ((base & format.baseMask) >>> 0) + index * format.size;
    const low = memory.peek(entryAddress);
    const high = format.size === 8 ? memory.peek(entryAddress + 4) : 0;
    const level: PageLevel = {
      name: format.name,
      index,
      address: entryAddress,
      low: low ?? 0,
      high: high ?? 0,
    };
    levels.push(level);
    if (low === undefined || high === undefined) {
      fault = { reason: 'no-memory', level: levels.length - 1 };
      break;
    }
    if ((level.low & Entry.Present) === 0) {
      fault = { reason: 'not-present', level: levels.length - 1 };
      break;
    }
    const large = format.large > 0 && (pae || pse) && (level.low & Entry.Large) !== 0;
    if (reservedBits(format, level.low, level.high, large, nxe)) {
      fault = { reason: 'reserved-bit', level: levels.length - 1 };
      break;
    }
    if (format.name !== 'PDPTE') {
      writable &&= (level.low & Entry.Writable) !== 0;
      user &&= (level.low & Entry.User) !== 0;
      executable &&= !nxe || (level.high & Entry.NoExecute) === 0;
    }
    base = level.low;
    if (large || format.name === 'PTE') {
      pageSize = large ? format.large : 0x1000;
      const offset = pageSize - 1;
      const beyond = (level.high & 0xf) * 0x1_0000_0000;
      physical = beyond + (((level.low & ~offset) | (linear & offset)) >>> 0);
      break;
    }
  }
  fault ??= access && deniedBy(levels, { writable, user, executable }, access, space);
  if (!fault && access && physical !== undefined && physical >= memory.size)
    fault = { reason: 'no-memory', level: levels.length - 1 };
  const paging = pae ? 'pae' : '32-bit';
  return { linear, cr3, paging, levels, physical, pageSize, writable, user, executable, fault };
}

/** The level whose rights forbid an access. */
function deniedBy(
  levels: readonly PageLevel[],
  rights: { readonly writable: boolean; readonly user: boolean; readonly executable: boolean },
  { kind, user }: AccessKind,
  { wp = false }: AddressSpace,
): WalkFault | undefined {
  const without = (bit: number) => levels.findIndex(({ name, low }) => name !== 'PDPTE' && (low & bit) === 0);
  if (user && !rights.user) return { reason: 'supervisor-only', level: without(Entry.User) };
  if (kind === 'write' && !rights.writable && (user || wp))
    return { reason: 'read-only', level: without(Entry.Writable) };
  if (kind === 'execute' && !rights.executable)
    return { reason: 'no-execute', level: levels.findIndex(({ high }) => (high & Entry.NoExecute) !== 0) };
  return undefined;
}
