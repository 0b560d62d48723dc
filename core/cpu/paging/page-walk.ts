/**
 * Page walks (SDM vol. 3A, sections 4.3 and 4.4): what the page tables say of a linear address, with their accessed and dirty bits.
 *
 * What a walk finds goes to `enter`, which makes a TLB entry of it. Nothing throws here, so that translated code may walk too.
 */
import { PAGE_SIZE } from '../../memory/layout.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import { A20_GATED, Cr0, CR0, CR3, Cr4, CR4, EFER, Efer, PDPTE } from '../state.ts';
import {
  ALL_RIGHTS,
  GLOBAL,
  NO_EXECUTE,
  SUPERVISOR_READ,
  SUPERVISOR_WRITE,
  USER_READ,
  USER_WRITE,
} from './tlb.ts';

/** Page-table entry bits (SDM vol. 3A, tables 4-4 to 4-6). */
const Pte = { P: 1, RW: 2, US: 4, A: 0x20, D: 0x40, PS: 0x80, G: 0x100 } as const;
/** Bits 13-21 of a 4 MiB page's directory entry: reserved without PSE-36. */
const PDE_4M_RESERVED = 0x003f_e000;

/** Page-fault error code bits (SDM vol. 3A, figure 4-12). */
const Pf = { P: 1, W: 2, U: 4, RSVD: 8, I: 0x10 } as const;

/** Upper dwords of PAE entries: physical address bits 32-35 (MAXPHYADDR is 36), reserved bits, XD. */
const PAE_ADDRESS_HIGH = 0xf;
const PAE_RESERVED_HIGH = 0x7fff_fff0;
const XD = 0x8000_0000;
/** Bits 13-20 of a 2 MiB page's directory entry are reserved. */
const PDE_2M_RESERVED = 0x001f_e000;
/** Reserved in the lower dword of a page-directory-pointer entry: bits 1, 2 and 5-8. */
const PDPTE_RESERVED = 0x1e6;
/** Stands for every physical address from 4 GiB on: this machine has nothing there. */
const BEYOND = 0xf000_0000;

/** In place of an error code. */
const UNKNOWN = -1;

/** Makes a TLB entry of a translation and returns it. @param flags GLOBAL and NO_EXECUTE */
export type Enter = (linear: number, physical: number, rights: number, flags: number) => number;

export interface PageWalk {
  /**
   * Sets accessed and dirty bits as an access does, and enters what it finds.
   * @param quietly touches plain page tables only: the error code -1 means that others are in the way
   * @returns the entry, or 0 for a page fault with the error code `denial`; nothing has changed then
   */
  walk(linear: number, write: boolean, user: boolean, fetch: boolean, quietly: boolean): number;
  /** The error code of the page fault that the last walk has met. */
  denial(): number;
  /** Where a fetch would lead; nothing changes. -1 where that is not plain to see. */
  guess(linear: number, user: boolean): number;
  /** The four page-directory-pointer entries that `cr3` names, low and high dwords; `undefined` if one has a reserved bit set. */
  readPointers(cr3: number): readonly number[] | undefined;
}

export function createPageWalk(state: Int32Array, memory: PhysicalMemory, enter: Enter): PageWalk {
  const writesAsSupervisor = (flags: number) => (flags & Pte.RW) !== 0 || (state[CR0] & Cr0.WP) === 0;

  /** @param flags that both entries have (SDM vol. 3A, 4.6.1) */
  function allows(flags: number, write: boolean, user: boolean): boolean {
    if (!user) return !write || writesAsSupervisor(flags);
    return (flags & Pte.US) !== 0 && (!write || (flags & Pte.RW) !== 0);
  }
  /** The rights of a TLB entry. Those to write come with the dirty bit. */
  function rightsOf(flags: number, dirty: boolean): number {
    const user = (flags & Pte.US) !== 0;
    return (
      SUPERVISOR_READ |
      (dirty && writesAsSupervisor(flags) ? SUPERVISOR_WRITE : 0) |
      (user ? USER_READ : 0) |
      (dirty && user && (flags & Pte.RW) !== 0 ? USER_WRITE : 0)
    );
  }
  /** Sets accessed and dirty bits (SDM vol. 3A, 4.8); a large page has one entry for both. @returns whether it is dirty now */
  function mark(pdeAddress: number, pde: number, pteAddress: number, pte: number, write: boolean): boolean {
    if (pdeAddress !== pteAddress && (pde & Pte.A) === 0) memory.write(pdeAddress, pde | Pte.A, 4);
    const updated = pte | Pte.A | (write ? Pte.D : 0);
    if (updated !== pte) memory.write(pteAddress, updated, 4);
    return (updated & Pte.D) !== 0;
  }

  /** What the A20 gate lets through of a physical address. */
  const gated = (physical: number) => (physical & ~state[A20_GATED]) >>> 0;

  /** Page tables in RAM that nobody watches and that hold no code: reading and writing them has no other effect. */
  const isPlain = (entry: number) => entry < memory.size && memory.pageFlags[entry >>> 12] === 0;

  let denial = 0;
  function deny(errorCode: number): number {
    denial = errorCode;
    return 0;
  }

  function walk(linear: number, write: boolean, user: boolean, fetch: boolean, quietly: boolean): number {
    if ((state[CR0] & Cr0.PG) === 0) return enter(linear, linear, ALL_RIGHTS, 0);
    if ((state[CR4] & Cr4.PAE) !== 0) return walkPae(linear, write, user, fetch, quietly);
    const denied = (write ? Pf.W : 0) | (user ? Pf.U : 0);
    const pdeAddress = gated((state[CR3] & -PAGE_SIZE) + ((linear >>> 22) << 2));
    if (quietly && !isPlain(pdeAddress)) return deny(UNKNOWN);
    const pde = memory.read(pdeAddress, 4);
    if ((pde & Pte.P) === 0) return deny(denied);
    const large = (pde & Pte.PS) !== 0 && (state[CR4] & Cr4.PSE) !== 0;
    if (large && (pde & PDE_4M_RESERVED) !== 0) return deny(denied | Pf.P | Pf.RSVD);
    const pteAddress = large ? pdeAddress : gated((pde & -PAGE_SIZE) + (((linear >>> 12) & 0x3ff) << 2));
    if (quietly && !isPlain(pteAddress)) return deny(UNKNOWN);
    const pte = large ? pde : memory.read(pteAddress, 4);
    if ((pte & Pte.P) === 0) return deny(denied);

    const flags = pde & pte;
    if (!allows(flags, write, user)) return deny(denied | Pf.P);
    const dirty = mark(pdeAddress, pde, pteAddress, pte, write);
    const rights = rightsOf(flags, dirty);
    const physical = large ? (pte & 0xffc0_0000) | (linear & 0x3f_f000) : pte & -PAGE_SIZE;
    const global = (pte & Pte.G) !== 0 && (state[CR4] & Cr4.PGE) !== 0 ? GLOBAL : 0;
    return enter(linear, physical, rights, global);
  }

  /** Physical address of a PAE table or page from the two dwords of the entry that names it. */
  const paeAddress = (low: number, high: number) =>
    (high & PAE_ADDRESS_HIGH) !== 0 ? BEYOND : gated(low & -PAGE_SIZE);

  /** Three-level paging (SDM vol. 3A, section 4.4). */
  function walkPae(linear: number, write: boolean, user: boolean, fetch: boolean, quietly: boolean): number {
    const nxe = (state[EFER] & Efer.NXE) !== 0;
    const denied = (write ? Pf.W : 0) | (user ? Pf.U : 0) | (fetch && nxe ? Pf.I : 0);
    const reserved = PAE_RESERVED_HIGH | (nxe ? 0 : XD);
    const pointer = PDPTE + (linear >>> 30) * 2;
    if ((state[pointer] & Pte.P) === 0) return deny(denied);

    const pdeAddress = paeAddress(state[pointer], state[pointer + 1]) + (((linear >>> 21) & 0x1ff) << 3);
    if (quietly && !isPlain(pdeAddress)) return deny(UNKNOWN);
    const pde = memory.read(pdeAddress, 4);
    const pdeHigh = memory.read(pdeAddress + 4, 4);
    if ((pde & Pte.P) === 0) return deny(denied);
    const large = (pde & Pte.PS) !== 0;
    if ((pdeHigh & reserved) !== 0 || (large && (pde & PDE_2M_RESERVED) !== 0))
      return deny(denied | Pf.P | Pf.RSVD);
    const pteAddress = large ? pdeAddress : paeAddress(pde, pdeHigh) + (((linear >>> 12) & 0x1ff) << 3);
    if (quietly && !isPlain(pteAddress)) return deny(UNKNOWN);
    const pte = large ? pde : memory.read(pteAddress, 4);
    const pteHigh = large ? pdeHigh : memory.read(pteAddress + 4, 4);
    if ((pte & Pte.P) === 0) return deny(denied);
    if ((pteHigh & reserved) !== 0) return deny(denied | Pf.P | Pf.RSVD);

    const flags = pde & pte;
    const noExecute = ((pdeHigh | pteHigh) & XD) !== 0;
    if (!allows(flags, write, user) || (fetch && noExecute)) return deny(denied | Pf.P);
    const dirty = mark(pdeAddress, pde, pteAddress, pte, write);
    const rights = rightsOf(flags, dirty);
    const page = paeAddress(pte, pteHigh);
    const physical = large && page !== BEYOND ? (page & 0xffe0_0000) | (linear & 0x1f_f000) : page;
    const global = (pte & Pte.G) !== 0 && (state[CR4] & Cr4.PGE) !== 0 ? GLOBAL : 0;
    return enter(linear, physical, rights, global | (noExecute ? NO_EXECUTE : 0));
  }

  function guess(linear: number, user: boolean): number {
    if ((state[CR0] & Cr0.PG) === 0) return gated(linear);
    if ((state[CR4] & Cr4.PAE) !== 0) return -1;
    const pde = memory.peek(gated((state[CR3] & -PAGE_SIZE) + ((linear >>> 22) << 2))) ?? 0;
    const large = (pde & Pte.PS) !== 0 && (state[CR4] & Cr4.PSE) !== 0;
    if (large || (pde & Pte.P) === 0) return -1;
    const pte = memory.peek(gated((pde & -PAGE_SIZE) + (((linear >>> 12) & 0x3ff) << 2))) ?? 0;
    const wanted = Pte.P | (user ? Pte.US : 0);
    return (pde & pte & wanted) === wanted ? gated((pte & -PAGE_SIZE) | (linear & 0xfff)) : -1;
  }

  function readPointers(cr3: number): readonly number[] | undefined {
    const table = gated(cr3 & -32);
    const entries = Array.from({ length: 8 }, (_, n) => memory.read(table + n * 4, 4) | 0);
    for (let n = 0; n < 8; n += 2) {
      const present = (entries[n] & Pte.P) !== 0;
      if (present && ((entries[n] & PDPTE_RESERVED) !== 0 || (entries[n + 1] & ~PAE_ADDRESS_HIGH) !== 0))
        return undefined;
    }
    return entries;
  }

  return { walk, denial: () => denial, guess, readPointers };
}
