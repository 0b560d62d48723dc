/**
 * The breakpoints and watchpoints of two debuggers on one machine: the client of the session and a gdb. The machine has one list of
 * each sort, so whenever one of them replaces its own, both are given. Ids of gdb are moved out of the way of the others.
 */
import type { RequestKind, RequestMap } from '../core/protocol/machine-protocol.ts';
import type { MachineClient } from './machine-client.ts';
import type { StoppedEvent } from './stepping.ts';

type Request = MachineClient['request'];
type Owner = 'client' | 'gdb';

/** Ids of gdb's points; below are those of the client, above those of our own. */
const FIRST = 0x4000_0000;
const END = 0x7fff_0000;
const isOfGdb = (id: number): boolean => id >= FIRST && id < END;

/** Has somebody else than gdb a breakpoint there? */
export const withoutGdb = (ids: readonly number[]): number[] => ids.filter((id) => !isOfGdb(id));

/** A stop as gdb is told of it: with its own points by its own ids. */
export function asGdbSees(event: StoppedEvent): StoppedEvent {
  const own = (id: number) => id - FIRST;
  return {
    ...event,
    breakpoints: event.breakpoints.filter(isOfGdb).map(own),
    watchpoints: event.watchpoints
      .filter(({ id }) => isOfGdb(id))
      .map((hit) => ({ ...hit, id: own(hit.id) })),
  };
}

interface Lists {
  breakpoints: RequestMap['setBreakpoints']['params']['breakpoints'];
  watchpoints: RequestMap['setWatchpoints']['params']['watchpoints'];
}

/** The requests of both debuggers to one machine. */
export function sharePoints(request: Request): Readonly<Record<Owner, Request>> {
  const lists: Record<Owner, Lists> = {
    client: { breakpoints: [], watchpoints: [] },
    gdb: { breakpoints: [], watchpoints: [] },
  };
  const moved = <T extends { readonly id: number }>(points: readonly T[]): T[] =>
    points.map((point) => ({ ...point, id: point.id + FIRST }));

  async function setWatchpoints(owner: Owner): Promise<RequestMap['setWatchpoints']['result']> {
    const watchpoints = [...lists.client.watchpoints, ...moved(lists.gdb.watchpoints)];
    const { watched } = await request('setWatchpoints', { watchpoints });
    return {
      watched: owner === 'client' ? withoutGdb(watched) : watched.filter(isOfGdb).map((id) => id - FIRST),
    };
  }

  const of =
    (owner: Owner): Request =>
    <K extends RequestKind>(kind: K, params: RequestMap[K]['params']) => {
      type Answer = Promise<RequestMap[K]['result']>;
      if (kind === 'setBreakpoints') {
        lists[owner].breakpoints = (params as RequestMap['setBreakpoints']['params']).breakpoints;
        const breakpoints = [...lists.client.breakpoints, ...moved(lists.gdb.breakpoints)];
        return request('setBreakpoints', { breakpoints }) as Answer;
      }
      if (kind === 'setWatchpoints') {
        lists[owner].watchpoints = (params as RequestMap['setWatchpoints']['params']).watchpoints;
        return setWatchpoints(owner) as Answer;
      }
      return request(kind, params);
    };
  return { client: of('client'), gdb: of('gdb') };
}
