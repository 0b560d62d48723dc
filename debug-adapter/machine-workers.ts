/**
 * Workers for the machines of a session, one after the other. While a machine runs the next worker is made ready: an engine
 * takes longer to load one than the machine to boot in it, and a restart should not wait.
 */
import type { AdapterHost, MachinePort } from './adapter-host.ts';
import { AdapterError } from './errors.ts';

/** When the next worker is made, in milliseconds: not while the machine boots, and not for a session that is over soon. */
const DELAY_MS = 1000;

export class MachineWorkers {
  private spare: Promise<MachinePort> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: AdapterHost) {}

  /** @throws AdapterError when none can be started */
  async take(): Promise<MachinePort> {
    const ready = this.spare;
    this.spare = undefined;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.spare = this.create();
      // Whoever takes it hears of a failure.
      this.spare.catch(() => undefined);
    }, DELAY_MS);
    return ready ?? this.create();
  }

  /** Ends the one that nobody has taken. */
  dispose(): void {
    clearTimeout(this.timer);
    const ended = this.spare?.then((port) => {
      port.terminate();
    });
    ended?.catch(() => undefined);
    this.spare = undefined;
  }

  private async create(): Promise<MachinePort> {
    try {
      return await this.host.createMachineWorker();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AdapterError('worker-failed', `The machine's worker cannot be started: ${reason}`);
    }
  }
}
