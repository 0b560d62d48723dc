/**
 * A list of any length of which only the rows that can be seen are in the page. One row is chosen; keys move the choice. It is
 * a `listbox` to screen readers, with the position of each row in the whole.
 */
import { html, nothing, render, type TemplateResult } from 'lit-html';

/** What stands above a column of a list. */
export interface Column {
  readonly title: string;
  /** Of its cells, too: `number` for what stands at the right. */
  readonly className?: string;
  /** What is counted, in which unit: a tooltip. */
  readonly about?: string;
}

export interface ListOptions {
  /** Of the list as a whole, for screen readers. */
  readonly label: string;
  /** In the order of the cells of a row; a list without them has no heading. */
  readonly columns?: readonly Column[];
  readonly rowHeight?: number;
  /** Contents of a row. */
  row(n: number): TemplateResult;
  /** Further classes of a row. */
  classes?(n: number): string;
  chosen?(n: number): void;
  /** Enter, or a double click. @param other with Shift: the other way that a row leads to */
  entered?(n: number, other: boolean): void;
  /** Rows that unfold make the list a tree: level from 1 on, and whether it is open (`undefined`: it has nothing below). */
  node?(n: number): { readonly level: number; readonly open: boolean | undefined };
  /** The user opens or closes a row of a tree. */
  toggled?(n: number): void;
  /** A click on a part of a row that has `data-part`: `part` is its value. A row has no buttons, for it is an option itself. */
  pressed?(n: number, part: string): void;
}

const EXTRA_ROWS = 4;
let lists = 0;

export class VirtualList {
  readonly element = document.createElement('div');
  private readonly body = document.createElement('div');
  private count = 0;
  private current = -1;
  private frame = 0;
  private readonly rowHeight: number;
  /** Pixels of the heading, which stays where it is and covers rows. */
  private readonly headingHeight: number;
  /** What the ids of rows begin with. */
  private readonly name = `list${String(++lists)}`;

  constructor(private readonly options: ListOptions) {
    this.rowHeight = options.rowHeight ?? 22;
    this.element.className = 'list';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', options.node ? 'tree' : 'listbox');
    this.element.setAttribute('aria-label', options.label);
    this.body.className = 'list-body';
    this.body.setAttribute('role', 'presentation');
    this.headingHeight = options.columns ? this.rowHeight : 0;
    if (options.columns) this.element.append(this.heading(options.columns));
    this.element.append(this.body);
    this.element.addEventListener('scroll', () => this.redraw());
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('click', (event) => this.clicked(event, false));
    this.element.addEventListener('dblclick', (event) => this.clicked(event, true));
    this.element.addEventListener('pointerover', ({ target }) => {
      // What is cut off is told by a tooltip.
      const cell = (target as Element).closest<HTMLElement>('.row > *');
      if (cell) cell.title = cell.scrollWidth > cell.clientWidth ? cell.textContent.trim() : '';
    });
    new ResizeObserver(() => this.redraw()).observe(this.element);
  }

  get selected(): number {
    return this.current;
  }

  /** Says how many rows there are. A list that was at its end stays there. */
  update(count: number, follow = false): void {
    const atEnd = this.element.scrollTop + this.room >= this.count * this.rowHeight - 2;
    this.count = count;
    if (this.current >= count) this.current = -1;
    this.body.style.height = `${String(count * this.rowHeight)}px`;
    if (follow && atEnd) this.element.scrollTop = count * this.rowHeight;
    this.redraw();
  }

  /** Chooses a row; -1 for none. @param reveal scrolls to it, where the user does not look at something else */
  select(n: number, reveal = true): void {
    this.current = n;
    if (n >= 0 && reveal) {
      const { scrollTop } = this.element;
      const top = n * this.rowHeight;
      if (top < scrollTop) this.element.scrollTop = top;
      else if (top + this.rowHeight > scrollTop + this.room)
        this.element.scrollTop = top + this.rowHeight - this.room;
    }
    this.redraw();
  }

  redraw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** Pixels for rows. */
  private get room(): number {
    return Math.max(0, this.element.clientHeight - this.headingHeight);
  }

  /** Not among the options that a screen reader counts: it is told the columns with the name of the list. */
  private heading(columns: readonly Column[]): HTMLElement {
    const heading = document.createElement('div');
    heading.className = 'heading';
    heading.setAttribute('aria-hidden', 'true');
    heading.style.height = `${String(this.headingHeight)}px`;
    for (const { title, className = '', about = '' } of columns) {
      const cell = document.createElement('span');
      Object.assign(cell, { textContent: title, className, title: about });
      heading.append(cell);
    }
    this.element.setAttribute('aria-description', columns.map(({ title }) => title).join(', '));
    return heading;
  }

  private draw(): void {
    const { scrollTop } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - EXTRA_ROWS);
    const last = Math.min(this.count, Math.ceil((scrollTop + this.room) / this.rowHeight) + EXTRA_ROWS);
    const rows: TemplateResult[] = [];
    for (let n = first; n < last; n++) {
      const selected = n === this.current;
      const node = this.options.node?.(n);
      rows.push(
        html`<div
          class="row ${selected ? 'selected' : ''} ${this.options.classes?.(n) ?? ''}"
          id=${`${this.name}-${String(n)}`}
          role=${node ? 'treeitem' : 'option'}
          aria-level=${node?.level ?? nothing}
          aria-expanded=${node?.open ?? nothing}
          aria-selected=${selected}
          aria-setsize=${this.count}
          aria-posinset=${n + 1}
          data-row=${n}
          .style=${`top:${String(n * this.rowHeight)}px;height:${String(this.rowHeight)}px`}
        >
          ${this.options.row(n)}
        </div>`,
      );
    }
    render(rows, this.body);
    if (this.current >= first && this.current < last)
      this.element.setAttribute('aria-activedescendant', `${this.name}-${String(this.current)}`);
    else this.element.removeAttribute('aria-activedescendant');
  }

  private choose(n: number): void {
    if (this.count === 0) return;
    this.select(Math.max(0, Math.min(n, this.count - 1)));
    this.options.chosen?.(this.current);
  }

  private clicked(event: Event, twice: boolean): void {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>('[data-row]');
    if (!row) return;
    const n = Number(row.dataset.row);
    const { part } = target.closest<HTMLElement>('[data-part]')?.dataset ?? {};
    if (part === undefined && twice) this.options.entered?.(n, false);
    if (!twice) this.choose(n);
    if (!twice && this.options.node?.(n).open !== undefined) this.options.toggled?.(n);
    if (part !== undefined && !twice) this.options.pressed?.(n, part);
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.element) return;
    const page = Math.max(1, Math.floor(this.room / this.rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: this.current + 1,
      ArrowUp: this.current - 1,
      PageDown: this.current + page,
      PageUp: this.current - page,
      Home: 0,
      End: this.count - 1,
    };
    const open = this.current >= 0 ? this.options.node?.(this.current).open : undefined;
    if (open !== undefined && event.key === (open ? 'ArrowLeft' : 'ArrowRight')) {
      this.options.toggled?.(this.current);
      event.preventDefault();
      return;
    }
    const to = moves[event.key];
    if (to !== undefined) this.choose(to);
    else if (event.key === 'Enter' && this.current >= 0) {
      if (open === undefined) this.options.entered?.(this.current, event.shiftKey);
      else this.options.toggled?.(this.current);
    } else return;
    event.preventDefault();
  }
}
