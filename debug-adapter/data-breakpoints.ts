/**
 * Data breakpoints: bytes of memory whose reads or changes stop the machine (DAP `dataBreakpointInfo`,
 * `setDataBreakpoints`). The place of one (`data-ids.ts`) is resolved to physical memory when it is set, so whoever touches these
 * bytes is found, in whatever address space and by whatever address. Bytes of a global variable are where its symbol is in the kernel
 * that runs, which may have been built anew since; what is in a frame is watched until that is left; of a bit field only its bits count.
 */
import type { BreakpointState } from './breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CatchSpec } from '../core/protocol/debug-protocol.ts';
import type { BitRange, MachineSnapshot, RequestMap, WatchHit } from '../core/protocol/machine-protocol.ts';
import { conditionOf, dataIdText, parseDataId, type SymbolPlace } from './data-ids.ts';
import type { Debuggee } from './debuggee.ts';
import { AdapterError } from './errors.ts';
import { isSentence, say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import type { FrameLifetime } from './frame-lifetime.ts';
import { type Place, placeOf } from './memory-reference.ts';
import { type WatchedCall, WatchedFrames } from './watched-frames.ts';

/** Most bytes of one. */
const MAX_BYTES = 0x1_0000;
/** Far from the ids of source breakpoints, which count from 1. */
const FIRST_ID = 1_000_000;
/** Numbers of these sizes are shown as such. */
const NUMBERS = [1, 2, 4, 8];

/** "Break on value change" is `write` in DAP: a write that changes nothing is no reason to stop. */
const ACCESS = { read: 'read', write: 'change', readWrite: 'readWrite' } as const;

type Watch = RequestMap['setWatchpoints']['params']['watchpoints'][number];

/** What the client wants, under the number that it knows. */
interface Wanted {
  readonly id: number;
  readonly breakpoint: DebugProtocol.DataBreakpoint;
}

/** Bytes that can be watched, as an expression gave them. */
export interface DataPlace {
  /** A memory reference. */
  readonly reference: string;
  readonly size: number;
  /** Of them, those of a bit field. */
  readonly bits?: BitRange | undefined;
  /** The global variable that they belong to. */
  readonly symbol?: SymbolPlace | undefined;
  /** The frame that they are in. */
  readonly lifetime?: FrameLifetime | undefined;
}

/** The global variable of a kernel that has some bytes, if they are in one and no other symbol has its name. */
export function symbolOf({ coroutines }: Debuggee, { reference, size }: DataPlace): SymbolPlace | undefined {
  const { address, space, coroutine } = placeOf(reference, 0, coroutines.current);
  const kernel = coroutines.kernelOf(coroutine);
  if (!kernel || space.kind === 'physical') return undefined;
  const { image, bias } = kernel;
  const linked = (address - bias) >>> 0;
  const symbol = image.symbolAt(linked);
  if (symbol?.type !== 'object' || linked < symbol.address || linked + size > symbol.end) return undefined;
  if (image.symbolNamed(symbol.name)?.address !== symbol.address) return undefined;
  return { name: symbol.name, offset: linked - symbol.address };
}

const isAccess = (access: string): access is keyof typeof ACCESS => Object.hasOwn(ACCESS, access);

/** The answer for a place, or for the reason why there is none. @param name what the user asked for */
export function dataBreakpointInfo(
  name: string,
  place: DataPlace | Sentence,
  translate: Translate,
): DebugProtocol.DataBreakpointInfoResponse['body'] {
  const none = (why: Sentence) => ({ dataId: null, description: tell(why, translate) });
  if (isSentence(place)) return none(place);
  const { symbol } = place;
  if (place.size < 1 || place.size > MAX_BYTES)
    return none(say`${name} has ${place.size} bytes: 1 to ${MAX_BYTES} can be watched.`);
  const { reference, size, bits, lifetime } = place;
  const bytes = size === 1 ? say`1 byte` : say`${size} bytes`;
  const extent = bits ? say`bits ${bits.offset} to ${bits.offset + bits.width - 1} of ${bytes}` : bytes;
  const where = say`${extent} at ${reference}`;
  return {
    dataId: dataIdText({ reference, length: size, bits, symbol, lifetime }),
    description: tell(
      lifetime ? say`${name} (${where}, until ${lifetime.name} returns)` : say`${name} (${where})`,
      translate,
    ),
    accessTypes: ['read', 'write', 'readWrite'],
    canPersist: symbol !== undefined,
  };
}

/** The number of `port:0x3f8`. */
function portOf(reference: string): number | undefined {
  const [, digits] = /^port:(0x[0-9a-f]{1,4}|\d{1,5})$/i.exec(reference.trim()) ?? [];
  return digits === undefined || Number(digits) > 0xffff ? undefined : Number(digits);
}

/** The answer for `port:0x3f8`: an I/O port; `undefined` for any other name. @param bytes how many ports */
export function portReference(
  name: string,
  translate: Translate,
  bytes = 1,
): DebugProtocol.DataBreakpointInfoResponse['body'] | undefined {
  const port = portOf(name);
  return port === undefined
    ? undefined
    : dataBreakpointInfo(name, { reference: `port:0x${port.toString(16)}`, size: bytes }, translate);
}

/** @param bits of a bit field, which is shown as it lies there: without a sign */
function numberOf(bytes: Uint8Array, bits: BitRange | undefined): string | undefined {
  if (!bits && !NUMBERS.includes(bytes.length)) return undefined;
  const all = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const value = bits ? BigInt.asUintN(bits.width, all >> BigInt(bits.offset)) : all;
  return value < 10n ? String(value) : `${value} (0x${value.toString(16)})`;
}

/** The data breakpoints of a session. */
export class DataBreakpoints {
  private nextId = FIRST_ID;
  private wanted: readonly Wanted[] = [];
  private names = new Map<number, string>();
  private bits = new Map<number, BitRange>();
  /** Symbols that the kernel does not have. */
  private lost = new Map<number, string>();
  /** The calls that watched variables belong to, by the id of their breakpoint. */
  private calls = new Map<number, WatchedCall>();
  private readonly frames = new WatchedFrames();
  private watches: readonly Watch[] = [];
  private watched = new Set<number>();
  private watchedPorts: CatchSpec[] = [];

  /** The I/O ports among them. */
  get ports(): readonly CatchSpec[] {
    return this.watchedPorts;
  }

  /** Replaces all of them. @throws AdapterError for what is no list of data breakpoints */
  async set(debuggee: Debuggee, wanted: readonly DebugProtocol.DataBreakpoint[]): Promise<BreakpointState[]> {
    this.wanted = wanted.map((breakpoint) => ({ id: this.nextId++, breakpoint }));
    return this.arm(debuggee);
  }

  /** The machine is another one, its kernel perhaps built anew. @returns those of another state than before */
  async renew(debuggee: Debuggee): Promise<BreakpointState[]> {
    const before = this.watched;
    this.frames.end([...this.calls.values()]);
    const states = await this.arm(debuggee);
    return states.filter(
      ({ id = 0, verified, reason }) => verified !== before.has(id) || reason === 'failed',
    );
  }

  private async arm(debuggee: Debuggee): Promise<BreakpointState[]> {
    this.names = new Map();
    this.bits = new Map();
    this.lost = new Map();
    this.calls = new Map();
    this.watchedPorts = [];
    const parsed = this.wanted.map((one) => this.parse(one, debuggee));
    this.watches = parsed.filter((one): one is Watch => !isSentence(one) && 'space' in one);
    await this.frames.look([...this.calls.values()], debuggee, undefined);
    await this.place(debuggee);
    return parsed.map((one, n) =>
      isSentence(one)
        ? { id: this.wanted[n].id, verified: false, message: one, reason: 'failed' }
        : this.stateOf(one.id, !('space' in one) || this.watched.has(one.id)),
    );
  }

  /** Some of them are not in memory yet. */
  get pending(): boolean {
    return this.watched.size < this.placeable.length;
  }

  /** Variables of calls are among them that are not known to be over. */
  get hasCalls(): boolean {
    return this.living.length > 0;
  }

  private get living(): WatchedCall[] {
    return [...this.calls.values()].filter((call) => !this.frames.isOver(call));
  }

  private isOver(id: number): boolean {
    const call = this.calls.get(id);
    return call !== undefined && this.frames.isOver(call);
  }

  private get placeable(): Watch[] {
    return this.watches.filter(({ id }) => !this.lost.has(id) && !this.isOver(id));
  }

  /** The client has been given an id for something: a call that it may belong to runs. */
  given(dataId: string | null): void {
    const lifetime = dataId === null ? undefined : parseDataId(dataId)?.lifetime;
    if (lifetime) this.frames.begin(lifetime);
  }

  /** Looks at a stop which calls are over. @returns the variables that are watched no more */
  async look(debuggee: Debuggee, stop: MachineSnapshot): Promise<BreakpointState[]> {
    return (await this.frames.look(this.living, debuggee, stop)) ? this.place(debuggee) : [];
  }

  /**
   * Places all of them in a machine: another one than before, or one whose memory is mapped differently by now.
   * @returns those that are watched now and were not, or the other way round
   */
  async place(debuggee: Debuggee): Promise<BreakpointState[]> {
    const before = this.watched;
    const { watched } = await debuggee.request('setWatchpoints', { watchpoints: this.placeable });
    this.watched = new Set(watched);
    await this.awaitReturns(debuggee);
    return this.watches
      .filter(({ id }) => before.has(id) !== this.watched.has(id))
      .map(({ id }) => this.stateOf(id, this.watched.has(id)));
  }

  private async awaitReturns({ armed }: Debuggee): Promise<void> {
    const { living } = this;
    if (living.length === 0 && armed.awaitedReturns.length === 0) return;
    armed.awaitedReturns = living;
    await armed.send();
  }

  private stateOf(id: number, verified: boolean): BreakpointState {
    if (verified) return { id, verified };
    const lost = this.lost.get(id);
    if (lost !== undefined)
      return {
        ...{ id, verified, reason: 'failed' },
        message: say`The kernel has no variable ${lost} any more: set the breakpoint on another one.`,
      };
    if (this.isOver(id))
      return {
        ...{ id, verified, reason: 'failed' },
        message: say`The call that had this variable is over: it is watched no more. Set a breakpoint on a variable of a call that runs.`,
      };
    const message = say`${this.names.get(id) ?? ''} is not in memory now: it is watched as soon as it is mapped to RAM at a stop.`;
    return { id, verified, message, reason: 'pending' };
  }

  private parse(
    { id, breakpoint: { dataId, accessType = 'write', condition, hitCondition } }: Wanted,
    debuggee: Debuggee,
  ): Watch | CatchSpec | Sentence {
    const wanted = parseDataId(String(dataId));
    if (!wanted || wanted.length < 1 || wanted.length > MAX_BYTES || !isAccess(accessType))
      throw new AdapterError(
        'bad-request',
        say`A data breakpoint needs a "dataId" that dataBreakpointInfo has given, and an "accessType" of read, write or readWrite.`,
      );
    const { reference, length, bits, symbol, lifetime } = wanted;
    const port = portOf(reference);
    const place = port === undefined ? placeOf(reference, 0, debuggee.coroutines.current) : undefined;
    // Whoever touches the bytes: names in the condition are those of the memory's owner.
    const when = { condition: conditionOf(wanted, condition), hitCondition };
    const filter = debuggee.armed.compileEventFilter(when, place?.coroutine);
    if (isSentence(filter)) return filter;
    this.names.set(id, reference);
    if (bits) this.bits.set(id, bits);
    const anybody = { ...filter, id, coroutine: -1 as const };
    if (port !== undefined) {
      const last = Math.min(port + length - 1, 0xffff);
      const spec = { ...anybody, kind: 'port', first: port, last, access: accessType } as const;
      this.watchedPorts.push(spec);
      return spec;
    }
    if (lifetime)
      this.calls.set(id, { ...lifetime, coroutine: debuggee.armed.coroutineOf(place!.coroutine) });
    const { address, space } = symbol === undefined ? place! : this.followed(id, place!, symbol, debuggee);
    return { ...anybody, space, address, length, bits, access: ACCESS[accessType] };
  }

  /** Where bytes of a symbol are in the kernel that runs now. */
  private followed(id: number, place: Place, symbol: SymbolPlace, { coroutines }: Debuggee): Place {
    const { coroutine } = place;
    const kernel = coroutines.kernelOf(coroutine);
    const linked = kernel?.image.symbolNamed(symbol.name)?.address;
    if (!kernel) return place;
    if (linked === undefined) {
      this.lost.set(id, symbol.name);
      return place;
    }
    const address = (linked + kernel.bias + symbol.offset) >>> 0;
    this.names.set(id, coroutines.referenceOf(coroutine, address, true));
    return { ...place, address };
  }

  /** What has happened, one line for each. */
  describe(hits: readonly WatchHit[]): Sentence[] {
    return hits.map(({ id, write, before, after }) => {
      const name = this.names.get(id) ?? 'memory';
      const bits = this.bits.get(id);
      const [from, to] = [numberOf(before, bits), numberOf(after, bits)];
      if (!write) return to === undefined ? say`${name} was read` : say`${name} was read: ${to}`;
      return from === undefined || to === undefined
        ? say`${name} was written`
        : say`${name}: ${from} → ${to}`;
    });
  }
}
