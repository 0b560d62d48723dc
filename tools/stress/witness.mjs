// What must hold of the messages of a session, whatever a client asks and when: each request has one answer, each run one stop, and a
// stop has a reason that somebody has given for it.

/** Requests that set the machine going, and what else than a pause may end that. */
const RUNS = new Set(['continue', 'next', 'stepIn', 'stepOut']);
const STEPS = new Set(['next', 'stepIn', 'stepOut']);
/** Messages that are told with a failure. */
const TAIL = 60;

export class Misbehaviour extends Error {}

/** @param now milliseconds */
export function createWitness(now) {
  /** Requests without an answer: number -> command and time. */
  const open = new Map();
  const log = [];
  const waiting = new Set();
  let failure;
  /** What runs: the request that began it, or undefined at a stop. */
  let run = { command: 'launch', pausable: false };
  let ended = false;
  /** Numbers of breakpoints that could be hit in this run, by what a stop calls them. */
  const points = { code: new Set(), data: new Set() };
  /** As they are now, by who has set them. */
  const present = new Map();
  let stop;
  let stops = 0;
  let runs = 0;

  const began = now();
  const note = (text) => {
    log.push(`${(now() - began).toFixed(1)} ${text}`);
    if (log.length > 400) log.splice(0, 200);
  };
  function fail(text) {
    failure ??= new Misbehaviour(`${text}\n  ${log.slice(-TAIL).join('\n  ')}`);
    settle();
  }
  function settle() {
    for (const entry of waiting) {
      if (!failure && !entry.test()) continue;
      waiting.delete(entry);
      clearTimeout(entry.timer);
      if (failure) entry.reject(failure);
      else entry.resolve();
    }
  }
  function beginRun(command, args) {
    runs++;
    run = { command, args, paused: false };
    points.code = new Set(present.get('code') ?? []);
    points.data = new Set(present.get('data') ?? []);
    for (const [who, ids] of present) for (const id of ids) points[kindOf(who)].add(id);
  }
  /** A stop may come before the answer that names its breakpoint. */
  const isBeingSet = () => [...open.values()].some(({ command }) => command.endsWith('Breakpoints'));
  const kindOf = (who) => (who === 'setDataBreakpoints' ? 'data' : 'code');

  function onStop({ reason, threadId, allThreadsStopped, hitBreakpointIds = [] }) {
    note(`« stopped ${reason} ${hitBreakpointIds.join(' ')}`);
    if (!run) return fail(`a stop (${reason}) though nothing has run since the last one`);
    if (threadId !== 1 || allThreadsStopped !== true)
      fail(`a stop of thread ${threadId}, all: ${allThreadsStopped}`);
    switch (reason) {
      case 'breakpoint':
      case 'data breakpoint': {
        const known = reason === 'breakpoint' ? points.code : points.data;
        if (hitBreakpointIds.length === 0) fail(`a stop at a breakpoint, but at none`);
        for (const id of hitBreakpointIds)
          if (!known.has(id) && !isBeingSet())
            fail(`a stop at breakpoint ${id}, which there is not in this run`);
        break;
      }
      case 'step':
        if (!STEPS.has(run.command)) fail(`a stop by a step that nobody has asked for, but ${run.command}`);
        break;
      case 'pause':
        if (!run.paused && !run.failed) fail('a stop by a pause that nobody has asked for');
        break;
      default:
        fail(`a stop for the reason ${reason}`);
    }
    stop = { reason, hitBreakpointIds, run };
    run = undefined;
    stops++;
  }

  function onAnswer({ request_seq: seq, success, message, body }) {
    const request = open.get(seq);
    if (!request) return fail(`an answer to ${seq}, which was not asked or has been answered`);
    open.delete(seq);
    const { command, args } = request;
    note(`« ${seq} ${command} ${success ? 'answered' : `refused: ${message}`}`);
    request.settle({ success, message, body });
    if (!success) return;
    if (RUNS.has(command)) {
      if (run) fail(`${command} was granted though the machine runs`);
      beginRun(command, args);
    }
    if (command.startsWith('set') && command.endsWith('Breakpoints')) {
      const ids = (body.breakpoints ?? []).filter(({ verified }) => verified).map(({ id }) => id);
      if (new Set(ids).size < ids.length) fail(`two breakpoints of one number: ${ids.join(' ')}`);
      present.set(command, ids);
      for (const id of ids) points[kindOf(command)].add(id);
    }
  }

  return {
    get running() {
      return run !== undefined;
    },
    get ended() {
      return ended;
    },
    get stop() {
      return stop;
    },
    get stops() {
      return stops;
    },
    get runs() {
      return runs;
    },
    /** What the machine runs for. */
    get command() {
      return run?.command;
    },
    /** Somebody has asked the present run to pause. */
    get isPaused() {
      return run?.paused === true;
    },
    /** @throws Misbehaviour what there was */
    check() {
      if (failure) throw failure;
    },
    open,
    fail,
    note,
    asked(seq, command, args, onSettled) {
      note(`» ${seq} ${command} ${JSON.stringify(args ?? {})}`);
      open.set(seq, { command, args, since: now(), settle: onSettled });
      if (command === 'pause' && run) run.paused = true;
      // What has not been answered yet may hold already.
      if (command === 'pause') for (const one of open.values()) if (RUNS.has(one.command)) one.paused = true;
    },
    heard(message) {
      if (message.type === 'response') {
        const request = open.get(message.request_seq);
        onAnswer(message);
        if (request?.paused && run) run.paused = true;
      } else
        switch (message.event) {
          case 'stopped':
            onStop(message.body);
            break;
          case 'continued':
            note('« continued');
            beginRun('restart');
            break;
          case 'terminated':
            note('« terminated');
            ended = true;
            break;
          case 'output':
            note(`« ${message.body.category} ${message.body.output.trimEnd()}`);
            if (message.body.category === 'stderr') {
              if (!/There is no caller to step out to/.test(message.body.output))
                fail(`the adapter says: ${message.body.output}`);
              else if (run) run.failed = true;
            }
            break;
        }
      settle();
    },
    /** @param what is waited for, as a failure tells it */
    until(test, milliseconds, what) {
      if (failure) return Promise.reject(failure);
      if (test()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const entry = { test, resolve, reject };
        entry.timer = setTimeout(
          () => fail(`${what()} has not come within ${milliseconds} ms`),
          milliseconds,
        );
        waiting.add(entry);
      });
    },
  };
}
