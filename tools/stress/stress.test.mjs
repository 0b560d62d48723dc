// A few of the sessions that `npm run stress` asks at random, with fixed seeds; and that the witness of them sees what it is there for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createSession } from '../../test/bench/inline-adapter.ts';
import { overPipes } from '../bench/latency/dap.mjs';
import { buildKernel } from './build-kernel.mjs';
import { stressSession } from './rounds.mjs';
import { createWitness } from './witness.mjs';

describe('sessions that are asked at random', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colinux-stress-'));
  let kernel;
  beforeAll(() => {
    kernel = buildKernel(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const inProcess = (give) => {
    const session = createSession(inject('bundles'));
    session.onDidSendMessage(give);
    return { send: (message) => session.handleMessage(message), end: () => session.dispose() };
  };
  const settings = { runs: 150, patience: 30_000 };

  it.each([1, 2, 3])('answer each request and stop once behind each run: seed %i', async (seed) => {
    const { runs, stops } = await stressSession(inProcess, { ...settings, kernel, seed });
    expect(runs).toBeGreaterThanOrEqual(settings.runs);
    expect(stops).toBeGreaterThanOrEqual(settings.runs);
  });

  it('do so as processes of their own', async () => {
    const connect = overPipes(process.execPath, join(inject('bundles'), 'adapter.cjs'));
    const { stops } = await stressSession(connect, { ...settings, kernel, seed: 4 });
    expect(stops).toBeGreaterThanOrEqual(settings.runs);
  });
});

describe('the witness', () => {
  /** One of a session that stands at its first stop, with breakpoint 1. */
  function standing() {
    const witness = createWitness(() => 0);
    let seq = 0;
    const said = {
      asked: (command) => {
        witness.asked(++seq, command, {}, () => undefined);
        return seq;
      },
      answered: (request_seq, command, body = {}, success = true) =>
        witness.heard({ type: 'response', request_seq, command, success, message: 'no', body }),
      stopped: (reason, more = {}) =>
        witness.heard({
          type: 'event',
          event: 'stopped',
          body: { reason, threadId: 1, allThreadsStopped: true, ...more },
        }),
      done(command, body) {
        said.answered(said.asked(command), command, body);
      },
    };
    said.done('setBreakpoints', { breakpoints: [{ id: 1, verified: true }] });
    said.stopped('breakpoint', { hitBreakpointIds: [1] });
    return { witness, ...said };
  }

  it.each([
    ['a stop behind a stop', ({ stopped }) => stopped('step'), /nothing has run/],
    [
      'two stops of a step',
      ({ done, stopped }) => {
        done('next');
        stopped('step');
        stopped('step');
      },
      /nothing has run/,
    ],
    [
      'a step that nobody has made',
      ({ done, stopped }) => {
        done('continue');
        stopped('step');
      },
      /by a step that nobody/,
    ],
    [
      'a pause that nobody has asked for',
      ({ done, stopped }) => {
        done('continue');
        stopped('pause');
      },
      /by a pause that nobody/,
    ],
    [
      'a breakpoint that is none any more',
      ({ done, stopped }) => {
        done('setBreakpoints', { breakpoints: [] });
        done('continue');
        stopped('breakpoint', { hitBreakpointIds: [1] });
      },
      /at breakpoint 1, which there is not/,
    ],
    ['an answer that nobody has asked for', ({ answered }) => answered(77, 'threads'), /answer to 77/],
    [
      'two answers',
      ({ asked, answered }) => {
        const seq = asked('threads');
        answered(seq, 'threads');
        answered(seq, 'threads');
      },
      /answer to 2, which was not asked or has been answered/,
    ],
    [
      'a run that is granted while the machine runs',
      ({ done }) => {
        done('continue');
        done('continue');
      },
      /granted though the machine runs/,
    ],
    [
      'another thread',
      ({ done, stopped }) => {
        done('next');
        stopped('step', { threadId: 2 });
      },
      /of thread 2/,
    ],
    [
      'a machine that has died',
      ({ witness }) =>
        witness.heard({ type: 'event', event: 'output', body: { category: 'stderr', output: 'it died' } }),
      /it died/,
    ],
  ])('sees %s', (_name, misbehave, what) => {
    const all = standing();
    all.witness.check();
    misbehave(all);
    expect(() => all.witness.check()).toThrow(what);
  });

  it('sees a stop that does not come', async () => {
    const { witness, done } = standing();
    done('continue');
    const stop = witness.until(
      () => !witness.running,
      10,
      () => 'the stop',
    );
    await expect(stop).rejects.toThrow('the stop has not come within 10 ms');
  });

  it('has nothing against a pause that comes too late, a stop by it, and a breakpoint that goes meanwhile', () => {
    const { witness, done, stopped } = standing();
    done('pause');
    done('continue');
    done('pause');
    stopped('pause');
    done('continue');
    done('setBreakpoints', { breakpoints: [] });
    stopped('breakpoint', { hitBreakpointIds: [1] });
    done('next');
    stopped('step');
    witness.check();
  });
});
