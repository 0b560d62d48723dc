/**
 * A view of records over time: a timeline, a filter, and the list of those that pass it. What the records are is said by its
 * options; rings and switches are two of them.
 */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { SelectedMachine } from '../../views/messages.ts';
import { kept, listen, t } from '../shared/bridge.ts';
import { grouped } from '../shared/numbers.ts';
import { type Column, VirtualList } from '../shared/virtual-list.ts';
import type { Events } from './events.ts';
import { type Batch, Feed } from './feed.ts';
import type { Lane } from './picture.ts';
import { ShownEvents } from './shown-events.ts';
import { Timeline } from './timeline.ts';

export interface RecordsOptions<T, C extends string> {
  readonly events: Events<C>;
  readonly label: string;
  /** An event is a moment of its lane, not the time until the next one. */
  readonly instants?: boolean;
  fetch(first: number, most: number): Promise<Batch<T>>;
  /** Keeps a record in `events`. */
  add(record: T): void;
  /** Everything is forgotten. */
  clear(): void;
  lanes(machine: SelectedMachine): readonly Lane[];
  mark(n: number): string;
  describe(n: number): string;
  /** What a list without any record says. */
  readonly nothing: string;
  readonly columns: readonly Column[];
  /** A row of the list: a cell for each of the columns. */
  row(n: number): TemplateResult;
  /** Does an event pass what is in the toolbar? */
  passes(n: number, words: string): boolean;
  /** More of the toolbar. `changed`: the filter is another one. */
  tools(changed: () => void): TemplateResult;
  /** Beside the list; nothing as long as there is nothing to sum up. */
  aside(machine: SelectedMachine, changed: () => void): TemplateResult | undefined;
  /** What the user has chosen in them, as plain data to be kept; what is restored may be anything. */
  readonly choices?: { read(): unknown; restore(state: unknown): void };
  /** Enter, or a double click. @param other with Shift: the place that an event led to, not the one that it came from */
  entered?(n: number, other: boolean): void;
  /** A click on a part of a row. */
  pressed?(n: number, part: string): void;
  /** At each stop. */
  stopped?(machine: SelectedMachine): Promise<void>;
}

export class RecordsView<T extends { readonly sequence: number }, C extends string> {
  private machine: SelectedMachine | undefined;
  private readonly timeline: Timeline;
  private readonly list: VirtualList;
  private readonly feed: Feed<T>;
  private readonly shown: ShownEvents;
  private words = '';
  private missing = 0;
  /** Has the machine answered? */
  private loaded = false;
  private problem = '';

  constructor(
    private readonly root: HTMLElement,
    private readonly options: RecordsOptions<T, C>,
  ) {
    const events = options.events as unknown as Events<string>;
    this.shown = new ShownEvents(events);
    this.restore();
    this.timeline = new Timeline({
      events,
      shown: this.shown,
      label: options.label,
      instants: options.instants ?? false,
      mark: (n) => options.mark(n),
      describe: (n) => options.describe(n),
      chosen: (n) => this.list.select(this.shown.row(n)),
      entered: (n, other) => options.entered?.(n, other),
    });
    this.list = new VirtualList({
      label: options.label,
      columns: options.columns,
      row: (n) => options.row(this.shown.event(n)),
      chosen: (n) => this.timeline.select(this.shown.event(n)),
      entered: (n, other) => options.entered?.(this.shown.event(n), other),
      pressed: (n, part) => options.pressed?.(this.shown.event(n), part),
    });
    this.feed = new Feed<T>((first, most) => options.fetch(first, most), {
      clear: () => this.clear(),
      add: (record) => options.add(record),
      gap: (count) => (this.missing += count),
      changed: () => {
        this.loaded = true;
        this.update();
      },
      failed: (message) => {
        this.problem = message;
        this.draw();
      },
    });
    listen({ machine: (machine) => this.follow(machine) });
    document.addEventListener('visibilitychange', () => this.feed.follow(this.machine));
  }

  private follow(machine: SelectedMachine | undefined): void {
    this.machine = machine;
    this.problem = '';
    this.feed.follow(machine);
    if (machine && !machine.running)
      void this.options.stopped?.(machine).then(
        () => this.draw(),
        (error: Error) => {
          this.problem = error.message;
          this.draw();
        },
      );
    this.update();
  }

  private clear(): void {
    this.options.events.clear();
    this.options.clear();
    this.timeline.clear();
    this.missing = 0;
    this.loaded = false;
    this.shown.reset();
    this.update();
  }

  /** The user has another filter. */
  private filter(): void {
    kept.write({ words: this.words, choices: this.options.choices?.read() });
    this.shown.reset();
    this.update();
  }

  /** The filter of before: pages are loaded again when they were hidden. */
  private restore(): void {
    const { words, choices } = (kept.read() ?? {}) as { words?: unknown; choices?: unknown };
    if (typeof words === 'string') this.words = words;
    this.options.choices?.restore(choices);
  }

  private update(): void {
    const { events } = this.options;
    this.shown.look((n) => this.options.passes(n, this.words));
    this.list.update(this.shown.length, true);
    if (this.machine)
      this.timeline.update(
        this.options.lanes(this.machine),
        events.length > 0 ? events.time(events.length - 1) + 1 : 0,
      );
    this.draw();
  }

  /** Why the list is empty, if it is. @param length how many records there are */
  private emptiness(length: number): TemplateResult | typeof nothing {
    // Until the machine has answered, nobody knows.
    if (!this.loaded || this.shown.length > 0 || this.problem) return nothing;
    return html`<p class="message empty">
      ${length === 0 ? this.options.nothing : t('No event passes the filter.')}
    </p>`;
  }

  private draw(): void {
    const { options, machine } = this;
    if (!machine) {
      render(html`<p class="message">${t('No machine is being debugged.')}</p>`, this.root);
      return;
    }
    const { length } = options.events;
    const aside = options.aside(machine, () => this.filter());
    // A line of time with nothing on it says that something were to be seen there.
    this.timeline.element.hidden = length === 0;
    render(
      html`<h1 class="unseen">${options.label}</h1>
        <div class="toolbar">
          <input
            type="search"
            placeholder=${t('Filter')}
            aria-label=${t('Filter')}
            .value=${this.words}
            @input=${(event: InputEvent) => {
              this.words = (event.target as HTMLInputElement).value.trim().toLowerCase();
              this.filter();
            }}
          />
          <button
            title=${t('Show all of the time (0 in the timeline)')}
            ?disabled=${length === 0}
            @click=${() => this.timeline.fit()}
          >
            ${t('Fit')}
          </button>
          ${options.tools(() => this.filter())}
          <span class="spring"></span>
          <span class="quiet" role="status">
            ${this.problem || t('{0} of {1} events', grouped(this.shown.length), grouped(length))}
            ${this.missing > 0 ? t('({0} before them are forgotten)', grouped(this.missing)) : ''}
          </span>
        </div>
        ${this.timeline.element}
        <div class="columns">
          <div class="column">${this.list.element}${this.emptiness(length)}</div>
          ${
            aside
              ? html`<div class="aside" tabindex="0" role="region" aria-label=${t('Summary')}>${aside}</div>`
              : nothing
          }
        </div>`,
      this.root,
    );
  }
}
