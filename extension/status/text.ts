/** The words of the status bar item. No VS Code here. */

import type { StatusEvent } from '../protocol.ts';
import type { Translate } from '../translate.ts';

/** Virtual time in the unit that leaves one to four digits before the point. */
export function formatVirtualTime(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${Math.round(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

/** Text and tooltip, with VS Code's icon names in the text. */
export function statusText(
  status: StatusEvent,
  t: Translate,
): { text: string; tooltip: string; spoken: string } {
  const time = formatVirtualTime(status.virtualTimeNs);
  const ring = t('ring {0}', status.ring);
  const state = status.running ? t('running') : t('stopped');
  return {
    // "guest 0 (hello-guest.elf)": the file's name has room in the tooltip.
    text: `$(${status.running ? 'vm-running' : 'vm-outline'}) ${status.coroutine.replace(/ \(.*\)$/, '')} · ${ring} · ${time}`,
    tooltip: t(
      'coLinux machine: {0}. {1} owns the CPU, in {2}. Virtual time {3} after {4} instructions.',
      state,
      status.coroutine,
      ring,
      time,
      status.instructions.toLocaleString('en'),
    ),
    spoken: t('coLinux machine {0}: {1}, {2}, {3}', state, status.coroutine, ring, time),
  };
}
