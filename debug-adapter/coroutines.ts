/**
 * The coroutines of a stop as threads: who they are, which symbols belong to them, and their registers whether or not
 * they own the CPU.
 */
import { coOperation, nameOf } from '../core/abi/abi.ts';
import {
  CO_PASSAGE_FRAME,
  CO_PASSAGE_FRAME_SIZE,
  type CoState,
  decodePassageFrame,
  decodeState,
} from '../core/abi/decode.ts';
import { type Field, layouts } from '../core/abi/layouts.ts';
import {
  type CoroutineId,
  HOST,
  type MachineSnapshot,
  type PassageInfo,
} from '../core/protocol/machine-protocol.ts';
import { say, type Sentence, tell } from '../core/sentences/say.ts';
import { kernelImage } from './image-owners.ts';
import type { GuestImage, KernelImages } from './launch-plan.ts';
import type { SyncReader } from './memory-cache.ts';
import { I386 } from './symbols/constants.ts';
import { type Home, type Homes, inRegister, type Registers } from './symbols/location.ts';
import type { SymbolImage } from './symbols/image.ts';

const { fields: PAGE } = layouts.co_passage_page;
/** Code of the host's image that runs only as copies in passage pages: of which symbols, and where in the page. */
interface Copy {
  readonly symbols: readonly string[];
  readonly field: Field;
}
const SWITCHING: Copy = { symbols: ['co_passage_sep', 'co_passage_nosep'], field: PAGE.code };
const COPIES: readonly Copy[] = [SWITCHING, { symbols: ['co_emergency'], field: PAGE.emergency_code }];

/** EAX to EDI, EIP and EFLAGS, in DWARF's order. */
const REGISTER_COUNT = 10;

/** Where those of the processor's owner are. */
const IN_PROCESSOR: Homes = Array.from({ length: REGISTER_COUNT }, (_, number) => inRegister(number));

/** The title of a kernel that has the machine for itself, or of which nothing is known yet. */
export const ALONE = say`kernel`;

const viewOf = (page: Uint8Array) => new DataView(page.buffer, page.byteOffset, page.byteLength);

/** DAP thread of a coroutine: DAP ids begin at 1. */
export const threadOf = (coroutine: CoroutineId): number => coroutine + 1;
export const coroutineOf = (thread: number): CoroutineId => thread - 1;

/** All coroutines, the host first. @param monitors of the guests that there are */
export const coroutinesWith = (monitors: readonly number[]): CoroutineId[] => [
  HOST,
  ...monitors.map((monitor) => monitor + 1).sort((a, b) => a - b),
];

const ONLY_HOST: readonly CoroutineId[] = [HOST];

/** An image in memory: subtract `bias` from a run-time address to get the link-time one. */
export interface Placed {
  readonly image: SymbolImage;
  readonly bias: number;
  /** A module: what it does not define, its kernel does. */
  readonly module?: boolean;
}

/** An address in an image. */
export interface Resolved extends Placed {
  /** Only this code is there, a copy: the image's data is elsewhere. */
  readonly copy?: boolean;
}

/** A place where code of the host's image may run: in a passage page, as mapped on one of its sides. */
interface CopiedCode {
  readonly low: number;
  readonly copy: Copy;
  readonly passage: PassageInfo;
}

const isIn = ({ low, copy }: CopiedCode, pc: number): boolean => pc >= low && pc - low < copy.field[1];

/** Where images are at a stop, beyond what their files say. */
export interface ImagePlaces {
  /** How far a coroutine's kernel is from where it is linked: the latest place first, never empty. */
  biases(coroutine: CoroutineId): readonly number[];
  /** The programs and modules in an address space of a coroutine. */
  mapped(coroutine: CoroutineId, cr3: number | undefined): readonly Placed[];
  /** Objects that stay the same as long as all of these do, in all address spaces; `undefined` where nothing tells. */
  state(): readonly object[] | undefined;
}

const AS_LINKED: ImagePlaces = { biases: () => [0], mapped: () => [], state: () => [] };

/** What was found in the address spaces that coroutines have, by coroutine and address. */
type Found = Map<CoroutineId, Map<number, Resolved | undefined>>;

/** Addresses of a coroutine that are kept from stop to stop; when there are more, all are forgotten. */
const MOST_FOUND = 4096;

export class Coroutines {
  private everyone: readonly CoroutineId[] | undefined;
  /** Found when first asked for: most stops ask many times. */
  private copied: readonly CopiedCode[] | undefined;
  private readonly resolved: Found;
  private readonly state: readonly object[] | undefined;

  /** @param before of an earlier stop of the same machine: what it has found is taken over if nothing is elsewhere since */
  constructor(
    readonly snapshot: MachineSnapshot,
    private readonly images: KernelImages,
    private readonly places: ImagePlaces = AS_LINKED,
    before?: Coroutines,
  ) {
    this.state = places.state();
    const same = before !== undefined && this.isWhereItWas(before);
    this.resolved = same ? before.resolved : new Map();
    if (same) this.copied = before.copied;
  }

  /** The same object as at an earlier stop as long as every address of this coroutine's memory is resolved as it was then. */
  get epoch(): object {
    return this.resolved;
  }

  /** Is every image, and every copy of code, where it was at an earlier stop? */
  private isWhereItWas(before: Coroutines): boolean {
    const [now, then] = [this.state, before.state];
    if (!now || now.length !== then?.length) return false;
    for (let n = 0; n < now.length; n++) if (now[n] !== then[n]) return false;
    const { passages } = this.snapshot;
    // Pages of passages have code of their own, and say where they are mapped.
    return passages.length === 0 && before.snapshot.passages.length === 0;
  }

  private get hostImage(): SymbolImage | undefined {
    return this.images.hostImage;
  }

  /** Is there a host with guests, or just one kernel? */
  private get cooperative(): boolean {
    return this.images.guests.length > 0;
  }

  get current(): CoroutineId {
    return this.snapshot.coroutine;
  }

  /** All coroutines, the host first. */
  get all(): readonly CoroutineId[] {
    const { passages } = this.snapshot;
    if (passages.length === 0) return ONLY_HOST;
    return (this.everyone ??= coroutinesWith(passages.map(({ monitor }) => monitor)));
  }

  /** `host kernel`, `guest 0 (hello-guest.elf)`, `kernel`: what a thread is called. */
  title(coroutine: CoroutineId): Sentence {
    if (coroutine === HOST) return this.cooperative ? say`host kernel` : ALONE;
    const guest = this.images.guests[coroutine - 1] as GuestImage | undefined;
    return guest ? say`guest ${coroutine - 1} (${guest.name})` : say`guest ${coroutine - 1}`;
  }

  /** The same in English, for what is no person. */
  name(coroutine: CoroutineId): string {
    return tell(this.title(coroutine));
  }

  /** The title without the name of the file. */
  shortTitle(coroutine: CoroutineId): Sentence {
    if (coroutine !== HOST) return say`guest ${coroutine - 1}`;
    return this.cooperative ? say`host` : ALONE;
  }

  /** The symbols of a coroutine's kernel, where it is now. */
  kernelOf(coroutine: CoroutineId): Placed | undefined {
    const image = kernelImage(this.images, coroutine);
    return image && { image, bias: this.places.biases(coroutine)[0] };
  }

  /** The programs and modules in an address space of a coroutine. */
  mappedIn(coroutine: CoroutineId, cr3: number | undefined): readonly Placed[] {
    return this.places.mapped(coroutine, cr3);
  }

  /** The modules of a coroutine's kernel. */
  modulesOf(coroutine: CoroutineId): readonly Placed[] {
    return this.places.mapped(coroutine, undefined).filter(({ module }) => module);
  }

  /**
   * How a memory reference names an address of a coroutine; see `docs/protocol.md`.
   * @param cr3 of another address space than that which the coroutine has now
   */
  referenceOf(coroutine: CoroutineId, address: number, always: boolean, cr3?: number): string {
    const plain = '0x' + (address >>> 0).toString(16).padStart(8, '0');
    if (cr3 !== undefined)
      return `${coroutine === HOST ? 'host' : `guest${coroutine - 1}`}@${(cr3 >>> 0).toString(16)}:${plain}`;
    if (!this.cooperative || (!always && coroutine === this.current)) return plain;
    return `${coroutine === HOST ? 'host' : `guest${coroutine - 1}`}:${plain}`;
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
    return decodeState(viewOf(passage.page), coroutine === HOST ? PAGE.host[0] : PAGE.guest[0]);
  }

  /** The operation a coroutine that is away has asked for, by name. */
  operationOf(coroutine: CoroutineId): string | undefined {
    const passage = this.passageOf(coroutine);
    if (!passage) return undefined;
    return nameOf(coOperation, viewOf(passage.page).getUint32(PAGE.operation[0], true));
  }

  /**
   * Registers by DWARF number. For a coroutine that is away: those of the caller of the passage code, from the frame
   * that it left on its stack.
   */
  registers(coroutine: CoroutineId, read: SyncReader): Registers | undefined {
    if (coroutine === this.current) {
      const { general, eip, eflags } = this.snapshot.cpu;
      const registers = general.slice();
      registers.push(eip, eflags);
      return registers;
    }
    const state = this.savedState(coroutine);
    if (!state) return undefined;
    const bytes = read(state.esp, CO_PASSAGE_FRAME_SIZE);
    const frame = bytes && decodePassageFrame(viewOf(bytes), state.esp);
    if (!frame) return undefined;
    const registers: (number | undefined)[] = new Array<number | undefined>(REGISTER_COUNT).fill(undefined);
    registers[I386.ebx] = frame.ebx;
    registers[I386.esp] = frame.callerEsp;
    registers[I386.ebp] = frame.ebp;
    registers[I386.esi] = frame.esi;
    registers[I386.edi] = frame.edi;
    registers[I386.eip] = frame.returnEip;
    registers[I386.eflags] = frame.eflags;
    return registers;
  }

  /** Where these registers are: in the processor, or in what the passage has left on the stack of one that is away. */
  homes(coroutine: CoroutineId): Homes {
    if (coroutine === this.current) return IN_PROCESSOR;
    const esp = this.savedState(coroutine)?.esp;
    const homes: (Home | undefined)[] = new Array<Home | undefined>(REGISTER_COUNT).fill(undefined);
    if (esp === undefined) return homes;
    const saved = (offset: number): Home => ({ kind: 'memory', address: (esp + offset) >>> 0 });
    for (const name of ['ebx', 'ebp', 'esi', 'edi', 'eflags'] as const)
      homes[I386[name]] = saved(CO_PASSAGE_FRAME[name]);
    homes[I386.eip] = saved(CO_PASSAGE_FRAME.returnEip);
    return homes;
  }

  /** CR3 of the address space that a coroutine has now. */
  cr3Of(coroutine: CoroutineId): number | undefined {
    if (coroutine === this.current) return this.snapshot.cpu.cr3;
    return this.savedState(coroutine)?.cr3;
  }

  /**
   * The symbols for an address of a coroutine.
   * @param cr3 of another address space than that which it has now
   */
  resolve(coroutine: CoroutineId, pc: number, cr3?: number): Resolved | undefined {
    if (cr3 !== undefined) return this.find(coroutine, pc, cr3);
    let known = this.resolved.get(coroutine);
    if (!known) this.resolved.set(coroutine, (known = new Map()));
    const found = known.get(pc);
    if (found !== undefined || known.has(pc)) return found;
    const fresh = this.find(coroutine, pc);
    if (known.size >= MOST_FOUND) known.clear();
    known.set(pc, fresh);
    return fresh;
  }

  private find(coroutine: CoroutineId, pc: number, cr3?: number): Resolved | undefined {
    const copy = this.copiedCode(pc);
    if (copy) return copy;
    // Plain loops: every stop comes by, in an engine that is mostly cold.
    // What is really there comes before what the kernel's own file has at the same addresses.
    for (const placed of this.places.mapped(coroutine, cr3 ?? this.cr3Of(coroutine)))
      if (placed.image.isCode((pc - placed.bias) >>> 0)) return placed;
    if (coroutine === HOST)
      for (const image of this.images.programs) if (image.isCode(pc)) return { image, bias: 0 };
    const image = kernelImage(this.images, coroutine);
    if (!image) return undefined;
    for (const bias of this.places.biases(coroutine))
      if (image.isCode((pc - bias) >>> 0)) return { image, bias };
    // Before paging is on a higher-half kernel runs at its physical addresses.
    const loaded = image.loadBias(pc);
    return loaded !== undefined && image.isCode((pc - loaded) >>> 0) ? { image, bias: loaded } : undefined;
  }

  /** Changes when passage pages come and go. */
  passageKey(): string {
    const { passages } = this.snapshot;
    return passages.length === 0 ? '' : passages.map(({ physical }) => physical).join(' ');
  }

  /** Where passage pages are mapped on the side of a coroutine: the host has one for each guest. */
  passagePages(coroutine: CoroutineId): { readonly monitor: number; readonly address: number }[] {
    return this.snapshot.passages
      .filter(({ monitor }) => coroutine === HOST || monitor + 1 === coroutine)
      .flatMap(({ monitor, page }) => {
        const at = PAGE[coroutine === HOST ? 'host' : 'guest'][0];
        const state = decodeState(viewOf(page), at);
        return state && state.va !== 0 ? [{ monitor, address: (state.va - at) >>> 0 }] : [];
      });
  }

  /** Where a field of a passage page is mapped: on the host's side, then on the guest's. */
  private addressesOf({ page }: PassageInfo, [offset]: Field): number[] {
    return [PAGE.host[0], PAGE.guest[0]].flatMap((at) => {
      const state = decodeState(viewOf(page), at);
      return state ? [(state.va - at + offset) >>> 0] : [];
    });
  }

  /** The host image's symbol that the code in a passage page is a copy of. */
  private originOf({ page }: PassageInfo, { symbols, field }: Copy): number | undefined {
    for (const name of symbols) {
      const symbol = this.hostImage?.symbolNamed(name);
      if (symbol && this.sameCode(symbol.address, page, field)) return symbol.address;
    }
    return undefined;
  }

  /** If `pc` is in the switching code of a passage page: all addresses of that code, on both sides. */
  passageRanges(pc: number): [number, number][] | undefined {
    for (const one of this.copies)
      if (one.copy === SWITCHING && isIn(one, pc))
        return this.addressesOf(one.passage, SWITCHING.field).map((low) => [low, low + SWITCHING.field[1]]);
    return undefined;
  }

  /** The places where an address of linked code that is copied really runs; `undefined` for any other address. */
  copiesOf(address: number): number[] | undefined {
    const name = this.hostImage?.functionAt(address)?.name;
    const copy = COPIES.find(({ symbols }) => name !== undefined && symbols.includes(name));
    if (!copy) return undefined;
    return this.snapshot.passages.flatMap((passage) => {
      const offset = address - (this.originOf(passage, copy) ?? Infinity);
      if (offset < 0 || offset >= copy.field[1]) return [];
      return this.addressesOf(passage, copy.field).map((low) => (low + offset) >>> 0);
    });
  }

  /** The symbols of an address in the copied code of a passage page. */
  private copiedCode(pc: number): Resolved | undefined {
    const image = this.hostImage;
    if (!image) return undefined;
    for (const one of this.copies) {
      const origin = isIn(one, pc) ? this.originOf(one.passage, one.copy) : undefined;
      if (origin !== undefined) return { image, bias: one.low - origin, copy: true };
    }
    return undefined;
  }

  private get copies(): readonly CopiedCode[] {
    return (this.copied ??= this.snapshot.passages.flatMap((passage) =>
      COPIES.flatMap((copy) => this.addressesOf(passage, copy.field).map((low) => ({ low, copy, passage }))),
    ));
  }

  /** Do the page's first code bytes come from this symbol? */
  private sameCode(address: number, page: Uint8Array, [offset]: Field): boolean {
    const SAMPLE = 0x80;
    const linked = this.hostImage?.linkedBytes(address, SAMPLE);
    return linked !== undefined && linked.every((byte, n) => byte === page[offset + n]);
  }
}
