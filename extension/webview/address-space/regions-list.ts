/** The ranges of an address space as a tree: kinds of regions, and below them the ranges. */
import { html, type TemplateResult } from 'lit-html';
import type { MappedRange } from '../../../debug-adapter/custom-protocol.ts';
import { flagsShort, flagsTold } from '../../../debug-adapter/mapping-flags.ts';
import { t } from '../shared/bridge.ts';
import { bytes, hex } from '../shared/numbers.ts';
import { VirtualList } from '../shared/virtual-list.ts';
import type { Change } from './ranges.ts';

type Kind = MappedRange['region'] | 'changes';

/** In the order in which they are shown. */
export const TITLES: Readonly<Record<Kind, string>> = {
  changes: t('Changed since the last stop'),
  image: t('Kernel'),
  module: t('Modules'),
  program: t('Programs'),
  user: t('Other memory of ring 3'),
  kernel: t('Other kernel memory'),
  passage: t('Passage page'),
  'io-area': t('I/O area'),
  'direct-map': t('Direct map of RAM'),
  'identity-map': t('Identity map of RAM'),
  device: t('Devices'),
};
const KINDS = Object.keys(TITLES) as Kind[];
const CHANGES: Readonly<Record<Change['kind'], string>> = {
  mapped: t('mapped'),
  unmapped: t('unmapped'),
  flags: t('other flags'),
  moved: t('another frame'),
};

type Row =
  | { readonly kind: 'group'; readonly group: Kind; readonly count: number; readonly size: number }
  | { readonly kind: 'range'; readonly range: MappedRange }
  | { readonly kind: 'change'; readonly change: Change };

const sizeOf = ({ start, last }: { start: number; last: number }): number => last - start + 1;

export interface RegionsOptions {
  colour(range: MappedRange): string;
  chosen(address: number): void;
}

export class RegionsList {
  private readonly list: VirtualList;
  private rows: Row[] = [];
  private ranges: readonly MappedRange[] = [];
  private changes: readonly Change[] = [];
  private readonly closed = new Set<Kind>();

  constructor(private readonly options: RegionsOptions) {
    this.list = new VirtualList({
      label: t('Regions'),
      columns: [
        { title: t('Address'), className: 'indented' },
        { title: t('Name') },
        {
          title: t('Access'),
          about: t('Read, write, execute; U: rings 0 to 3, S: supervisor, rings 0 to 2'),
        },
        { title: t('Size'), className: 'number' },
      ],
      row: (n) => this.row(n),
      node: (n) => {
        const row = this.rows[n];
        return row?.kind === 'group'
          ? { level: 1, open: !this.closed.has(row.group) }
          : { level: 2, open: undefined };
      },
      toggled: (n) => {
        const row = this.rows[n];
        if (row?.kind !== 'group') return;
        if (!this.closed.delete(row.group)) this.closed.add(row.group);
        this.build();
      },
      chosen: (n) => {
        const row = this.rows[n];
        if (row?.kind === 'range') options.chosen(row.range.start);
        if (row?.kind === 'change') options.chosen(row.change.start);
      },
    });
  }

  get element(): HTMLElement {
    return this.list.element;
  }

  update(ranges: readonly MappedRange[], changes: readonly Change[]): void {
    this.ranges = ranges;
    this.changes = changes;
    this.build();
  }

  /** Marks the range that an address is in. @param reveal scrolls to it */
  select(address: number, reveal = true): void {
    this.list.select(
      this.rows.findIndex(
        (row) => row.kind === 'range' && row.range.start <= address && address <= row.range.last,
      ),
      reveal,
    );
  }

  redraw(): void {
    this.list.redraw();
  }

  private build(): void {
    this.rows = KINDS.flatMap((group): Row[] => {
      const rows: Row[] =
        group === 'changes'
          ? this.changes.map((change) => ({ kind: 'change', change }))
          : this.ranges.filter(({ region }) => region === group).map((range) => ({ kind: 'range', range }));
      if (rows.length === 0) return [];
      const size = rows.reduce(
        (sum, row) =>
          sum + (row.kind === 'range' ? sizeOf(row.range) : row.kind === 'change' ? sizeOf(row.change) : 0),
        0,
      );
      return [{ kind: 'group', group, count: rows.length, size }, ...(this.closed.has(group) ? [] : rows)];
    });
    this.list.update(this.rows.length);
  }

  private row(n: number): TemplateResult {
    const row = this.rows[n];
    if (!row) return html``;
    if (row.kind === 'group')
      return html`<span class="group"
          ><span aria-hidden="true">${this.closed.has(row.group) ? '▸' : '▾'} </span
          >${TITLES[row.group]}</span
        >
        <span class="number quiet">${bytes(row.size)}</span>`;
    if (row.kind === 'change')
      return html`<span class="indented">${hex(row.change.start)}</span>
        <span class="change">${CHANGES[row.change.kind]}</span>
        <span class="number quiet">${bytes(sizeOf(row.change))}</span>`;
    const { range } = row;
    return html`<span class="indented"
        ><span class="bar" .style=${`background: var(${this.options.colour(range)})`}></span>${hex(
          range.start,
        )}</span
      >
      <span>${range.name ?? ''}</span>
      <span class="quiet"><span title=${flagsTold(range.flags, t)}>${flagsShort(range.flags)}</span></span>
      <span class="number quiet">${bytes(sizeOf(range))}</span>`;
  }
}
