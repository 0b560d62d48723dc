/**
 * Workers for machines, one after the other. An engine takes longer to load a worker and to compile what runs in it than a machine
 * takes to boot, so a worker whose machine is over is kept for the next one: what it has compiled is of use to a machine with
 * the same processor (`core/machine/processor.ts`). A session has such a pool for its restarts; the extension has one for its sessions.
 */
import type { BootRequest, Posted, Request } from '../core/protocol/machine-protocol.ts';
import type { MachinePort } from './adapter-host.ts';

/** What a worker has compiled its code for. */
export type WorkerUse = Pick<BootRequest, 'memoryBytes' | 'cpu'>;

/** How long an idle worker is kept, in milliseconds: its memory is that of a machine. */
const IDLE_MS = 5 * 60_000;
/** A machine with more RAM than this is not kept, in bytes. */
const MOST_KEPT = 256 << 20;
/** How long a worker may take to end its machine, in milliseconds. */
const PATIENCE_MS = 1000;
/** How long a machine runs that warms a worker up, in milliseconds: the embedded host kernel has booted by then. */
const WARM_MS = 1500;
/** The number of the request that ends a machine; those of a `MachineClient` begin at 1. */
const END = 0;
/** That of requests whose answers nobody waits for. */
const WARM = -1;

/** A worker, whoever has it. */
class KeptWorker {
  use: WorkerUse | undefined;
  dead = false;
  /** There is a machine in it, which is of no interest any more unless the worker is lent. */
  hasMachine = false;
  onMessage: (message: unknown) => void = () => undefined;
  onError: (error: Error) => void = () => undefined;
  private ending: Promise<boolean> | undefined;
  private warming: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly port: MachinePort) {
    port.onMessage((message) => {
      this.onMessage(message);
    });
    port.onError((error) => {
      this.dead = true;
      this.onError(error);
    });
  }

  fits(use: WorkerUse | undefined): boolean {
    const known = this.use;
    return !this.dead && (!known || (known.memoryBytes === use?.memoryBytes && known.cpu === use.cpu));
  }

  /** Boots a machine for nothing but the code that the engine compiles meanwhile. */
  warm(machine: BootRequest): void {
    this.use = machine;
    this.hasMachine = true;
    this.ask({ id: WARM, kind: 'boot', params: machine });
    this.ask({ id: WARM, kind: 'resume', params: {} });
    this.warming = setTimeout(() => void this.empty(), WARM_MS);
  }

  /** Ends its machine, if there is one. @returns false when it does not answer */
  async empty(): Promise<boolean> {
    clearTimeout(this.warming);
    if (!this.hasMachine) return true;
    const emptied = await (this.ending ??= this.end());
    this.ending = undefined;
    this.hasMachine = !emptied;
    return emptied;
  }

  private end(): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (answered: boolean) => {
        clearTimeout(timer);
        this.ignore();
        resolve(answered);
      };
      const timer = setTimeout(() => finish(false), PATIENCE_MS);
      this.onMessage = (message) => {
        const posted = message as Posted;
        const answers = 'length' in posted ? posted : [posted];
        if (answers.some((answer) => 'id' in answer && answer.id === END)) finish(true);
      };
      this.onError = () => finish(false);
      this.ask({ id: END, kind: 'end', params: {} });
    });
  }

  /** What it still has to say of its machine is of interest to nobody. */
  ignore(): void {
    this.onMessage = this.onError = () => undefined;
  }

  private ask(request: Request): void {
    this.port.post(request);
  }
}

async function emptied(worker: KeptWorker): Promise<KeptWorker | undefined> {
  if (await worker.empty()) return worker;
  worker.port.terminate();
  return undefined;
}

export class MachineWorkers {
  private idle: Promise<KeptWorker | undefined> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  /** @param create starts a worker that no machine has run in, or only such with the same processor */
  constructor(private readonly create: (use?: WorkerUse) => MachinePort | Promise<MachinePort>) {}

  /** Starts a worker ahead of time, if there is none. A failure is told to whoever takes it. */
  prepare(): void {
    if (!this.idle && !this.disposed) this.keep(this.start());
  }

  /** The same, and boots a machine in it that needs nobody outside: the next one finds the worker warm. */
  warm(machine: BootRequest): void {
    if (this.idle || this.disposed) return;
    const started = this.start().then((worker) => {
      worker.warm(machine);
      return worker;
    });
    this.keep(started);
  }

  /** @param use absent: no machine has run in it. @throws what `create` throws */
  async take(use?: WorkerUse): Promise<MachinePort> {
    const idle = this.idle;
    this.idle = undefined;
    clearTimeout(this.timer);
    const known = await idle;
    if (known?.fits(use) && (await known.empty())) return this.lend(known, use);
    known?.port.terminate();
    return this.lend(await this.start(use), use);
  }

  /** Ends the one that nobody has taken. Those that are returned later end, too. */
  dispose(): void {
    this.disposed = true;
    this.drop();
  }

  private async start(use?: WorkerUse): Promise<KeptWorker> {
    return new KeptWorker(await this.create(use));
  }

  private keep(idle: Promise<KeptWorker | undefined>): void {
    this.idle = idle;
    idle.catch(() => undefined);
    this.timer = setTimeout(() => this.drop(), IDLE_MS);
  }

  private drop(): void {
    clearTimeout(this.timer);
    const ended = this.idle?.then((worker) => worker?.port.terminate());
    ended?.catch(() => undefined);
    this.idle = undefined;
  }

  /** A port that, when it is terminated, gives the worker back. */
  private lend(worker: KeptWorker, use: WorkerUse | undefined): MachinePort {
    const { port } = worker;
    worker.use = use;
    worker.hasMachine = true;
    let returned = false;
    return {
      post: (message, transfer) => {
        if (!returned) port.post(message, transfer);
      },
      onMessage: (listener) => (worker.onMessage = listener),
      spinUntil: (done) => {
        if (!returned) port.spinUntil?.(done);
      },
      onError: (listener) => (worker.onError = listener),
      terminate: () => {
        if (returned) return;
        returned = true;
        this.giveBack(worker);
      },
    };
  }

  private giveBack(worker: KeptWorker): void {
    const { port, use, dead } = worker;
    if (this.disposed || this.idle || dead || (use?.memoryBytes ?? 0) > MOST_KEPT) {
      worker.ignore();
      port.terminate();
    } else this.keep(emptied(worker));
  }
}
