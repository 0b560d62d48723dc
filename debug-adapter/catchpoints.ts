/** The session's catchpoints: exception filters that the client has chosen, and I/O ports that are watched. */
import { isSentence, say, type Sentence } from '../core/sentences/say.ts';
import type { BreakpointState } from './breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { coOperation, nameOf } from '../core/abi/abi.ts';
import type { CatchSpec, CaughtEvent } from '../core/protocol/debug-protocol.ts';
import type { CompiledWhen, When } from './conditions/when.ts';
import { EVENT_FILTERS } from './event-filters.ts';
import { exceptionName } from './exceptions.ts';
import { hex } from './registers.ts';

/** Far from the ids of breakpoints and data breakpoints. */
const FIRST_ID = 2_000_000;

/** A filter that the client has chosen. */
export type WantedFilter = Pick<DebugProtocol.ExceptionFilterOptions, 'filterId' | 'condition'>;

/** A stop in the client's words. */
export interface CaughtWords {
  readonly reason: string;
  readonly description: Sentence;
  readonly text: Sentence;
}

export class Catchpoints {
  private filters: readonly CatchSpec[] = [];
  private chosen: readonly WantedFilter[] = [];

  /** What the client has chosen. */
  get wanted(): readonly WantedFilter[] {
    return this.chosen;
  }

  /** What the machine is to catch. */
  get specs(): readonly CatchSpec[] {
    return this.filters;
  }

  /**
   * Replaces the filters.
   * @param compile makes a filter of a condition, or says in a sentence why that cannot be
   */
  set(
    wanted: readonly WantedFilter[],
    compile: (when: When) => CompiledWhen['filter'] | Sentence,
  ): BreakpointState[] {
    this.chosen = wanted;
    const specs: CatchSpec[] = [];
    const answers = wanted.map(({ filterId, condition }): BreakpointState => {
      if (!Object.hasOwn(EVENT_FILTERS, filterId))
        return {
          verified: false,
          reason: 'failed',
          message: say`There is no filter "${filterId}": the filters are ${Object.keys(EVENT_FILTERS).join(', ')}.`,
        };
      const id = FIRST_ID + Object.keys(EVENT_FILTERS).indexOf(filterId);
      const given = condition?.trim() ? compile({ condition }) : {};
      if (isSentence(given)) return { id, verified: false, reason: 'failed', message: given };
      const { what } = EVENT_FILTERS[filterId];
      specs.push({ ...what, id, coroutine: -1, ...given });
      return { id, verified: true };
    });
    this.filters = specs;
    return answers;
  }
}

/** What was caught, in words. @param titleOf the title of a coroutine's thread */
export function caughtWords(event: CaughtEvent, titleOf: (coroutine: number) => Sentence): CaughtWords {
  switch (event.kind) {
    case 'exception': {
      const name = exceptionName(event.vector);
      return { reason: 'exception', description: name, text: name };
    }
    case 'interrupt': {
      const what =
        event.source === 'hardware' ? say`Interrupt ${hex(event.vector)}` : say`INT ${hex(event.vector)}`;
      const text =
        event.source === 'hardware' && event.vector === 2 ? say`NMI` : say`${what}: its handler is entered`;
      return { reason: 'interrupt', description: what, text };
    }
    case 'ring': {
      const text = say`Ring ${event.from} → ${event.to}`;
      return { reason: 'ring change', description: text, text };
    }
    case 'control': {
      const text = say`CR${event.register}: ${hex(event.before)} → ${hex(event.value)}`;
      return {
        reason: `change of CR${event.register}`,
        description: say`Change of CR${event.register}`,
        text,
      };
    }
    case 'msr': {
      const text = say`MSR ${hex(event.index)} = ${hex(event.high)}_${hex(event.low).slice(2)}`;
      return { reason: 'write to MSR', description: say`Write to MSR`, text };
    }
    case 'switch': {
      const operation = nameOf(coOperation, event.operation);
      const text = say`${titleOf(event.from)} → ${titleOf(event.to)}: ${operation}`;
      return { reason: 'switch', description: say`Switch`, text };
    }
    case 'port': {
      const { port, size, write, value } = event;
      const bytes = size === 1 ? say`1 byte` : say`${size} bytes`;
      const text = write
        ? say`${bytes} to port ${hex(port)}: ${hex(value)}`
        : say`${bytes} from port ${hex(port)}: ${hex(value)}`;
      return { reason: 'I/O port', description: say`Use of an I/O port`, text };
    }
    case 'execute': {
      const text = say`First execution of the page at ${hex(event.linear)} (physical ${hex(event.physical)})`;
      return { reason: 'first execution', description: say`First execution of a page`, text };
    }
  }
}
