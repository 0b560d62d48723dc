/** The view "Memory": two panes side by side, an address space and the physical memory behind it. */
import { html, render, type TemplateResult } from 'lit-html';
import type { MappedRange } from '../../debug-adapter/custom-protocol.ts';
import { flagsTold } from '../../debug-adapter/mapping-flags.ts';
import type { SelectedMachine } from '../views/messages.ts';
import { rangeAt } from './address-space/ranges.ts';
import { MemoryPane } from './memory/pane.ts';
import { Seen } from './memory/seen.ts';
import { TITLES } from './address-space/regions-list.ts';
import { addressOf } from './shared/address-of.ts';
import { ask, listen, open, t } from './shared/bridge.ts';
import { unpackRanges } from './shared/mappings.ts';
import { coroutinesOf } from './shared/names.ts';
import { hex } from './shared/numbers.ts';
import { spaceOf, threadOfReference } from './shared/references.ts';
import { pauseToSee, RUNNING } from './shared/running.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './memory.css';

const PHYSICAL = 'physical';
const root = viewRoot();
const seen = new Seen();
let machine: SelectedMachine | undefined;
let ranges: readonly MappedRange[] = [];
/** CR3 of the selected thread. */
let directory = 0;
/** The physical pane shows the frame of the address in the other one. */
let linked = true;
/** The space of the left pane: that of the selected thread, unless the user chose one. */
let chosen: string | undefined;
let problem = '';
let started = false;
/** Counts places that were asked for: the last one counts. */
let asked = 0;

const failed = (message: string): void => {
  problem = message;
  draw();
};
const virtual = new MemoryPane({
  label: t('Virtual memory'),
  seen,
  failed,
  moved: () => void followLink(),
});
const physical = new MemoryPane({ label: t('Physical memory'), seen, failed, moved: draw });

const spaceNameOf = (coroutine: number): string => spaceOf(coroutine + 1, 0);
/** The thread whose address space is shown. */
const shownThread = (): number =>
  chosen === undefined ? (machine?.thread.id ?? 1) : (threadOfReference(`${chosen}:`) ?? 1);
/** What stands before its addresses: of a task its own page directory, as the mappings have it. */
const spaceNow = (): string => chosen ?? spaceOf(shownThread(), directory);

async function follow(next: SelectedMachine | undefined): Promise<void> {
  if (next?.session !== machine?.session) {
    seen.clear();
    started = false;
  } else if (next && machine && next.changes !== machine.changes) seen.next();
  machine = next;
  problem = '';
  draw();
  if (!machine || machine.running) return;
  const before = asked;
  await loadRanges();
  if (!started) {
    started = true;
    // Unless the user has come from elsewhere, with an address.
    if (asked === before) await goTo('$esp');
    return;
  }
  await virtual.show(spaceNow(), virtual.address);
  await followLink();
  await physical.load();
}

async function loadRanges(): Promise<void> {
  const answer = await ask('colinux/packedMappings', { threadId: shownThread() }).catch(() => undefined);
  ranges = answer ? unpackRanges(answer) : [];
  directory = answer?.cr3 ?? 0;
  draw();
}

/** Brings the frame of the address under the cursor into the physical pane. */
async function followLink(): Promise<void> {
  draw();
  if (!linked || !machine || machine.running) return;
  const walk = await ask('colinux/pageWalk', { memoryReference: virtual.reference }).catch(() => undefined);
  if (walk?.physical !== undefined) await physical.show(PHYSICAL, walk.physical);
  draw();
}

/** Leads to what a user writes: a number, an expression, or a memory reference. */
async function goTo(text: string): Promise<void> {
  const mine = ++asked;
  try {
    problem = '';
    const reference = /^(physical|(?:host|guest\d+)(?:@[0-9a-f]+)?):(0x[0-9a-f]+)$/i.exec(text.trim());
    if (reference) {
      const [, space = '', digits] = reference;
      if (space === PHYSICAL) {
        linked = false;
        await physical.show(PHYSICAL, Number(digits));
      } else {
        chosen = space === spaceNow() ? chosen : space;
        await virtual.show(space, Number(digits));
        await loadRanges();
        await followLink();
      }
    } else {
      if (!machine) return;
      const address = await addressOf(machine, text);
      // The user has gone elsewhere meanwhile.
      if (mine !== asked) return;
      await virtual.show(spaceNow(), address);
      await loadRanges();
      await followLink();
    }
  } catch (error) {
    problem = (error as Error).message;
  }
  draw();
}

const addressInput = (label: string, go: (text: string) => void): TemplateResult =>
  html`<input
    type="text"
    class="code"
    aria-label=${label}
    placeholder=${t('Address or expression')}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Enter') go((event.target as HTMLInputElement).value);
    }}
  />`;

/** What is mapped at the cursor. */
function whatIsHere(): TemplateResult {
  // Nothing is said of mappings that have not come yet.
  if (ranges.length === 0) return html``;
  const range = rangeAt(ranges, virtual.address);
  if (!range) return html`<span class="quiet">${t('not mapped')}</span>`;
  const at = range.physical + (virtual.address - range.start);
  return html`<span class="quiet"
    >${hex(virtual.address)} · ${TITLES[range.region]} ${range.name ?? ''} · ${flagsTold(range.flags, t)} ·
    ${t('physical {0}', hex(at))}</span
  >`;
}

/** The bytes at the cursor as numbers, as C and gdb write them, so that they can be copied into either. */
function valuesHere(pane: MemoryPane): TemplateResult {
  const bytes = pane.bytesAtCursor(8);
  const view = new DataView(
    Uint8Array.from([...bytes, ...new Array<number>(8 - bytes.length).fill(0)]).buffer,
  );
  const values: (readonly [string, string])[] = [];
  const both = (value: number, digits: number) => `${hex(value, digits)} · ${String(value)}`;
  if (bytes.length >= 1) values.push(['u8', both(view.getUint8(0), 2)]);
  if (bytes.length >= 2) values.push(['u16', both(view.getUint16(0, true), 4)]);
  if (bytes.length >= 4)
    values.push(['u32', hex(view.getUint32(0, true))], ['i32', String(view.getInt32(0, true))]);
  if (bytes.length >= 8)
    values.push(['u64', `0x${view.getBigUint64(0, true).toString(16).padStart(16, '0')}`]);
  return html`<span class="values"
    >${values.map(
      ([name, value]) =>
        html`<span><span class="quiet">${name}</span> <span class="code">${value}</span></span>`,
    )}</span
  >`;
}

function draw(): void {
  if (!machine) {
    render(html`<p class="message">${t('No machine is being debugged.')}</p>`, root);
    return;
  }
  const { running, threads } = machine;
  if (running && !started) {
    render(pauseToSee(), root);
    return;
  }
  render(
    html`<h1 class="unseen">${t('Machine memory')}</h1>
      <div class="panes">
        <section class="half" aria-label=${t('Virtual memory')}>
          <div class="toolbar">
            ${addressInput(t('Go to virtual address'), (text) => void goTo(text))}
            <select
              aria-label=${t('Address space')}
              @change=${(event: Event) => {
                const { value } = event.target as HTMLSelectElement;
                chosen = value === '' ? undefined : value;
                void loadRanges()
                  .then(() => virtual.show(spaceNow(), virtual.address))
                  .then(followLink);
              }}
            >
              <option value="" ?selected=${chosen === undefined}>${t('of the selected thread')}</option>
              ${coroutinesOf(threads).map((coroutine) => {
                const space = spaceNameOf(coroutine);
                return html`<option value=${space} ?selected=${chosen === space}>
                  ${threads.find(({ id }) => id === coroutine + 1)?.name}
                </option>`;
              })}
            </select>
            <button
              @click=${() => open({ in: 'address-space', memoryReference: virtual.reference })}
              title=${t('Show this address in the map of its address space')}
            >
              ${t('Page walk')}
            </button>
            <span class="spring"></span>
            <span class=${problem ? 'problem' : 'quiet'} role="status"
              >${problem || (running ? RUNNING : '')}</span
            >
          </div>
          ${virtual.element}
          <div class="toolbar footer">${whatIsHere()}${valuesHere(virtual)}</div>
        </section>
        <section class="half" aria-label=${t('Physical memory')}>
          <div class="toolbar">
            ${addressInput(t('Go to physical address'), (text) => void goTo(`physical:${text}`))}
            <label
              ><input
                type="checkbox"
                .checked=${linked}
                @change=${(event: Event) => {
                  linked = (event.target as HTMLInputElement).checked;
                  void followLink();
                }}
              />${t('follow the virtual address')}</label
            >
          </div>
          ${physical.element}
          <div class="toolbar footer">
            <span class="quiet">${t('physical {0}', hex(physical.address))}</span>${valuesHere(physical)}
          </div>
        </section>
      </div>`,
    root,
  );
}

listen({ machine: (next) => void follow(next), reveal: (reference) => void goTo(reference) });
