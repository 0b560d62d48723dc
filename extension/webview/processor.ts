/** The view "Processor": registers with every bit named, descriptor tables and the task state of the selected thread. */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { TaskStateBody } from '../../debug-adapter/custom-protocol.ts';
import type { TssField } from '../../debug-adapter/descriptor-problems.ts';
import { type BitTable, type Field, fieldOf } from '../../debug-adapter/register-bits.ts';
import type { SelectedMachine } from '../views/messages.ts';
import {
  forgetStops,
  nextStop,
  numberOf,
  readRegisters,
  type Register,
  type RegisterGroup,
  writeRegister,
} from './processor/registers.ts';
import { DescriptorEditor } from './processor/descriptor-editor.ts';
import { readTable, TABLES, type TableShown, tableText } from './processor/tables.ts';
import { taskStateText } from './processor/task-state.ts';
import { addressOf } from './shared/address-of.ts';
import { ask, kept, listen, t } from './shared/bridge.ts';
import { hex } from './shared/numbers.ts';
import { pauseToSee, RUNNING } from './shared/running.ts';
import { viewRoot } from './shared/root.ts';
import './shared/page.css';
import './processor.css';

const TABS = ['registers', 'fpu', ...TABLES, 'tss'] as const;
type Tab = (typeof TABS)[number];
const TITLES: Readonly<Record<Tab, string>> = {
  registers: t('Registers'),
  fpu: t('FPU and SSE'),
  gdt: 'GDT',
  ldt: 'LDT',
  idt: 'IDT',
  tss: 'TSS',
};
/** Groups of the adapter that are floating point. */
const FPU_GROUPS: ReadonlySet<string> = new Set(['x87', 'MMX', 'SSE']);

const root = viewRoot();
const isTable = (name: Tab) => TABLES.some((table) => table === name);
const isTab = (value: unknown): value is Tab => TABS.some((tab) => tab === value);
let tab: Tab = 'registers';
const state = kept.read();
if (isTab(state)) tab = state;

let machine: SelectedMachine | undefined;
let groups: readonly RegisterGroup[] = [];
let table: TableShown | undefined;
let task: TaskStateBody | undefined;
let problem = '';
let editing: string | undefined;
let editor: DescriptorEditor | undefined;
let round = 0;

async function follow(next: SelectedMachine | undefined): Promise<void> {
  if (next?.session !== machine?.session) {
    forgetStops();
    groups = [];
    table = task = undefined;
  }
  if (next && machine && next.changes !== machine.changes) nextStop();
  machine = next;
  editing = undefined;
  editor = undefined;
  await load();
}

/** Fetches what the open tab shows. */
async function load(): Promise<void> {
  const mine = ++round;
  problem = '';
  if (machine && !machine.running)
    try {
      const { id } = machine.thread;
      if (tab === 'tss') task = await ask('colinux/taskState', { threadId: id });
      else if (tab === 'registers' || tab === 'fpu') groups = await readRegisters(machine);
      else table = await readTable(id, tab);
    } catch (error) {
      problem = (error as Error).message;
    }
  if (mine === round) draw();
}

function choose(next: Tab): void {
  tab = next;
  editor = undefined;
  kept.write(tab);
  draw();
  void load();
}

/** Opens the form of an entry of the table that is shown. */
function edit(index: number): void {
  if (!table || machine?.running) return;
  const { thread, table: name, body } = table;
  const { low = 0, high = 0 } = body.entries.find((entry) => entry.index === index) ?? {};
  editor = new DescriptorEditor(thread, name, index, { low, high }, draw, () => {
    editor = undefined;
    void load().then(() =>
      // An entry of zeros has no row: it was named in the field above the table.
      (
        root.querySelector<HTMLElement>(`[data-entry="${String(index)}"]`) ??
        root.querySelector<HTMLElement>('.about input')
      )?.focus(),
    );
  });
  draw();
  root.querySelector<HTMLSelectElement>('form.editor select')?.focus();
}

async function writeField(field: TssField, text: string): Promise<void> {
  if (!machine) return;
  try {
    const value = await addressOf(machine, text);
    task = await ask('colinux/setTaskField', { threadId: machine.thread.id, field, value });
    problem = '';
  } catch (error) {
    problem = (error as Error).message;
  }
  draw();
}

/** A field of a form has gone: the keyboard is where it was before. */
const focusValue = (name: string) =>
  root.querySelector<HTMLElement>(`button[data-register="${name}"]`)?.focus();

async function write(register: Register, value: string): Promise<void> {
  editing = undefined;
  try {
    await writeRegister(register, value);
  } catch (error) {
    problem = (error as Error).message;
  }
  // The adapter tells of the change; a value that was refused is shown as it is.
  draw();
}

function value(register: Register): TemplateResult {
  const { name, text, changed, container } = register;
  if (editing === name)
    return html`<input
      class="code"
      aria-label=${name}
      .value=${text.split(' ')[0] ?? ''}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter')
          void write(register, (event.target as HTMLInputElement).value).then(() => focusValue(name));
        if (event.key === 'Escape') {
          editing = undefined;
          draw();
          focusValue(name);
        }
      }}
    />`;
  // Bits are spelled out beside the value.
  const shown = register.bits ? (text.split(' ')[0] ?? '') : text;
  const fixed = container === undefined || machine?.running;
  return html`<button
    class="value code ${changed ? 'changed' : ''}"
    id=${`value-${name}`}
    aria-labelledby=${`name-${name} value-${name}`}
    data-register=${name}
    ?disabled=${fixed}
    title=${titleOf(changed, fixed ?? false)}
    @click=${() => {
      editing = name;
      draw();
      root.querySelector<HTMLInputElement>('input.code')?.select();
    }}
  >
    ${shown}
  </button>`;
}

function titleOf(changed: boolean, fixed: boolean): string {
  if (fixed) return changed ? t('Changed since the last stop.') : '';
  return changed ? t('Changed since the last stop. Click to change it.') : t('Click to change it.');
}

/** A number of two bits, between single ones. */
const fieldText = (value: number, field: Field): TemplateResult =>
  html`<span class="bit" title=${t('bits {0} and {1}: {2}', field.bit, field.bit + 1, t(field.meaning))}
    >${field.name}=${field.values[fieldOf(value, field)]}</span
  >`;

/** Arrows lead from bit to bit. */
function moveInBits(event: KeyboardEvent): void {
  const all = [...(event.currentTarget as Element).querySelectorAll('button')];
  const at = all.findIndex((bit) => bit === document.activeElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

const highest = (table: BitTable): BitTable => [...table].reverse();

/** The bits of a register, the highest first, as in the manual. */
function bits(register: Register): TemplateResult | typeof nothing {
  if (!register.bits) return nothing;
  const number = numberOf(register.text);
  if (Number.isNaN(number)) return nothing;
  const fixed = register.container === undefined || machine?.running;
  // One stop of the Tab key, not one for each bit.
  return html`<div
    class="bits"
    role="toolbar"
    aria-labelledby=${`name-${register.name}`}
    @keydown=${moveInBits}
  >
    ${highest(register.bits).map(([bit, name, meaning], n, all) => {
      const set = ((number >>> bit) & 1) !== 0;
      const above = n === 0 ? Infinity : all[n - 1]![0];
      const fields = register.fields.filter((field) => field.bit > bit && field.bit < above).reverse();
      return html`${fields.map((field) => fieldText(number, field))}<button
          class="bit"
          aria-pressed=${set}
          tabindex=${n === 0 ? 0 : -1}
          ?disabled=${fixed}
          title=${t('bit {0}: {1}', bit, t(meaning))}
          @click=${() => void write(register, hex((number ^ (1 << bit)) >>> 0))}
        >
          ${name}
        </button>`;
    })}
  </div>`;
}

/** Needs a line of its own. */
const isWide = ({ bits: names, text, name }: Register): boolean =>
  names !== undefined || text.length + name.length > 20;

/** Letters that names have room for at least: groups below each other are aligned. */
const MIN_NAME = 6;

function group({ name, registers }: RegisterGroup): TemplateResult {
  const oneColumn = registers.filter(isWide).length * 2 > registers.length;
  const letters = Math.max(...registers.map((register) => register.name.length));
  return html`<section
    aria-label=${name}
    class="registers"
    .style=${`--name-width: ${String(Math.max(letters, MIN_NAME) + 1)}ch`}
  >
    <h2>${name}</h2>
    ${registers.map(
      (register) =>
        html`<div class="register ${oneColumn || isWide(register) ? 'wide' : ''}">
          <span class="name code" id=${`name-${register.name}`}>${register.name}</span
          >${value(register)}${bits(register)}
        </div>`,
    )}
  </section>`;
}

function contents(): TemplateResult | TemplateResult[] {
  switch (tab) {
    case 'registers':
      return html`<div class="groups">${groups.filter(({ name }) => !FPU_GROUPS.has(name)).map(group)}</div>`;
    case 'fpu':
      return html`<div class="groups">${groups.filter(({ name }) => FPU_GROUPS.has(name)).map(group)}</div>`;
    case 'tss':
      return task ? taskStateText(task, (field, text) => void writeField(field, text)) : html``;
    default:
      return table?.table === tab ? tableText(table, { editor, edit }) : html``;
  }
}

function tabs(): TemplateResult {
  const move = (event: KeyboardEvent) => {
    const at = TABS.indexOf(tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(TABS[(to + TABS.length) % TABS.length] ?? 'registers');
    root.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${t('Processor')} @keydown=${move}>
    ${TABS.map(
      (name) =>
        html`<button
          role="tab"
          id=${`tab-${name}`}
          aria-controls="contents"
          aria-selected=${name === tab}
          tabindex=${name === tab ? 0 : -1}
          @click=${() => choose(name)}
        >
          ${TITLES[name]}
        </button>`,
    )}
  </div>`;
}

/** Has what the open tab shows ever been there? */
function isLoaded(): boolean {
  if (tab === 'tss') return task !== undefined;
  return isTable(tab) ? table?.table === tab : groups.length > 0;
}

function whyMissing(running: boolean): TemplateResult {
  return running ? pauseToSee() : html`<p class="message" role="status">${problem}</p>`;
}

function draw(): void {
  if (!machine) {
    render(html`<p class="message">${t('No machine is being debugged.')}</p>`, root);
    return;
  }
  const { running, thread } = machine;
  const missing = !isLoaded();
  // What there is no table of is no mistake of the user's: it is told where the table would be.
  render(
    html`<h1 class="unseen">${t('Processor')}</h1>
      <div class="toolbar">
        ${tabs()}<span class="spring"></span
        ><span class=${problem && !missing ? 'problem' : 'quiet'} role="status"
          >${(!missing && problem) || (running && !missing ? RUNNING : thread.name)}</span
        >
      </div>
      <div id="contents" class="contents" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0">
        ${missing ? whyMissing(running) : contents()}
      </div>`,
    root,
  );
}

listen({ machine: (next) => void follow(next) });
