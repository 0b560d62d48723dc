/**
 * Languages: breakpoints in C, C++ and assembly, and a small language of our own for GNU assembly (VS Code has none).
 * The assembly languages of well-known extensions get breakpoints too.
 */

import { text } from './text.ts';

/** Our language for `.S` and `.s`. */
export const ASSEMBLER_LANGUAGE = 'colinux-gas';

const OTHER_ASSEMBLERS = [
  'asm',
  'gas',
  'nasm',
  'asm-intel-x86-generic',
  'asm-collection',
  'x86asm',
  'assembly',
];

export const breakpoints = ['c', 'cpp', ASSEMBLER_LANGUAGE, ...OTHER_ASSEMBLERS].map((language) => ({
  language,
}));

export const languages = [
  {
    id: ASSEMBLER_LANGUAGE,
    aliases: [text('language.assembler', 'GNU Assembler (i386)')],
    extensions: ['.S', '.s'],
    configuration: './syntaxes/gas.language-configuration.json',
  },
];

export const grammars = [
  { language: ASSEMBLER_LANGUAGE, scopeName: 'source.gas.i386', path: './syntaxes/gas-i386.tmLanguage.json' },
];

/** Messages of gcc and clang, for the build that F5 may run. */
export const problemMatchers = [
  {
    name: 'colinux-gcc',
    label: text('problemMatcher.gcc', 'gcc or clang of a kernel'),
    owner: 'colinux',
    source: 'gcc',
    fileLocation: ['autoDetect', '${workspaceFolder}'],
    pattern: {
      regexp: '^(.*?):(\\d+):(?:(\\d+):)?\\s+(?:fatal\\s+)?(error|warning|note):\\s+(.*)$',
      file: 1,
      line: 2,
      column: 3,
      severity: 4,
      message: 5,
    },
  },
];
