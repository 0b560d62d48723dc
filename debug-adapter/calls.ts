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

interface Underway {
  readonly call: Call;
  /** Of a request that may be cancelled: rejects with `Cancelled` when the client has done so. */
  readonly cancelled: Promise<never> | undefined;
  /** Everything is done, or nobody waits for it any more. */
  end(): void;
}

export class Calls {
  /** By the request's number. */
  private readonly cancellations = new Map<number, Cancellation>();
  private readonly unanswered = new Set<Promise<void>>();

  constructor(
    private readonly send: SendEvent,
    private readonly reportsProgress: () => boolean,
    private readonly translate: (english: string) => string,
  ) {}

  /** Counts a request as answered when `answered` settles. */
  track(answered: Promise<void>): void {
    this.unanswered.add(answered);
    void answered.finally(() => this.unanswered.delete(answered));
  }

  /** @param after where work goes that is done behind the answer */
  begin(seq: number, command: string, after: (() => void)[]): Underway {
    const cancellable = CANCELLABLE.has(command);
    const cancellation = cancellable ? createCancellation() : undefined;
    if (cancellation) this.cancellations.set(seq, cancellation);
    const earlier = [...this.unanswered];
    const progress = this.progressOf(seq, command, cancellable);
    const call: Call = {
      afterAnswer: (work) => after.push(work),
      earlier: () => Promise.allSettled(earlier),
      report: progress.report,
      async checkpoint() {
        await new Promise((resolve) => setTimeout(resolve));
        if (cancellation?.isCancelled()) throw new Cancelled();
      },
    };
    return {
      call,
      cancelled: cancellation?.cancelled,
      end: () => {
        progress.end();
        this.cancellations.delete(seq);
      },
    };
  }

  /** Cancels a request by its number, or by the progress that is told of it. What has been answered is answered. */
  cancel({ requestId, progressId }: { readonly requestId?: number; readonly progressId?: string }): void {
    for (const seq of [requestId, progressId === undefined ? undefined : Number(progressId)])
      if (seq !== undefined) this.cancellations.get(seq)?.cancel();
  }

  private progressOf(seq: number, command: string, cancellable: boolean) {
    const progressId = String(seq);
    let told = false;
    const timer = setTimeout(() => {
      if (!this.reportsProgress()) return;
      told = true;
      const title = this.translate(TITLES[command] ?? command);
      this.send('progressStart', { progressId, title, requestId: seq, cancellable });
    }, PATIENCE_MS);
    return {
      report: (message: string, percentage?: number) => {
        if (!told) return;
        const part = percentage === undefined ? {} : { percentage };
        this.send('progressUpdate', { progressId, message, ...part });
      },
      end: () => {
        clearTimeout(timer);
        if (told) this.send('progressEnd', { progressId });
      },
    };
  }
}

interface Cancellation {
  cancel(): void;
  isCancelled(): boolean;
  readonly cancelled: Promise<never>;
}

function createCancellation(): Cancellation {
  let reject: (reason: Cancelled) => void;
  let over = false;
  const cancelled = new Promise<never>((_resolve, rejected) => (reject = rejected));
  // Of interest only while the handler has not finished.
  cancelled.catch(() => undefined);
  return {
    cancelled,
    isCancelled: () => over,
    cancel() {
      over = true;
      reject(new Cancelled());
    },
  };
}
