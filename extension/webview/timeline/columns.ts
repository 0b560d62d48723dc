/** The column that all lists over time begin with. */
import { t } from '../shared/bridge.ts';
import type { Column } from '../shared/virtual-list.ts';

export const INSTRUCTION: Column = {
  title: t('Instruction'),
  className: 'number',
  about: t('Instructions since the machine was started; each takes 10 ns of its time'),
};
