/**
 * Languages: breakpoints in C, C++ and assembly; languages of our own for configurations of guests, for GNU assembly (VS Code
 * has none) and for the listings of the debugger. The assembly languages of well-known extensions get breakpoints too.
 */

import { text } from './text.ts';

/** Our language for `.S` and `.s`. */
export const ASSEMBLER_LANGUAGE = 'colinux-gas';

/** Configurations of guests, which `config-language/` serves. */
export const CONFIG_LANGUAGE = 'colinux-config';

/** Disassembly in place of sources, and records of transitions and switches. */
const LISTING_LANGUAGE = 'colinux-listing';

const OTHER_ASSEMBLERS = [
  'asm',
  'gas',
  'nasm',
  'asm-intel-x86-generic',
  'asm-collection',
  'x86asm',
  'assembly',
];

export const breakpoints = ['c', 'cpp', ASSEMBLER_LANGUAGE, LISTING_LANGUAGE, ...OTHER_ASSEMBLERS].map(
  (language) => ({
    language,
  }),
);

export const languages = [
  {
    id: CONFIG_LANGUAGE,
    aliases: [text('language.config', 'coLinux configuration')],
    extensions: ['.colinux'],
    filenames: ['colinux.conf'],
    configuration: './syntaxes/config.language-configuration.json',
  },
  {
    id: ASSEMBLER_LANGUAGE,
    aliases: [text('language.assembler', 'GNU Assembler (i386)')],
    extensions: ['.S', '.s'],
    configuration: './syntaxes/gas.language-configuration.json',
  },
  {
    id: LISTING_LANGUAGE,
    aliases: [text('language.listing', 'coLinux listing')],
    extensions: ['.colinux-listing'],
    // What the debug adapter says of its disassembly.
    mimetypes: ['text/x-asm'],
    configuration: './syntaxes/listing.language-configuration.json',
  },
];

export const grammars = [
  {
    language: CONFIG_LANGUAGE,
    scopeName: 'source.colinux-config',
    path: './syntaxes/config.tmLanguage.json',
  },
  { language: ASSEMBLER_LANGUAGE, scopeName: 'source.gas.i386', path: './syntaxes/gas-i386.tmLanguage.json' },
  {
    language: LISTING_LANGUAGE,
    scopeName: 'source.colinux-listing',
    path: './syntaxes/listing.tmLanguage.json',
  },
];
