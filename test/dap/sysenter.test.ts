/** Call stacks across SYSENTER, of which the processor leaves nothing on a stack: the kernel goes on on another one, as Linux does. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ASSEMBLY_ENTRY, segmentBase } from './support/assembly.ts';
import { buildImage } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;

/** A program that calls its kernel by a function with symbols, then by a copy of it without. */
const source = `${ASSEMBLY_ENTRY}${segmentBase(0x28, 'tss')}
	movl $0x28, %eax
	ltr %ax
	xorl %edx, %edx
	movl $0x174, %ecx
	movl $8, %eax
	wrmsr
	incl %ecx
	movl $entry_stack, %eax
	wrmsr
	incl %ecx
	movl $kernel_entry, %eax
	wrmsr
	cld
	movl $wrapper, %esi
	movl $0x9000, %edi
	movl $wrapper_end - wrapper, %ecx
	rep movsb
	movl $0x23, %eax
	movl %eax, %ds
	movl %eax, %es
	pushl $0x23
	pushl $user_stack
	pushl $2
	pushl $0x1b
	pushl $user
	iret
	.type kernel_entry, @function
kernel_entry:
	movl $task_stack, %esp
	pushl $0x23
	pushl %ebp
	pushfl
	pushl $0x1b
	pushl $0
	pushl %ebp
	call service
	popl %ebp
	movl %ebp, %ecx
	movl where, %edx
	sysexit
	.size kernel_entry, . - kernel_entry
	.type service, @function
service:
	xorl %eax, %eax	/* service */
	ret
	.size service, . - service
	.type user, @function
user:	movl $after, where
	call outer
1:	jmp 1b
	.size user, . - user
	.type outer, @function
outer:	pushl $1
	call wrapper
	movl $0x9000 + after - wrapper, where
	movl $0x9000, %eax
	call *%eax	/* without symbols */
	popl %eax
	ret
	.size outer, . - outer
	.type wrapper, @function
wrapper:
	pushl %ecx
	pushl %edx
	pushl %ebp
	movl %esp, %ebp
	sysenter
after:	popl %ebp
	popl %edx
	popl %ecx
	ret
wrapper_end:
	.size wrapper, . - wrapper
	.data
	.align 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
	.quad 0x0000890000000067
gdt_pointer: .word . - gdt - 1
	.long gdt
tss:	.long 0, stack, 0x10
	.skip 104 - 12
where:	.long 0
	.bss
	.align 16
	.skip 4096
stack:	.skip 4096
entry_stack: .skip 4096
task_stack: .skip 4096
user_stack:
`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'sysenter', source);
  file = tested.bundle.file('sysenter.S');
});

const LABEL = /^― SYSENTER at 0x[0-9a-f]{8} \(ring 3 → 0\) ―$/i;

describe('a system call by SYSENTER', () => {
  it('has the program that has made it below its own frames', async () => {
    session = await tested.open();
    await session.launch({ kernel, breakpoints: [[file, lineOf(file, '/* service */')]] });
    await session.stop();
    const names = await session.names();
    // Nobody has called the program, and nothing says so.
    expect(names.slice(0, 6).map((name) => (LABEL.test(name) ? 'SYSENTER' : name))).toEqual([
      ...['service', 'kernel_entry', 'SYSENTER', 'wrapper', 'outer', 'user'],
    ]);
    const frames = await session.stack();
    expect(await session.evaluate('$esp == (int)$ebp', { frameId: frames[3]!.id })).toBe('1');
    // From code without symbols, as the vDSO of Linux is.
    await session.client.continueRequest({ threadId: 1 });
    await session.stop();
    const [service, entry, label, copy, outer, user] = await session.stack();
    expect([service, entry, outer, user].map((frame) => frame!.name)).toEqual([
      ...['service', 'kernel_entry', 'outer', 'user'],
    ]);
    expect(label!.name).toMatch(LABEL);
    expect(copy!.instructionPointerReference).toMatch(/^0x0000900/);
    expect(outer!.line).toBe(lineOf(file, '/* without symbols */'));
  });
});
