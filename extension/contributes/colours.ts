/** Colours of our own, where those of VS Code do not do: its `charts.orange` is that of found text, half transparent or absent in some themes. */

import { text } from './text.ts';

export const colors = [
  {
    id: 'colinux.orange',
    description: text(
      'color.orange',
      'Orange in views of the machine: memory that can be written and executed, task switches, shared folders.',
    ),
    defaults: { dark: '#d18616', light: '#b5690b', highContrast: '#ff9f45', highContrastLight: '#8a4b00' },
  },
];
