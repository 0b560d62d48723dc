/**
 * An entry of a descriptor table being changed: its parts in a form, what the entry would be and what would be wrong with it below.
 * The adapter judges each change before anything is written.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { DescriptorBody } from '../../../debug-adapter/custom-protocol.ts';
import {
  DESCRIPTOR_KINDS,
  encodeDescriptor,
  encodingProblem,
} from '../../../debug-adapter/descriptor-encode.ts';
import { decodeDescriptor, type Descriptor, type RawDescriptor } from '../../../debug-adapter/descriptors.ts';
import { ask, t } from '../shared/bridge.ts';
import { hex } from '../shared/numbers.ts';
import type { Table } from './tables.ts';

type Known = Exclude<Descriptor, { readonly kind: 'reserved' }>;
type Parts = Record<string, string | number | boolean>;

const SEGMENTS: readonly string[] = ['code', 'data', 'ldt', 'tss16', 'tss32'];
/** Parts of segments and gates that are numbers, with their digits. */
const NUMBERS = {
  segment: [
    ['base', 8],
    ['limit', 8],
  ],
  gate: [
    ['selector', 4],
    ['offset', 8],
    ['parameters', 2],
  ],
} as const;
const PART_NAMES: Readonly<Record<string, string>> = {
  base: t('Base'),
  limit: t('Limit'),
  selector: t('Selector'),
  offset: t('Offset'),
  parameters: t('Parameters'),
};

/** Names of the flags that a kind of segment has. */
function flagsOf(kind: string): readonly (readonly [string, string])[] {
  const memory = [
    ['accessed', t('accessed')],
    ['big', t('32-bit')],
  ] as const;
  if (kind === 'code') return [['second', t('readable')], ['third', t('conforming')], ...memory];
  if (kind === 'data') return [['second', t('writable')], ['third', t('expand-down')], ...memory];
  return kind.startsWith('tss') ? [['second', t('busy')]] : [];
}

const EMPTY: Parts = {
  ...{ kind: 'data', dpl: 0, present: true },
  ...{ base: 0, limit: 0, second: true, third: false, accessed: false, big: true },
  ...{ selector: 0, offset: 0, parameters: 0 },
};

export class DescriptorEditor {
  private readonly parts: Parts;
  private judged: DescriptorBody | undefined;
  private problem = '';
  private round = 0;

  /**
   * @param before the entry as it is
   * @param done is called with the reason when nothing came of it
   */
  constructor(
    private readonly thread: number,
    private readonly table: Table,
    readonly index: number,
    private readonly before: RawDescriptor,
    private readonly redraw: () => void,
    private readonly done: () => void,
  ) {
    const descriptor = decodeDescriptor(before);
    const usual = table === 'idt' ? { kind: 'interrupt-gate32' } : {};
    this.parts = { ...EMPTY, ...usual, ...(descriptor.kind === 'reserved' ? {} : { ...descriptor }) };
    void this.judge();
  }

  /** The two dwords. @throws SaidError for parts that no entry can hold */
  private encoded(): RawDescriptor {
    const { parts } = this;
    const isSegment = SEGMENTS.includes(String(parts.kind));
    const { base, limit, second, third, accessed, big, selector, offset, parameters, ...common } = parts;
    const own = isSegment
      ? { base, limit, second, third, accessed, big }
      : { selector, offset: parts.kind === 'task-gate' ? 0 : offset, parameters };
    return encodeDescriptor({ ...common, ...own } as unknown as Known, this.before);
  }

  private async send(checkOnly: boolean): Promise<DescriptorBody> {
    const { thread: threadId, table, index } = this;
    return ask('colinux/setDescriptor', { threadId, table, index, ...this.encoded(), checkOnly });
  }

  private async judge(): Promise<void> {
    const mine = ++this.round;
    try {
      const judged = await this.send(true);
      if (mine !== this.round) return;
      this.judged = judged;
      this.problem = '';
    } catch (error) {
      if (mine !== this.round) return;
      this.judged = undefined;
      this.problem = encodingProblem(error, t);
    }
    this.redraw();
  }

  private async write(): Promise<void> {
    try {
      await this.send(false);
      this.done();
    } catch (error) {
      this.problem = encodingProblem(error, t);
      this.redraw();
    }
  }

  private set(name: string, value: string | number | boolean): void {
    this.parts[name] = value;
    this.redraw();
    void this.judge();
  }

  private number([name, digits]: readonly [string, number]): TemplateResult {
    const value = this.parts[name] as number;
    return html`<label
      >${PART_NAMES[name]}
      <input
        class="code"
        size=${digits + 2}
        .value=${Number.isNaN(value) ? '' : hex(value, digits)}
        @change=${({ target }: Event) => {
          const { value: text } = target as HTMLInputElement;
          this.set(name, text.trim() === '' ? NaN : Number(text));
        }}
    /></label>`;
  }

  private flag([name, title]: readonly [string, string]): TemplateResult {
    return html`<label
      ><input
        type="checkbox"
        .checked=${this.parts[name] === true}
        @change=${({ target }: Event) => this.set(name, (target as HTMLInputElement).checked)}
      />${title}</label
    >`;
  }

  private choice(name: string, title: string, values: readonly (string | number)[]): TemplateResult {
    return html`<label
      >${title}
      <select
        @change=${({ target }: Event) => {
          const { selectedIndex } = target as HTMLSelectElement;
          this.set(name, values[selectedIndex] ?? '');
        }}
      >
        ${values.map(
          (value) => html`<option ?selected=${value === this.parts[name]}>${String(value)}</option>`,
        )}
      </select></label
    >`;
  }

  view(): TemplateResult {
    const kind = String(this.parts.kind);
    const isSegment = SEGMENTS.includes(kind);
    const numbers = NUMBERS[isSegment ? 'segment' : 'gate'].filter(
      ([name]) =>
        !(name === 'parameters' && !kind.startsWith('call')) && !(name === 'offset' && kind === 'task-gate'),
    );
    return html`<form
      class="editor"
      aria-label=${t('Change the entry')}
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.write();
      }}
      @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && this.done()}
    >
      <div class="parts">
        ${this.choice('kind', t('Kind'), DESCRIPTOR_KINDS)} ${this.choice('dpl', 'DPL', [0, 1, 2, 3])}
        ${this.flag(['present', t('present')])} ${numbers.map((part) => this.number(part))}
        ${isSegment ? flagsOf(kind).map((flag) => this.flag(flag)) : nothing}
        <button type="submit" ?disabled=${this.judged === undefined}>${t('Write')}</button>
        <button type="button" @click=${() => this.done()}>${t('Cancel')}</button>
      </div>
      <div role="status">
        ${this.problem ? html`<div class="problem">⚠ ${this.problem}</div>` : nothing}
        ${
          this.judged
            ? html`<div class="quiet">${this.judged.text}</div>
                ${this.judged.problems.map((text) => html`<div class="problem">⚠ ${text}</div>`)}`
            : nothing
        }
      </div>
    </form>`;
  }
}
