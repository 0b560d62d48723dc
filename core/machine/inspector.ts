/**
 * Looks at and changes memory on behalf of a debugger: by virtual address, without setting accessed or dirty bits,
 * without touching the TLB and without faults. A page that is not mapped simply ends the read.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { CR0, Cr0, CR3, CR4, Cr4 } from '../cpu/state.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';

/** An address space: the value of CR3, or `undefined` with paging off (and for physical addresses). */
export interface AddressSpace {
  readonly cr3: number | undefined;
  /** CR4.PSE: directory entries may map 4 MiB. */
  readonly pse: boolean;
  /** CR4.PAE: three levels of 64-bit entries. */
  readonly pae?: boolean;
}

export const PHYSICAL: AddressSpace = { cr3: undefined, pse: false };

export interface Inspector {
  currentSpace(): AddressSpace;
  /** Physical address of a linear one, or `undefined` when it is not mapped. */
  translate(space: AddressSpace, linear: number): number | undefined;
  /** Up to `length` bytes, ending at the first page that is not mapped or not RAM. */
  read(space: AddressSpace, address: number, length: number): Uint8Array;
  /** Writes into RAM wherever the address is mapped, read-only pages too. Returns the bytes written. */
  write(space: AddressSpace, address: number, bytes: Uint8Array): number;
}

const PRESENT = 1;
const LARGE = 0x80;

/** @param put carries out a write into RAM; the default does so at once and leaves no trace in the input log */
export function createInspector(
  memory: PhysicalMemory,
  cpu: Cpu,
  put: (physical: number, bytes: Uint8Array) => void = (physical, bytes) => {
    memory.writeBytes(physical, bytes);
  },
): Inspector {
  const { state } = cpu.views;

  /** Physical address in a PAE entry's two dwords; `undefined` when not present or beyond 4 GiB, where no RAM is. */
  function paeEntry(address: number): { physical: number; large: boolean } | undefined {
    const low = memory.read(address, 4);
    if ((low & PRESENT) === 0 || (memory.read(address + 4, 4) & 0xf) !== 0) return undefined;
    return { physical: (low & -0x1000) >>> 0, large: (low & LARGE) !== 0 };
  }
  function translatePae(cr3: number, linear: number): number | undefined {
    const pointer = paeEntry(((cr3 & -32) >>> 0) + (linear >>> 30) * 8);
    const directory = pointer && paeEntry(pointer.physical + ((linear >>> 21) & 0x1ff) * 8);
    if (directory?.large) return ((directory.physical & -0x20_0000) | (linear & 0x1f_ffff)) >>> 0;
    const page = directory && paeEntry(directory.physical + ((linear >>> 12) & 0x1ff) * 8);
    return page && (page.physical | (linear & 0xfff)) >>> 0;
  }

  function translate({ cr3, pse, pae }: AddressSpace, linear: number): number | undefined {
    if (cr3 === undefined) return linear >>> 0;
    if (pae) return translatePae(cr3, linear);
    const pde = memory.read((cr3 & -0x1000) + ((linear >>> 22) << 2), 4);
    if ((pde & PRESENT) === 0) return undefined;
    if (pse && (pde & LARGE) !== 0) return ((pde & 0xffc0_0000) | (linear & 0x3f_ffff)) >>> 0;
    const pte = memory.read((pde & -0x1000) + (((linear >>> 12) & 0x3ff) << 2), 4);
    return (pte & PRESENT) === 0 ? undefined : ((pte & -0x1000) | (linear & 0xfff)) >>> 0;
  }

  /** Calls `use` for each piece inside one page of RAM; stops at the first hole. Returns the bytes covered. */
  function pieces(
    space: AddressSpace,
    address: number,
    length: number,
    use: (physical: number, at: number, size: number) => void,
  ): number {
    let done = 0;
    while (done < length) {
      const linear = (address + done) >>> 0;
      const physical = translate(space, linear);
      const size = Math.min(length - done, 0x1000 - (linear & 0xfff));
      if (physical === undefined || physical + size > memory.size) break;
      use(physical, done, size);
      done += size;
    }
    return done;
  }

  return {
    currentSpace: () =>
      (state[CR0] & Cr0.PG) === 0
        ? PHYSICAL
        : {
            cr3: state[CR3] >>> 0,
            pse: (state[CR4] & Cr4.PSE) !== 0,
            pae: (state[CR4] & Cr4.PAE) !== 0,
          },
    translate,
    read(space, address, length) {
      const bytes = new Uint8Array(length);
      const done = pieces(space, address, length, (physical, at, size) => {
        bytes.set(memory.bytes.subarray(physical, physical + size), at);
      });
      return bytes.slice(0, done);
    },
    write: (space, address, bytes) =>
      pieces(space, address, bytes.length, (physical, at, size) => {
        put(physical, bytes.subarray(at, at + size));
      }),
  };
}
