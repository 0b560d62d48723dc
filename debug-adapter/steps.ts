/** Steps of a session's machine: which predicates the core runs for what a person has asked for, and where that leads. */
import type { CoroutineId, StepSpec } from '../core/protocol/machine-protocol.ts';
import type { Shown } from './blocks.ts';
import { callerIn } from './caller-frames.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { say, type Sentence } from '../core/sentences/say.ts';
import { type Soon, whenThere } from './soon.ts';
import { type Frame, stackPointer } from './frame.ts';
import {
  CODE_BYTES,
  outOfInlined,
  type Step,
  type StepHost,
  stepInstruction,
  stepIntoCall,
  stepLine,
  stepOnce,
  stepOut,
  stepOutSpec,
  type StepEnd,
  type Stepped,
  type StoppedEvent,
  type Wish,
} from './stepping.ts';

/** What steps need of the machine. */
interface Machine {
  readonly coroutines: Coroutines;
  readonly lastStop: StoppedEvent | undefined;
  /** Which function the present stop is in, where several begin at one address. */
  readonly shown: Shown | undefined;
  stack(coroutine: CoroutineId): Soon<Frame[]>;
  /** Has somebody asked for it? */
  isUnwound(coroutine: CoroutineId): boolean;
  /** Runs one predicate. @param arrived hears of the stop that it leads to */
  run(spec: StepSpec, arrived: (event: StoppedEvent) => void): void;
  /** Linear addresses of a coroutine's space; fewer bytes, if any, where memory cannot be read. */
  read(coroutine: CoroutineId, address: number, length: number): Soon<Uint8Array>;
  /** Makes a stop the current one and tells the client. @param end what is special about the step that has led to it */
  show(event: StoppedEvent, shown?: Shown, end?: StepEnd): void;
  /** A step cannot go on. */
  failed(error: unknown): void;
}

type Question = Extract<Wish, { readonly of: StoppedEvent }>;

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
  /** The task that it has begun in, when that has ended. */
  private ended: Sentence | undefined;

  constructor(private readonly machine: Machine) {}

  /** The step under way does not come back: the machine will be paused. */
  taskEnded(title: Sentence): void {
    this.ended = title;
  }

  /** One source line or one instruction of a coroutine. */
  step(coroutine: CoroutineId, byInstruction: boolean, over: boolean): void | Promise<void> {
    if (coroutine !== this.machine.coroutines.current) return this.awaitCoroutine(coroutine);
    const start = this.machine.lastStop!;
    if (byInstruction) {
      this.begin(stepInstruction(this.host, start, over));
      return;
    }
    this.over = over;
    const { step, wish } = this.takePrepared() ?? this.beginLine();
    this.began = start;
    this.ended = undefined;
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
    const frames = await this.machine.stack(coroutine);
    const isHere = coroutine === coroutines.current;
    const inlined = isHere ? outOfInlined(this.host, lastStop!, shown, frames) : undefined;
    if (inlined) {
      this.single(inlined);
      return;
    }
    const caller = callerIn(frames);
    if (!caller) throw noCaller();
    if (isHere) this.begin(stepOut(this.host, caller, coroutine, frames));
    else this.single(stepOutSpec(caller, coroutine));
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
    this.ended = undefined;
    this.fulfil(step, step.next());
  }

  private fulfil(step: Step<Stepped>, { done, value }: IteratorResult<Wish, Stepped>): void {
    if (done === true) {
      const { stopped, shown, isLeft } = value;
      const { began, ended } = this;
      const broken = ended ? 'ended' : 'broken';
      const kind = stopped.reason === 'pause' ? broken : isLeft ? 'left' : undefined;
      this.machine.show(stopped, shown, kind && began && { kind, began, task: ended });
    } else if (value.kind === 'frames' || value.kind === 'code') {
      const answer = this.answer(value);
      if (!(answer instanceof Promise)) this.fulfil(step, step.next(answer));
      else
        answer
          .then((all) => {
            this.fulfil(step, step.next(all));
          })
          .catch((error: unknown) => {
            this.machine.failed(error);
          });
    } else
      this.machine.run(value, (stopped) => {
        this.fulfil(step, step.next(stopped));
      });
  }

  /** Without frames, or code, a step goes by what the machine knows. */
  private answer({ kind, of: { snapshot } }: Question): Soon<readonly Frame[] | Uint8Array> {
    const { coroutine, cpu } = snapshot;
    if (kind === 'code') return this.machine.read(coroutine, cpu.linearEip, CODE_BYTES);
    const frames = this.machine.stack(coroutine);
    return frames instanceof Promise ? frames.catch(() => []) : frames;
  }

  // --- ahead of time --------------------------------------------------------------------------------------

  private beginLine(): Begun {
    const step = stepLine(this.host, this.machine.lastStop!, this.over, this.machine.shown);
    return { step, wish: step.next() };
  }

  /**
   * The machine has stopped, or its stack there is known now, and nobody asks for anything: the next step of a line is begun up to what it
   * wants of the machine. Nothing is read of the machine for it: the step itself may be what it is to do next.
   */
  prepare(): void {
    const { lastStop, coroutines, shown } = this.machine;
    if (!lastStop) return;
    const { step, wish } = this.takePrepared() ?? this.beginLine();
    this.keep({ step, wish, over: this.over, stop: lastStop, coroutines, shown });
  }

  /** What comes of what it asks for is for the same stop, or is not used. */
  private keep(prepared: Prepared): void {
    const { step, wish, stop } = prepared;
    if (!isQuestion(wish) || !this.isAnswered(wish.value)) {
      if (stop === this.machine.lastStop) this.prepared = prepared;
      return;
    }
    void whenThere(this.answer(wish.value), (answer) => {
      this.keep({ ...prepared, wish: step.next(answer) });
    });
  }

  private isAnswered({ kind, of }: Question): boolean {
    return kind === 'frames' && this.machine.isUnwound(of.snapshot.coroutine);
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

interface Asking {
  readonly done?: false;
  readonly value: Question;
}

const isQuestion = (wish: IteratorResult<Wish, Stepped>): wish is Asking =>
  wish.done !== true && (wish.value.kind === 'frames' || wish.value.kind === 'code');

const noCaller = () =>
  new AdapterError('no-such-frame', say`There is no caller to step out to: this is the outermost frame.`);
