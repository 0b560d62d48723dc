/** What a stub knows of the client that is attached. */
import { type CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { StubMachine } from './machine.ts';
import { Points } from './points.ts';
import type { ClientFeatures } from './stop-replies.ts';

export interface Client {
  readonly machine: StubMachine;
  readonly points: Points;
  features: ClientFeatures;
  /** Packets are acknowledged, until the client asks for none. */
  acknowledging: boolean;
  /** The machine runs on the client's behalf, and its next stop is the answer. */
  resumed: boolean;
  /** The client has said good-bye. */
  ended: boolean;
  /** Set by `Hg`: whose registers and memory are meant; undefined for whoever owns the CPU. */
  selected: CoroutineId | undefined;
  /** Processes that the client has detached from, or was told the end of: for it they are not there. */
  readonly left: Set<CoroutineId>;
  /** Shows text to the user: while the machine runs or a monitor command does. */
  console: (text: string) => void;
}

export const createClient = (machine: StubMachine): Client => ({
  machine,
  points: new Points(machine),
  features: { multiprocess: false, swbreak: false, hwbreak: false },
  acknowledging: true,
  resumed: false,
  ended: false,
  selected: undefined,
  left: new Set(),
  console: () => undefined,
});

/** Whose registers and memory a packet means. */
export const selectedOf = ({ selected, machine }: Client): CoroutineId =>
  selected ?? machine.coroutines.current;

/** The coroutines that the client is told of. */
export const visibleTo = ({ machine, left }: Client): CoroutineId[] =>
  machine.all.filter((coroutine) => !left.has(coroutine));
