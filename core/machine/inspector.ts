/**
 * Looks at and changes memory on behalf of a debugger: by virtual address, without setting accessed or dirty bits,
 * without touching the TLB and without faults. A page that is not mapped simply ends the read.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { type AddressSpace, findPhysical } from '../debug/page-walk.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { currentSpace } from './spaces.ts';

export interface Inspector {
  currentSpace(): AddressSpace;
  /** Physical address of a linear one, or `undefined` when it is not mapped, or beyond 4 GiB. */
  translate(space: AddressSpace, linear: number): number | undefined;
  /** Up to `length` bytes, ending at the first page that is not mapped or not RAM. */
  read(space: AddressSpace, address: number, length: number): Uint8Array;
  /** Writes into RAM wherever the address is mapped, read-only pages too. Returns the bytes written. */
  write(space: AddressSpace, address: number, bytes: Uint8Array): number;
}

/** @param put carries out a write into RAM; the default does so at once and leaves no trace in the input log */
export function createInspector(
  memory: PhysicalMemory,
  cpu: Cpu,
  put: (physical: number, bytes: Uint8Array) => void = (physical, bytes) => {
    memory.writeBytes(physical, bytes);
  },
): Inspector {
  const translate = (space: AddressSpace, linear: number) => findPhysical(memory, space, linear);

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
    currentSpace: () => currentSpace(cpu.views),
    translate,
    read(space, address, length) {
      if ((address & 0xfff) + length <= 0x1000) {
        const physical = translate(space, address >>> 0);
        const isThere = physical !== undefined && physical + length <= memory.size;
        return isThere ? memory.bytes.slice(physical, physical + length) : new Uint8Array(0);
      }
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
