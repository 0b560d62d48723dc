/** Signals that ask a command for its end: of what has run, all is written first. */
import { ExitStatus } from './exit-status.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt {
  interrupted(): boolean;
  /** Calls back once when a signal comes. */
  onInterrupt(callback: () => void): void;
  /**
   * When everything is written: whoever has sent SIGTERM or SIGHUP is to see that it has ended the process, for 128 + 15 could be a guest's
   * own status. After SIGINT the process ends with its status.
   */
  passOn(): void;
}

/** Sees signals, also while the machine waits. The second one ends the process at once. */
export function watchInterrupt(): Interrupt {
  let signal: NodeJS.Signals | undefined;
  let wake: (() => void) | undefined;
  for (const name of ENDING)
    process.on(name, () => {
      if (signal) process.exit(ExitStatus.Interrupted);
      signal = name;
      wake?.();
    });
  return {
    interrupted: () => signal !== undefined,
    onInterrupt: (callback) => {
      wake = callback;
    },
    passOn() {
      if (!signal || signal === 'SIGINT') return;
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
  };
}
