/**
 * Serves the machine protocol: runs the machine in short slices and answers messages between them.
 *
 * A slice lasts a few milliseconds of real time, so a pause is answered at once whatever the guest does. This file and
 * its neighbours are the only ones of `core` that look at host time, and only to decide when to run: never what happens.
 */
import { BootError } from '../boot/boot-error.ts';
import { createStepper, type Stepper } from '../debug/stepper.ts';
import { ExpressionError } from '../debug/expression.ts';
import type { CaughtEvent } from '../protocol/debug-protocol.ts';
import type { Compiler } from '../jit/compiler.ts';
import { createMachine, type Machine, type MachineOutputs, type RunResult } from '../machine/machine.ts';
import { createProcessor, type Processor } from '../machine/processor.ts';
import { snapshot } from '../machine/snapshot.ts';
import { MemorySizeError } from '../memory/physical-memory.ts';
import {
  type ExceptionInfo,
  type FromMachine,
  type Look,
  type Posted,
  type ProtocolError,
  type Request,
  type SerialPort,
  type StopReason,
  type WatchHit,
} from '../protocol/machine-protocol.ts';
import { InputLogError } from '../time/input-log.ts';
import { checkRequest } from './check.ts';
import type { Handlers } from './handlers.ts';
import { createInputs } from './inputs.ts';
import { createLooks } from './looks.ts';
import { RequestError } from './request-error.ts';
import { createLogPoints } from './log-points.ts';
import { createPace } from './pace.ts';
import { createSliceLength } from './slice-length.ts';
import { say, type Sentence, verbatim } from '../sentences/say.ts';

/** What the server needs from the thread it runs in. */
export interface WorkerPlatform {
  post(message: Posted, transfer: ArrayBuffer[]): void;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back after messages that have arrived were handled. */
  yield(callback: () => void): void;
  /** Calls back after `milliseconds`; the returned function cancels. */
  sleep(milliseconds: number, callback: () => void): () => void;
  /** Of translations; absent: the machine waits for them. */
  readonly compiler?: Compiler;
}

/** Real time of one slice in milliseconds. */
const SLICE_MS = 8;
/** The same while something is under way that is to be taken soon: an answer of its client, translations of what runs. */
const ASKED_SLICE_MS = 1;
const STATUS_MS = 100;
/** So long a halted machine sleeps at most until it is looked at, in milliseconds. */
const LONGEST_SLEEP_MS = 1000;
/** How long a halted machine that skips time waits for an answer of its client, in milliseconds. */
const MAX_ANSWER_MS = 1000;

export interface MachineServer {
  /** Handles one message from the other side, whatever it is. */
  receive(message: unknown): void;
  /** The machine runs by itself, between messages. */
  readonly running: boolean;
}

export function createMachineServer(platform: WorkerPlatform): MachineServer {
  let machine: Machine | undefined;
  /** Of the machine, or of the one that is over. */
  let processor: Processor | undefined;
  let stepper: Stepper | undefined;
  /** A step that a breakpoint or an event has stopped. */
  let suspended: Stepper | undefined;
  let running = false;
  /** A run was asked for: what answers the request waits for what its first slice says. */
  let begins = false;
  /** Counts what was to go on with a run: only the last one does. A machine that is stopped and set going in between has one loop, not two. */
  let turn = 0;
  let held: FromMachine | undefined;
  let expected: readonly Look[] = [];
  let over = false;
  let isPaced = true;
  const pace = createPace(
    () => platform.now(),
    () => machine?.virtualNanoseconds() ?? 0,
  );
  const sliceLength = createSliceLength();
  /** Of the present step: it begins slowly, and runs at full speed when what it runs has been translated. */
  let stepLength = createSliceLength();
  let wake: (() => void) | undefined;
  let lastStatus = 0;
  const output = new Map<SerialPort | 'debugcon', number[]>();
  const logPoints = createLogPoints((hits) => {
    post({ event: 'logPoints', hits });
  });
  /** The machine runs, and stands until its log points have been heard of. */
  let isUnheard = false;

  function post(message: FromMachine, transfer: ArrayBuffer[] = []): void {
    platform.post(held ? [held, message] : message, transfer);
    held = undefined;
  }

  function flushOutput(): void {
    logPoints.flush();
    for (const [port, list] of output) {
      const bytes = Uint8Array.from(list);
      post({ event: 'serial', port, bytes }, [bytes.buffer]);
    }
    output.clear();
  }
  function emit(port: SerialPort | 'debugcon', byte: number): void {
    const list = output.get(port);
    if (list) list.push(byte);
    else output.set(port, [byte]);
  }

  function booted(): Machine {
    if (!machine)
      throw new RequestError('machine-not-booted', say`There is no machine yet: send "boot" first.`);
    return machine;
  }
  function stoppedMachine(): Machine {
    const m = booted();
    if (running) throw new RequestError('machine-running', say`The machine is running: pause it first.`);
    return m;
  }

  function stop(
    reason: StopReason,
    details: {
      breakpoints?: number[];
      problems?: readonly Sentence[];
      watchpoints?: readonly WatchHit[];
      caught?: readonly CaughtEvent[];
      exitStatus?: number;
      causes?: readonly ExceptionInfo[];
    } = {},
  ): void {
    running = false;
    if (reason === 'breakpoint' || reason === 'event') suspended = stepper;
    else stepper?.dispose();
    stepper = undefined;
    wake?.();
    wake = undefined;
    flushOutput();
    post(
      {
        event: 'stopped',
        reason,
        breakpoints: details.breakpoints ?? [],
        problems: details.problems ?? [],
        watchpoints: details.watchpoints ?? [],
        caught: details.caught ?? [],
        exitStatus: details.exitStatus,
        causes: details.causes ?? [],
        answers: answers(),
        snapshot: snapshot(booted()),
      },
      [],
    );
  }

  function status(m: Machine): void {
    const now = platform.now();
    if (now - lastStatus < STATUS_MS) return;
    lastStatus = now;
    const { cpu, coroutine, passages, instructions, virtualNanoseconds } = snapshot(m);
    const monitors = passages.map(({ monitor }) => monitor);
    post({ event: 'status', coroutine, monitors, cpl: cpu.cpl, instructions, virtualNanoseconds });
  }

  /** Handles whatever ended a run. Returns false when the loop is over. */
  function conclude(m: Machine, result: RunResult): boolean {
    switch (result.kind) {
      case 'slice':
        return true;
      case 'breakpoint':
        stop('breakpoint', {
          breakpoints: [...m.debug.breakpoints.hits()],
          problems: m.debug.breakpoints.problems(),
        });
        return false;
      case 'event':
        stop('event', result);
        return false;
      case 'guard':
        throw new Error('Nothing but a step has a guard.');
      case 'shutdown':
        stop('shutdown', { causes: result.causes });
        return false;
      case 'exit':
        over = true;
        stop('exit', { exitStatus: result.status });
        return false;
      case 'reset':
        over = true;
        stop('reset');
        return false;
      case 'halted':
        return wait(m, result.wake);
    }
  }

  /** A halted CPU: skip to the next deadline, wait for real time first when asked to. */
  function wait(m: Machine, deadline: number): boolean {
    if (m.dead()) {
      stop('halted');
      return false;
    }
    // Time that is skipped while the client works on an answer would be a time-out for the guest.
    const asked = m.outside.outstanding() > 0;
    const pause = isPaced ? pace.until(deadline) : asked ? MAX_ANSWER_MS : 0;
    if (deadline === Infinity || pause > 1) {
      // Input from outside also ends the wait; see `deliver`.
      const cancel = platform.sleep(
        deadline === Infinity ? LONGEST_SLEEP_MS : Math.min(pause, LONGEST_SLEEP_MS),
        () => {
          wake = undefined;
          if (deadline !== Infinity && pause <= LONGEST_SLEEP_MS) m.skipTo(deadline);
          else letPass(m);
          loopSoon();
        },
      );
      wake = () => {
        cancel();
      };
      flushOutput();
      status(m);
      return false;
    }
    m.skipTo(deadline);
    return true;
  }

  /** As much as has passed outside, of the time of a machine that waits. */
  function letPass(m: Machine): void {
    if (isPaced) m.skipTo(pace.tick());
  }

  function loop(): void {
    const m = machine;
    if (!running || !m) return;
    const begin = platform.now();
    let now = begin;
    const limit = () =>
      m.outside.outstanding() > 0 || platform.compiler?.idle === false ? ASKED_SLICE_MS : SLICE_MS;
    do {
      let result: RunResult;
      const length = stepper ? stepLength : sliceLength;
      if (stepper) {
        const step = stepper.advance(length.ticks);
        if (step.kind === 'done') {
          stop('step');
          return;
        }
        result = step.kind === 'more' ? { kind: 'slice' } : step;
      } else result = m.run(length.ticks);
      if (!conclude(m, result)) return;
      const before = now;
      now = platform.now();
      length.took(now - before);
    } while (now - begin < limit() && !logPoints.isFull);
    // Nobody replays this run: what came from disks and networks is not kept.
    m.inputs.forgetDelivered();
    flushOutput();
    status(m);
    if (logPoints.isFull) isUnheard = true;
    else loopSoon();
  }

  /** Behind messages that have arrived. */
  function loopSoon(): void {
    const mine = ++turn;
    platform.yield(() => {
      if (mine === turn) loop();
    });
  }

  /** Something else is done than to go on with a step. */
  function giveUpStep(): void {
    suspended?.dispose();
    suspended = undefined;
  }

  /** The breakpoint that the machine stands at was looked at, unless it has stopped before that. */
  function passBreakpoint(m: Machine, visit: boolean): void {
    if (visit) m.cpu.keepBreakpoints();
    else m.cpu.skipBreakpoint(m.cpu.linearEip());
  }

  function start(): void {
    if (over) throw new RequestError('machine-over', say`The machine has ended: boot it again.`);
    running = true;
    begins = true;
    isUnheard = false;
    turn++;
    pace.anchor();
  }

  /** Something comes in from outside. A halted machine that sleeps has something to do then. */
  function deliver(give: (m: Machine) => void): Record<string, never> {
    const m = booted();
    if (running && wake) letPass(m);
    give(m);
    if (running && wake) {
      wake();
      wake = undefined;
      loopSoon();
    }
    return {};
  }

  /** The machine is over, and nothing of it is left. */
  function end(): void {
    running = false;
    over = false;
    wake?.();
    wake = undefined;
    stepper = suspended = undefined;
    machine = undefined;
    expected = [];
    lastStatus = 0;
    output.clear();
    logPoints.forget();
    isUnheard = false;
    processor?.renew();
  }

  const handlers: Handlers = {
    boot(params) {
      end();
      if (!processor?.fits(params)) processor = createProcessor(params, undefined, platform.compiler);
      const outputs: MachineOutputs = {
        serial: emit,
        debugcon: (byte) => {
          emit('debugcon', byte);
        },
        log: (text) => {
          post({ event: 'log', text });
        },
        devices: {
          block(disk, id, operation) {
            post({ event: 'blockRequest', disk, id, operation });
          },
          frame(network, bytes) {
            post({ event: 'networkFrame', network, bytes });
          },
          console(port, bytes) {
            post({ event: 'consoleOutput', port, bytes });
          },
          share(share, id, message, room) {
            post({ event: 'shareRequest', share, id, message, room });
          },
        },
      };
      machine = createMachine(params, outputs, processor);
      isPaced = params.pace === 'real';
      machine.debug.onLog = logPoints.pass;
      return snapshot(machine);
    },
    end() {
      end();
      return {};
    },
    recallRegions({ kept }) {
      booted().cpu.recallRegions(kept);
      return {};
    },
    keptRegions: () => ({ kept: booted().cpu.keptRegions() }),
    resume({ visit = false }) {
      const m = stoppedMachine();
      giveUpStep();
      passBreakpoint(m, visit);
      start();
      return {};
    },
    step(spec) {
      const m = stoppedMachine();
      if (over) throw new RequestError('machine-over', say`The machine has ended: boot it again.`);
      giveUpStep();
      stepper = createStepper(m, spec);
      stepLength = createSliceLength();
      start();
      return {};
    },
    resumeStep({ visit = false }) {
      const m = stoppedMachine();
      if (!suspended) throw new RequestError('no-step', say`No step was stopped by a breakpoint.`);
      stepper = suspended;
      suspended = undefined;
      passBreakpoint(m, visit);
      start();
      return {};
    },
    pause() {
      if (running) stop('pause');
      return {};
    },
    logPointsHeard({ count }) {
      logPoints.heard(count);
      if (isUnheard && running && machine && !logPoints.isFull) {
        isUnheard = false;
        pace.anchor();
        loopSoon();
      }
      return {};
    },
    expect({ looks }) {
      expected = looks;
      return {};
    },
    ...createInputs(deliver),
    ...createLooks(booted, stoppedMachine),
    snapshot: () => snapshot(booted()),
  };

  /** One of the table's handlers, with the types of a checked request. */
  function dispatch({ kind, params }: Request): unknown {
    return (handlers[kind] as (params: unknown) => unknown)(params);
  }

  function outcomeOf(request: Request): { result: unknown } | { error: ProtocolError } {
    try {
      return { result: dispatch(request) };
    } catch (error) {
      return { error: errorOf(error) };
    }
  }

  /** What is asked at each stop; `undefined` for what cannot be answered at this one. */
  function answers(): readonly unknown[] {
    return expected.map(({ kind, params }) => {
      const outcome = outcomeOf({ id: 0, kind, params });
      return 'result' in outcome ? outcome.result : undefined;
    });
  }

  function errorOf(error: unknown): ProtocolError {
    const known = [RequestError, BootError, MemorySizeError, ExpressionError].find(
      (kind) => error instanceof kind,
    );
    if (known) {
      const { code, sentence } = error as InstanceType<typeof known>;
      return { code, sentence };
    }
    // A debugger's inputs are neither late nor of a replay: nobody reads these.
    if (error instanceof InputLogError) return { code: error.code, sentence: verbatim(error.message) };
    return {
      code: 'internal',
      sentence: say`The machine failed: ${error instanceof Error ? error.message : String(error)}.`,
    };
  }

  return {
    get running() {
      return running;
    },
    receive(message) {
      const id = typeof message === 'object' && message !== null && 'id' in message ? Number(message.id) : -1;
      const problem = checkRequest(message);
      const answer: FromMachine = problem
        ? { id, error: { code: 'bad-request', sentence: verbatim(problem) } }
        : { id, ...outcomeOf(message as Request) };
      if (!begins) {
        post(answer);
        return;
      }
      // Not by way of the event loop: most steps are over before it would come round.
      begins = false;
      held = answer;
      loop();
      if (held) platform.post(held, []);
      held = undefined;
    },
  };
}
