/** Commands of gdb, Bochs and QEMU's monitor that are none here: what people type who know them, and what there is instead. */
import { say, type Sentence } from '../../core/sentences/say.ts';

const MOVING =
  'continue c fg step s stepi si next n nexti ni finish fin until u advance run r start kill k quit q exit jump up down frame f thread';
const BREAKPOINTS =
  'break b br tbreak hbreak thbreak rbreak delete d disable enable condition ignore commands catch watch rwatch awatch';
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const MOVES = wordsOf(MOVING);
const BREAKS = wordsOf(BREAKPOINTS);
const SOURCES = wordsOf('list l');
const SHOWN_AT_STOPS = wordsOf('display undisplay');
/** What `info` of gdb lists, and views show here. */
const BREAKS_OF_INFO = wordsOf('breakpoints break b watchpoints');
const VARIABLES_OF_INFO = wordsOf('locals args variables');

/** Of these there is one by another name. */
const RENAMED: Readonly<Record<string, string>> = {
  ...{ print: 'p', inspect: 'p', output: 'p', call: 'p', whatis: 'ptype', backtrace: 'bt', where: 'bt' },
  ...{ disassemble: 'disas', examine: 'x' },
};
/** And of `info` with these. */
const INFO: Readonly<Record<string, string>> = {
  ...{
    registers: 'regs',
    reg: 'regs',
    r: 'regs',
    'all-registers': 'regs all',
    threads: 'threads',
    stack: 'bt',
  },
  ...{
    frame: 'bt',
    symbol: 'sym',
    address: 'sym',
    line: 'sym',
    mem: 'map',
    types: 'ptype',
    functions: 'sym',
  },
};

/** Of Bochs' debugger and of QEMU's monitor, those of `info` with their second word. */
const OF_EMULATORS: Readonly<Record<string, string>> = {
  ...{ registers: 'regs', reg: 'regs', creg: 'regs all', sreg: 'regs all', dreg: 'regs all' },
  ...{ fp: 'regs all', fpu: 'regs all', sse: 'regs all', mmx: 'regs all', page: 'walk', gva2gpa: 'walk' },
  ...{ xp: 'x/8xw physical:0x1000', 'print-stack': 'x/16xw $esp', disasm: 'disas', show: 'rings' },
  ...{ 'info tab': 'map', 'info tlb': 'map', 'info gdt': 'gdt', 'info ldt': 'ldt', 'info idt': 'idt' },
  ...{ 'info tss': 'tss', 'info cpu': 'regs all', 'info eflags': 'p $eflags', 'info flags': 'p $eflags' },
  ...{ 'info regs': 'regs', 'info cpus': 'threads' },
};

/** What to do instead of a line, if its first word is a command of gdb, Bochs or QEMU. */
export function insteadOfGdb(line: string): Sentence | undefined {
  const [, word = '', next = ''] = /^\s*([a-z][a-z0-9-]*)(?:\/\w+)?(?=\s|$)(?:\s+([\w-]+))?/.exec(line) ?? [];
  if (MOVES.has(word))
    return say`"${word}" is a command of gdb: here the debugger's buttons and keys do it, and the call stack.`;
  if (BREAKS.has(word))
    return say`"${word}" is a command of gdb: here breakpoints are set in sources, in the list of breakpoints and at variables.`;
  if (SOURCES.has(word))
    return say`"${word}" is a command of gdb: here the editor shows the source, and disas the instructions.`;
  if (word === 'info' && BREAKS_OF_INFO.has(next))
    return say`"${line.trim()}" is gdb's: here the list of breakpoints shows them.`;
  if (word === 'info' && VARIABLES_OF_INFO.has(next))
    return say`"${line.trim()}" is gdb's: here the scopes of the selected frame show them, and p the value of each.`;
  const renamed = word === 'info' || word === 'i' ? INFO[next] : RENAMED[word];
  if (renamed !== undefined) return say`"${line.trim()}" is gdb's: here the command is ${renamed}.`;
  const emulators = OF_EMULATORS[word === 'info' ? `${word} ${next}` : word];
  if (emulators !== undefined)
    return say`"${line.trim()}" is a command of other debuggers: here it is ${emulators}.`;
  if (word === 'info') return say`"${line.trim()}" is gdb's: help lists the commands that there are here.`;
  if (SHOWN_AT_STOPS.has(word))
    return say`"${word}" is a command of gdb: here the section Watch shows expressions at each stop.`;
  if (word === 'set') return say`"set" is a command of gdb: here an assignment is enough, as ${'count = 5'}.`;
  return undefined;
}
