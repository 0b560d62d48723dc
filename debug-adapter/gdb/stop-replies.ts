/**
 * Stops as gdb hears of them: the signal, the thread, what was hit, or the end of the machine; and what a person should read
 * about it. Source: Debugging with gdb, appendix E.3, "Stop Reply Packets".
 */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { describeCause } from '../exceptions.ts';
import type { StoppedEvent } from '../stepping.ts';
import { isWatch, type Point } from './points.ts';
import { processOf, threadText } from './threads.ts';
import { tell } from '../../core/sentences/say.ts';

/** What a client understands, by its `qSupported`. */
export interface ClientFeatures {
  readonly multiprocess: boolean;
  readonly swbreak: boolean;
  readonly hwbreak: boolean;
}

/** gdb's own numbers. */
const Signal = { Interrupt: 2, Trap: 5, Abort: 6, Segmentation: 11, Terminate: 15 } as const;
const byte = (value: number) => (value & 0xff).toString(16).padStart(2, '0');

function signalOf({ reason }: StoppedEvent): number {
  switch (reason) {
    case 'pause':
      return Signal.Interrupt;
    case 'shutdown':
      return Signal.Segmentation;
    case 'halted':
      return Signal.Abort;
    default:
      return Signal.Trap;
  }
}

const WATCH_WORDS = { 2: 'watch', 3: 'rwatch', 4: 'awatch' } as const;

/** What was hit, as fields of the packet. */
function hitText(stop: StoppedEvent, features: ClientFeatures, pointOf: (id: number) => Point | undefined) {
  for (const { id } of stop.watchpoints) {
    const point = pointOf(id);
    if (point && isWatch(point.kind)) return `${WATCH_WORDS[point.kind]}:${point.address.toString(16)};`;
  }
  const kinds = stop.breakpoints.map((id) => pointOf(id)?.kind);
  if (kinds.includes(0) && features.swbreak) return 'swbreak:;';
  if (kinds.includes(1) && features.hwbreak) return 'hwbreak:;';
  return '';
}

/** The packet that tells a stop of a machine that can go on. */
export const stopReply = (
  stop: StoppedEvent,
  features: ClientFeatures,
  pointOf: (id: number) => Point | undefined,
): string =>
  `T${byte(signalOf(stop))}thread:${threadText(stop.snapshot.coroutine, features.multiprocess)};${hitText(stop, features, pointOf)}`;

/** The packet that tells of a process that the machine is over. */
export function endReply(
  { reason, exitStatus = 0 }: StoppedEvent,
  { multiprocess }: ClientFeatures,
  coroutine: CoroutineId,
): string {
  const process = multiprocess ? `;process:${processOf(coroutine).toString(16)}` : '';
  return reason === 'exit' ? `W${byte(exitStatus)}${process}` : `X${byte(Signal.Terminate)}${process}`;
}

/** What the signal does not say; empty for ordinary stops. */
export function stopWords({ reason, causes, snapshot }: StoppedEvent): string {
  switch (reason) {
    case 'shutdown':
      return [
        'Triple fault: the processor shut down. Registers are those before the first of its causes:',
        ...causes.map((cause, n) => `  ${n + 1}. ${tell(describeCause(cause))}`),
        '',
      ].join('\n');
    case 'halted':
      return snapshot.cpu.frozen
        ? 'An unmasked x87 exception is pending, CR0.NE is 0 and interrupts are off: nothing can wake the CPU but "monitor reset".\n'
        : 'The CPU executed HLT with interrupts off: nothing can wake it but "monitor reset".\n';
    case 'reset':
      return 'The guest has reset the machine: it is over.\n';
    default:
      return '';
  }
}
