/** Lines that somebody has written by hand (`.loc` of gas), and those of nasm's macros and included files: breakpoints and steps as gdb has them. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

/** A table of lines for a language that no assembler knows. */
const gas = `	.file "hand.lang"
	.file 1 "hand.lang"
	.text
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
	.type _start, @function
_start:	.loc 1 1
	movl $stack, %esp
	.loc 1 2
	movl $2, %eax
	.loc 1 3
1:	call work
	decl %eax
	.loc 1 4
	jnz 1b
	.loc 1 6 is_stmt 0
	nop
	.loc 1 6 is_stmt 1
	nop
	.loc 1 8 is_stmt 0
	nop
	.loc 1 7 is_stmt 1
	hlt
	jmp .
	.size _start, . - _start
	.type work, @function
work:	.loc 1 10
	pushl %ebx
	.loc 1 11 3 prologue_end
	movl %eax, %ebx
	.loc 1 12
	addl %ebx, total
	.loc 1 13
	popl %ebx
	ret
	.size work, . - work
	.bss
	.align 16
	.skip 4096
stack:
total:	.long 0
`;

const nasm = `bits 32
section .text
dd 0x1BADB002, 0, -0x1BADB002
section .bss
align 16
resb 4096
stack:
counter: resd 1
section .text
global _start
%macro twice 1
  add %1, %1 ; of the macro
  inc %1
%endmacro
_start:
  mov esp, stack
  mov eax, 1
.loop:
  inc eax
  cmp eax, 3
  jl .loop
  call func ; calls
  twice eax
  mov [counter], eax
  call other
.end:
  hlt
func:
  push ebp
  mov ebp, esp
  pop ebp
  ret
%include "included.asm"
`;

function link(name: string, command: string, args: readonly string[]): string {
  const [object, kernel] = ['o', 'elf'].map((suffix) => tested.bundle.file(`${name}.${suffix}`));
  execFileSync(command, [...args, '-o', object!], { cwd: tested.bundle.file('.') });
  execFileSync('ld', ['-m', 'elf_i386', '-Ttext', '0x200000', object!, '-o', kernel!]);
  return kernel!;
}

async function trace(session: Session, how: 'next' | 'stepIn', steps: number): Promise<string[]> {
  const lines: string[] = [];
  for (let n = 0; n < steps; n++) {
    const [frame] = await session.stack();
    lines.push(`${frame!.name}:${frame!.line}`);
    if ((await session.go(how)).reason !== 'step') break;
  }
  return lines;
}

describe('lines by hand', () => {
  const open = async () => {
    writeFileSync(tested.bundle.file('hand.S'), gas);
    writeFileSync(tested.bundle.file('hand.lang'), 'words\n'.repeat(20));
    const kernel = link('hand', 'gcc', ['-m32', '-c', 'hand.S']);
    const session = await tested.open();
    await session.launch({ kernel, stopOnEntry: true });
    await session.stop();
    return session;
  };

  it('are stepped one by one, also where code of a line comes before its statement', async () => {
    const session = await open();
    const round = ['_start:3', '_start:4'];
    // gdb 13 stops there, too: at line 6 behind its first instruction, and never at line 8.
    const expected = ['_start:1', '_start:2', ...round, ...round, '_start:6', '_start:7'];
    expect(await trace(session, 'next', 20)).toEqual(expected);
  });

  it('are stepped into', async () => {
    const work = [10, 11, 12, 13].map((line) => `work:${line}`);
    const expected = [
      '_start:1',
      '_start:2',
      '_start:3',
      ...work,
      '_start:4',
      '_start:3',
      ...work,
      '_start:4',
    ];
    expect(await trace(await open(), 'stepIn', 14)).toEqual(expected);
  });
});

describe('nasm', () => {
  it('has lines of macros and of included files', async () => {
    const [file, included] = ['lines.asm', 'included.asm'].map((name) => tested.bundle.file(name));
    writeFileSync(file!, nasm);
    writeFileSync(included!, 'other:\n  mov edx, 7\n  nop ; included\n  ret\n');
    const kernel = link('lines', 'nasm', ['-g', '-F', 'dwarf', '-f', 'elf32', 'lines.asm']);
    const session = await tested.open();
    const line = (text: string) => lineOf(file!, text);
    await session.launch({
      kernel,
      breakpoints: [
        [file!, line('calls'), line('of the macro')],
        [included!, lineOf(included!, 'included')],
      ],
    });
    await session.stop();
    expect(await trace(session, 'next', 2)).toEqual([`_start.loop:${line('calls')}`]);
    // The breakpoint in the macro has ended the step over the call, right where it comes back.
    expect(await session.where()).toContain(`lines.asm:${line('of the macro')}`);
    await session.go('continue');
    expect(await session.names()).toEqual(['other', '_start.loop']);
    expect(await session.evaluate('*(int *)&counter')).toBe('7');
    await session.go('stepOut');
    expect(await session.where()).toContain(`lines.asm:${line('  hlt')}`);
  });
});
