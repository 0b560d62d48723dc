/** The machine protocol's server on a platform whose time the test makes: slices and sleeps are let run by hand. */
import type { Compiler } from '../../jit/compiler.ts';
import type {
  FromMachine,
  MachineEvent,
  ProtocolError,
  RequestKind,
  Response,
} from '../../protocol/machine-protocol.ts';
import { createMachineServer } from '../server.ts';

/** A kernel that does nothing for ever. */
export const SPIN = [0xeb, 0xfe];

export function startServer(compiler?: Compiler) {
  const posted: FromMachine[] = [];
  let yielded: (() => void)[] = [];
  let sleeping: { at: number; callback: () => void }[] = [];
  let now = 0;
  const server = createMachineServer({
    ...(compiler && { compiler }),
    post: (message) => posted.push(...('length' in message ? message : [message])),
    now: () => (now += 1),
    yield: (callback) => yielded.push(callback),
    sleep(milliseconds, callback) {
      const entry = { at: now + milliseconds, callback };
      sleeping.push(entry);
      return () => {
        sleeping = sleeping.filter((other) => other !== entry);
      };
    },
  });
  let id = 0;
  return {
    posted,
    raw: (message: unknown) => {
      server.receive(message);
      return posted.at(-1) as Response;
    },
    ask(kind: RequestKind, params: unknown = {}) {
      server.receive({ id: ++id, kind, params });
      return posted.find((message) => 'id' in message && message.id === id) as Response & {
        result?: unknown;
        error?: ProtocolError;
      };
    },
    /** Lets the machine run a number of slices. */
    slices(count: number) {
      for (let n = 0; n < count && yielded.length > 0; n++) {
        const batch = yielded;
        yielded = [];
        for (const call of batch) call();
      }
    },
    /** Runs what is due after some time. */
    pass(milliseconds: number) {
      now += milliseconds;
      const due = sleeping.filter(({ at }) => at <= now);
      sleeping = sleeping.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
    sleepers: () => sleeping.length,
    /** How many slices are to come in the next turn of the event loop. */
    yielded: () => yielded.length,
    stops: () =>
      posted.filter(
        (m): m is Extract<MachineEvent, { event: 'stopped' }> => 'event' in m && m.event === 'stopped',
      ),
  };
}
