/** The view "Switches": every crossing between host and guests over time, what it was for, and what it cost. */
import { html, type TemplateResult } from 'lit-html';
import type { NamedSwitch } from '../../debug-adapter/custom-protocol.ts';
import { ask, open, t } from './shared/bridge.ts';
import { coroutineColour, coroutineName, coroutinesOf } from './shared/names.ts';
import { duration, grouped, hex } from './shared/numbers.ts';
import { referenceTo } from './shared/references.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './switches.css';
import { INSTRUCTION, PLACES } from './timeline/columns.ts';
import { Events } from './timeline/events.ts';
import { keptSet } from './timeline/kept-set.ts';
import { RecordsView } from './timeline/records-view.ts';
import type { SelectedMachine } from '../views/messages.ts';

/** Lanes: the host and up to 63 guests. */
const MAX_LANES = 64;
const events = new Events(['from', 'operation', 'fromCaller', 'toCaller', 'p0', 'p1', 'p2', 'p3'], MAX_LANES);

interface Operation {
  name: string;
  count: number;
  /** Instructions on the other side until it came back. */
  total: number;
  most: number;
}
/** By number of the operation. Costs are those of what the guest asked for: the time until it goes on. */
const operations = new Map<number, Operation>();
/** Names of callers, by coroutine and address. */
const symbols = new Map<string, string>();
let machine: SelectedMachine | undefined;
const hidden = new Set<number>();

function remember(coroutine: number, address: number, name: string | undefined): void {
  if (name !== undefined) symbols.set(`${String(coroutine)}:${String(address)}`, name);
}
const symbolOf = (coroutine: number, address: number): string =>
  symbols.get(`${String(coroutine)}:${String(address)}`) ?? (address === 0 ? '' : hex(address));

/** Instructions from an event to the next one: how long the side that was switched to ran. */
const costOf = (n: number): number | undefined =>
  n + 1 < events.length ? events.time(n + 1) - events.time(n) : undefined;

function add(record: NamedSwitch): void {
  const { from, to, operation, operationName, fromCaller, toCaller, fromSymbol, toSymbol } = record;
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = record.parameters;
  remember(from, fromCaller, fromSymbol);
  remember(to, toCaller, toSymbol);
  const known = operations.get(operation) ?? { name: operationName, count: 0, total: 0, most: 0 };
  operations.set(operation, known);
  known.count++;
  if (events.length > 0) {
    const before = operations.get(events.get('operation', events.length - 1));
    const cost = record.instructions - events.time(events.length - 1);
    if (before) {
      before.total += cost;
      before.most = Math.max(before.most, cost);
    }
  }
  events.push(record.instructions, to, { from, operation, fromCaller, toCaller, p0, p1, p2, p3 });
}

const nameOf = (n: number): string => operations.get(events.get('operation', n))?.name ?? '';
/** The coroutine of the host. */
const HOST = 0;
/** In the list, where there is little room. */
const shortName = (coroutine: number): string => (coroutine === HOST ? t('host') : whoseName(coroutine));
const whoseName = (coroutine: number): string => coroutineName(machine?.threads ?? [], coroutine);
const directionOf = (n: number): string =>
  `${whoseName(events.get('from', n))} → ${whoseName(events.lane(n))}`;

/** Parameters up to the last that is not 0. */
function parametersOf(n: number): string {
  const values = (['p0', 'p1', 'p2', 'p3'] as const).map((name) => events.get(name, n));
  while (values.length > 0 && values.at(-1) === 0) values.pop();
  return values.map((value) => (value < 10 ? String(value) : `0x${value.toString(16)}`)).join(' ');
}

/** Leads to the caller of the passage on one side: the address is behind its call. */
function openCaller(n: number, side: string): void {
  const [coroutine, address] =
    side === 'from'
      ? [events.get('from', n), events.get('fromCaller', n)]
      : [events.lane(n), events.get('toCaller', n)];
  if (address !== 0) open({ in: 'source', memoryReference: referenceTo(coroutine, address - 1) });
}

function row(n: number): TemplateResult {
  const [from, to] = [events.get('from', n), events.lane(n)];
  const cost = costOf(n);
  return html`<span class="number quiet">${grouped(events.time(n))}</span>
    <span><span class="swatch coroutine-${to % 6}"></span>${shortName(from)} → ${shortName(to)}</span>
    <span>${nameOf(n)}</span>
    <span class="quiet parameters">${parametersOf(n)}</span>
    <span class="number">${cost === undefined ? '' : grouped(cost)}</span>
    <span class="link" data-part="from">${symbolOf(from, events.get('fromCaller', n))}</span>
    <span class="link" data-part="to">${symbolOf(to, events.get('toCaller', n))}</span>`;
}

function describe(n: number): string {
  const cost = costOf(n);
  return [
    `${directionOf(n)}: ${nameOf(n)} ${parametersOf(n)}`,
    t('at instruction {0} ({1})', grouped(events.time(n)), duration(events.time(n))),
    ...(cost === undefined ? [] : [t('then {0} instructions ({1})', grouped(cost), duration(cost))]),
    symbolOf(events.get('from', n), events.get('fromCaller', n)),
  ].join('\n');
}

/** What operations there were, how often, and what followed them. */
function statistics(): TemplateResult {
  const rows = [...operations].sort(([, a], [, b]) => b.total - a.total);
  return html`<table class="statistics">
    <caption class="unseen">
      ${t('Operations')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Operation')}</th>
        <th scope="col" class="number">${t('Count')}</th>
        <th scope="col" class="number" title=${t('Instructions from this switch to the next')}>
          ${t('Mean')}
        </th>
        <th scope="col" class="number" title=${t('The most instructions from this switch to the next')}>
          ${t('Max.')}
        </th>
        <th
          scope="col"
          class="number total"
          title=${t('Instructions from all of these switches to the next ones')}
        >
          ${t('Total')}
        </th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([, { name, count, total, most }]) =>
          html`<tr>
            <td>${name}</td>
            <td class="number">${grouped(count)}</td>
            <td class="number">${grouped(total / count)}</td>
            <td class="number">${grouped(most)}</td>
            <td class="number total">${grouped(total)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function tools(changed: () => void): TemplateResult {
  return html`${[...operations].map(
    ([number, { name }]) =>
      html`<button
        aria-pressed=${!hidden.has(number)}
        @click=${() => {
          if (!hidden.delete(number)) hidden.add(number);
          changed();
        }}
      >
        ${name}
      </button>`,
  )}`;
}

new RecordsView(viewRoot(), {
  events,
  label: t('Switches between host and guests'),
  nothing: t('Host and guests have not switched yet.'),
  columns: [
    INSTRUCTION,
    { title: t('Direction') },
    { title: t('Operation') },
    { title: t('Parameters'), className: 'parameters' },
    { title: t('Ran for'), className: 'number', about: t('Instructions from this switch to the next') },
    ...PLACES,
  ],
  fetch: async (first, most) => {
    const { switches, count } = await ask('colinux/switches', { first, most });
    return { records: switches, count };
  },
  add,
  clear() {
    operations.clear();
    symbols.clear();
  },
  lanes(selected) {
    machine = selected;
    return coroutinesOf(selected.threads).map((coroutine) => ({
      name: coroutineName(selected.threads, coroutine),
      colour: coroutineColour(coroutine),
    }));
  },
  mark: (n) => coroutineColour(events.lane(n)),
  describe,
  row,
  passes: (n, words) =>
    !hidden.has(events.get('operation', n)) &&
    (words === '' ||
      [
        nameOf(n),
        directionOf(n),
        symbolOf(events.get('from', n), events.get('fromCaller', n)),
        symbolOf(events.lane(n), events.get('toCaller', n)),
      ].some((text) => text.toLowerCase().includes(words))),
  tools,
  choices: keptSet(hidden, (value) => typeof value === 'number'),
  aside: statistics,
  entered: (n, other) => openCaller(n, other ? 'to' : 'from'),
  pressed: openCaller,
});
