/** When a stop counts: coroutine, address space, ring, condition and hit count, compiled once for each breakpoint. */
import type { Cpu } from '../cpu/cpu.ts';
import { CPL, CR0, CR2, CR3, CR4, EIP } from '../cpu/state.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { Passages } from '../machine/passages.ts';
import { EVENT_REGISTERS, type EventRegister, type Filter, isHit } from '../protocol/debug-protocol.ts';
import { PHYSICAL } from './page-walk.ts';
import { type Compiled, compileExpression, ExpressionFailure, type ExpressionSource } from './expression.ts';
import type { Sentence } from '../sentences/say.ts';

/** What conditions see of the event itself, `$vector` and so on; what an event does not have is FFFFFFFFh. */
export type EventRegisters = Partial<Record<EventRegister, number>>;

export interface Filters {
  /** @throws ExpressionError */
  compile(filter: Filter): CompiledFilter;
  /** Says what the event is that filters are asked about. */
  setEvent(event: EventRegisters): void;
  readonly source: ExpressionSource;
}

export interface CompiledFilter {
  /** Is it for this coroutine, address space and ring? */
  applies(): boolean;
  /** Does the condition hold? One without a value does, and says why in `problem`. */
  holds(): boolean;
  problem(): Sentence | undefined;
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'];
const CONTROL: Readonly<Record<string, number>> = {
  cr0: CR0,
  cr2: CR2,
  cr3: CR3,
  cr4: CR4,
  eip: EIP,
  cpl: CPL,
};

export function createFilters(cpu: Cpu, inspector: Inspector, passages: Passages): Filters {
  const { state, reg32, segSel } = cpu.views;
  let event: EventRegisters = {};

  const source: ExpressionSource = {
    register(name) {
      const general = GENERAL.indexOf(name);
      if (general >= 0) return () => reg32[general] >>> 0;
      const segment = SEGMENTS.indexOf(name);
      if (segment >= 0) return () => segSel[segment] & 0xffff;
      if (Object.hasOwn(CONTROL, name)) {
        const index = CONTROL[name];
        return () => state[index] >>> 0;
      }
      if (name === 'eflags') return () => cpu.flags.get() >>> 0;
      if (name === 'coroutine') return passages.current;
      const property = EVENT_REGISTERS.find((known) => known === name);
      if (property) return () => (event[property] ?? -1) >>> 0;
      return undefined;
    },
    read: (address, length, physical) =>
      inspector.read(physical ? PHYSICAL : inspector.currentSpace(), address, length),
  };

  function compile({ coroutine, cr3, ring, condition }: Filter): CompiledFilter {
    const test: Compiled | undefined = condition && compileExpression(condition, source);
    let problem: Sentence | undefined;
    return {
      applies: () =>
        (coroutine === -1 || coroutine === passages.current()) &&
        (cr3 === undefined || ((cr3 ^ state[CR3]) & -0x1000) === 0) &&
        (ring === undefined || ring === state[CPL]),
      holds() {
        problem = undefined;
        if (!test) return true;
        try {
          return Number(test()) !== 0;
        } catch (error) {
          if (!(error instanceof ExpressionFailure)) throw error;
          problem = error.sentence;
          return true;
        }
      },
      problem: () => problem,
    };
  }

  return {
    compile,
    setEvent(next) {
      event = next;
    },
    source,
  };
}

/** Counts the visits of each id, and says which of them are hits. */
export interface Visits {
  /** Forgets the counts of all other ids. */
  keep(ids: ReadonlySet<number>): void;
  /** One more visit where the filter applies. A condition without a value makes it a hit, whatever the count is. */
  isHit(spec: Pick<Filter, 'hit'> & { readonly id: number }, filter: CompiledFilter): boolean;
  /** Was it ever visited? */
  has(id: number): boolean;
}

export function createVisits(): Visits {
  const counts = new Map<number, number>();
  return {
    keep(ids) {
      for (const id of [...counts.keys()]) if (!ids.has(id)) counts.delete(id);
    },
    isHit({ id, hit }, filter) {
      if (!filter.holds()) return false;
      const count = (counts.get(id) ?? 0) + 1;
      counts.set(id, count);
      return hit === undefined || isHit(hit, count) || filter.problem() !== undefined;
    },
    has: (id) => counts.has(id),
  };
}
