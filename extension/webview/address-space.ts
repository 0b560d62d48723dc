/** The view "Paging": what the selected thread has mapped where, as a tree, as a map, and one address walked. */
import { html, render } from 'lit-html';
import type { MappedRange } from '../../debug-adapter/custom-protocol.ts';
import { flagsTold } from '../../debug-adapter/mapping-flags.ts';
import type { SelectedMachine } from '../views/messages.ts';
import { AddressMap } from './address-space/map.ts';
import { type Change, changesBetween } from './address-space/ranges.ts';
import { RegionsList, TITLES } from './address-space/regions-list.ts';
import { walkText, type WalkShown } from './address-space/walk.ts';
import { addressOf } from './shared/address-of.ts';
import { ask, listen, t } from './shared/bridge.ts';
import { unpackRanges } from './shared/mappings.ts';
import { coroutineColour, coroutinesOf } from './shared/names.ts';
import { bytes, hex } from './shared/numbers.ts';
import { isTask, spaceOf, threadOfReference } from './shared/references.ts';
import { pauseToSee, RUNNING } from './shared/running.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './address-space.css';

type Colouring = 'access' | 'ring' | 'owner';
type Access = 'read' | 'write' | 'execute';

const COLOURINGS: readonly (readonly [Colouring, string])[] = [
  ['access', t('Access')],
  ['ring', t('Ring')],
  ['owner', t('Owner of the frames')],
];

const DEVICES = '--vscode-charts-lines';

let machine: SelectedMachine | undefined;
/** A thread that is looked at instead of the selected one, until another is selected. */
let visited: number | undefined;
/** CR3 of the address space that is shown. */
let space = 0;
let ranges: readonly MappedRange[] = [];
let changes: readonly Change[] = [];
let truncated = false;
/** The last state of each address space, by CR3: changes are those of one space. */
const last = new Map<number, readonly MappedRange[]>();
let selected = 0;
let colouring: Colouring = 'access';
let access: Access = 'read';
let user = false;
let shown: WalkShown | undefined;
let problem = '';
/** Counts requests: answers to older ones are not shown. */
let round = 0;

const root = viewRoot();
const map = new AddressMap({ colour, describe, chosen: (address) => void choose(address) });
const regions = new RegionsList({ colour, chosen: (address) => void choose(address) });

function colour({ flags, region, owner }: MappedRange): string {
  if (colouring === 'owner') return owner === undefined ? DEVICES : coroutineColour(owner - 1);
  if (colouring === 'ring') return flags.includes('user') ? '--vscode-charts-green' : '--vscode-charts-red';
  if (region === 'device') return DEVICES;
  const [writable, executable] = [flags[1] === 'w', flags[2] === 'x'];
  if (writable && executable) return '--vscode-colinux-orange';
  if (writable) return '--vscode-charts-blue';
  return executable ? '--vscode-charts-green' : '--vscode-charts-purple';
}

/** What the colours mean now. */
function legend(): (readonly [string, string])[] {
  if (colouring === 'ring')
    return [
      ['--vscode-charts-red', t('rings 0 to 2')],
      ['--vscode-charts-green', t('ring 3 too')],
    ];
  if (colouring === 'owner')
    return [
      ...coroutinesOf(machine?.threads ?? []).map(
        (coroutine) => [coroutineColour(coroutine), nameOf(coroutine + 1)] as const,
      ),
      [DEVICES, t('devices')],
    ];
  return [
    ['--vscode-colinux-orange', 'rwx'],
    ['--vscode-charts-blue', 'rw-'],
    ['--vscode-charts-green', 'r-x'],
    ['--vscode-charts-purple', 'r--'],
    [DEVICES, t('devices')],
  ];
}

const nameOf = (threadId: number): string => machine?.threads.find(({ id }) => id === threadId)?.name ?? '';

function describe(range: MappedRange): string {
  const { start, last: end, physical, flags, region, name, owner } = range;
  const frames = owner === undefined ? '' : ` (${nameOf(owner)})`;
  return `${hex(start)} ${bytes(end - start + 1)}  ${flagsTold(flags, t)}  ${TITLES[region]}${name ? ` ${name}` : ''} → ${hex(physical)}${frames}`;
}

const shownThread = ({ threads, thread }: SelectedMachine): SelectedMachine['thread'] =>
  threads.find(({ id }) => id === visited) ?? thread;

/** Another thread, or another stop. */
async function follow(next: SelectedMachine | undefined): Promise<void> {
  if (next?.session !== machine?.session) {
    last.clear();
    selected = 0;
    space = 0;
    ranges = changes = [];
    shown = undefined;
    map.update(ranges, changes);
    regions.update(ranges, changes);
  }
  if (next?.session !== machine?.session || next?.thread.id !== machine?.thread.id) visited = undefined;
  machine = next;
  problem = '';
  const mine = ++round;
  if (machine && !machine.running) {
    try {
      const answer = await ask('colinux/packedMappings', { threadId: shownThread(machine).id });
      if (mine !== round) return;
      const another = answer.cr3 !== space;
      ({ truncated, cr3: space } = answer);
      ranges = unpackRanges(answer);
      const before = last.get(space);
      changes = before ? changesBetween(before, ranges) : [];
      last.set(space, ranges);
      map.update(ranges, changes);
      regions.update(ranges, changes);
      if (selected === 0) {
        const start = await placeToBegin(machine);
        if (mine !== round) return;
        selected = start;
        map.select(selected);
      }
      // At a stop in the same space the list stays where the user has scrolled it to: to what has changed, perhaps.
      regions.select(selected, another);
      await walk();
    } catch (error) {
      problem = (error as Error).message;
    }
  }
  draw();
}

/** Where the processor is; where that is not known, the first memory that is mapped. */
const placeToBegin = (present: SelectedMachine): Promise<number> =>
  addressOf(present, '$eip').catch(() => ranges[0]?.start ?? 0);

async function choose(address: number): Promise<void> {
  selected = address;
  map.select(address);
  regions.select(address);
  draw();
  await walk().catch((error: unknown) => (problem = (error as Error).message));
  draw();
}

async function walk(): Promise<void> {
  if (!machine || machine.running) return;
  const mine = ++round;
  const reference = `${spaceOf(shownThread(machine).id, space)}:${hex(selected)}`;
  const answer = await ask('colinux/pageWalk', { memoryReference: reference, access, user });
  const mapped =
    answer.physical === undefined
      ? []
      : (await ask('colinux/reverseMap', { physical: answer.physical })).mappings;
  if (mine === round) shown = { walk: answer, mapped, reference };
}

/** Shows an address of a thread, which may be another one than is selected. */
async function visit(threadId: number | undefined, address: number): Promise<void> {
  if (threadId !== undefined && machine && threadId !== shownThread(machine).id) {
    visited = threadId;
    selected = address;
    await follow(machine);
  }
  map.zoomTo(address);
}

/** Where the user comes from: an address, perhaps of another kernel. Of a task that is selected it is the task's own. */
async function reveal(memoryReference: string): Promise<void> {
  const address = Number(memoryReference.replace(/^.*:/, '')) >>> 0;
  const owner = threadOfReference(memoryReference);
  const own = machine && isTask(machine.thread.id) && memoryReference.includes('@');
  await visit(own ? machine?.thread.id : owner, address);
}

/** Leads to an address in words of the user: a number or an expression. */
async function goTo(text: string): Promise<void> {
  if (!machine) return;
  try {
    const address = await addressOf(machine, text);
    problem = '';
    map.zoomTo(address);
  } catch (error) {
    problem = (error as Error).message;
    draw();
  }
}

function toolbar(present: SelectedMachine) {
  return html`<div class="toolbar">
    <input
      type="text"
      class="code"
      placeholder=${t('Address or expression')}
      aria-label=${t('Go to address')}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') void goTo((event.target as HTMLInputElement).value);
      }}
    />
    <button
      title=${t('Show the whole address space (Escape in the map)')}
      ?disabled=${!map.zoomed}
      @click=${() => map.zoomOut()}
    >
      ${t('All 4 GiB')}
    </button>
    <label
      >${t('Colours')}
      <select
        @change=${(event: Event) => {
          colouring = (event.target as HTMLSelectElement).value as Colouring;
          map.redraw();
          regions.redraw();
          draw();
        }}
      >
        ${COLOURINGS.map(
          ([value, title]) => html`<option value=${value} ?selected=${value === colouring}>${title}</option>`,
        )}
      </select></label
    >
    ${legend().map(
      ([variable, title]) =>
        html`<span class="quiet"
          ><span class="swatch" .style=${`background: var(${variable})`}></span>${title}</span
        >`,
    )}
    ${
      changes.length > 0
        ? html`<span class="quiet"><span class="swatch changed-cell"></span>${t('changed')}</span>`
        : ''
    }
    <span class="quiet">${t('{0} per cell', bytes(map.cellBytes))}</span>
    <span class="spring"></span>
    <span class=${problem ? 'problem' : 'quiet'} role="status"
      >${problem || (present.running ? RUNNING : shownThread(present).name)}
      ${truncated ? t('(not all ranges are shown)') : ''}</span
    >
  </div>`;
}

function accessTools() {
  const change = (): void => {
    void walk().then(draw, () => undefined);
  };
  return html`<div class="toolbar">
    <label
      >${t('Access')}
      <select
        @change=${(event: Event) => {
          access = (event.target as HTMLSelectElement).value as Access;
          change();
        }}
      >
        <option value="read">${t('read')}</option>
        <option value="write">${t('write')}</option>
        <option value="execute">${t('execute')}</option>
      </select></label
    >
    <label
      ><input
        type="checkbox"
        .checked=${user}
        @change=${(event: Event) => {
          user = (event.target as HTMLInputElement).checked;
          change();
        }}
      />${t('by ring 3')}</label
    >
  </div>`;
}

function draw(): void {
  if (!machine) {
    render(html`<p class="message">${t('No machine is being debugged.')}</p>`, root);
    return;
  }
  const { threads, running } = machine;
  if (running && ranges.length === 0) {
    render(pauseToSee(), root);
    return;
  }
  const follows = (threadId: number | undefined, address: number) => void visit(threadId, address);
  render(
    html`<h1 class="unseen">${t('Address space')}</h1>
      ${toolbar(machine)}
      <div class="columns">
        <div class="column regions">${regions.element}</div>
        <div class="column map-column">${map.element}</div>
        <div class="aside" tabindex="0" role="region" aria-label=${t('Page walk')}>
          ${accessTools()} ${shown ? walkText(shown, threads, follows) : ''}
        </div>
      </div>`,
    root,
  );
}

listen({
  machine: (next) => void follow(next),
  reveal: (memoryReference) => void reveal(memoryReference),
});
