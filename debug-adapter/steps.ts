/** Steps of a session's machine: which predicates the core runs for what a person has asked for, and where that leads. */
import type { CoroutineId, StepSpec } from '../core/protocol/machine-protocol.ts';
import type { Shown } from './blocks.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import type { Soon } from './soon.ts';
import { type Frame, stackPointer } from './stack.ts';
import {
  type Caller,
  outOfInlined,
  type Step,
  type StepHost,
  stepIntoCall,
  stepLine,
  stepOnce,
  stepOutSpec,
  type Stepped,
  type StoppedEvent,
  type Wish,
} from './stepping.ts';
import { unwindersAt } from './unwinders.ts';

/** What steps need of the machine. */
interface Machine {
  readonly coroutines: Coroutines;
  readonly lastStop: StoppedEvent | undefined;
  /** Which function the present stop is in, where several begin at one address. */
  readonly shown: Shown | undefined;
  stack(coroutine: CoroutineId): Soon<Frame[]>;
  /** Runs one predicate. @param arrived hears of the stop that it leads to */
  run(spec: StepSpec, arrived: (event: StoppedEvent) => void): void;
  /** Makes a stop the current one and tells the client. @param broken where the step began that it has come too early for */
  show(event: StoppedEvent, shown?: Shown, broken?: StoppedEvent): void;
  /** A step cannot go on. */
  failed(error: unknown): void;
}

/** A step, and what it wants before anything has run: all that is known of the machine by now is in it. */
interface Begun {
  readonly step: Step<Stepped>;
  readonly wish: IteratorResult<Wish, Stepped>;
}

/** One that was begun before somebody has asked for it: only good as long as these are what they were. */
interface Prepared extends Begun {
  readonly over: boolean;
  readonly stop: StoppedEvent;
  readonly coroutines: Coroutines;
  readonly shown: Shown | undefined;
}

export class Steps {
  private prepared: Prepared | undefined;
  /** How the last line was stepped. */
  private over = true;
  /** Where the step under way has begun. */
  private began: StoppedEvent | undefined;

  constructor(private readonly machine: Machine) {}

  /** One source line or one instruction of a coroutine. */
  step(coroutine: CoroutineId, byInstruction: boolean, over: boolean): void | Promise<void> {
    if (coroutine !== this.machine.coroutines.current) return this.awaitCoroutine(coroutine);
    const start = this.machine.lastStop!;
    if (byInstruction) {
      const { passage, resolved } = this.host.location(start);
      const isOver = over && !passage;
      this.single({
        kind: 'instruction',
        over: isOver,
        unwinders: isOver ? unwindersAt(resolved) : undefined,
      });
      return;
    }
    this.over = over;
    const { step, wish } = this.takePrepared() ?? this.beginLine();
    this.began = start;
    this.fulfil(step, wish);
  }

  /** A coroutine that is away: its next step is its return from the passage. */
  private async awaitCoroutine(coroutine: CoroutineId): Promise<void> {
    const frame = (await this.machine.stack(coroutine)).find(({ kind }) => kind === 'code');
    if (!frame) throw new AdapterError('no-such-thread', say`This thread has no frame to step to.`);
    this.single(stepOutSpec({ pc: frame.pc, stack: stackPointer(frame) }, coroutine));
  }

  /** Into one of the functions that the present line calls. @param callee its entry */
  stepInto(coroutine: CoroutineId, callee: number): void {
    if (coroutine !== this.machine.coroutines.current)
      throw new AdapterError(
        'no-such-thread',
        say`This thread is away: only the one that owns the CPU can step in.`,
      );
    this.begin(stepIntoCall(this.host, this.machine.lastStop!, callee));
  }

  /** To the caller of a coroutine's innermost frame. */
  async stepOut(coroutine: CoroutineId): Promise<void> {
    const { coroutines, lastStop, shown } = this.machine;
    const inlined = coroutine === coroutines.current ? outOfInlined(this.host, lastStop!, shown) : undefined;
    if (inlined) {
      this.single(inlined);
      return;
    }
    const caller = await this.callerOf(coroutine);
    if (!caller) throw noCaller();
    const isHere = coroutine === coroutines.current;
    this.single(stepOutSpec(caller, coroutine, isHere ? this.host.location(lastStop!).resolved : undefined));
  }

  /**
   * Runs until a task that is not running has the processor back on the stack that it has left.
   * @param frames of it. @param out where it has returned from its innermost function
   */
  awaitTask(frames: readonly Frame[], out: boolean): void {
    const inner = frames.find(({ kind }) => kind === 'code');
    if (!inner) throw new AdapterError('no-such-thread', say`The stack of this task cannot be read.`);
    const to = out ? callerIn(frames) : { pc: inner.pc, stack: stackPointer(inner) };
    if (!to) throw noCaller();
    this.single(stepOutSpec(to, inner.coroutine));
  }

  // --- what a step wants ----------------------------------------------------------------------------------

  private readonly host: StepHost = {
    location: ({ snapshot: { cpu, coroutine } }) => {
      const { coroutines } = this.machine;
      const pc = cpu.linearEip;
      return {
        pc,
        coroutine,
        cpu,
        resolved: coroutines.resolve(coroutine, pc),
        passage: coroutines.passageRanges(pc),
      };
    },
  };

  private single(spec: StepSpec): void {
    this.begin(stepOnce(spec));
  }

  private begin(step: Step<Stepped>): void {
    this.began = this.machine.lastStop;
    this.fulfil(step, step.next());
  }

  private fulfil(step: Step<Stepped>, { done, value }: IteratorResult<Wish, Stepped>): void {
    if (done === true) {
      const { stopped, shown } = value;
      this.machine.show(stopped, shown, stopped.reason === 'pause' ? this.began : undefined);
    } else if (value.kind === 'caller') {
      this.callerOf(value.of.snapshot.coroutine)
        .then((caller) => {
          this.fulfil(step, step.next(caller));
        })
        .catch((error: unknown) => {
          this.machine.failed(error);
        });
    } else
      this.machine.run(value, (stopped) => {
        this.fulfil(step, step.next(stopped));
      });
  }

  private async callerOf(coroutine: CoroutineId): Promise<Caller | undefined> {
    return callerIn(await this.machine.stack(coroutine));
  }

  // --- ahead of time --------------------------------------------------------------------------------------

  private beginLine(): Begun {
    const step = stepLine(this.host, this.machine.lastStop!, this.over, this.machine.shown);
    return { step, wish: step.next() };
  }

  /** The machine has stopped, and nobody asks for anything: the next step of a line is begun up to what it wants of the machine. */
  prepare(): void {
    const { lastStop, coroutines, shown } = this.machine;
    if (!lastStop) return;
    const { step, wish } = this.beginLine();
    this.prepared = { step, wish, over: this.over, stop: lastStop, coroutines, shown };
  }

  private takePrepared(): Begun | undefined {
    const { prepared, machine, over } = this;
    this.prepared = undefined;
    const isOfNow =
      prepared?.over === over &&
      prepared.stop === machine.lastStop &&
      prepared.coroutines === machine.coroutines &&
      prepared.shown === machine.shown;
    return isOfNow ? prepared : undefined;
  }
}

function callerIn(frames: readonly Frame[]): Caller | undefined {
  const code = frames.filter(({ kind }) => kind === 'code');
  const inner = code[0]?.depth ?? 0;
  const caller = code.find(({ depth }) => depth > inner);
  return caller && { pc: caller.pc, stack: stackPointer(caller) };
}

const noCaller = () =>
  new AdapterError('no-such-frame', say`There is no caller to step out to: this is the outermost frame.`);
