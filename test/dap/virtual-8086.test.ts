/** Programs of 16 bits below handlers: in virtual-8086 mode under a monitor, and in real mode. */
import { describe, expect, it } from 'vitest';
import { ASSEMBLY_ENTRY, gateOffset, segmentBase } from './support/assembly.ts';
import { buildImage } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

async function open(name: string): Promise<void> {
  session = await tested.open();
  const kernel = buildImage(tested.bundle, name, monitor);
  const file = tested.bundle.file(`${name}.S`);
  await session.launch({ kernel, breakpoints: [[file, lineOf(file, 'looks at the program')]] });
  await session.stop();
}
const names = async () => (await session.stack()).map(({ name }) => name);

/** What both programs begin with, at offset 0 of their segment. */
const program = `program:
	call outer
here:	jmp here
outer:	pushw $0x1234
	call inner
	popw %bx
	ret
inner:	int $0x21
	ret
`;

/**
 * A program at 0900:0000 whose stack is at 0700:0ffe, and a monitor that does INT 21h for it by its interrupt vector table. CLI, which traps
 * as well, it skips.
 */
const monitor = `${ASSEMBLY_ENTRY}${segmentBase(0x28, 'tss')}${gateOffset(13, 'protection')}	lidt idt_pointer
	movl $0x28, %eax
	ltr %ax
	movl $0x09000000 + (vector - program), 0x21 * 4
	movl $0x9000, %edi
	movl $program, %esi
	movl $program_end - program, %ecx
	rep movsb
	pushl $0
	pushl $0
	pushl $0
	pushl $0
	pushl $0x700
	pushl $0xffe
	pushl $0x20002
	pushl $0x900
	pushl $0
	iret
	.type protection, @function
protection:
	pushal
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movzwl 40(%esp), %ebx
	shll $4, %ebx
	addl 36(%esp), %ebx
	call monitor
	popal
	addl $4, %esp
	iret
	.type monitor, @function
monitor:
	cmpb $0xcd, (%ebx)
	jne skip	/* looks at the program */
	movzwl 56(%esp), %edx
	shll $4, %edx
	subl $6, 52(%esp)
	addl 52(%esp), %edx
	movl 40(%esp), %eax
	addl $2, %eax
	movw %ax, (%edx)
	movl 44(%esp), %eax
	movw %ax, 2(%edx)
	movl 48(%esp), %eax
	movw %ax, 4(%edx)
	movzbl 1(%ebx), %eax
	movl (,%eax,4), %eax
	movzwl %ax, %ecx
	movl %ecx, 40(%esp)
	shrl $16, %eax
	movl %eax, 44(%esp)
	ret
skip:	incl 40(%esp)
	ret
	.code16
${program}vector:	pushw %ax
	call work
	popw %ax
	lret $2	/* IRET would trap */
work:	cli	/* traps */
	ret
program_end:
	.code32
	.data
	.align 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0, 0, 0x0000890000000067
gdt_pointer: .word gdt_pointer - gdt - 1
	.long gdt
	.align 8
idt:	.skip 13 * 8
	.long 0x80000, 0x8e00
idt_end:
idt_pointer: .word idt_end - idt - 1
	.long idt
	.align 16
tss:	.long 0, stack0, 0x10
	.skip 104 - 12
	.bss
	.align 16
	.skip 4096
stack:	.skip 4096
stack0:
`;

describe('a program in virtual-8086 mode', () => {
  it('is below the monitor, with its callers and the interrupts that the monitor has done for it', async () => {
    await open('monitor');
    const fault = '― #GP general protection, error code 0000 (ring 3 → 0) ―';
    const callers = ['0x0000900d', '0x0000900b', '0x00009003'];
    expect(await names()).toEqual(['monitor', 'protection', fault, ...callers]);
    // As the processor counts it: 0900:000d, with its return address at 0700:0ff8.
    const [, , , { id: frameId }] = await session.stack();
    expect(await session.evaluate('$eip', { frameId })).toBe('0x0000000d');
    expect(await session.evaluate('$esp', { frameId })).toBe('0x00000ff8');

    await session.go('continue');
    const rows = await names();
    expect(rows.slice(0, 3)).toEqual(['monitor', 'protection', fault]);
    // CLI of `work`, which `vector` has called.
    expect(rows.slice(3)).toEqual([
      '0x00009018',
      '0x00009014',
      '― int 0x21 at 0x0000900d ―',
      '0x0000900f',
      ...callers.slice(1),
    ]);
  });

  it('is where a step out of the monitor ends', async () => {
    await open('monitor-left');
    await session.go('continue');
    await session.go('stepOut');
    expect((await names())[0]).toBe('protection');
    // The monitor has skipped the instruction.
    expect((await names())[2]).toBe('0x00009019');
    await session.go('stepOut');
    expect((await names())[0]).toBe('0x00009019');
  });
});

/** A program at 0900:0000 with the stack 0700:0ffe again; INT 21h is that of the processor, which divides by zero. */
const real = `${ASSEMBLY_ENTRY}
	movl $0x09000000 + (vector - program), 0x21 * 4
	movl $0x09000000 + (divide - program), 0 * 4
	movl $0x9000, %edi
	movl $program, %esi
	movl $program_end - program, %ecx
	rep movsb
	ljmp $0x18, $0x9000 + (small - program)
	.code16
${program}vector:	pushw %ax
	xorw %cx, %cx
	divw %cx
	popw %ax
	iretw
divide:	pushw %dx
	outb %al, $0xf4
	iretw
small:	movl $0x20, %eax
	movw %ax, %ss
	movl %cr0, %eax
	andb $0xfe, %al
	movl %eax, %cr0
	ljmp $0x900, $begin - program
begin:	movw $0x700, %ax
	movw %ax, %ss
	movl $0xffe, %esp
	lidt %cs:(ivt - program)
	jmp program
ivt:	.word 0x3ff
	.long 0
program_end:
	.code32
	.data
	.align 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00009a000000ffff, 0x000092000000ffff
gdt_pointer: .word gdt_pointer - gdt - 1
	.long gdt
	.bss
	.align 16
	.skip 4096
stack:
`;

describe('a program in real mode', () => {
  it('is below handlers of interrupts and exceptions', async () => {
    session = await tested.open();
    const kernel = buildImage(tested.bundle, 'real', real, { suffix: '.S' });
    await session.launch({ kernel, stopOnEntry: true });
    await session.stop();
    // Of the handler for exceptions, behind its PUSH.
    await session.client.customRequest('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: '0x00009018' }],
    });
    await session.go('continue');
    expect(await names()).toEqual([
      '0x00009018',
      '― #DE divide error at 0x00009013 ―',
      '0x00009013',
      '― int 0x21 at 0x0000900d ―',
      '0x0000900f',
      '0x0000900b',
      '0x00009003',
    ]);
  });
});
