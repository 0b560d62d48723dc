/**
 * The adapter's side of the machine protocol: requests become promises, events go to one listener.
 *
 * Owns nothing but the bookkeeping of pending requests. When the worker dies every pending request fails with the
 * reason, so nobody waits for ever.
 */
import {
  type FromMachine,
  LOOK_KINDS,
  type LookKind,
  type MachineEvent,
  type MachineSnapshot,
  type Posted,
  type RequestKind,
  type RequestMap,
} from '../core/protocol/machine-protocol.ts';
import { PackedCpu } from '../core/protocol/packed-cpu.ts';
import type { MachinePort } from './adapter-host.ts';
import type { KeptRegions } from './kept-regions.ts';
import { isLook, Looks } from './looks.ts';
import { SaidError, say, type Sentence } from '../core/sentences/say.ts';

/** A snapshot that has come from another thread: its processor has only its data left. */
const revived = (snapshot: MachineSnapshot): MachineSnapshot => {
  const { words } = snapshot.cpu as Partial<PackedCpu>;
  return words ? { ...snapshot, cpu: new PackedCpu(words) } : snapshot;
};

/** The machine refused a request. `code` is stable, the message is for the user. */
export class MachineError extends SaidError {
  constructor(
    readonly code: string,
    sentence: Sentence,
  ) {
    super(sentence);
  }
}

/** What a machine that stands answers within a moment. */
const SHORT: ReadonlySet<RequestKind> = new Set([...LOOK_KINDS, 'setBreakpoints']);

/** How long a machine has at its end to tell what is kept of it, in milliseconds. */
const PATIENCE_MS = 500;

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class MachineClient {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private dead: Error | undefined;
  private readonly looks = new Looks();

  constructor(
    private readonly port: MachinePort,
    private readonly onEvent: (event: MachineEvent) => void,
    private readonly onDeath: (error: Error) => void,
  ) {
    port.onMessage((message) => {
      const posted = message as Posted;
      for (const one of 'length' in posted ? posted : [posted]) this.receive(one);
    });
    port.onError((error) => {
      this.fail(new MachineError('machine-died', say`The machine's worker stopped: ${error.message}`));
    });
  }

  /**
   * Asks the machine, unless it has been asked since it has stopped. Rejects with `MachineError` when the machine refuses a request
   * or is gone.
   */
  request<K extends RequestKind>(kind: K, params: RequestMap[K]['params']): Promise<RequestMap[K]['result']> {
    const { looks } = this;
    const request = { kind, params };
    if (isLook(request)) return looks.ask(request, () => this.send(kind, params));
    if (kind === 'writeMemory' || kind === 'writeRegister') looks.forget();
    if (kind !== 'resume' && kind !== 'step' && kind !== 'resumeStep') return this.send(kind, params);
    const expected = looks.leave();
    if (expected) void this.send('expect', { looks: expected }).catch(() => undefined);
    return this.send(kind, params).catch((error: unknown) => {
      looks.arrive([]);
      throw error;
    });
  }

  /** The answer of a machine that stands, if it is there already. */
  known<K extends LookKind>(kind: K, params: RequestMap[K]['params']): RequestMap[K]['result'] | undefined {
    return this.looks.known(kind, params);
  }

  private send<K extends RequestKind>(
    kind: K,
    params: RequestMap[K]['params'],
  ): Promise<RequestMap[K]['result']> {
    if (this.dead) return Promise.reject(this.dead);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, {
        resolve: (result) => {
          const isSnapshot = kind === 'snapshot' || kind === 'boot';
          resolve((isSnapshot ? revived(result as MachineSnapshot) : result) as RequestMap[K]['result']);
        },
        reject,
      });
      this.port.post({ id, kind, params });
      if (kind === 'step' || (SHORT.has(kind) && !this.looks.running)) void this.spinFor(id);
    });
  }

  /** When the present work is done, and before others have their turn: the machine needs less time than the event loop to come round. */
  private async spinFor(id: number): Promise<void> {
    await undefined;
    this.port.spinUntil?.(() => !this.pending.has(id));
  }

  /** For the next machine of the same files. One that is gone, or does not answer soon, leaves nothing. */
  async keepRegions(kept: KeptRegions): Promise<void> {
    const regions = await new Promise<Uint8Array | undefined>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS, undefined);
      const finish = (bytes?: Uint8Array) => {
        clearTimeout(timer);
        resolve(bytes);
      };
      this.request('keptRegions', {}).then(
        ({ kept: bytes }) => {
          finish(bytes);
        },
        () => {
          finish();
        },
      );
    });
    await kept.keep(regions);
  }

  dispose(): void {
    this.dead ??= new MachineError('machine-closed', say`The debug session has ended.`);
    for (const { reject } of this.pending.values()) reject(this.dead);
    this.pending.clear();
    this.port.terminate();
  }

  private receive(message: FromMachine): void {
    if ('event' in message) {
      if (message.event === 'stopped') this.looks.arrive(message.answers);
      this.onEvent(message);
      return;
    }
    const waiting = this.pending.get(message.id);
    if (!waiting) return;
    this.pending.delete(message.id);
    if ('error' in message) waiting.reject(new MachineError(message.error.code, message.error.sentence));
    else waiting.resolve(message.result);
  }

  private fail(error: Error): void {
    if (this.dead) return;
    this.dead = error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    this.onDeath(error);
  }
}
