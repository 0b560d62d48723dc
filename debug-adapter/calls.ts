/**
 * The requests that are being answered: which of them a client may cancel, and progress events for those that take long
 * (DAP "cancel", "progressStart").
 */
import type { Call, Command, SendEvent } from './protocol.ts';

/** What takes longer is told, in milliseconds. */
const PATIENCE_MS = 500;

/** Requests that only look, so that their answer is of no use to a client that cancels them. */
const CANCELLABLE: ReadonlySet<string> = new Set<Command>([
  'breakpointLocations',
  'disassemble',
  'evaluate',
  'loadedSources',
  'modules',
  'readMemory',
  'scopes',
  'source',
  'stackTrace',
  'stepInTargets',
  'variables',
]);

export const TITLES: Readonly<Record<string, string>> = {
  launch: 'Booting the machine',
  restart: 'Booting the machine again',
  loadedSources: 'Reading the names of sources',
  disassemble: 'Disassembling',
  evaluate: 'Evaluating',
};

/** Why a call ends early. */
export class Cancelled extends Error {}

/** What becomes of a call: the body of its answer, or what was thrown. */
export type Outcome = { readonly body: unknown } | { readonly thrown: unknown };

export class Calls {
  /** In the order in which they have come. */
  private readonly underway = new Set<Underway>();
  /** One for all calls: most are over long before it fires. */
  private watch: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: SendEvent,
    private readonly reportsProgress: () => boolean,
    private readonly translate: (english: string) => string,
    private readonly hold: (held: boolean) => void,
  ) {}

  /** @param answer hears once what becomes of the call, when it is over or the client has cancelled it */
  begin(seq: number, command: string, answer: (outcome: Outcome) => void): Underway {
    const call = new Underway(seq, command, answer, this.underway, this.send, this.hold);
    this.underway.add(call);
    return call;
  }

  /** A call was not over at once. */
  wait(call: Underway): void {
    call.since = performance.now();
    if (this.watch === undefined) this.watchFor(PATIENCE_MS);
  }

  private watchFor(milliseconds: number): void {
    this.watch = setTimeout(() => {
      this.watch = undefined;
      this.tellWhatTakesLong();
    }, milliseconds);
    // In Node it would keep a process alive that has nothing else to do.
    (this.watch as { unref?: () => void }).unref?.();
  }

  private tellWhatTakesLong(): void {
    const now = performance.now();
    let next = Infinity;
    for (const call of this.underway) {
      const left = call.since + PATIENCE_MS - now;
      if (left > 0) next = Math.min(next, left);
      else if (!call.told && this.reportsProgress())
        call.tell(this.translate(TITLES[call.command] ?? call.command));
    }
    if (next < Infinity) this.watchFor(Math.ceil(next));
  }

  /** Cancels a request by its number, or by the progress that is told of it. What has been answered is answered. */
  cancel({ requestId, progressId }: { readonly requestId?: number; readonly progressId?: string }): void {
    const seqs = [requestId, progressId === undefined ? undefined : Number(progressId)];
    for (const call of [...this.underway]) if (seqs.includes(call.seq)) call.cancel();
  }
}

/** A request that has not been answered. */
class Underway implements Call {
  /** When it began to wait, in milliseconds; never, as long as it is about to be answered. */
  since = Infinity;
  /** Its progress is told. */
  told = false;
  private cancelled = false;
  /** What is sent waits for the answer. */
  private holds = false;
  private readonly after: (() => void)[] = [];
  private waiters: (() => void)[] | undefined;

  constructor(
    readonly seq: number,
    readonly command: string,
    private readonly answer: (outcome: Outcome) => void,
    private readonly underway: Set<Underway>,
    private readonly send: SendEvent,
    private readonly hold: (held: boolean) => void,
  ) {}

  /** @param title in the language of the user */
  tell(title: string): void {
    this.told = true;
    const { seq, command } = this;
    const cancellable = CANCELLABLE.has(command);
    this.send('progressStart', { progressId: String(seq), title, requestId: seq, cancellable });
  }

  /** The call is over. What comes behind its end, as that of one that was cancelled, nobody hears. */
  end(outcome: Outcome): void {
    if (!this.underway.delete(this)) return;
    this.answer(outcome);
    if (this.holds) this.hold(false);
    if (this.told) this.send('progressEnd', { progressId: String(this.seq) });
    for (const work of this.after) work();
    for (const settle of this.waiters ?? []) settle();
  }

  cancel(): void {
    if (!CANCELLABLE.has(this.command)) return;
    this.cancelled = true;
    this.end({ thrown: new Cancelled() });
  }

  ahead(work: () => void): void {
    this.holds = true;
    this.hold(true);
    work();
  }

  afterAnswer(work: () => void): void {
    this.after.push(work);
  }

  async earlier(): Promise<void> {
    const answers: Promise<void>[] = [];
    for (const call of this.underway) {
      if (call === this) break;
      answers.push(
        new Promise((resolve) => {
          (call.waiters ??= []).push(resolve);
        }),
      );
    }
    await Promise.all(answers);
  }

  report(message: string, percentage?: number): void {
    if (!this.told) return;
    const part = percentage === undefined ? {} : { percentage };
    this.send('progressUpdate', { progressId: String(this.seq), message, ...part });
  }

  async checkpoint(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    if (this.cancelled) throw new Cancelled();
  }
}
