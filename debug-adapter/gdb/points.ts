/**
 * What a client has asked to stop at (packets `Z` and `z`): breakpoints and watchpoints of the core. Nothing is ever written to
 * memory, so software and hardware breakpoints differ only by what a stop is called, and there is no limit to either.
 */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { StubMachine } from './machine.ts';

/** The number behind `Z`. */
export type PointKind = 0 | 1 | 2 | 3 | 4;

export interface Point {
  readonly kind: PointKind;
  readonly address: number;
  /** Bytes that are watched; of breakpoints it says nothing. */
  readonly length: number;
  /** In whose address space; -1 for a breakpoint in any. */
  readonly coroutine: CoroutineId | -1;
}

/** Most points of a client. */
const MAX_POINTS = 10_000;
const MAX_WATCHED = 0x1_0000;
const ACCESS = { 2: 'write', 3: 'read', 4: 'readWrite' } as const;

export const isWatch = (kind: PointKind): kind is 2 | 3 | 4 => kind >= 2;
const keyOf = ({ kind, address, length, coroutine }: Point) =>
  [kind, address, isWatch(kind) ? length : 0, coroutine].join(' ');

export class Points {
  private readonly points = new Map<string, Point & { readonly id: number }>();
  private nextId = 1;

  constructor(private readonly machine: StubMachine) {}

  byId(id: number): Point | undefined {
    return [...this.points.values()].find((point) => point.id === id);
  }

  /** @returns why it cannot be set, if it cannot */
  async insert(point: Point): Promise<string | undefined> {
    const key = keyOf(point);
    // Packets may be sent twice.
    if (this.points.has(key)) return undefined;
    if (this.points.size >= MAX_POINTS) return `more than ${MAX_POINTS} breakpoints and watchpoints`;
    if (isWatch(point.kind) && (point.length < 1 || point.length > MAX_WATCHED))
      return `a watchpoint of 1 to ${MAX_WATCHED} bytes is possible`;
    const id = this.nextId++;
    this.points.set(key, { ...point, id });
    const watched = await this.send(point.kind).catch((error: unknown) => {
      this.points.delete(key);
      throw error;
    });
    if (!isWatch(point.kind) || watched.includes(id)) return undefined;
    await this.remove(point);
    return 'these bytes are not in RAM';
  }

  async remove(point: Point): Promise<void> {
    if (this.points.delete(keyOf(point))) await this.send(point.kind);
  }

  /** Removes all, or those of one coroutine. */
  async clear(coroutine?: CoroutineId): Promise<void> {
    for (const [key, point] of this.points)
      if (coroutine === undefined || point.coroutine === coroutine) this.points.delete(key);
    await this.sendAll();
  }

  /** Gives them to a machine that has been booted again, or from which some were taken. */
  async sendAll(): Promise<void> {
    await this.send(0);
    await this.send(2);
  }

  /** Replaces the machine's points of one sort. @returns ids of watchpoints that are set */
  private async send(kind: PointKind): Promise<readonly number[]> {
    const all = [...this.points.values()];
    if (!isWatch(kind)) {
      const breakpoints = all
        .filter((point) => !isWatch(point.kind))
        .map(({ id, address, coroutine }) => ({ id, address, coroutine }));
      await this.machine.request('setBreakpoints', { breakpoints });
      return [];
    }
    const watchpoints = all.flatMap(({ id, kind: access, address, length, coroutine }) =>
      isWatch(access)
        ? [
            {
              id,
              address,
              length,
              access: ACCESS[access],
              space: this.machine.spaceOf(coroutine),
              coroutine: -1,
            },
          ]
        : [],
    );
    return (await this.machine.request('setWatchpoints', { watchpoints })).watched;
  }
}
