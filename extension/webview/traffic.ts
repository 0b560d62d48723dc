/**
 * The view "Traffic": requests of disks and folders, and frames of networks, over time and as a list, with what the devices
 * have done together and what they still owe.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import { ask, t } from './shared/bridge.ts';
import { bytes, duration, grouped, nanoseconds } from './shared/numbers.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './traffic.css';
import { INSTRUCTION } from './timeline/columns.ts';
import { Events } from './timeline/events.ts';
import type { Lane } from './timeline/picture.ts';
import { keptSet } from './timeline/kept-set.ts';
import { RecordsView } from './timeline/records-view.ts';

type Traffic = CustomRequests['colinux/traffic']['body'];
type Item = Traffic['traffic'][number];

/** What a PCI bus has room for. */
const MAX_LANES = 30;
const CAPACITY = 1 << 14;
const COLOURS: Readonly<Record<Item['kind'], string>> = {
  disk: '--vscode-charts-blue',
  network: '--vscode-charts-green',
  share: '--vscode-colinux-orange',
};

const events = new Events([], MAX_LANES, CAPACITY);
/** By number since boot. */
const items = new Map<number, Item>();

interface Device {
  readonly lane: Lane;
  readonly kind: Item['kind'];
  count: number;
  bytes: number;
  errors: number;
  tookNs: number;
}
const devices = new Map<string, Device>();
let waiting: Traffic['waiting'] = [];
const hidden = new Set<string>();

const itemAt = (n: number): Item | undefined => items.get(n + events.forgotten);

function deviceOf({ device, kind }: Item): Device {
  const known = devices.get(device) ?? {
    ...{ lane: { name: device, colour: COLOURS[kind] }, kind },
    ...{ count: 0, bytes: 0, errors: 0, tookNs: 0 },
  };
  devices.set(device, known);
  return known;
}

function add(item: Item): void {
  const device = deviceOf(item);
  device.count++;
  device.bytes += item.bytes;
  device.tookNs += item.tookNs;
  if (item.error !== undefined) device.errors++;
  const before = events.forgotten;
  events.push(item.instructions, [...devices.keys()].indexOf(item.device), {});
  for (let number = before; number < events.forgotten; number++) items.delete(number);
  items.set(events.forgotten + events.length - 1, item);
}

const DIRECTIONS = { in: 'RX', out: 'TX' };
/** `TX TCP`: the guest has sent a segment. */
const operationOf = ({ operation, direction }: Item): string =>
  direction ? `${DIRECTIONS[direction]} ${operation}` : operation;
const ownerOf = ({ device, unit }: Pick<Item, 'device' | 'unit'>): string =>
  unit === undefined ? device : `${device} (${unit})`;
const tookText = ({ kind, tookNs }: Item): string => (kind === 'network' ? '' : nanoseconds(tookNs));

function row(n: number): TemplateResult {
  const item = itemAt(n);
  if (!item) return html``;
  return html`<span class="number quiet">${grouped(item.instructions)}</span>
    <span><span class="swatch ${item.kind}"></span>${ownerOf(item)}</span>
    <span>${operationOf(item)}</span>
    <span
      >${item.error === undefined ? nothing : html`<span class="problem">⚠ ${item.error}</span> `}${item.text}</span
    >
    <span class="number">${item.bytes > 0 ? bytes(item.bytes) : ''}</span>
    <span class="number quiet">${tookText(item)}</span>`;
}

function describe(n: number): string {
  const item = itemAt(n);
  if (!item) return '';
  return [
    `${ownerOf(item)}: ${operationOf(item)}`,
    item.text,
    t('at instruction {0} ({1})', grouped(item.instructions), duration(item.instructions)),
    ...(item.kind === 'network' ? [] : [t('answered after {0}', tookText(item))]),
    ...(item.error === undefined ? [] : [item.error]),
  ].join('\n');
}

function summary(): TemplateResult | undefined {
  if (devices.size === 0 && waiting.length === 0) return undefined;
  return html`<table class="statistics">
      <caption class="unseen">
        ${t('Devices')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Device')}</th>
          <th scope="col" class="number">${t('Count')}</th>
          <th scope="col" class="number">${t('Bytes')}</th>
          <th scope="col" class="number">${t('Errors')}</th>
          <th scope="col" class="number" title=${t('Mean of the virtual time from a request to its answer')}>
            ${t('Latency')}
          </th>
        </tr>
      </thead>
      <tbody>
        ${[...devices].map(
          ([name, { kind, count, bytes: moved, errors, tookNs }]) =>
            html`<tr>
              <td><span class="swatch ${kind}"></span>${name}</td>
              <td class="number">${grouped(count)}</td>
              <td class="number">${bytes(moved)}</td>
              <td class="number ${errors > 0 ? 'problem' : ''}">${grouped(errors)}</td>
              <td class="number">${kind === 'network' ? '' : nanoseconds(tookNs / count)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      waiting.length === 0
        ? nothing
        : html`<h2>${t('Waiting for an answer')}</h2>
            <ul class="waiting">
              ${waiting.map(
                (item) =>
                  html`<li>${ownerOf(item)}: ${item.operation} <span class="quiet">${item.text}</span></li>`,
              )}
            </ul>`
    }`;
}

const tools = (changed: () => void): TemplateResult =>
  html`${[...devices].map(
    ([name, { kind }]) =>
      html`<button
        aria-pressed=${!hidden.has(name)}
        @click=${() => {
          if (!hidden.delete(name)) hidden.add(name);
          changed();
        }}
      >
        <span class="swatch ${kind}"></span>${name}
      </button>`,
  )}`;

new RecordsView<Item, never>(viewRoot(), {
  events,
  label: t('Device traffic'),
  nothing: t('Disks, networks and shared folders of the machine appear here when they are used.'),
  columns: [
    INSTRUCTION,
    { title: t('Device') },
    { title: t('Operation') },
    { title: t('Details') },
    { title: t('Size'), className: 'number' },
    { title: t('Latency'), className: 'number', about: t('Virtual time from a request to its answer') },
  ],
  instants: true,
  fetch: async (first, most) => {
    const { traffic, count, waiting: open } = await ask('colinux/traffic', { first, most });
    waiting = open;
    return { records: traffic, count };
  },
  add,
  clear() {
    items.clear();
    devices.clear();
    waiting = [];
  },
  lanes: () => [...devices.values()].map(({ lane }) => lane),
  mark: (n) => COLOURS[itemAt(n)?.kind ?? 'disk'],
  describe,
  row,
  passes(n, words) {
    const item = itemAt(n);
    return (
      item !== undefined &&
      !hidden.has(item.device) &&
      (words === '' ||
        [ownerOf(item), operationOf(item), item.text, item.error ?? ''].some((text) =>
          text.toLowerCase().includes(words),
        ))
    );
  },
  tools,
  choices: keptSet(hidden, (value) => typeof value === 'string'),
  aside: summary,
});
