/** Names and colours of coroutines, the same in all views. */
import type { ViewThread } from '../../views/messages.ts';
import { t } from './bridge.ts';
import { coroutineOf } from './references.ts';

const COLOURS = [
  '--vscode-charts-blue',
  '--vscode-charts-green',
  '--vscode-colinux-orange',
  '--vscode-charts-purple',
  '--vscode-charts-yellow',
  '--vscode-charts-red',
];

/** CSS variable of a coroutine's colour. */
export const coroutineColour = (coroutine: number): string => COLOURS[coroutine % COLOURS.length] ?? '';

/** `host kernel`, `guest 0`: as threads are called, without the file. */
export function coroutineName(threads: readonly ViewThread[], coroutine: number): string {
  const thread = threads.find(({ id }) => id === coroutine + 1);
  return thread?.name.replace(/ \(.*\)$/, '') ?? t('guest {0}', coroutine - 1);
}

/** Coroutines among the threads: all but tasks. */
export const coroutinesOf = (threads: readonly ViewThread[]): number[] =>
  threads.filter(({ id }) => id === coroutineOf(id) + 1).map(({ id }) => coroutineOf(id));
