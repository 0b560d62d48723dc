/**
 * The text path of one console terminal, without VS Code: from `colinux/console` events to a terminal that may not be
 * open, and from its keyboard to `colinux/consoleInput`. An open terminal that comes late, or comes again, is brought up
 * to date by `colinux/consoleAttach`, a full redraw; text that arrives meanwhile is part of it or is asked for again.
 */

/** Requests to the session that feeds the console. */
export interface ConsoleSource {
  /** The text that draws the whole console. */
  attach(): Promise<string>;
  input(data: string): Promise<void>;
  /** The terminal has so many cells. */
  resize(columns: number, rows: number): Promise<void>;
}

/** After so many characters the text is asked for anew, which is shorter: a screen and what has scrolled off it. */
const HISTORY_MAX = 262_144;
const ATTACH_TRIES = 3;
const CLEAR = '\x1b[0m\x1b[2J\x1b[3J\x1b[H';

/** One console: `write` is the terminal's screen while one is open. */
export class ConsoleLink {
  private source: ConsoleSource | undefined;
  private write: ((data: string) => void) | undefined;
  /** Text that draws the console, for a session that has ended or cannot redraw. */
  private history = '';
  /** Text that arrived during an attach; undefined when none is under way. */
  private arrived: string | undefined;
  private attaching = 0;
  /** Of the terminal, once it is known. */
  private size: { readonly columns: number; readonly rows: number } | undefined;

  private shortening = false;

  /** @param history text that draws a console of a session that has ended */
  constructor(history = '') {
    this.history = history;
  }

  /** What draws the console as it is, as far as is known. */
  get text(): string {
    return this.history;
  }

  /** Text from the session. */
  receive(data: string): void {
    this.history += data;
    if (this.arrived !== undefined) this.arrived += data;
    else this.write?.(data);
    if (this.history.length > HISTORY_MAX) void this.shorten();
  }

  /** Keeps the text that draws the console short; the terminal notices nothing. */
  private async shorten(): Promise<void> {
    if (this.shortening) return;
    this.shortening = true;
    for (let tries = 0; tries < ATTACH_TRIES; tries++) {
      const { source, history } = this;
      const screen = await source?.attach().catch(() => undefined);
      // What came meanwhile may be in the answer or not: again, or the next time.
      if (screen === undefined || source !== this.source) break;
      if (history !== this.history) continue;
      this.history = screen;
      break;
    }
    this.shortening = false;
    if (this.history.length > 2 * HISTORY_MAX) this.history = this.history.slice(-HISTORY_MAX);
  }

  /** A new session feeds this console; the text of the one before is gone. Its machine may have run before. */
  async connect(source: ConsoleSource): Promise<void> {
    this.source = source;
    this.history = '';
    this.arrived = undefined;
    this.attaching++;
    this.write?.(CLEAR);
    if (this.size) await this.resize(this.size.columns, this.size.rows);
    if (this.write && this.source === source) await this.open(this.write);
  }

  /** The terminal has another size: the session draws for it, and its guest may follow. */
  async resize(columns: number, rows: number): Promise<void> {
    this.size = { columns, rows };
    await this.source?.resize(columns, rows).catch(() => undefined);
  }

  /** The session has ended: the text stays, the keyboard goes nowhere. `notice` is its last line. */
  disconnect(notice: string): void {
    this.source = undefined;
    this.attaching++;
    // A terminal that was about to be drawn is drawn without the session.
    if (this.arrived !== undefined) this.write?.(CLEAR + this.history);
    this.arrived = undefined;
    this.receive(`\x1b[0m\r\n\x1b[3m${notice}\x1b[0m\r\n`);
  }

  get connected(): boolean {
    return this.source !== undefined;
  }

  /** A terminal has opened: draws everything on it. */
  async open(write: (data: string) => void): Promise<void> {
    this.write = write;
    const turn = ++this.attaching;
    const { source } = this;
    if (!source) {
      write(CLEAR + this.history);
      return;
    }
    for (let tries = 1; ; tries++) {
      this.arrived = '';
      const screen = await source.attach().catch(() => undefined);
      if (turn !== this.attaching) return; // closed, or a session began or ended
      const rest: string = this.arrived;
      if (screen === undefined) {
        write(CLEAR + this.history);
      } else if (rest !== '' && tries < ATTACH_TRIES) {
        continue; // part of `rest` may be in `screen`: draw again
      } else {
        this.history = screen + rest;
        write(CLEAR + this.history);
      }
      this.arrived = undefined;
      return;
    }
  }

  /** The terminal has closed; the session goes on. */
  close(): void {
    this.attaching++;
    this.arrived = undefined;
    this.write = undefined;
  }

  /** Keys typed in the terminal. A session that cannot take them loses them. */
  async input(data: string): Promise<void> {
    await this.source?.input(data).catch(() => undefined);
  }
}
