/**
 * Problem matchers: messages of compilers, assemblers and linkers, and of a kernel itself. All have one owner, so that a line
 * which two of them know is one problem.
 */

import { text } from './text.ts';

const common = { owner: 'colinux', fileLocation: ['autoDetect', '${workspaceFolder}'] };

/** A path, which on Windows may have a colon behind its drive. */
const FILE = '((?:[A-Za-z]:)?[^:\\s][^:]*)';
const SOURCE = '((?:[A-Za-z]:)?[\\w./\\\\+-]*\\w\\.(?:c|h|s|S|cc|cpp|cxx|hpp|rs|zig|asm|inc))';

/** `FILE:LINE[:COLUMN]: error: MESSAGE [-Wname]`, of gcc, clang and, with a capital, of GNU as. */
const compiler = {
  regexp: `^${FILE}:(\\d+):(?:(\\d+):)?\\s+(?:[Ff]atal\\s+)?([Ee]rror|[Ww]arning|[Nn]ote|[Ii]nfo):\\s+(.*?)(?:\\s+\\[(-W[^\\]]+)\\])?$`,
  ...{ file: 1, line: 2, column: 3, severity: 4, message: 5, code: 6 },
};

const REFERENCES =
  'undefined reference|multiple definition|more undefined references|relocation truncated|syntax error|undefined symbol';
/** Program and colon before a message of GNU ld. */
const LD = '(?:\\S*ld(?:\\.\\w+)?:\\s*)?';

export const problemMatchers = [
  {
    ...common,
    name: 'colinux-gcc',
    label: text('problemMatcher.gcc', 'gcc and GNU as'),
    source: 'gcc',
    pattern: compiler,
  },
  {
    ...common,
    name: 'colinux-clang',
    label: text('problemMatcher.clang', 'clang'),
    source: 'clang',
    pattern: compiler,
  },
  {
    ...common,
    name: 'colinux-nasm',
    label: text('problemMatcher.nasm', 'nasm'),
    source: 'nasm',
    pattern: {
      regexp: `^${FILE}:(\\d+):\\s+(?:fatal\\s+)?(error|warning|note|panic):\\s+(.*?)(?:\\s+\\[-w\\+?([\\w-]+)\\])?$`,
      ...{ file: 1, line: 2, severity: 3, message: 4, code: 5 },
    },
  },
  {
    ...common,
    name: 'colinux-ld',
    label: text('problemMatcher.ld', 'GNU ld: code with debug information, and linker scripts'),
    source: 'ld',
    severity: 'error',
    pattern: {
      regexp: `^${LD}${FILE}:(\\d+):\\s+((?:${REFERENCES}).*)$`,
      ...{ file: 1, line: 2, message: 3 },
    },
  },
  {
    ...common,
    name: 'colinux-ld-file',
    label: text('problemMatcher.ldFile', 'GNU ld: code without debug information'),
    source: 'ld',
    severity: 'error',
    pattern: {
      regexp: `^${LD}${FILE}:\\(\\S+\\+0x[0-9a-f]+\\):\\s+((?:${REFERENCES}).*)$`,
      ...{ kind: 'file', file: 1, message: 2 },
    },
  },
  {
    ...common,
    name: 'colinux-lld',
    label: text('problemMatcher.lld', 'lld'),
    source: 'lld',
    pattern: [
      { regexp: '^(?:\\S*ld\\.)?lld: (error|warning): (.*)$', severity: 1, message: 2 },
      { regexp: '^>>> (?:referenced by|defined at) .*\\((.+):(\\d+)\\)$', file: 1, line: 2 },
    ],
  },
  {
    ...common,
    name: 'colinux-panic',
    label: text('problemMatcher.panic', 'a kernel: BUG, panic, assertion or warning with its place'),
    source: 'kernel',
    severity: 'error',
    pattern: {
      regexp: `^(?=.*\\b(?:BUG|PANIC|[Pp]anic(?:ked)?|WARNING|ASSERT(?:ION)?|[Aa]ssert(?:ion)?|Oops)\\b)(.*?(?:^|[\\s('"])${SOURCE}"?(?::|, line )(\\d+)(?::(\\d+))?.*)$`,
      ...{ message: 1, file: 2, line: 3, column: 4 },
    },
  },
  {
    ...common,
    name: 'colinux-guest-end',
    label: text('problemMatcher.guestEnd', 'the host kernel: why a guest has ended'),
    source: 'colinux-daemon',
    severity: 'error',
    pattern: {
      regexp: `^(.*terminated: \\w+ \\(reason \\d+, code 0x[0-9a-f]+, line ([1-9]\\d*)\\): ${SOURCE})$`,
      ...{ message: 1, line: 2, file: 3 },
    },
  },
];

/** What a build may print. clang's messages have the form of gcc's. */
export const BUILD_MATCHERS = ['$colinux-gcc', '$colinux-ld', '$colinux-ld-file', '$colinux-lld'];
/** What a kernel may print. */
export const RUN_MATCHERS = ['$colinux-panic', '$colinux-guest-end'];
