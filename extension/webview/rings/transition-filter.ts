/** Which transitions the view "Rings" shows: by kind, vector and rings. Plain sets, so that it can be kept and tested. */
import type { NamedTransition } from '../../../debug-adapter/custom-protocol.ts';

type TransitionKind = NamedTransition['kind'];

/** Kinds that a person filters by, and what they are made of. */
export const GROUPS = [
  { key: 'exceptions', kinds: ['exception'] },
  { key: 'interrupts', kinds: ['interrupt', 'nmi'] },
  { key: 'calls', kinds: ['software-interrupt', 'call-gate', 'sysenter'] },
  { key: 'returns', kinds: ['interrupt-return', 'far-return', 'sysexit'] },
  { key: 'tasks', kinds: ['task-switch'] },
] as const satisfies readonly { key: string; kinds: readonly TransitionKind[] }[];
export type GroupKey = (typeof GROUPS)[number]['key'];

/** A transition, as far as it is filtered. */
export interface Filtered {
  readonly group: GroupKey;
  /** Kind and vector in words. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const RINGS = 4;
const MOST_NAMES = 1024;

export class TransitionFilter {
  /** Returns are hidden at first: each belongs to an entry that is there. */
  private hidden = new Set<GroupKey>(['returns']);
  /** Only these vectors, when there is one. */
  private names = new Set<string>();
  /** Only these rings; undefined is any. */
  from: number | undefined;
  to: number | undefined;
  changesOnly = false;

  shows(group: GroupKey): boolean {
    return !this.hidden.has(group);
  }

  toggleGroup(group: GroupKey): void {
    if (!this.hidden.delete(group)) this.hidden.add(group);
  }

  /** Is this vector one of the chosen? */
  has(name: string): boolean {
    return this.names.has(name);
  }

  get hasNames(): boolean {
    return this.names.size > 0;
  }

  toggleName(name: string): void {
    if (!this.names.delete(name)) this.names.add(name);
  }

  forgetNames(): void {
    this.names.clear();
  }

  passes({ group, name, from, to }: Filtered): boolean {
    return (
      !this.hidden.has(group) &&
      (this.names.size === 0 || this.names.has(name)) &&
      (this.from === undefined || this.from === from) &&
      (this.to === undefined || this.to === to) &&
      (!this.changesOnly || from !== to)
    );
  }

  /** As plain data. */
  read(): unknown {
    const { hidden, names, from, to, changesOnly } = this;
    const keys = GROUPS.map(({ key }) => key);
    return { hidden: keys.filter((key) => hidden.has(key)), names: [...names], from, to, changesOnly };
  }

  /** @param state what `read` gave, or anything: what makes no sense is left as it is */
  restore(state: unknown): void {
    if (typeof state !== 'object' || state === null) return;
    const { hidden, names, from, to, changesOnly } = state as Record<string, unknown>;
    if (Array.isArray(hidden)) {
      const keys = GROUPS.map(({ key }) => key);
      this.hidden = new Set(keys.filter((key) => hidden.includes(key)));
    }
    if (Array.isArray(names))
      this.names = new Set(names.slice(0, MOST_NAMES).filter((name) => typeof name === 'string'));
    this.from = ringOf(from);
    this.to = ringOf(to);
    this.changesOnly = changesOnly === true;
  }
}

const ringOf = (value: unknown): number | undefined =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < RINGS ? Number(value) : undefined;
