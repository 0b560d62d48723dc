/**
 * The view "Rings": every entry into a handler or a gate and every return from it, over time and as a list, how often each vector
 * came, and the rings with the stacks that the processor would switch to.
 */
import { html, type TemplateResult } from 'lit-html';
import type { NamedTransition, TaskStateBody } from '../../debug-adapter/custom-protocol.ts';
import { exceptionName } from '../../debug-adapter/exceptions.ts';
import type { SelectedMachine } from '../views/messages.ts';
import { ringsPicture } from './rings/rings-picture.ts';
import { ask, open, t } from './shared/bridge.ts';
import { coroutineName } from './shared/names.ts';
import { duration, grouped, hex } from '../views/number-text.ts';
import { referenceTo } from './shared/references.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './rings.css';
import { Events } from './timeline/events.ts';
import { RecordsView } from './timeline/records-view.ts';

type TransitionKind = NamedTransition['kind'];

const RINGS = 4;
const events = new Events(
  ['kind', 'vector', 'errorCode', 'cr2', 'coroutine', 'fromRing', 'fromEip', 'toEip'],
  RINGS,
);
const LANES = [0, 1, 2, 3].map((ring) => ({
  name: t('ring {0}', ring),
  colour: ['red', 'orange', 'yellow', 'green'].map((name) => `--vscode-charts-${name}`)[ring] ?? '',
}));

/** Kinds that a person filters by, and what they are made of. */
const GROUPS: readonly { name: string; kinds: readonly TransitionKind[]; colour: string }[] = [
  { name: t('Exceptions'), kinds: ['exception'], colour: '--vscode-charts-red' },
  { name: t('Interrupts'), kinds: ['interrupt', 'nmi'], colour: '--vscode-charts-blue' },
  {
    name: t('System calls'),
    kinds: ['software-interrupt', 'call-gate', 'sysenter'],
    colour: '--vscode-charts-purple',
  },
  {
    name: t('Returns'),
    kinds: ['interrupt-return', 'far-return', 'sysexit'],
    colour: '--vscode-charts-lines',
  },
  { name: t('Task switches'), kinds: ['task-switch'], colour: '--vscode-charts-orange' },
];
const KINDS = GROUPS.flatMap(({ kinds }) => kinds);
const groupOf = KINDS.map((kind) => GROUPS.findIndex(({ kinds }) => kinds.includes(kind)));
/** Returns are hidden at first: each belongs to an entry that is there. */
const hidden = new Set([3]);
let onlyChanges = false;

const symbols = new Map<number, string>();
/** How often, by kind and vector. */
const counts = new Map<string, { name: string; count: number }>();
let machine: SelectedMachine | undefined;
let taskState: TaskStateBody | undefined;
let taskStateProblem = '';

/** `#PF page fault`, `int 0x80`, `interrupt 0x20`, `sysenter` */
function nameOf(kind: TransitionKind, vector: number): string {
  if (vector < 0) return kind;
  if (kind === 'exception') return exceptionName(vector);
  return `${kind === 'software-interrupt' ? 'int' : kind} ${hex(vector, 2)}`;
}
const kindOf = (n: number): TransitionKind => KINDS[events.get('kind', n)] ?? 'exception';
const titleOf = (n: number): string => nameOf(kindOf(n), events.get('vector', n));

function add(record: NamedTransition): void {
  const { kind, vector, errorCode, cr2, coroutine, from, to, fromSymbol, toSymbol } = record;
  if (fromSymbol !== undefined) symbols.set(from.eip, fromSymbol);
  if (toSymbol !== undefined) symbols.set(to.eip, toSymbol);
  const number = KINDS.indexOf(kind);
  if (groupOf[number] !== 3) {
    const name = nameOf(kind, vector);
    const known = counts.get(name) ?? { name, count: 0 };
    known.count++;
    counts.set(name, known);
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
    <span><span class="swatch group-${groupOf[events.get('kind', n)]}"></span>${titleOf(n)}</span>
    <span class=${from === to ? 'quiet' : ''}>${from === to ? from : `${String(from)} → ${String(to)}`}</span>
    <span class="quiet">${detail(n)}</span>
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

function tools(changed: () => void): TemplateResult {
  return html`${GROUPS.map(
      ({ name }, number) =>
        html`<button
          aria-pressed=${!hidden.has(number)}
          @click=${() => {
            if (!hidden.delete(number)) hidden.add(number);
            changed();
          }}
        >
          <span class="swatch group-${number}"></span>${name}
        </button>`,
    )}
    <button
      aria-pressed=${onlyChanges}
      @click=${() => {
        onlyChanges = !onlyChanges;
        changed();
      }}
    >
      ${t('Ring changes only')}
    </button>`;
}

function aside(selected: SelectedMachine): TemplateResult {
  const last = events.length - 1;
  const current = selected.running || last < 0 ? undefined : events.lane(last);
  return html`<h2>${selected.thread.name}</h2>
    ${
      taskState
        ? ringsPicture(taskState, current)
        : html`<p class="message">${taskStateProblem || t('The machine runs.')}</p>`
    }
    <h2>${t('Entries by vector')}</h2>
    <table>
      <caption class="unseen">
        ${t('Entries by vector')}
      </caption>
      <tbody>
        ${[...counts.values()]
          .sort((a, b) => b.count - a.count)
          .map(
            ({ name, count }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="number">${grouped(count)}</td>
              </tr>`,
          )}
      </tbody>
    </table>`;
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
  mark: (n) => GROUPS[groupOf[events.get('kind', n)] ?? 0]?.colour ?? '',
  describe,
  row,
  passes: (n, words) =>
    !hidden.has(groupOf[events.get('kind', n)] ?? 0) &&
    (!onlyChanges || events.get('fromRing', n) !== events.lane(n)) &&
    (words === '' ||
      [titleOf(n), whose(n), symbolOf(events.get('fromEip', n)), symbolOf(events.get('toEip', n))].some(
        (text) => text.toLowerCase().includes(words),
      )),
  tools,
  aside,
  stopped,
  entered: (n) => openSide(n, 'from'),
  pressed: openSide,
});
