/**
 * The calls whose variables are watched, and when they are over. The machine stops, unseen, at the instruction that such a call returns to, when
 * the stack is as the return leaves it; a call that ends otherwise, by a jump out of it or with its task, is noticed at the next stop, when its
 * return address is no more where it was. What is over stays so, though another call may have the same place on the stack.
 */
import type { BreakpointSpec, Expression } from '../core/protocol/debug-protocol.ts';
import type { CoroutineId, MachineSnapshot } from '../core/protocol/machine-protocol.ts';
import type { Lifetime } from './data-ids.ts';
import type { Debuggee } from './debuggee.ts';

/** A call, and who runs it. */
export interface WatchedCall extends Lifetime {
  readonly coroutine: CoroutineId | -1;
}

const WORD = 4;
/** Most bytes of arguments that a return takes from the stack, behind the return address. */
const MAX_ARGUMENTS = 256;
const ESP = 4;

/** Bytes of the stack above the slot of a return address, as the machine computes them. */
const aboveSlot = ({ address }: Lifetime): Expression => ({
  ...{ kind: 'binary', operator: '-', type: 'u32', left: { kind: 'register', name: 'esp' } },
  right: { kind: 'constant', type: 'u32', value: (address + WORD) >>> 0 },
});

/** Where a call returns to, behind its return. @param id of the breakpoint */
export const returnOf = (call: WatchedCall, id: number): BreakpointSpec => ({
  ...{ id, address: call.returns, coroutine: call.coroutine },
  condition: {
    ...{ kind: 'binary', operator: '<', type: 'u32', left: aboveSlot(call) },
    right: { kind: 'constant', type: 'u32', value: MAX_ARGUMENTS },
  },
});

/** Does a stop look like the return of a call? Another stack may have the same address in another space. */
function isReturn({ returns, address }: Lifetime, { cpu }: MachineSnapshot): boolean {
  return cpu.linearEip === returns && (cpu.general[ESP] - address - WORD) >>> 0 < MAX_ARGUMENTS;
}

/** @param stop where the machine stands; without it, it may run */
async function isOver(
  call: Lifetime,
  { request }: Debuggee,
  stop: MachineSnapshot | undefined,
): Promise<boolean> {
  if (stop && isReturn(call, stop)) {
    const { physical } = await request('pageWalk', { space: { kind: 'current' }, address: call.address });
    if (physical === call.slot) return true;
  }
  const place = { space: { kind: 'physical' }, address: call.slot, length: WORD } as const;
  const { bytes } = await request('readMemory', place);
  return (
    bytes.length < WORD || new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== call.returns
  );
}

const keyOf = ({ slot, returns, address }: Lifetime) => `${slot}:${returns}:${address}`;

export class WatchedFrames {
  private readonly over = new Set<string>();

  isOver(call: Lifetime): boolean {
    return this.over.has(keyOf(call));
  }

  /** A call has the same place as one that is over: it is another one. */
  begin(call: Lifetime): void {
    this.over.delete(keyOf(call));
  }

  /** The machine is another one. */
  end(calls: readonly Lifetime[]): void {
    for (const call of calls) this.over.add(keyOf(call));
  }

  /** Looks which of some calls are over by now. @returns whether one is that was not */
  async look(
    calls: readonly Lifetime[],
    debuggee: Debuggee,
    stop: MachineSnapshot | undefined,
  ): Promise<boolean> {
    const living = calls.filter((call) => !this.isOver(call));
    const ends = await Promise.all(living.map((call) => isOver(call, debuggee, stop)));
    const ended = living.filter((_, n) => ends[n]);
    this.end(ended);
    return ended.length > 0;
  }
}
