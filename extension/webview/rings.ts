/**
 * The view "Rings": every entry into a handler or a gate and every return from it, over time and as a list, how often each vector
 * came, and the rings with the stacks that the processor would switch to.
 */
import { html, type TemplateResult } from 'lit-html';
import type { NamedTransition, TaskStateBody } from '../../debug-adapter/custom-protocol.ts';
import { transitionTitle } from '../../debug-adapter/transition-words.ts';
import type { SelectedMachine } from '../views/messages.ts';
import { type GroupKey, GROUPS, TransitionFilter } from './rings/transition-filter.ts';
import { ringsPicture } from './rings/rings-picture.ts';
import { ask, open, t } from './shared/bridge.ts';
import { coroutineName } from './shared/names.ts';
import { duration, grouped, hex } from './shared/numbers.ts';
import { referenceTo } from './shared/references.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './rings.css';
import { INSTRUCTION, PLACES } from './timeline/columns.ts';
import { Events } from './timeline/events.ts';
import { RecordsView } from './timeline/records-view.ts';

type TransitionKind = NamedTransition['kind'];

const RINGS = 4;
const events = new Events(
  ['kind', 'vector', 'errorCode', 'cr2', 'coroutine', 'fromRing', 'fromEip', 'toEip'],
  RINGS,
);
const LANES = Array.from({ length: RINGS }, (_, ring) => ({
  name: t('ring {0}', ring),
  // That of no kind: what happens stands out, and the place says which ring it is.
  colour: '--vscode-charts-green',
}));

/** How the kinds that a person filters by are called and drawn, in the order of `GROUPS`. */
const LOOKS: Readonly<Record<GroupKey, { name: string; colour: string }>> = {
  exceptions: { name: t('Exceptions'), colour: '--vscode-charts-red' },
  interrupts: { name: t('Interrupts'), colour: '--vscode-charts-blue' },
  calls: { name: t('System calls'), colour: '--vscode-charts-purple' },
  returns: { name: t('Returns'), colour: '--vscode-charts-lines' },
  tasks: { name: t('Task switches'), colour: '--vscode-colinux-orange' },
};
const KINDS: readonly TransitionKind[] = GROUPS.flatMap(({ kinds }) => [...kinds]);
const GROUP_OF: readonly GroupKey[] = GROUPS.flatMap(({ key, kinds }) => kinds.map(() => key));
const filter = new TransitionFilter();

const symbols = new Map<number, string>();
/** How often each vector was entered. */
const counts = new Map<string, number>();
let machine: SelectedMachine | undefined;
let taskState: TaskStateBody | undefined;
let taskStateProblem = '';

const nameOf = (kind: TransitionKind, vector: number): string => transitionTitle(kind, vector, t);
const kindOf = (n: number): TransitionKind => KINDS[events.get('kind', n)] ?? 'exception';
const groupOf = (n: number): GroupKey => GROUP_OF[events.get('kind', n)] ?? 'exceptions';
const titleOf = (n: number): string => nameOf(kindOf(n), events.get('vector', n));

function add(record: NamedTransition): void {
  const { kind, vector, errorCode, cr2, coroutine, from, to, fromSymbol, toSymbol } = record;
  if (fromSymbol !== undefined) symbols.set(from.eip, fromSymbol);
  if (toSymbol !== undefined) symbols.set(to.eip, toSymbol);
  const number = KINDS.indexOf(kind);
  if (GROUP_OF[number] !== 'returns') {
    const name = nameOf(kind, vector);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  events.push(record.instructions, to.ring, {
    ...{ kind: number, vector, errorCode, cr2, coroutine },
    ...{ fromRing: from.ring, fromEip: from.eip, toEip: to.eip },
  });
}

const symbolOf = (address: number): string => symbols.get(address) ?? hex(address);
const whose = (n: number): string => coroutineName(machine?.threads ?? [], events.get('coroutine', n));

/** What the processor pushed or left for the handler. */
function detail(n: number): string {
  const [vector, errorCode] = [events.get('vector', n), events.get('errorCode', n)];
  if (kindOf(n) !== 'exception') return '';
  if (vector === 14) return `cr2=${hex(events.get('cr2', n))} ${t('error code {0}', hex(errorCode, 1))}`;
  return errorCode > 0 ? t('error code {0}', hex(errorCode, 1)) : '';
}

function openSide(n: number, side: string): void {
  const address = events.get(side === 'from' ? 'fromEip' : 'toEip', n);
  open({ in: 'source', memoryReference: referenceTo(events.get('coroutine', n), address) });
}

function row(n: number): TemplateResult {
  const [from, to] = [events.get('fromRing', n), events.lane(n)];
  return html`<span class="number quiet">${grouped(events.time(n))}</span>
    <span class="coroutine-name">${whose(n)}</span>
    <span
      ><span class="swatch ${groupOf(n)}"></span>${titleOf(n)} <span class="quiet">${detail(n)}</span></span
    >
    <span class=${from === to ? 'quiet' : ''}>${from === to ? from : `${String(from)} → ${String(to)}`}</span>
    <span class="link" data-part="from">${symbolOf(events.get('fromEip', n))}</span>
    <span class="link" data-part="to">${symbolOf(events.get('toEip', n))}</span>`;
}

const describe = (n: number): string =>
  [
    `${whose(n)}: ${titleOf(n)}`,
    t('ring {0} → {1}', events.get('fromRing', n), events.lane(n)),
    t('at instruction {0} ({1})', grouped(events.time(n)), duration(events.time(n))),
    `${symbolOf(events.get('fromEip', n))} → ${symbolOf(events.get('toEip', n))}`,
    detail(n),
  ]
    .filter(Boolean)
    .join('\n');

/** A button that stays pressed. */
const toggle = (
  pressed: boolean,
  label: TemplateResult | string,
  act: () => void,
  changed: () => void,
): TemplateResult =>
  html`<button
    aria-pressed=${pressed}
    @click=${() => {
      act();
      changed();
    }}
  >
    ${label}
  </button>`;

function ringChoice(side: 'from' | 'to', label: string, changed: () => void): TemplateResult {
  return html`<select
    aria-label=${label}
    title=${label}
    @change=${(event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      filter[side] = value === '' ? undefined : Number(value);
      changed();
    }}
  >
    <option value="" ?selected=${filter[side] === undefined}>${t('any')}</option>
    ${LANES.map((_, ring) => html`<option value=${ring} ?selected=${filter[side] === ring}>${ring}</option>`)}
  </select>`;
}

function tools(changed: () => void): TemplateResult {
  return html`${GROUPS.map(({ key }) =>
      toggle(
        filter.shows(key),
        html`<span class="swatch ${key}"></span>${LOOKS[key].name}`,
        () => filter.toggleGroup(key),
        changed,
      ),
    )}
    <span
      >${t('Rings')} ${ringChoice('from', t('from ring'), changed)} →
      ${ringChoice('to', t('to ring'), changed)}</span
    >
    ${toggle(
      filter.changesOnly,
      t('Changes only'),
      () => (filter.changesOnly = !filter.changesOnly),
      changed,
    )}`;
}

/** How often each vector came; pressed, only those are shown. */
function vectors(changed: () => void): TemplateResult {
  const choose = (name: string) => toggle(filter.has(name), name, () => filter.toggleName(name), changed);
  return html`<h2>${t('Entries by vector')}</h2>
    ${
      filter.hasNames
        ? html`<button
            @click=${() => {
              filter.forgetNames();
              changed();
            }}
          >
            ${t('Show all vectors')}
          </button>`
        : html`<p class="quiet line">${t('Choose vectors to see only them.')}</p>`
    }
    <table class="vectors">
      <caption class="unseen">
        ${t('Entries by vector')}
      </caption>
      <tbody>
        ${[...counts]
          .sort(([, a], [, b]) => b - a)
          .map(
            ([name, count]) =>
              html`<tr>
                <th scope="row">${choose(name)}</th>
                <td class="number">${grouped(count)}</td>
              </tr>`,
          )}
      </tbody>
    </table>`;
}

function aside(selected: SelectedMachine, changed: () => void): TemplateResult {
  const last = events.length - 1;
  const current = selected.running || last < 0 ? undefined : events.lane(last);
  return html`${vectors(changed)}
    <h2 class="named">${selected.thread.name}</h2>
    ${
      taskState
        ? ringsPicture(taskState, current)
        : html`<p class="message">${taskStateProblem || (selected.running ? t('The machine runs.') : '')}</p>`
    }`;
}

/** The stacks of the rings are those of the thread's task register. */
async function stopped(selected: SelectedMachine): Promise<void> {
  taskState = undefined;
  taskStateProblem = '';
  try {
    taskState = await ask('colinux/taskState', { threadId: selected.thread.id });
  } catch (error) {
    taskStateProblem = (error as Error).message;
  }
}

new RecordsView(viewRoot(), {
  events,
  label: t('Transitions between rings'),
  nothing: t('No handler and no gate has been entered yet.'),
  columns: [INSTRUCTION, { title: t('Kernel') }, { title: t('Transition') }, { title: t('Ring') }, ...PLACES],
  fetch: async (first, most) => {
    const { transitions, count } = await ask('colinux/transitions', { first, most });
    return { records: transitions, count };
  },
  add,
  clear() {
    symbols.clear();
    counts.clear();
    taskState = undefined;
  },
  lanes(selected) {
    machine = selected;
    return LANES;
  },
  mark: (n) => LOOKS[groupOf(n)].colour,
  describe,
  row,
  passes: (n, words) =>
    filter.passes({
      ...{ group: groupOf(n), name: titleOf(n) },
      ...{ from: events.get('fromRing', n), to: events.lane(n) },
    }) &&
    (words === '' ||
      [titleOf(n), whose(n), symbolOf(events.get('fromEip', n)), symbolOf(events.get('toEip', n))].some(
        (text) => text.toLowerCase().includes(words),
      )),
  tools,
  choices: filter,
  aside,
  stopped,
  entered: (n, other) => openSide(n, other ? 'to' : 'from'),
  pressed: openSide,
});
