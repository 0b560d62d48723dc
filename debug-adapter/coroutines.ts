/**
 * The coroutines of a stop as threads: who they are, which symbols belong to them, and their registers whether or not
 * they own the CPU.
 */
import { CO_ARCH_KERNEL_OFFSET, coOperation, nameOf } from '../core/abi/abi.ts';
import { CO_PASSAGE_FRAME_SIZE, type CoState, decodePassageFrame, decodeState } from '../core/abi/decode.ts';
import { layouts } from '../core/abi/layouts.ts';
import {
  type CoroutineId,
  HOST,
  type MachineSnapshot,
  type PassageInfo,
} from '../core/protocol/machine-protocol.ts';
import type { SyncReader } from './memory-cache.ts';
import { I386 } from './symbols/constants.ts';
import type { Registers } from './symbols/location.ts';
import type { SymbolImage } from './symbols/image.ts';

const { fields: PAGE } = layouts.co_passage_page;

/** DAP thread of a coroutine: DAP ids begin at 1. */
export const threadOf = (coroutine: CoroutineId): number => coroutine + 1;
export const coroutineOf = (thread: number): CoroutineId => thread - 1;

/** An address in an image: subtract `bias` from a run-time address to get the link-time one. */
export interface Resolved {
  readonly image: SymbolImage;
  readonly bias: number;
}

export class Coroutines {
  constructor(
    readonly snapshot: MachineSnapshot,
    private readonly hostImage: SymbolImage | undefined,
    private readonly guestImage: SymbolImage | undefined,
    private readonly guestName: string | undefined,
  ) {}

  get current(): CoroutineId {
    return this.snapshot.coroutine;
  }

  /** All coroutines, the host first. */
  get all(): CoroutineId[] {
    return [HOST, ...this.snapshot.passages.map(({ monitor }) => monitor + 1).sort((a, b) => a - b)];
  }

  name(coroutine: CoroutineId): string {
    if (coroutine !== HOST) return `guest ${coroutine - 1}` + (this.guestName ? ` (${this.guestName})` : '');
    return this.guestImage ? 'host kernel' : 'kernel';
  }

  /** The passage between the CPU's owner and a coroutine that is away. */
  private passageOf(coroutine: CoroutineId): PassageInfo | undefined {
    const guest = coroutine === HOST ? this.current : coroutine;
    return this.snapshot.passages.find(({ monitor }) => monitor + 1 === guest);
  }

  /** The state block of a coroutine that is away. */
  savedState(coroutine: CoroutineId): CoState | undefined {
    const passage = this.passageOf(coroutine);
    if (!passage || coroutine === this.current) return undefined;
    const { page } = passage;
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    return decodeState(view, coroutine === HOST ? PAGE.host[0] : PAGE.guest[0]);
  }

  /** The operation a coroutine that is away has asked for, by name. */
  operationOf(coroutine: CoroutineId): string | undefined {
    const passage = this.passageOf(coroutine);
    if (!passage) return undefined;
    const { page } = passage;
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    return nameOf(coOperation, view.getUint32(PAGE.operation[0], true));
  }

  /**
   * Registers by DWARF number. For a coroutine that is away: those of the caller of the passage code, from the frame
   * that it left on its stack.
   */
  registers(coroutine: CoroutineId, read: SyncReader): Registers | undefined {
    if (coroutine === this.current) {
      const { general, eip, eflags } = this.snapshot.cpu;
      return [...general, eip, eflags];
    }
    const state = this.savedState(coroutine);
    if (!state) return undefined;
    const bytes = read(state.esp, CO_PASSAGE_FRAME_SIZE);
    const frame =
      bytes && decodePassageFrame(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), state.esp);
    if (!frame) return undefined;
    const registers: (number | undefined)[] = new Array<number | undefined>(10).fill(undefined);
    registers[I386.ebx] = frame.ebx;
    registers[I386.esp] = frame.callerEsp;
    registers[I386.ebp] = frame.ebp;
    registers[I386.esi] = frame.esi;
    registers[I386.edi] = frame.edi;
    registers[I386.eip] = frame.returnEip;
    registers[I386.eflags] = frame.eflags;
    return registers;
  }

  /** The symbols for an address of a coroutine. */
  resolve(coroutine: CoroutineId, pc: number): Resolved | undefined {
    const copy = this.passageCode(pc);
    if (copy) return copy;
    const image = coroutine === HOST ? this.hostImage : this.guestImage;
    if (!image) return undefined;
    if (image.isCode(pc)) return { image, bias: 0 };
    // Before paging is on a higher-half kernel runs at its physical addresses.
    const linked = pc + CO_ARCH_KERNEL_OFFSET;
    if (linked <= 0xffff_ffff && image.isCode(linked)) return { image, bias: -CO_ARCH_KERNEL_OFFSET };
    return undefined;
  }

  /** The host's passage code is copied into each passage page and mapped on both sides. */
  private passageCode(pc: number): Resolved | undefined {
    if (!this.hostImage) return undefined;
    for (const { page } of this.snapshot.passages) {
      const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
      for (const at of [PAGE.host[0], PAGE.guest[0]]) {
        const state = decodeState(view, at);
        const base = state ? state.va - at : -1;
        const offset = pc - base - PAGE.code[0];
        if (base < 0 || offset < 0 || offset >= PAGE.code[1]) continue;
        for (const name of ['co_passage_sep', 'co_passage_nosep']) {
          const symbol = this.hostImage.symbolNamed(name);
          if (symbol && this.sameCode(symbol.address, page)) {
            return { image: this.hostImage, bias: pc - offset - symbol.address };
          }
        }
      }
    }
    return undefined;
  }

  /** Do the page's first code bytes come from this symbol? */
  private sameCode(address: number, page: Uint8Array): boolean {
    const SAMPLE = 0x80;
    const linked = this.hostImage?.linkedBytes(address, SAMPLE);
    return linked !== undefined && linked.every((byte, n) => byte === page[PAGE.code[0] + n]);
  }
}
