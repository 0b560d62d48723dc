/**
 * The outer frames of a stack, kept from stop to stop: whoever steps through a function has the same callers all the time. They are the
 * same as long as the walk that has found them would read the same: it begins with the registers, homes and CFA that it began with then,
 * and memory holds what it held wherever it looked. Each frame knows what was read from it on, so that a stack that has become deeper, or
 * less deep, still has the frames that both have in common.
 *
 * Registers that a call may change are other ones at each stop, and frames hand them on as they are (System V ABI, Intel386 supplement,
 * "Registers"): where no frame is found by them, they are put into the frames that there are.
 *
 * Owns no symbols: who asks says by `epoch` whether they say of every address what they said.
 */
import { I386, SCRATCH } from './constants.ts';
import type { Home, Homes, MemoryReader, Registers } from './location.ts';
import type { Stack, StackFrame } from './unwind-i386.ts';

interface Read {
  readonly address: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
}

/** Those of a frame that mean nothing to the next one, as a rule. */
export const PASSING: readonly number[] = [...SCRATCH, I386.eflags];

/** Of them, what the caller has of a frame without frame information, which says nothing of the others. */
export const HANDED_ON: readonly number[] = [I386.eflags];

/** A caller: it begins where its callee's frame ends. */
interface Caller {
  readonly frame: StackFrame;
  /** CFA of its callee. */
  readonly behind: number;
  /** What the walk has read from here to the next one. */
  readonly reads: readonly Read[];
  /** Which passing registers the next frame has from it as they are; `undefined` when the next may have been found by one of them. */
  handsOn: readonly number[] | undefined;
}

/** What the walk of a stack from one of its callers on has given. */
export type Callers = Pick<Stack, 'frames' | 'stop'>;

export class KnownCallers {
  private epoch: object | undefined;
  /** Of the last walk, the innermost first. */
  private callers: readonly Caller[] = [];
  private stop: Stack['stop'] | undefined;
  /** The walk that goes on. */
  private walked: Caller[] = [];
  private reads: Read[] = [];

  /** @param epoch another object than the last time when symbols may say something else of an address */
  begin(epoch: object): void {
    if (epoch !== this.epoch) this.callers = [];
    this.epoch = epoch;
    this.walked = [];
    this.reads = [];
  }

  /** What the walk from a caller on has given, if it would give the same again. */
  find(
    registers: Registers,
    homes: Homes,
    isReturnAddress: boolean,
    behind: number,
    read: MemoryReader,
  ): Callers | undefined {
    const { callers, stop } = this;
    const first = callers.findIndex(
      (one) =>
        one.behind === behind &&
        // Of return addresses, symbols are looked up one byte before.
        (one.frame.lookupPc !== one.frame.pc) === isReturnAddress &&
        areSameButPassing(one.frame.registers, registers) &&
        areSameHomes(one.frame.homes, homes),
    );
    if (first < 0 || !stop) return undefined;
    for (let n = first; n < callers.length; n++)
      for (const one of callers[n].reads) if (!isSame(one, read(one.address, one.length))) return undefined;
    const found = withPassing(callers.slice(first), registers);
    if (!found) return undefined;
    this.callers = this.walked.concat(found);
    return { frames: found.map(({ frame }) => frame), stop };
  }

  /** A caller was found by a walk, which reads on. */
  add(frame: StackFrame, behind: number): void {
    this.reads = [];
    this.walked.push({ frame, behind, reads: this.reads, handsOn: undefined });
  }

  /** The walk has looked for the next caller. @param handsOn as of a caller; the innermost frame is none */
  pass(handsOn: readonly number[] | undefined): void {
    const last = this.walked.at(-1);
    if (last) last.handsOn = handsOn;
  }

  /** `read`, and what it has read is kept. */
  listening(read: MemoryReader): MemoryReader {
    return (address, length) => {
      const bytes = read(address, length);
      this.reads.push({ address, length, bytes });
      return bytes;
    };
  }

  /** The walk has ended by itself. */
  end(stop: Stack['stop']): void {
    // Where a stack is cut off depends on its callees.
    this.callers = stop.reason === 'frame-limit' ? [] : this.walked;
    this.stop = stop;
  }
}

/** The callers with the passing registers that the first of them has now; `undefined` if others might be found with these. */
function withPassing(callers: readonly Caller[], registers: Registers): readonly Caller[] | undefined {
  let passing = PASSING.filter((number) => callers[0].frame.registers[number] !== registers[number]);
  const all: Caller[] = [];
  for (const caller of callers) {
    if (passing.length === 0) {
      all.push(caller);
      continue;
    }
    const { frame, behind, reads, handsOn } = caller;
    if (!handsOn) return undefined;
    const now = frame.registers.slice();
    for (const number of passing) now[number] = registers[number];
    all.push({ frame: frameWith(frame, now), behind, reads, handsOn });
    passing = passing.filter((number) => handsOn.includes(number));
  }
  return all;
}

const frameWith = (frame: StackFrame, registers: Registers): StackFrame => ({
  pc: frame.pc,
  lookupPc: frame.lookupPc,
  registers,
  homes: frame.homes,
  cfa: frame.cfa,
  method: frame.method,
  identity: frame.identity,
});

function areSameButPassing(a: Registers, b: Registers): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n] && !PASSING.includes(n)) return false;
  return true;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}

function areSameHomes(a: Homes, b: Homes): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (!isSameHome(a[n], b[n])) return false;
  return true;
}

function isSameHome(a: Home | undefined, b: Home | undefined): boolean {
  if (a === b) return true;
  if (a?.kind === 'memory') return b?.kind === 'memory' && a.address === b.address;
  return a?.kind === 'register' && b?.kind === 'register' && a.number === b.number;
}

function isSame({ bytes: known }: Read, now: Uint8Array | undefined): boolean {
  if (!known || !now) return known === now;
  return isSameList(known as unknown as readonly number[], now as unknown as readonly number[]);
}
