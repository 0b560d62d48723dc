/**
 * The map of an address space: 1024 cells of 4 MiB, each what one entry of a page directory covers; opened, a cell is 1024 pages of
 * 4 KiB, the entries of its page table. A cell is filled as far as it is mapped, in the colours of what is mapped there.
 */
import type { MappedRange } from '../../../debug-adapter/custom-protocol.ts';
import { t } from '../shared/bridge.ts';
import { bytes, hex } from '../shared/numbers.ts';
import { PictureCanvas } from '../shared/picture-canvas.ts';
import { type Change, firstAt } from './ranges.ts';

const COLUMNS = 64;
const ROWS = 16;
const CELLS = COLUMNS * ROWS;
/** Bytes of a cell by level. */
const CELL_BYTES = [0x40_0000, 0x1000] as const;
const GUTTER = 84;
const GAP = 1;

export interface MapOptions {
  /** CSS variable of a range's colour. */
  colour(range: MappedRange): string;
  /** What a range is, in words. */
  describe(range: MappedRange): string;
  chosen(address: number): void;
}

export class AddressMap {
  private readonly picture = new PictureCanvas({
    className: 'map',
    role: t('map'),
    paint: (context, width, height) => this.paint(context, width, height),
  });
  private ranges: readonly MappedRange[] = [];
  private changes: readonly Change[] = [];
  private selected = 0;
  private level: 0 | 1 = 0;
  private base = 0;
  private cell = { width: 1, height: 1 };

  constructor(private readonly options: MapOptions) {
    const { canvas } = this.picture;
    canvas.addEventListener('click', (event) => this.choose(this.addressAt(event)));
    canvas.addEventListener('dblclick', (event) => this.zoomTo(this.addressAt(event)));
    canvas.addEventListener('pointermove', (event) => this.hover(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  get element(): HTMLElement {
    return this.picture.element;
  }

  /** What is seen: all 4 GiB, or the 4 MiB from `base` on. */
  get view(): { readonly base: number; readonly bytes: number } {
    return { base: this.base, bytes: this.cellBytes * CELLS };
  }

  update(ranges: readonly MappedRange[], changes: readonly Change[]): void {
    this.ranges = ranges;
    this.changes = changes;
    this.redraw();
  }

  /** Marks an address; an opened cell that does not have it gives way to the one that has. */
  select(address: number): void {
    this.selected = address;
    if (this.level === 1) this.base = address - (address % CELL_BYTES[0]);
    this.redraw();
  }

  zoomTo(address: number): void {
    this.level = 1;
    this.base = address - (address % CELL_BYTES[0]);
    this.choose(address);
  }

  zoomOut(): void {
    this.level = 0;
    this.base = 0;
    this.choose(this.selected);
  }

  get zoomed(): boolean {
    return this.level === 1;
  }

  redraw(): void {
    this.picture.redraw();
  }

  /** How much memory a cell stands for. */
  get cellBytes(): number {
    return CELL_BYTES[this.level];
  }

  private choose(address: number): void {
    this.select(address);
    this.options.chosen(address);
  }

  /** Where in a cell a click leads: to what is mapped there, if something is. */
  private addressAt({ offsetX, offsetY }: { offsetX: number; offsetY: number }): number {
    const column = Math.max(0, Math.min(Math.floor((offsetX - GUTTER) / this.cell.width), COLUMNS - 1));
    const row = Math.max(0, Math.min(Math.floor(offsetY / this.cell.height), ROWS - 1));
    return this.startOf(row * COLUMNS + column);
  }

  /** The first address of a cell that is mapped, else of the cell. */
  private startOf(cell: number): number {
    const start = this.base + cell * this.cellBytes;
    const range = this.ranges[firstAt(this.ranges, start)];
    return range && range.start < start + this.cellBytes ? Math.max(start, range.start) : start;
  }

  private cellOf(address: number): number {
    return Math.floor((address - this.base) / this.cellBytes);
  }

  private paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    context.font = `11px ${this.picture.theme.colour('--vscode-editor-font-family')}`;
    context.textBaseline = 'middle';
    this.cell = { width: (width - GUTTER) / COLUMNS, height: height / ROWS };
    this.picture.canvas.setAttribute(
      'aria-label',
      t('Map of {0} from {1} on', bytes(this.view.bytes), hex(this.base)),
    );
    for (let row = 0; row < ROWS; row++) {
      context.fillStyle = this.picture.theme.colour('--vscode-descriptionForeground');
      context.fillText(hex(this.base + row * COLUMNS * this.cellBytes), 4, (row + 0.5) * this.cell.height);
    }
    for (let cell = 0; cell < CELLS; cell++) this.drawCell(context, cell);
    this.drawChanges(context);
    const chosen = this.cellOf(this.selected);
    if (chosen < 0 || chosen >= CELLS) return;
    // Of two colours: one of them stands out from whatever the cell is filled with.
    this.outline(context, chosen, '--vscode-editor-background', 5);
    this.outline(context, chosen, '--vscode-foreground', 2);
  }

  private corner(cell: number): { x: number; y: number } {
    return {
      x: GUTTER + (cell % COLUMNS) * this.cell.width,
      y: Math.floor(cell / COLUMNS) * this.cell.height,
    };
  }

  private drawCell(context: CanvasRenderingContext2D, cell: number): void {
    const { x, y } = this.corner(cell);
    const [width, height] = [this.cell.width - GAP, this.cell.height - GAP];
    context.fillStyle = this.picture.theme.colour('--vscode-editor-background');
    context.fillRect(x, y, width, height);
    const start = this.base + cell * this.cellBytes;
    const end = start + this.cellBytes;
    let n = firstAt(this.ranges, start);
    for (let range = this.ranges[n]; range && range.start < end; range = this.ranges[++n]) {
      const from = (Math.max(range.start, start) - start) / this.cellBytes;
      const to = (Math.min(range.last + 1, end) - start) / this.cellBytes;
      context.fillStyle = this.picture.theme.colour(this.options.colour(range));
      // One page of a thousand can still be seen.
      context.fillRect(x + from * width, y, Math.max(2, (to - from) * width), height);
    }
  }

  private drawChanges(context: CanvasRenderingContext2D): void {
    for (const { start, last } of this.changes) {
      const [from, to] = [Math.max(0, this.cellOf(start)), Math.min(CELLS - 1, this.cellOf(last))];
      for (let cell = from; cell <= to; cell++) this.outline(context, cell, '--vscode-charts-yellow', 1);
    }
  }

  private outline(context: CanvasRenderingContext2D, cell: number, colour: string, width: number): void {
    const { x, y } = this.corner(cell);
    context.strokeStyle = this.picture.theme.colour(colour);
    context.lineWidth = width;
    context.strokeRect(x, y, this.cell.width - GAP, this.cell.height - GAP);
  }

  /** What the cell of an address stands for, line by line. */
  private described(address: number): string {
    const start = address - (address % this.cellBytes);
    const lines = [`${hex(start)} - ${hex(start + this.cellBytes - 1)}`];
    let n = firstAt(this.ranges, start);
    for (
      let range = this.ranges[n];
      range && range.start < start + this.cellBytes;
      range = this.ranges[++n]
    ) {
      if (lines.length === 8) {
        lines.push('…');
        break;
      }
      lines.push(this.options.describe(range));
    }
    if (lines.length === 1) lines.push(t('not mapped'));
    return lines.join('\n');
  }

  private hover(event: PointerEvent): void {
    if (event.offsetX < GUTTER) {
      this.picture.hideHint();
      return;
    }
    this.picture.showHint(event, this.described(this.addressAt(event)));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.deltaY < 0 && !this.zoomed) this.zoomTo(this.addressAt(event));
    else if (event.deltaY > 0 && this.zoomed) this.zoomOut();
  }

  private key(event: KeyboardEvent): void {
    const cell = this.cellOf(this.selected);
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -COLUMNS,
      ArrowDown: COLUMNS,
    };
    const by = { ...moves, Home: -cell, End: CELLS - 1 - cell }[event.key];
    if (by !== undefined) this.choose(this.startOf(Math.max(0, Math.min(cell + by, CELLS - 1))));
    else if (event.key === 'Enter' || event.key === '+') this.zoomTo(this.selected);
    else if (event.key === 'Escape' || event.key === '-') this.zoomOut();
    else return;
    event.preventDefault();
    this.picture.say(this.described(this.selected));
  }
}
