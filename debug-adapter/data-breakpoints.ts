/**
 * Data breakpoints: bytes of memory whose reads or changes stop the machine (DAP `dataBreakpointInfo`,
 * `setDataBreakpoints`). The id of one is a memory reference and a length, `guest0:0xc0104020+4`; it is resolved to
 * physical memory when it is set, so whoever touches these bytes is found, in whatever address space and by whatever address.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CatchSpec } from '../core/protocol/debug-protocol.ts';
import type { RequestMap, WatchHit } from '../core/protocol/machine-protocol.ts';
import type { Debuggee } from './debuggee.ts';
import { AdapterError } from './errors.ts';
import { placeOf } from './memory-reference.ts';

/** Most bytes of one. */
const MAX_BYTES = 0x1_0000;
/** Far from the ids of source breakpoints, which count from 1. */
const FIRST_ID = 1_000_000;
/** Numbers of these sizes are shown as such. */
const NUMBERS = [1, 2, 4, 8];

/** "Break on value change" is `write` in DAP: a write that changes nothing is no reason to stop. */
const ACCESS = { read: 'read', write: 'change', readWrite: 'readWrite' } as const;

type Watch = RequestMap['setWatchpoints']['params']['watchpoints'][number];

/** Bytes that can be watched, as an expression gave them. */
export interface DataPlace {
  /** A memory reference. */
  readonly reference: string;
  readonly size: number;
}

const isAccess = (access: string): access is keyof typeof ACCESS => Object.hasOwn(ACCESS, access);

/** The answer for a place, or for the reason why there is none. @param name what the user asked for */
export function dataBreakpointInfo(
  name: string,
  place: DataPlace | string,
): DebugProtocol.DataBreakpointInfoResponse['body'] {
  if (typeof place === 'string') return { dataId: null, description: place };
  if (place.size < 1 || place.size > MAX_BYTES)
    return {
      dataId: null,
      description: `${name} has ${place.size} bytes: 1 to ${MAX_BYTES} can be watched.`,
    };
  return {
    dataId: `${place.reference}+${place.size}`,
    description: `${name} (${place.size} ${place.size === 1 ? 'byte' : 'bytes'} at ${place.reference})`,
    accessTypes: ['read', 'write', 'readWrite'],
    canPersist: false,
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
  bytes = 1,
): DebugProtocol.DataBreakpointInfoResponse['body'] | undefined {
  const port = portOf(name);
  return port === undefined
    ? undefined
    : dataBreakpointInfo(name, { reference: `port:0x${port.toString(16)}`, size: bytes });
}

function numberOf(bytes: Uint8Array): string | undefined {
  if (!NUMBERS.includes(bytes.length)) return undefined;
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value < 10n ? String(value) : `${value} (0x${value.toString(16)})`;
}

/** The data breakpoints of a session. */
export class DataBreakpoints {
  private nextId = FIRST_ID;
  private names = new Map<number, string>();
  private watches: readonly Watch[] = [];
  private watched = new Set<number>();
  private watchedPorts: CatchSpec[] = [];

  /** The I/O ports among them. */
  get ports(): readonly CatchSpec[] {
    return this.watchedPorts;
  }

  /** Replaces all of them. @throws AdapterError for what is no list of data breakpoints */
  async set(
    debuggee: Debuggee,
    wanted: readonly DebugProtocol.DataBreakpoint[],
  ): Promise<DebugProtocol.Breakpoint[]> {
    this.names = new Map();
    this.watchedPorts = [];
    const parsed = wanted.map((one) => this.parse(one, debuggee));
    this.watches = parsed.filter((one): one is Watch => typeof one !== 'string' && 'space' in one);
    await this.place(debuggee);
    return parsed.map((one) =>
      typeof one === 'string'
        ? { verified: false, message: one, reason: 'failed' }
        : this.stateOf(one.id, !('space' in one) || this.watched.has(one.id)),
    );
  }

  /** Some of them are not in memory yet. */
  get pending(): boolean {
    return this.watched.size < this.watches.length;
  }

  /**
   * Places all of them in a machine: another one than before, or one whose memory is mapped differently by now.
   * @returns those that are watched now and were not, or the other way round
   */
  async place(debuggee: Debuggee): Promise<DebugProtocol.Breakpoint[]> {
    const before = this.watched;
    const { watched } = await debuggee.request('setWatchpoints', { watchpoints: this.watches });
    this.watched = new Set(watched);
    return this.watches
      .filter(({ id }) => before.has(id) !== this.watched.has(id))
      .map(({ id }) => this.stateOf(id, this.watched.has(id)));
  }

  private stateOf(id: number, verified: boolean): DebugProtocol.Breakpoint {
    if (verified) return { id, verified };
    const message = `${this.names.get(id)} is not in memory now: it is watched as soon as it is mapped to RAM at a stop.`;
    return { id, verified, message, reason: 'pending' };
  }

  private parse(
    { dataId, accessType = 'write', condition, hitCondition }: DebugProtocol.DataBreakpoint,
    debuggee: Debuggee,
  ): Watch | CatchSpec | string {
    const [, reference, size] = /^(\S+)\+(\d{1,6})$/.exec(String(dataId)) ?? [];
    const length = Number(size);
    if (reference === undefined || length < 1 || length > MAX_BYTES || !isAccess(accessType))
      throw new AdapterError(
        'bad-request',
        'A data breakpoint needs a "dataId" that dataBreakpointInfo has given, and an "accessType" of read, write or readWrite.',
      );
    const port = portOf(reference);
    const place = port === undefined ? placeOf(reference, 0, debuggee.coroutines.current) : undefined;
    // Whoever touches the bytes: names in the condition are those of the memory's owner.
    const filter = debuggee.armed.compileEventFilter({ condition, hitCondition }, place?.coroutine);
    if (typeof filter === 'string') return filter;
    const id = this.nextId++;
    this.names.set(id, reference);
    const anybody = { ...filter, id, coroutine: -1 as const };
    if (port !== undefined) {
      const last = Math.min(port + length - 1, 0xffff);
      const spec = { ...anybody, kind: 'port', first: port, last, access: accessType } as const;
      this.watchedPorts.push(spec);
      return spec;
    }
    const { address, space } = place!;
    return { ...anybody, space, address, length, access: ACCESS[accessType] };
  }

  /** What has happened, one line for each. */
  describe(hits: readonly WatchHit[]): string {
    return hits
      .map(({ id, write, before, after }) => {
        const name = this.names.get(id) ?? 'memory';
        const [from, to] = [numberOf(before), numberOf(after)];
        if (!write) return `${name} was read${to === undefined ? '' : `: ${to}`}`;
        return from === undefined ? `${name} was written` : `${name}: ${from} → ${to}`;
      })
      .join('\n');
  }
}
