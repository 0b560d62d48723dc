/** A program that stands still, from its file, its registers and its memory: what `Inspection` needs of a machine, without one. */
import type {
  FpuState,
  FromMachine,
  MachineSnapshot,
  Request,
} from '../../../core/protocol/machine-protocol.ts';
import { Coroutines } from '../../coroutines.ts';
import { FrameValues } from '../../frame-values.ts';
import { Inspection } from '../../inspection.ts';
import { MachineClient } from '../../machine-client.ts';
import { MemoryCache } from '../../memory-cache.ts';
import type { Frame } from '../../frame.ts';
import { stackOf } from '../../stack.ts';
import type { SymbolImage } from '../../symbols/image.ts';
import type { ListHint } from '../format-specifier.ts';

/** Reads bytes; fewer at a hole. */
export type ReadMemory = (address: number, length: number) => Uint8Array;

export interface StoppedProgram {
  readonly inspection: Inspection;
  readonly memory: MemoryCache;
  readonly coroutines: Coroutines;
  frames(): Promise<Frame[]>;
  values(frame: Frame): FrameValues;
}

const NO_SEGMENT = { selector: 0x2b, base: 0, limit: 0xffff_ffff, attributes: 0xc0f3 };

const NO_FPU: FpuState = {
  ...{ control: 0x37f, status: 0, valid: 0, mxcsr: 0x1f80 },
  ...{ registers: new Uint8Array(128), xmm: new Uint8Array(128) },
  last: { opcode: 0, cs: 0, ip: 0, ds: 0, dp: 0 },
};

/** @param registers by DWARF number, with EIP and EFLAGS */
function snapshotOf(registers: readonly number[], fpu: FpuState): MachineSnapshot {
  return {
    cpu: {
      general: registers.slice(0, 8),
      eip: registers[8]!,
      linearEip: registers[8]!,
      eflags: registers[9]!,
      segments: Array.from({ length: 8 }, () => NO_SEGMENT),
      ...{ gdt: { base: 0x1000, limit: 0xff }, idt: { base: 0x2000, limit: 0x7ff } },
      ...{
        cr0: 0x8000_0033,
        cr2: 0,
        cr3: 0x1000,
        cr4: 0x10,
        debug: [0, 0, 0, 0, 0, 0, 0, 0],
        cpl: 0,
        halted: false,
        frozen: false,
      },
      fpu,
    },
    ...{ instructions: 0, virtualNanoseconds: 0, coroutine: 0, passages: [] },
    pending: undefined,
  };
}

export function stopProgram(
  image: SymbolImage,
  registers: readonly number[],
  read: ReadMemory,
  lists: readonly ListHint[] = [],
  fpu = NO_FPU,
): StoppedProgram {
  let deliver: ((message: FromMachine) => void) | undefined;
  const answer = ({ id, kind, params }: Request): void => {
    const { address = 0, length = 0 } = params as { address?: number; length?: number };
    const result = kind === 'readMemory' ? { bytes: read(address, length) } : { bytes: undefined };
    queueMicrotask(() => deliver?.({ id, result }));
  };
  const client = new MachineClient(
    {
      post: (message) => {
        answer(message as Request);
      },
      onMessage: (listener) => {
        deliver = listener as typeof deliver;
      },
      onError: () => undefined,
      terminate: () => undefined,
    },
    () => undefined,
    (error) => {
      throw error;
    },
  );
  const memory = new MemoryCache(client);
  const coroutines = new Coroutines(snapshotOf(registers, fpu), {
    ...{ hostImage: image, programs: [], guests: [] },
  });
  return {
    inspection: new Inspection(coroutines, memory, lists),
    memory,
    coroutines,
    frames: async () =>
      (await memory.compute(() => stackOf(coroutines, 0, memory.reader(0)))).filter(
        ({ kind }) => kind === 'code',
      ),
    values: (frame) => new FrameValues(frame, coroutines, memory),
  };
}

/** Memory that is known page by page. */
export function pagedMemory(pages: readonly { readonly low: number; readonly hex: string }[]): ReadMemory {
  const bytes = new Map(pages.map(({ low, hex }) => [low, Buffer.from(hex, 'hex')]));
  return (address, length) => {
    const found: number[] = [];
    for (let at = address; at < address + length; at++) {
      const page = bytes.get(at - (at % 0x1000));
      if (!page) break;
      found.push(page[at % 0x1000]!);
    }
    return Uint8Array.from(found);
  };
}
