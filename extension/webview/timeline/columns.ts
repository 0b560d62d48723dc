/** Columns that lists over time have in common. */
import { t } from '../shared/bridge.ts';
import type { Column } from '../shared/virtual-list.ts';

export const INSTRUCTION: Column = {
  title: t('Instruction'),
  className: 'number',
  about: t('Instructions since the machine was started; each takes 10 ns of its time'),
};

/** Both places of an event, which lead to their code. */
export const PLACES: readonly Column[] = [
  { title: t('From'), about: t('The code that an event comes from: click, or Enter in the list') },
  { title: t('To'), about: t('The code that it leads to: click, or Shift+Enter in the list') },
];
