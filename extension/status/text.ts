/** The words of the status bar item. No VS Code here. */

import type { StatusEvent } from '../protocol.ts';
import type { Translate } from '../translate.ts';

/** Virtual time in the unit that leaves one to four digits before the point. */
export function formatVirtualTime(nanoseconds: number, language: string): string {
  const told = (value: number, digits: number) =>
    new Intl.NumberFormat(language, {
      ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
      useGrouping: false,
    }).format(value);
  if (nanoseconds < 1e3) return `${Math.round(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${told(nanoseconds / 1e3, 1)} µs`;
  if (nanoseconds < 1e9) return `${told(nanoseconds / 1e6, 2)} ms`;
  return `${told(nanoseconds / 1e9, 2)} s`;
}

/** Text and tooltip, with VS Code's icon names in the text. */
export function statusText(
  status: StatusEvent,
  t: Translate,
  language: string,
): { text: string; tooltip: string; spoken: string } {
  const time = formatVirtualTime(status.virtualTimeNs, language);
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
      status.instructions.toLocaleString(language),
    ),
    spoken: t('coLinux machine {0}: {1}, {2}, {3}', state, status.coroutine, ring, time),
  };
}
