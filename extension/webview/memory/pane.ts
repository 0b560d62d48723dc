/**
 * One pane of the view of memory: rows of bytes of one space. There is no end to scroll to in 4 GiB, so the wheel and the keys
 * move the first row. The byte under the cursor is overwritten by typing hexadecimal digits.
 */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { t } from '../shared/bridge.ts';
import { hex } from '../shared/numbers.ts';
import { type MemoryPage, readPage, referenceIn, type SpaceName, writeBytes } from './read-memory.ts';
import { parseBytes } from './parse-bytes.ts';
import type { Seen } from './seen.ts';

const ROW_HEIGHT = 18;
/** Letters of an address, and of a byte with its letter: what decides how many bytes a row has. */
const ADDRESS_LETTERS = 12;
const BYTE_LETTERS = 4.2;
const ROWS_OF = [16, 8, 4] as const;
const END = 0x1_0000_0000;
/** Rows from which on there is room for the offsets of the bytes above them. */
const ROWS_WITH_HEADING = 6;
let panes = 0;

export interface PaneOptions {
  readonly label: string;
  readonly seen: Seen;
  /** The cursor is at another address. */
  moved(address: number): void;
  failed(message: string): void;
}

export class MemoryPane {
  readonly element = document.createElement('div');
  private space: SpaceName = '';
  private base = 0;
  private cursor = 0;
  /** It has been told what to show. */
  private placed = false;
  private rows = 8;
  private headed = true;
  /** What the ids of bytes begin with. */
  private readonly name = `pane${String(++panes)}`;
  /** Bytes of a row. */
  private width = 16;
  private page: MemoryPage | undefined;
  /** The first digit of a byte that is being typed. */
  private digit = '';
  private round = 0;

  constructor(private readonly options: PaneOptions) {
    this.element.className = 'pane code';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'grid');
    this.element.setAttribute('aria-label', options.label);
    this.element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('paste', (event) => this.paste(event));
    this.element.addEventListener('click', (event) => {
      const cell = (event.target as Element).closest<HTMLElement>('[data-address]');
      if (cell) this.moveTo(Number(cell.dataset.address));
    });
    new ResizeObserver(() => {
      const lines = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT));
      this.headed = lines > ROWS_WITH_HEADING;
      const rows = this.headed ? lines - 1 : lines;
      const letters = this.element.clientWidth / (parseFloat(getComputedStyle(this.element).fontSize) * 0.61);
      const width =
        ROWS_OF.find((bytes) => ADDRESS_LETTERS + bytes * BYTE_LETTERS <= letters) ??
        ROWS_OF[ROWS_OF.length - 1];
      if (rows === this.rows && width === this.width) return;
      this.rows = rows;
      this.width = width;
      this.base -= this.base % width;
      void this.load();
    }).observe(this.element);
  }

  get address(): number {
    return this.cursor;
  }

  /** Shows an address of a space, in the second row. */
  async show(space: SpaceName, address: number): Promise<void> {
    const inside =
      space === this.space && address >= this.base && address < this.base + (this.rows - 1) * this.width;
    this.placed = true;
    this.space = space;
    this.cursor = address;
    this.digit = '';
    if (!inside) this.base = Math.max(0, address - (address % this.width) - this.width);
    await this.load();
  }

  /** Reads what is shown anew. */
  async load(): Promise<void> {
    if (!this.placed) return;
    const mine = ++this.round;
    try {
      const page = await readPage(this.space, this.base, this.rows * this.width);
      if (mine !== this.round) return;
      this.page = page;
      this.options.seen.note(page);
    } catch (error) {
      this.options.failed((error as Error).message);
    }
    this.draw();
  }

  private byteAt(address: number): number | undefined {
    return this.page?.bytes[address - this.page.address];
  }

  private moveTo(address: number): void {
    this.cursor = Math.max(0, Math.min(address, END - 1));
    this.digit = '';
    const row = this.cursor - (this.cursor % this.width);
    if (row < this.base) this.scrollTo(row);
    else if (row >= this.base + this.rows * this.width) this.scrollTo(row - (this.rows - 1) * this.width);
    else this.draw();
    // The whole row where it has room, else what is at the cursor.
    this.element.querySelector('.byte.selected')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    this.options.moved(this.cursor);
  }

  private scrollTo(base: number): void {
    this.base = Math.max(0, Math.min(base, END - this.rows * this.width));
    void this.load();
  }

  private wheel(event: WheelEvent): void {
    // What is too wide for the pane is scrolled by the browser.
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    this.scrollTo(this.base + Math.sign(event.deltaY) * 3 * this.width);
  }

  private key(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.width,
      ArrowDown: this.width,
      PageUp: -this.rows * this.width,
      PageDown: this.rows * this.width,
      Home: -(this.cursor % this.width),
      End: this.width - 1 - (this.cursor % this.width),
    };
    const by = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined) this.moveTo(this.cursor + by);
    else if (/^[0-9a-f]$/i.test(event.key)) void this.type(event.key);
    else if (event.key === 'Escape') {
      this.digit = '';
      this.draw();
    } else return;
    event.preventDefault();
  }

  private async type(digit: string): Promise<void> {
    this.digit += digit;
    if (this.digit.length < 2) {
      this.draw();
      return;
    }
    const byte = parseInt(this.digit, 16);
    this.digit = '';
    await this.write([byte]);
  }

  private paste(event: ClipboardEvent): void {
    event.preventDefault();
    const bytes = parseBytes(event.clipboardData?.getData('text') ?? '');
    if (bytes) void this.write(bytes);
    else this.options.failed(t('Pairs of hexadecimal digits can be pasted, as in "90 90".'));
  }

  /** Writes at the cursor, which goes behind it. */
  private async write(bytes: readonly number[]): Promise<void> {
    const at = this.cursor;
    try {
      await writeBytes(this.space, at, bytes);
    } catch (error) {
      this.options.failed((error as Error).message);
      return;
    }
    this.moveTo(at + bytes.length);
    await this.load();
  }

  draw(): void {
    const { page } = this;
    const rows: TemplateResult[] = this.headed && page ? [this.heading()] : [];
    for (let row = 0; row < this.rows && page; row++) rows.push(this.row(page.address + row * this.width));
    render(rows, this.element);
    this.element.setAttribute('aria-activedescendant', `${this.name}-${String(this.cursor)}`);
  }

  /** What each byte adds to the address of its row. */
  private heading(): TemplateResult {
    return html`<div role="row" class="memory-row quiet">
      <span role="columnheader">${t('Address')}</span>
      ${Array.from({ length: this.width }, (_, n) => html`<span role="columnheader">${byteText(n)}</span>`)}
    </div>`;
  }

  private row(address: number): TemplateResult {
    const cells = Array.from({ length: this.width }, (_, n) => address + n);
    return html`<div role="row" class="memory-row">
      <span role="rowheader" class="quiet">${hex(address)}</span>
      ${cells.map((at) => this.cell(at))}
      <span role="gridcell" class="text"
        >${cells.map((at) =>
          at === this.cursor
            ? html`<span class="letter">${letter(this.byteAt(at))}</span>`
            : letter(this.byteAt(at)),
        )}</span
      >
    </div>`;
  }

  private cell(address: number): TemplateResult {
    const byte = this.byteAt(address);
    const before = this.options.seen.before(this.space, address, byte);
    const selected = address === this.cursor;
    const text = selected && this.digit ? `${this.digit}_` : byteText(byte);
    return html`<span
      role="gridcell"
      id=${`${this.name}-${String(address)}`}
      class="byte ${selected ? 'selected' : ''} ${before === undefined ? '' : 'changed'}"
      data-address=${address}
      aria-selected=${selected}
      title=${before === undefined ? nothing : t('was {0} at the last stop', byteText(before))}
      >${text}</span
    >`;
  }

  /** What the pane shows, for others to find. */
  get reference(): string {
    return referenceIn(this.space, this.cursor);
  }

  /** The bytes from the cursor on, as far as they are known. */
  bytesAtCursor(count: number): number[] {
    const bytes: number[] = [];
    for (let n = 0; n < count; n++) {
      const byte = this.byteAt(this.cursor + n);
      if (byte === undefined) break;
      bytes.push(byte);
    }
    return bytes;
  }
}

const byteText = (byte: number | undefined): string =>
  byte === undefined ? '··' : byte.toString(16).padStart(2, '0');

const letter = (byte: number | undefined): string =>
  byte === undefined ? ' ' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
