/** The commands of the debug console against a machine at a known place. */
import { beforeAll, describe, expect, it } from 'vitest';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
const main = inSample('kernel/main.c');
const line = lineOf(main, 'memory: %u MiB');

beforeAll(async () => {
  session = await tested.share();
  await session.launch({ breakpoints: [[main, line]] });
  await session.stop();
});

const run = (expression: string) => session.evaluate(expression, { context: 'repl' });
const HEX = '0x[0-9a-f]{8}';

/** What each command says, as a pattern for each of some lines. */
const SAID: readonly (readonly [line: string, ...patterns: RegExp[]])[] = [
  ['help', /^ {2}walk {2,}how an address is translated/m, /:NAME is always the command/],
  ['help walk', /^walk ADDR \[r\|w\|x\] \[user\]\n/],
  [
    'walk kmain',
    new RegExp(`^ {2}PDE +768 at ${HEX}: ${HEX} \\(P W`, 'm'),
    /→ physical:0x\w{8}, 4 KiB page/,
    /A read by ring 0 is allowed/,
  ],
  ['walk kmain w user', /A write by ring 3 faults: the PDE is for ring 0-2 only/],
  ['walk 0xdeadb000', /not present/, /A read by ring 0 faults: the PDE is not present/],
  ['walk -1', /^0xffffffff by cr3/],
  ['walk &boot_params', /^0xc0\w{6} by cr3/],
  ['map', /^0xc0\w{6}-0xc\w{7} .*→ 0x\w{8} +rwx supervisor/m],
  ['map kmain', /^0xc0\w{6}-0xc\w{7}/],
  ['map 0xdeadb000', /^Nothing is mapped there/],
  ['rmap 0x100000', /guest 0 \(hello-guest\.elf\)|host kernel|No address space/],
  [
    'gdt',
    new RegExp(`^GDT at ${HEX}, limit 0x\\w{4}`),
    /0x\w{4} +code, execute\/read, 32-bit, DPL 0, base 0x00000000, limit 0xffffffff/,
    /data, read\/write, 32-bit, DPL 3/,
    /32-bit TSS, busy, DPL 0/,
  ],
  [
    'idt',
    new RegExp(`^IDT at ${HEX}`),
    /0x0e +#PF page fault +32-bit interrupt gate to 0x\w{4}:0xc\w{7}, DPL 0 +<\w+/,
  ],
  [
    'gdt $cs',
    new RegExp(`^GDT at ${HEX}, limit 0x\\w{4}\\n +0x\\w{4} +code, execute/read, 32-bit, DPL 0[^\\n]*$`),
  ],
  ['idt 128', /0x80 +interrupt 0x80 +32-bit (interrupt|trap) gate to .*, DPL 3/],
  ['ldt', /There is no local descriptor table: LDTR is null|^LDT at/],
  ['tss', /esp0 +0xc\w{7}/, /ss0 +0x000000\w\w/],
  ['x/4xw $esp', new RegExp(`^${HEX}( <\\S+>)?: +${HEX} +${HEX} +${HEX} +${HEX}$`)],
  ['x/2i $eip', new RegExp(`^=> +${HEX} +[0-9a-f ]+ +\\w+ .*# main\\.c:\\d+`), /\n +0x/],
  ['x/2db &boot_params', /: +-?\d+ +-?\d+$/],
  ['x/a $esp', /0x\w{8}/],
  ['p megabytes', /^\d+$/],
  ['p/x megabytes', /^0x[0-9a-f]{8}$/],
  ['p/x 0x123456789aULL', /^0x000000123456789a$/],
  ['p/d -1LL', /^-1$/],
  ['p/u -1LL', /^18446744073709551615$/],
  ['p/x (char)65', /^0x00000041$/],
  ['p/x gdt', /^\[8\] \{0x0{16}, 0x0{16}, 0x00cf9b000000ffff, /],
  ['p/x gdt[2]', /^0x00cf9b000000ffff$/],
  ['p/x *boot', /^\{kernel_end=0xc0\w{6}, memory_size=0x01000000, /],
  ['p/x boot', new RegExp(`^${HEX}$`)],
  ['p/x kmain', new RegExp(`^${HEX}$`)],
  ['p/t 5', /^0{29}101$/],
  ['p/c 65', /^65 'A'$/],
  ['p/a kmain', /<kmain>$/],
  [
    'ptype boot',
    /^const struct co_boot_params \{\n {4}uint32_t kernel_end;\n[^]*\n {4}char command_line\[256\];\n\} \*$/,
  ],
  ['ptype uint32_t', /^unsigned int$/],
  ['ptype/o gdt', /^long long unsigned int \[8\]$/],
  [
    'ptype/o struct co_boot_params',
    /^0x0004 {2}4 +uint32_t memory_size;$/m,
    /^0x0028 {2}256 +char command_line\[256\];$/m,
  ],
  ['find "Hello from %s"', new RegExp(`^${HEX}`)],
  ['find kmain,+0x100 ff ff ff ff ff ff', /^It is not there/],
  ['regs', /^eip +0x\w{8} <kmain\+0x\w+>$/m, /^cr3 +0x/m],
  ['bt', new RegExp(`^#0 +${HEX} kmain at main\\.c:${line}\\n#1 `)],
  ['bt 1', /^#0[^\n]*$/],
  ['disas', /^kmain:\n/, /=> /, /call +\S+ <greet>/],
  ['disas is_prime', /^is_prime:\n/],
  ['sym kmain', /^kmain +0xc\w{7} +hello-guest\.elf +\S+main\.c:\d+/],
  ['sym $eip', /kmain\+0x\w+ +in hello-guest\.elf +\S+main\.c:\d+/],
  ['sym nothing_of_this_name', /^No image has a symbol/],
  [
    'threads',
    /^\* +2 +guest 0 \(hello-guest\.elf\) +ring 0 +\S+ kmain at main\.c/m,
    /^ +1 +host kernel +away: /m,
    /^ +1001 +host: clock \(pid 1\) +not running: PROCESS_SLEEPING +\S+ schedule at scheduler\.c/m,
  ],
  ['switches 3', /^\d+ +(host kernel → guest 0|guest 0 \S+ → host kernel)/],
  ['rings 5', /ring \d → \d/],
  ['last-branches 4', new RegExp(`^${HEX}.* → +${HEX}`)],
  ['dump kmain 16', new RegExp(`^${HEX}  ([0-9a-f]{2} ){15}[0-9a-f]{2}  .{16}$`)],
];

describe('a command', () => {
  it.each(SAID.map(([command, ...patterns]) => ({ command, patterns })))(
    '$command',
    async ({ command, patterns }) => {
      const said = await run(command);
      for (const pattern of patterns) expect(said).toMatch(pattern);
    },
  );

  it('idt says when a vector has no gate', async () => {
    await run('write ($idtr.base + 0xfe * 8) 0 0');
    await expect(run('idt 0xfe')).rejects.toThrow(/^Vector 0xfe has no gate/);
  });

  it('write changes memory, and says what is not mapped', async () => {
    await expect(run('write 0xdeadb000 1')).rejects.toThrow('0 of 4 bytes');
    await expect(run('write/b &boot_params 300')).rejects.toThrow('more than 8 bits');
    expect(await run('write/h &boot_params 0x1234 -2')).toMatch(/^4 bytes at guest0:0xc\w{7} written/);
    expect(await run('x/2xh &boot_params')).toMatch(/0x1234 +0xfffe$/);
    expect(await run('write &boot_params "ok\\n"')).toMatch(/^3 bytes/);
    expect(await run('x/3c &boot_params')).toContain("111 'o'  107 'k'  10 '\\n'");
  });

  it.each([
    ['walk', /^walk: an address is missing\. Use it as: walk ADDR/],
    ['x/99999x $esp', /^"\/99999x" is no format/],
    ['x/q $esp', /is no format/],
    ['x 0xdeadb000', /^Nothing is mapped at 0xdeadb000/],
    ['find zz', /^find: the bytes are/],
    ['find 5,1 "x"', /ends before it begins/],
    ['bt 0', /"0" is no count from 1/],
    [':nothing', /^There is no command "nothing": help lists them/],
    ['help nothing', /there is no command "nothing"/],
    ['sym no_such + 1', /./],
    ['map 1 2 3', /two addresses at most/],
    ['walk 0x1ffffffff', /^"0x1ffffffff" has more than 32 bits/],
    ['walk 1LL << 32', /^"1LL << 32" has more than 32 bits/],
    ['p/a gdt', /^p: "\/a" is for a single value/],
    ['ptype', /^ptype: a type or an expression is missing/],
    ['ptype/x int', /^ptype: "\/x" is not known/],
    ['ptype struct nothing', /There is no type "struct nothing"/],
    ['disas 0xdeadb000', /^Nothing is mapped at 0xdeadb000: walk 0xdeadb000 tells why/],
    ['info registers', /^"info registers" is gdb's: here the command is regs\./],
    ['info sharedlibrary', /^"info sharedlibrary" is gdb's: help lists/],
    ['print megabytes', /^"print megabytes" is gdb's: here the command is p\./],
    ['break kmain', /^"break" is a command of gdb: here breakpoints are set/],
    ['continue', /^"continue" is a command of gdb: here the debugger's buttons/],
    ['list kmain', /^"list" is a command of gdb: here the editor shows the source, and disas/],
    ['info locals', /^"info locals" is gdb's: here the scopes of the selected frame show them/],
    ['info breakpoints', /^"info breakpoints" is gdb's: here the list of breakpoints shows them/],
    ['set megabytes = 5', /^"set" is a command of gdb: here an assignment is enough, as count = 5/],
    [
      'thread 2',
      /^"thread" is a command of gdb: here the debugger's buttons and keys do it, and the call stack/,
    ],
    [
      'display megabytes',
      /^"display" is a command of gdb: here the section Watch shows expressions at each stop/,
    ],
    ['creg', /^"creg" is a command of other debuggers: here it is regs all\.$/],
    ['info tab', /^"info tab" is a command of other debuggers: here it is map\.$/],
    ['info gdt 0 5', /^"info gdt 0 5" is a command of other debuggers: here it is gdt\.$/],
    [
      'xp/4xw 0x1000',
      /^"xp\/4xw 0x1000" is a command of other debuggers: here it is x\/8xw physical:0x1000\.$/,
    ],
    ['print-stack', /^"print-stack" is a command of other debuggers: here it is x\/16xw \$esp\.$/],
    ['page kmain', /: here it is walk\.$/],
    ['walk kmain rw', /^The expression needs the end here, but "rw" follows\.$/],
    ['walk 1) + (2', /^The expression needs the end here, but "\)" follows\.$/],
    ['x /4x $esp', /./],
    ['p/q 1', /^p: "\/q" is no format\. Use it as: p\[/],
    ['next->sibling', /^There is no variable "next"/],
    ['nothing like this', /^There is no variable "nothing"|needs the end here/],
    ['gdt 0xc', /^0x000c is a selector of the LDT/],
    ['gdt 0x10008', /^0x10008 is no selector/],
    ['gdt 0xfff8', /^0xfff8 lies beyond the limit, 0x\w{4}\./],
    ['gdt 0', /^Nothing is at 0x0000/],
    ['gdt nothing', /There is no variable "nothing"/],
    ['idt 256', /^0x100 is no vector/],
    ['tss 1', /^tss: it takes no operands\. Use it as: tss$/],
    ['threads 1', /^threads: it takes no operands/],
    ['regs none', /^regs: it takes no operands/],
  ])('%s is refused with a sentence', async (command, sentence) => {
    await expect(run(command)).rejects.toThrow(sentence);
  });

  it('is one in the console only, and (NAME) is the variable', async () => {
    expect(await session.evaluate('gdt', { context: 'watch' })).toMatch(/^\[8\] \{/);
    expect(await run('(gdt)')).toMatch(/^\[8\] \{/);
    expect(await run(':gdt')).toMatch(/^GDT at/);
    expect(await run('megabytes')).toMatch(/^\d+$/);
  });
});
