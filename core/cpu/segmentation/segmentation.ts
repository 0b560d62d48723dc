/**
 * Descriptors and the hidden parts of the segment registers (SDM vol. 3A, sections 3.4, 3.5, 5.6-5.8).
 *
 * Owns what a segment register holds after it was loaded: base, byte limit, attributes and the fast-path bits that
 * `access.ts` tests. The privilege rules of far transfers live in `transfer.ts`; here are those of data segments and SS.
 */
import { type Faults, Vector } from '../interrupts/fault.ts';
import type { Mmu } from '../paging/mmu.ts';
import {
  Attr,
  CPL,
  CR0,
  Cr0,
  CS,
  DS,
  ES,
  EXT,
  FAST_READ,
  FAST_WRITE,
  FLAT,
  Flag,
  FS,
  GDT_BASE,
  GDT_LIMIT,
  GS,
  LDTR,
  PROTECTED,
  SS,
  STACK_MASK,
  UNLIMITED,
  SYSFLAGS,
  V86,
  type Views,
} from '../state.ts';

/** What may be done at any offset of a segment without a limit, by the lower byte of its attributes. */
const FAST_BY_TYPE = Uint8Array.from({ length: 256 }, (_, attr) => {
  if ((attr & Attr.Present) === 0 || (attr & Attr.Segment) === 0) return 0;
  const readWrite = (attr & Attr.ReadWrite) !== 0;
  if ((attr & Attr.Code) !== 0) return readWrite ? FAST_READ : 0;
  if ((attr & Attr.ExpandConforming) !== 0) return 0;
  return readWrite ? FAST_READ | FAST_WRITE : FAST_READ;
});

/** The two dwords of a descriptor, with its fields. One mutable instance a use, so that loads make no garbage. */
export class Descriptor {
  selector = 0;
  low = 0;
  high = 0;
  /** Linear address of the descriptor itself. */
  address = 0;

  get base(): number {
    return (this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff00_0000);
  }
  /** Last valid byte offset (expand-up), unsigned. */
  get limit(): number {
    const raw = (this.low & 0xffff) | (this.high & 0xf_0000);
    return (this.high & 0x80_0000 ? (raw << 12) | 0xfff : raw) >>> 0;
  }
  get attr(): number {
    return (this.high >>> 8) & 0xf0ff;
  }
  /** Type field with the S bit: 10h-17h data, 18h-1Fh code, 0-Fh system. */
  get type(): number {
    return (this.high >>> 8) & 0x1f;
  }
  get dpl(): number {
    return (this.high >>> 13) & 3;
  }
  get present(): boolean {
    return (this.high & 0x8000) !== 0;
  }
  get isCode(): boolean {
    return (this.high & 0x1800) === 0x1800;
  }
  get conforming(): boolean {
    return (this.high & 0x400) !== 0;
  }
  get isWritableData(): boolean {
    return (this.high & 0x1a00) === 0x1200;
  }
  /** Selector of a gate. */
  get gateSelector(): number {
    return this.low >>> 16;
  }
  /** Offset of a 32-bit gate. */
  get gateOffset(): number {
    return (this.low & 0xffff) | (this.high & 0xffff_0000);
  }
}

export interface Segmentation {
  /**
   * Reads the descriptor of `selector` into `into`.
   * @throws CpuFault `vector`(selector) when it lies outside its table.
   */
  read(selector: number, into: Descriptor, vector?: number): Descriptor;
  /** `false` when the selector lies outside its table; for LAR, LSL, VERR and VERW. */
  tryRead(selector: number, into: Descriptor): boolean;
  /** Sets the accessed bit of a descriptor in memory. */
  markAccessed(descriptor: Descriptor): void;
  /** Loads ES, SS, DS, FS or GS by the rules of the current mode. */
  load(seg: number, selector: number): void;
  /** Fills a hidden part from a descriptor that was checked by the caller. */
  fill(seg: number, selector: number, descriptor: Descriptor): void;
  /** A segment register of real or virtual-8086 mode: base = selector * 16. */
  fillReal(seg: number, selector: number): void;
  /** Makes a segment register null: any use faults. */
  fillNull(seg: number, selector: number): void;
  /** Loads CS from a checked descriptor and sets the CPL. */
  fillCode(selector: number, descriptor: Descriptor, cpl: number): void;
  /** After a return to an outer ring: data segments that this ring may not use become null. */
  dropPrivilegedData(): void;
  setCpl(cpl: number): void;
  /** Recomputes mode bits after a change of CR0.PE or EFLAGS.VM, and the fast-path bits of all segments. */
  updateMode(): void;
}

export function createSegmentation(views: Views, mmu: Mmu, { raise }: Faults): Segmentation {
  const { state, segSel, segBase, segLimit, segAttr, segFast } = views;
  const scratch = new Descriptor();

  function updateFast(seg: number): void {
    const attr = segAttr[seg];
    const unlimited = segLimit[seg] === 0xffff_ffff;
    const fast = unlimited ? FAST_BY_TYPE[attr & 0xff] : 0;
    segFast[seg] = fast;
    const bit = 1 << seg;
    const wide = (seg !== CS && seg !== SS) || (attr & Attr.Big) !== 0;
    const anywhere = seg === CS ? unlimited : fast === (FAST_READ | FAST_WRITE);
    state[UNLIMITED] = anywhere ? state[UNLIMITED] | bit : state[UNLIMITED] & ~bit;
    state[FLAT] = anywhere && wide && segBase[seg] === 0 ? state[FLAT] | bit : state[FLAT] & ~bit;
    if (seg === SS) state[STACK_MASK] = (attr & Attr.Big) !== 0 ? -1 : 0xffff;
  }

  function set(seg: number, selector: number, base: number, limit: number, attr: number): void {
    segSel[seg] = selector;
    segBase[seg] = base;
    segLimit[seg] = limit;
    segAttr[seg] = attr;
    updateFast(seg);
  }

  function tryRead(selector: number, into: Descriptor): boolean {
    const local = (selector & 4) !== 0;
    if (local && (segAttr[LDTR] & Attr.Present) === 0) return false;
    const limit = local ? segLimit[LDTR] : state[GDT_LIMIT] >>> 0;
    if ((selector | 7) > limit) return false;
    into.selector = selector;
    into.address = ((local ? segBase[LDTR] : state[GDT_BASE]) + (selector & 0xfff8)) | 0;
    into.low = mmu.readSystem(into.address, 4) | 0;
    into.high = mmu.readSystem(into.address + 4, 4) | 0;
    return true;
  }

  function read(selector: number, into: Descriptor, vector: number = Vector.GP): Descriptor {
    if (!tryRead(selector, into)) raise(vector, (selector & 0xfffc) | state[EXT]);
    return into;
  }

  function markAccessed(descriptor: Descriptor): void {
    if ((descriptor.high & 0x100) !== 0) return;
    descriptor.high |= 0x100;
    mmu.writeSystem(descriptor.address + 5, (descriptor.high >>> 8) & 0xff, 1);
  }

  function fill(seg: number, selector: number, descriptor: Descriptor): void {
    set(seg, selector, descriptor.base, descriptor.limit, descriptor.attr);
  }

  function fillReal(seg: number, selector: number): void {
    if (state[V86] !== 0) {
      set(seg, selector, selector << 4, 0xffff, 0xf3);
      return;
    }
    // Real mode keeps limit and size from before ("unreal" mode); a far transfer makes CS writable again.
    const attr = seg === CS ? (segAttr[CS] & Attr.Big) | 0x93 : segAttr[seg] | Attr.Present;
    set(seg, selector, selector << 4, segLimit[seg], attr);
  }

  function fillNull(seg: number, selector: number): void {
    set(seg, selector, 0, 0, 0);
  }

  function loadStack(selector: number): void {
    if ((selector & 0xfffc) === 0) raise(Vector.GP, 0);
    const descriptor = read(selector, scratch);
    const error = selector & 0xfffc;
    const cpl = state[CPL];
    if ((selector & 3) !== cpl || !descriptor.isWritableData || descriptor.dpl !== cpl)
      raise(Vector.GP, error);
    if (!descriptor.present) raise(Vector.SS, error);
    markAccessed(descriptor);
    fill(SS, selector, descriptor);
  }

  function load(seg: number, selector: number): void {
    if (state[PROTECTED] === 0) {
      fillReal(seg, selector);
      return;
    }
    if (seg === SS) {
      loadStack(selector);
      return;
    }
    if ((selector & 0xfffc) === 0) {
      fillNull(seg, selector);
      return;
    }
    const descriptor = read(selector, scratch);
    const error = selector & 0xfffc;
    const { type, dpl } = descriptor;
    const readable = type >= 0x10 && ((type & 8) === 0 || (type & 2) !== 0);
    if (!readable) raise(Vector.GP, error);
    const conformingCode = (type & 0xc) === 0xc;
    if (!conformingCode && ((selector & 3) > dpl || state[CPL] > dpl)) raise(Vector.GP, error);
    if (!descriptor.present) raise(Vector.NP, error);
    markAccessed(descriptor);
    fill(seg, selector, descriptor);
  }

  function setCpl(cpl: number): void {
    state[CPL] = cpl;
    mmu.updateAccess();
  }

  return {
    read,
    tryRead,
    markAccessed,
    load,
    fill,
    fillReal,
    fillNull,
    fillCode(selector, descriptor, cpl) {
      markAccessed(descriptor);
      fill(CS, (selector & 0xfffc) | cpl, descriptor);
      setCpl(cpl);
    },
    dropPrivilegedData() {
      for (const seg of [ES, DS, FS, GS]) {
        const attr = segAttr[seg];
        const conformingCode =
          (attr & (Attr.Code | Attr.ExpandConforming)) === (Attr.Code | Attr.ExpandConforming);
        if ((attr & Attr.Segment) !== 0 && !conformingCode && ((attr >>> 5) & 3) < state[CPL])
          fillNull(seg, 0);
      }
    },
    setCpl,
    updateMode() {
      const protectedMode = (state[CR0] & Cr0.PE) !== 0;
      const virtual = protectedMode && (state[SYSFLAGS] & Flag.VM) !== 0;
      state[PROTECTED] = protectedMode && !virtual ? 1 : 0;
      state[V86] = virtual ? 1 : 0;
      for (let seg = ES; seg <= GS; seg++) updateFast(seg);
      mmu.updateAccess();
    },
  };
}
