/**
 * Brings the machine's records of what happened into a page, piece by piece: all that is kept at a stop, and while the machine
 * runs a piece now and then. The machine keeps a bounded number; what it has forgotten before it was fetched is a gap, which
 * is told. Fetching costs the machine little: it answers between two slices of its run, with the rows that it keeps.
 */
import type { SelectedMachine } from '../../views/messages.ts';

export interface Batch<T> {
  readonly records: readonly T[];
  /** How many there were since boot. */
  readonly count: number;
}

export interface Sink<T> {
  /** Another machine: everything is forgotten. */
  clear(): void;
  add(record: T): void;
  /** `count` records before the next one are not known. */
  gap(count: number): void;
  /** Some have come. */
  changed(): void;
  failed(message: string): void;
}

/** Records of one request. */
const PIECE = 4096;
/** While the machine runs: pieces at a time, and how often. */
const PIECES_WHILE_RUNNING = 2;
const PERIOD_MS = 500;
/** At a stop: as many as the machine keeps. */
const PIECES_AT_STOP = 0x1_0000 / PIECE;

export class Feed<T extends { readonly sequence: number }> {
  private next = 0;
  private session: string | undefined;
  private running = false;
  private fetching = false;
  private again = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly fetch: (first: number, most: number) => Promise<Batch<T>>,
    private readonly sink: Sink<T>,
  ) {}

  /** The selected machine is another one, or in another state. */
  follow(machine: SelectedMachine | undefined): void {
    if (machine?.session !== this.session) this.reset();
    this.session = machine?.session;
    this.running = machine?.running ?? false;
    clearInterval(this.timer);
    this.timer = this.running ? setInterval(() => void this.fetchAll(), PERIOD_MS) : undefined;
    if (machine) void this.fetchAll();
  }

  private reset(): void {
    this.next = 0;
    this.sink.clear();
  }

  private async fetchAll(): Promise<void> {
    this.again = true;
    if (this.fetching || document.hidden) return;
    this.fetching = true;
    try {
      while (this.again) {
        this.again = false;
        await this.fetchPieces(this.running ? PIECES_WHILE_RUNNING : PIECES_AT_STOP);
      }
    } catch (error) {
      this.sink.failed((error as Error).message);
    } finally {
      this.fetching = false;
    }
  }

  private async fetchPieces(most: number): Promise<void> {
    for (let n = 0; n < most; n++) {
      const { session } = this;
      // The last round takes the newest: what lies between is a gap.
      const { records, count } = await this.fetch(this.next, PIECE);
      if (session !== this.session) return;
      // A restart begins to count anew.
      if (count < this.next) {
        this.reset();
        continue;
      }
      this.take(records);
      if (this.next >= count) return;
      if (n === most - 2 && count - this.next > PIECE) this.skipTo(count - PIECE);
    }
  }

  private take(records: readonly T[]): void {
    for (const record of records) {
      if (record.sequence > this.next) this.skipTo(record.sequence);
      this.sink.add(record);
      this.next = record.sequence + 1;
    }
    this.sink.changed();
  }

  private skipTo(sequence: number): void {
    this.sink.gap(sequence - this.next);
    this.next = sequence;
  }
}
