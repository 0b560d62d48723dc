// A session that is asked at random, in random overlaps, and watched by a witness. Who gives the same seed gives the same requests in the
// same order; when they meet what the machine does is up to the computer.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createWitness } from './witness.mjs';

export const SOURCE = fileURLToPath(new URL('kernel.c', import.meta.url));
const lines = readFileSync(SOURCE, 'utf8').split('\n');
const lineOf = (text) => lines.findIndex((line) => line.includes(`/* ${text} */`)) + 1;

/** Lines that each turn of the kernel's loop comes by. */
const ALWAYS = ['turn', 'call', 'inner', 'result', 'deep', 'recursion', 'copy', 'hot', 'end'].map(lineOf);
const TURN = lineOf('turn');
const TICK = lineOf('tick');

export function seededRandom(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * One session from its launch to its end.
 * @param connect gets who hears messages, gives who sends them and who ends the adapter
 * @param options kernel image, seed, how many runs, and how long a stop or an answer may take in milliseconds
 * @returns how much was done. @throws Misbehaviour
 */
export async function stressSession(connect, { kernel, seed, runs: mostRuns, patience, log }) {
  const random = seededRandom(seed);
  const below = (n) => Math.floor(random() * n);
  const chance = (part) => random() < part;
  const oneOf = (list) => list[below(list.length)];
  const witness = createWitness(() => performance.now());
  /** Called when a message has come, in the call that brings it. */
  let onMessage = () => undefined;
  const { send, end } = connect((message) => {
    log?.(message);
    witness.heard(message);
    onMessage(message);
  });
  let seq = 0;
  let asked = 0;
  function ask(command, args = {}) {
    const mine = ++seq;
    asked++;
    const call = { answer: undefined };
    witness.asked(mine, command, args, (answer) => (call.answer = answer));
    send({ seq: mine, type: 'request', command, arguments: args });
    return call;
  }
  /** What a request gives that must succeed. */
  async function must(command, args) {
    const call = ask(command, args);
    await witness.until(
      () => call.answer,
      patience,
      () => `the answer to ${command}`,
    );
    if (!call.answer.success) witness.fail(`${command} was refused: ${call.answer.message}`);
    witness.check();
    return call.answer.body;
  }
  const stopped = (what) =>
    witness.until(
      () => !witness.running,
      patience,
      () => what,
    );
  /** Of varying length, mostly none at all. */
  async function idle() {
    const kind = below(10);
    if (kind < 4) return;
    if (kind < 5) await undefined;
    else if (kind < 7) await turn();
    else if (kind < 9) await sleep(below(5));
    else await sleep(below(40));
  }

  // --- what may be asked at any time --------------------------------------------------------------------------------------

  /** As they were asked for last: does the loop come by one of them for sure? */
  let stopsForSure = false;
  const source = { path: SOURCE };
  function setLines() {
    const kind = below(6);
    const count = kind < 2 ? 0 : 1 + below(3);
    const chosen = Array.from({ length: count }, () => oneOf(ALWAYS));
    stopsForSure = chosen.length > 0;
    const breakpoints = chosen.map((line) => ({ line }));
    if (chance(0.15)) breakpoints.push({ line: TICK });
    if (chance(0.15)) breakpoints.push({ line: oneOf(ALWAYS), condition: 'turns % 3 == 0' });
    if (chance(0.1)) breakpoints.push({ line: oneOf(ALWAYS), hitCondition: '% 5' });
    // Once in a turn: a storm of messages is waited for by whoever asks behind it.
    if (chance(0.1)) breakpoints.push({ line: TURN, logMessage: 'turn {turns}' });
    // What only the adapter can look at.
    if (chance(0.1))
      breakpoints.push({ line: TURN, condition: oneOf(['(float)turns < 0.5f', '(float)turns > 0.5f']) });
    return ask('setBreakpoints', { source, breakpoints });
  }
  /** Of instructions that were seen. */
  const seenCode = new Set();
  const sets = [
    setLines,
    setLines,
    setLines,
    () =>
      ask('setFunctionBreakpoints', {
        breakpoints: chance(0.3) ? [{ name: oneOf(['callee', 'recursion']) }] : [],
      }),
    () =>
      ask('setInstructionBreakpoints', {
        breakpoints: chance(0.3)
          ? [...seenCode].slice(-2).map((instructionReference) => ({ instructionReference }))
          : [],
      }),
    () =>
      ask('setDataBreakpoints', {
        breakpoints: chance(0.3) && watched ? [{ dataId: watched, accessType: 'write' }] : [],
      }),
    () => ask('setExceptionBreakpoints', { filters: [] }),
  ];
  let watched;
  const looks = [
    () => ask('threads'),
    () => ask('stackTrace', { threadId: 1, levels: 5 }),
    () => ask('evaluate', { expression: 'turns + sum', context: 'watch' }),
    () => ask('evaluate', { expression: `halts = ${chance(0.3) ? 1 : 0}`, context: 'repl' }),
    () => ask('readMemory', { memoryReference: '0x200000', count: 1 + below(5000) }),
    () => ask('disassemble', { memoryReference: '0x200017', instructionCount: 20 }),
    () => ask('colinux/pageWalk', { memoryReference: '0x200000' }),
    () => ask('colinux/packedMappings', { threadId: 1 }),
    () => ask('colinux/devices'),
    () => ask('scopes', { frameId: 1 + below(50) }),
  ];
  const anything = () => oneOf(chance(0.5) ? sets : looks)();

  // --- at a stop, and while it runs ---------------------------------------------------------------------------------------

  async function show() {
    const { stackFrames } = await must('stackTrace', { threadId: 1, levels: 20 });
    const [top] = stackFrames;
    if (top?.instructionPointerReference) seenCode.add(top.instructionPointerReference);
    if (seenCode.size > 8) seenCode.delete([...seenCode][0]);
    return top;
  }

  function runRequest() {
    const kind = below(10);
    const singleThread = chance(0.15);
    const args = { threadId: 1, ...(singleThread && { singleThread }) };
    if (kind < 5) return ['continue', args];
    const granularity = chance(0.3) ? { granularity: 'instruction' } : {};
    return [oneOf(['next', 'next', 'stepIn', 'stepOut']), { ...args, ...granularity }];
  }

  /** A run from the stop that there is to the next one. */
  async function oneRun() {
    for (let n = below(3); n > 0; n--) {
      anything();
      await idle();
    }
    if (chance(0.3)) await show();
    if (chance(0.1) && (await noneIsMissed())) return;
    const [command, args] = runRequest();
    const before = witness.runs;
    ask(command, args);
    let pauses = chance(0.3);
    // Overlaps: what is asked while it runs, or while it stops.
    for (let n = below(4); n > 0; n--) {
      await idle();
      if (pauses && chance(0.5)) {
        ask('pause', { threadId: 1 });
        pauses = false;
      } else if (chance(0.1) && witness.running) ask(oneOf(['continue', 'next']), { threadId: 1 });
      else anything();
    }
    await witness.until(
      () => witness.runs > before,
      patience,
      () => `the answer to ${command}`,
    );
    if (pauses) {
      await idle();
      ask('pause', { threadId: 1 });
    }
    await answered();
    if (!witness.running) return;
    // The loop's function never returns.
    // What was asked for while it ran may have come behind the stop, and be what runs now.
    const comesByItself = stopsForSure || !['continue', 'stepOut'].includes(witness.command);
    const asksTo = pauses || witness.isPaused;
    if (!comesByItself && !asksTo) {
      await idle();
      if (witness.running) ask('pause', { threadId: 1 });
    }
    await stopped(`the stop after ${command}, breakpoints ${stopsForSure}, pause ${pauses}`);
  }
  const answered = () =>
    witness.until(
      () => witness.open.size === 0,
      patience,
      () => `the answer to ${[...witness.open.values()].map(({ command }) => command)}`,
    );

  /** From one turn to the next and no further, with a breakpoint that is not touched meanwhile. */
  async function noneIsMissed() {
    await answered();
    await must('setFunctionBreakpoints', { breakpoints: [] });
    await must('setInstructionBreakpoints', { breakpoints: [] });
    await must('setDataBreakpoints', { breakpoints: [] });
    await must('setBreakpoints', { source, breakpoints: [{ line: TURN }] });
    stopsForSure = true;
    const at = async () => Number((await must('evaluate', { expression: 'turns', context: 'watch' })).result);
    let before;
    for (let n = 2 + below(10); n > 0; n--) {
      if (chance(0.3)) {
        // In the call that brings the stop, as a client in this process may.
        const { stops } = witness;
        onMessage = ({ event }) => {
          if (event !== 'stopped') return;
          onMessage = () => undefined;
          ask('continue', { threadId: 1 });
        };
        ask('continue', { threadId: 1 });
        await witness.until(
          () => witness.stops > stops + 1,
          patience,
          () => 'the second of two stops at the turn',
        );
        if (before !== undefined) before++;
      } else {
        const { stops } = witness;
        ask('continue', { threadId: 1 });
        await witness.until(
          () => witness.stops > stops,
          patience,
          () => 'the stop at the turn',
        );
      }
      await answered();
      const now = await at();
      if (before !== undefined && now !== before + 1)
        witness.fail(`a breakpoint was missed: from turn ${before} to ${now}`);
      witness.check();
      before = now;
    }
    return true;
  }

  async function restart() {
    const before = witness.runs;
    ask('restart', {});
    if (chance(0.3)) anything();
    await witness.until(
      () => witness.runs > before,
      patience,
      () => 'the run after a restart',
    );
    await answered();
    if (!witness.running) return;
    if (!stopsForSure) {
      await idle();
      ask('pause', { threadId: 1 });
    }
    await stopped(`the stop after restart, breakpoints ${stopsForSure}`);
  }

  try {
    await must('initialize', { adapterID: 'stress', linesStartAt1: true });
    await must('launch', { kernel, memory: 16 });
    await must('setBreakpoints', { source, breakpoints: [{ line: TURN }] });
    stopsForSure = true;
    ask('configurationDone');
    await stopped('the first stop');
    await answered();
    watched = (await must('dataBreakpointInfo', { name: 'turns' })).dataId;
    while (witness.runs < mostRuns) {
      if (chance(0.01)) await restart();
      else await oneRun();
    }
    // In the middle of a run, or not.
    if (chance(0.5)) ask('continue', { threadId: 1 });
    if (chance(0.5)) await idle();
    const stops = witness.stops;
    ask('disconnect', {});
    await answered();
    await sleep(5);
    witness.check();
    return { runs: witness.runs, stops, asked };
  } finally {
    end();
  }
}
