/** Steps of a session's machine: which predicates the core runs for what a person has asked for, and where that leads. */
import type { CoroutineId, StepSpec } from '../core/protocol/machine-protocol.ts';
import type { Shown } from './blocks.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { type Frame, stackPointer } from './stack.ts';
import {
  type StepHost,
  stepIntoCall,
  stepLine,
  stepOutOfInlined,
  stepOutSpec,
  type StoppedEvent,
} from './stepping.ts';

/** What steps need of the machine. */
interface Machine {
  readonly coroutines: Coroutines;
  readonly lastStop: StoppedEvent | undefined;
  /** Which function the present stop is in, where several begin at one address. */
  readonly shown: Shown | undefined;
  stack(coroutine: CoroutineId): Promise<Frame[]>;
  /** Runs one predicate and waits for the stop. */
  run(spec: StepSpec): Promise<StoppedEvent>;
  /** Makes a stop the current one and tells the client. */
  show(event: StoppedEvent, shown?: Shown): void;
}

export class Steps {
  constructor(private readonly machine: Machine) {}

  /** One source line or one instruction of a coroutine. */
  async step(coroutine: CoroutineId, byInstruction: boolean, over: boolean): Promise<void> {
    const start = this.machine.lastStop!;
    if (coroutine !== this.machine.coroutines.current) {
      // A coroutine that is away: its next step is its return from the passage.
      const frame = (await this.machine.stack(coroutine)).find(({ kind }) => kind === 'code');
      if (!frame) throw new AdapterError('no-such-thread', say`This thread has no frame to step to.`);
      const stack = stackPointer(frame);
      this.machine.show(await this.machine.run(stepOutSpec({ pc: frame.pc, stack }, coroutine)));
      return;
    }
    if (byInstruction) {
      const crossing = this.machine.coroutines.passageRanges(start.snapshot.cpu.linearEip) !== undefined;
      this.machine.show(await this.machine.run({ kind: 'instruction', over: over && !crossing }));
      return;
    }
    const { stopped, shown } = await stepLine(this.stepHost(), start, over, this.machine.shown);
    this.machine.show({ ...stopped, reason: stopped === start ? 'step' : stopped.reason }, shown);
  }

  /** Into one of the functions that the present line calls. @param callee its entry */
  async stepInto(coroutine: CoroutineId, callee: number): Promise<void> {
    if (coroutine !== this.machine.coroutines.current)
      throw new AdapterError(
        'no-such-thread',
        say`This thread is away: only the one that owns the CPU can step in.`,
      );
    this.machine.show(await stepIntoCall(this.stepHost(), this.machine.lastStop!, callee));
  }

  private stepHost(): StepHost {
    return {
      run: (spec) => this.machine.run(spec),
      location: ({ snapshot: { cpu, coroutine } }) => {
        const { coroutines } = this.machine;
        const pc = cpu.linearEip;
        return {
          ...{ pc, coroutine, cpu },
          resolved: coroutines.resolve(coroutine, pc),
          passage: coroutines.passageRanges(pc),
        };
      },
      caller: ({ snapshot }) => this.callerOf(snapshot.coroutine),
    };
  }

  /** To the caller of a coroutine's innermost frame. */
  async stepOut(coroutine: CoroutineId): Promise<void> {
    if (coroutine === this.machine.coroutines.current) {
      const left = await stepOutOfInlined(this.stepHost(), this.machine.lastStop!, this.machine.shown);
      if (left) {
        this.machine.show(left);
        return;
      }
    }
    const caller = await this.callerOf(coroutine);
    if (!caller) throw noCaller();
    this.machine.show(await this.machine.run(stepOutSpec(caller, coroutine)));
  }

  /**
   * Runs until a task that is not running has the processor back on the stack that it has left.
   * @param frames of it. @param out where it has returned from its innermost function
   */
  async awaitTask(frames: readonly Frame[], out: boolean): Promise<void> {
    const inner = frames.find(({ kind }) => kind === 'code');
    if (!inner) throw new AdapterError('no-such-thread', say`The stack of this task cannot be read.`);
    const to = out ? callerIn(frames) : { pc: inner.pc, stack: stackPointer(inner) };
    if (!to) throw noCaller();
    this.machine.show(await this.machine.run(stepOutSpec(to, inner.coroutine)));
  }

  private async callerOf(coroutine: CoroutineId): Promise<{ pc: number; stack: number } | undefined> {
    return callerIn(await this.machine.stack(coroutine));
  }
}

function callerIn(frames: readonly Frame[]): { pc: number; stack: number } | undefined {
  const code = frames.filter(({ kind }) => kind === 'code');
  const inner = code[0]?.depth ?? 0;
  const caller = code.find(({ depth }) => depth > inner);
  return caller && { pc: caller.pc, stack: stackPointer(caller) };
}

const noCaller = () =>
  new AdapterError('no-such-frame', say`There is no caller to step out to: this is the outermost frame.`);
