/**
 * How a daemon ends from outside: SIGTERM and SIGHUP ask every guest to shut down. After a while, or with the second of them,
 * the run ends by force.
 */
import { coPowerType } from '../core/abi/abi.ts';
import { encodePower } from '../core/abi/console.ts';

/** From the request to shut down to the end by force. */
const SHUTDOWN_MS = 10_000;

export interface Termination {
  readonly interrupted: () => boolean;
  onInterrupt(callback: () => void): void;
  /** Power messages for the guests since the last call. */
  takeRequests(): Uint8Array[];
}

export function watchTermination(guests: number): Termination {
  let wake: (() => void) | undefined;
  let asked = false;
  let forced = false;
  let requests: Uint8Array[] = [];
  const force = () => {
    forced = true;
    wake?.();
  };
  const terminate = () => {
    if (asked) {
      force();
      return;
    }
    asked = true;
    for (let monitor = 0; monitor < guests; monitor++)
      requests.push(encodePower(coPowerType.SHUTDOWN, monitor));
    setTimeout(force, SHUTDOWN_MS).unref();
    wake?.();
  };
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return {
    interrupted: () => forced,
    onInterrupt(callback) {
      wake = callback;
    },
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
  };
}
