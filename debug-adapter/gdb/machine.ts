/**
 * The machine of a gdb stub: whether it runs, its last stop, its coroutines and their registers. It outlives its clients: whoever
 * attaches finds it as the last one has left it.
 *
 * Speaks the machine protocol and knows no packets.
 */
import { CO_PASSAGE_FRAME_SIZE } from '../../core/abi/decode.ts';
import {
  type CoroutineId,
  HOST,
  type MachineSnapshot,
  type Space,
  type StepSpec,
} from '../../core/protocol/machine-protocol.ts';
import { Coroutines } from '../coroutines.ts';
import type { MachineClient } from '../machine-client.ts';
import type { StoppedEvent } from '../stepping.ts';
import { type RegisterValues, valuesAtEntry, valuesOfCpu, valuesOfSaved } from './registers.ts';

export interface GuestFile {
  readonly name: string;
  /** The linear address at which it will begin. */
  readonly entry: number;
}

/** What a stub debugs. */
export interface Target {
  readonly request: MachineClient['request'];
  /** The guests that the machine boots, by monitor number. */
  readonly guests: readonly GuestFile[];
  /** Boots the machine again. @throws MachineError */
  reboot(): Promise<MachineSnapshot>;
  /** The client has killed the machine. */
  kill(): void;
}

/** How the machine is to go on. */
export type Motion =
  | { readonly kind: 'resume' }
  /** One instruction. */
  | { readonly kind: 'step'; readonly coroutine: CoroutineId }
  /** Until the instruction pointer leaves `low` to `high`, excluded. */
  | {
      readonly kind: 'range';
      readonly coroutine: CoroutineId;
      readonly low: number;
      readonly high: number;
    };

const NOTHING = { breakpoints: [], problems: [], watchpoints: [], caught: [], causes: [], answers: [] };

/** A machine that has not run since it was booted. */
const atEntry = (snapshot: MachineSnapshot): StoppedEvent => ({
  event: 'stopped',
  reason: 'entry',
  ...NOTHING,
  exitStatus: undefined,
  snapshot,
});

export class StubMachine {
  running = false;
  stop: StoppedEvent;
  coroutines: Coroutines;
  /** Hears of every stop. */
  onStop: ((stop: StoppedEvent) => void) | undefined;
  private waiters: (() => void)[] = [];
  /** It has been asked to stop, and has not yet. */
  private interrupting = false;

  constructor(
    readonly target: Target,
    booted: MachineSnapshot,
  ) {
    this.stop = atEntry(booted);
    this.coroutines = this.coroutinesOf(booted);
  }

  readonly request: MachineClient['request'] = (kind, params) => this.target.request(kind, params);

  /** It has ended by itself: only `reboot` helps. */
  get over(): boolean {
    return !this.running && (this.stop.reason === 'exit' || this.stop.reason === 'reset');
  }

  /** Host and guests, those too that are yet to begin. */
  get all(): CoroutineId[] {
    const known = this.target.guests.map((_guest, monitor) => monitor + 1);
    return [...new Set([HOST, ...known, ...this.coroutines.all])].sort((a, b) => a - b);
  }

  /** What a coroutine does, in words. */
  stateOf(coroutine: CoroutineId): string {
    if (coroutine === this.coroutines.current) return `owns the CPU, ring ${this.stop.snapshot.cpu.cpl}`;
    if (!this.coroutines.savedState(coroutine)) return 'has not begun';
    return `away, after ${this.coroutines.operationOf(coroutine) ?? 'an unknown operation'}`;
  }

  /** The machine has stopped. */
  stopped(event: StoppedEvent): void {
    this.running = false;
    this.interrupting = false;
    this.adopt(event);
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
    this.onStop?.(event);
  }

  /** Somebody else has set it going. */
  readonly resumed = (): void => {
    this.running = true;
  };

  /** Somebody else has changed the registers of the stopped machine. */
  readonly refreshed = (stop: StoppedEvent): void => {
    this.adopt(stop);
  };

  /** Asks a machine that runs to stop. */
  interrupt(): void {
    if (!this.running || this.interrupting) return;
    this.interrupting = true;
    // Refused only by a machine that is gone, and then there is nothing to stop.
    this.request('pause', {}).catch(() => undefined);
  }

  /** Stops the machine if it runs, and waits for that. */
  async halt(): Promise<void> {
    if (!this.running) return;
    const halted = new Promise<void>((resolve) => this.waiters.push(resolve));
    this.interrupt();
    await halted;
  }

  /** Looks at the stopped machine again: registers were written. */
  async refresh(): Promise<void> {
    this.adopt({ ...this.stop, snapshot: await this.request('snapshot', {}) });
  }

  async reboot(): Promise<void> {
    await this.halt();
    this.adopt(atEntry(await this.target.reboot()));
  }

  /** @throws MachineError when the machine does not go on */
  async go(motion: Motion): Promise<void> {
    const spec = motion.kind === 'resume' ? undefined : await this.stepSpec(motion);
    this.running = true;
    try {
      await (spec ? this.request('step', spec) : this.request('resume', {}));
    } catch (error) {
      this.running = false;
      throw error;
    }
  }

  /** A coroutine that is away steps by coming back from its switch. */
  private async stepSpec(motion: Exclude<Motion, { kind: 'resume' }>): Promise<StepSpec> {
    const { coroutine } = motion;
    if (coroutine === this.coroutines.current)
      return motion.kind === 'step'
        ? { kind: 'instruction', over: false }
        : { kind: 'range', ranges: [[motion.low, motion.high]], over: false };
    const saved = await this.saved(coroutine);
    const [stack, address] = [saved?.registers[4], saved?.registers[8]];
    if (stack === undefined || address === undefined)
      throw new Error(`${this.coroutines.name(coroutine)} has no instruction to step from yet.`);
    return { kind: 'until', address, stack, coroutine };
  }

  private adopt(stop: StoppedEvent): void {
    this.stop = stop;
    this.coroutines = this.coroutinesOf(stop.snapshot);
  }

  private coroutinesOf(snapshot: MachineSnapshot): Coroutines {
    const guests = this.target.guests.map(({ name }) => ({ name, image: undefined }));
    return new Coroutines(snapshot, { hostImage: undefined, programs: [], guests });
  }

  /** What the switch of a coroutine that is away has saved: its state block, and registers by DWARF number. */
  private async saved(coroutine: CoroutineId) {
    const state = this.coroutines.savedState(coroutine);
    if (!state) return undefined;
    const bytes = await this.read(coroutine, state.esp, CO_PASSAGE_FRAME_SIZE);
    const registers = this.coroutines.registers(coroutine, () => bytes);
    return registers && { state, registers };
  }

  /** Registers by gdb's numbers. */
  async registers(coroutine: CoroutineId): Promise<RegisterValues> {
    if (coroutine === this.coroutines.current) return valuesOfCpu(this.stop.snapshot.cpu);
    const saved = await this.saved(coroutine);
    if (saved) return valuesOfSaved(saved.state, saved.registers);
    return valuesAtEntry(this.target.guests[coroutine - 1]?.entry ?? 0);
  }

  spaceOf(coroutine: CoroutineId): Space {
    return coroutine === this.coroutines.current ? { kind: 'current' } : { kind: 'coroutine', coroutine };
  }

  /** Bytes up to the first that is not mapped; empty for a coroutine without an address space. */
  async read(coroutine: CoroutineId, address: number, length: number): Promise<Uint8Array> {
    const most = Math.min(length, 0x1_0000_0000 - address);
    const request = { space: this.spaceOf(coroutine), address, length: most };
    return this.request('readMemory', request).then(
      ({ bytes }) => bytes,
      () => new Uint8Array(),
    );
  }
}
