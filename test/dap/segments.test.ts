/** Code that is not flat: segments of 16 bits with a base, virtual-8086 mode, and tasks of the processor's own. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ASSEMBLY_ENTRY, gateOffset, segmentBase } from './support/assembly.ts';
import { buildImage } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;

/** Selectors: 08h code, 10h data, 18h code of 16 bits that begins at `small`, 28h and 30h task states; #DF is a task gate. */
const source = `${ASSEMBLY_ENTRY}${segmentBase(0x18, 'small')}${segmentBase(0x28, 'tss')}${segmentBase(0x30, 'fault_tss')}${gateOffset(13, 'protection')}	lidt idt_pointer
	movl $0x28, %eax
	ltr %ax
	call far16
	call virtual
	call double
	.type far16, @function
far16:	ljmp $0x18, $0
back:	ret
	.type virtual, @function
virtual:
	cld
	movl $0x8000, %edi
	movl $real, %esi
	movl $real_end - real, %ecx
	rep movsb
	movl %esp, saved
	pushl $0
	pushl $0
	pushl $0
	pushl $0
	pushl $0x900
	pushl $0xffe
	pushl $0x20002
	pushl $0x7ff
	pushl $0x10
	iret
	.type out, @function
out:	ret
	.type protection, @function
protection:
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl saved, %esp	/* from virtual-8086 mode */
	jmp out
	.type double, @function
double:	movl $0x1234, %ebx
	movl $0x5678, %esi
	call inner
	ret
	.type inner, @function
inner:	movw $0, idt + 13 * 8 + 2
	int $0x77	/* no gate: #GP, whose handler has no code segment: #DF */
	ret
	.type doubled, @function
doubled:
	nop	/* in the task of #DF */
	cli
1:	hlt
	jmp 1b
	.code16
	.type small, @function
small:	movw $5, %ax
	nop	/* in 16 bits */
	call small_outer
	ljmpl $8, $back
	.type small_outer, @function
small_outer:
	pushw $0x1234
	call small_inner	/* outer in 16 bits */
	popw %bx
	ret
	.type small_inner, @function
small_inner:
	pushw %bp
	movw %sp, %bp
	nop	/* inner in 16 bits */
	popw %bp
	ret
real:	movw $7, %ax
	cli	/* in virtual-8086 mode: #GP */
real_end:
	.code32
	.data
	.align 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00009a000000ffff, 0
	.quad 0x0000890000000067, 0x0000890000000067
gdt_pointer: .word gdt_pointer - gdt - 1
	.long gdt
	.align 8
idt:	.skip 8 * 8
	.long 0x300000, 0x8500
	.skip 4 * 8
	.long 0x80000, 0x8e00
idt_end:
	.skip 0x100
idt_pointer: .word idt_end - idt - 1
	.long idt
	.align 16
tss:	.long 0, stack0, 0x10
	.skip 104 - 12
fault_tss:
	.skip 0x20
	.long doubled, 2, 0, 0, 0, 0, fault_stack, 0, 0, 0
	.long 0x10, 8, 0x10, 0x10, 0, 0, 0, 0
saved:	.long 0
	.bss
	.align 16
	.skip 4096
stack:	.skip 4096
stack0:	.skip 4096
fault_stack:
`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'segments', source);
  file = tested.bundle.file('segments.S');
});

const line = (text: string) => lineOf(file, text);
async function at(text: string) {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, line(text)]] });
  await session.stop();
}
const rows = async () => (await session.stack()).map(({ name, line: at }) => `${name}:${at}`);

describe('a segment of 16 bits that begins elsewhere', () => {
  it('has its source, and steps line by line', async () => {
    await at('movw $5, %ax');
    expect((await rows())[0]).toBe(`small:${line('movw $5, %ax')}`);
    // As the processor counts it.
    expect(await session.evaluate('$eip')).toBe('0x00000000');
    await session.go('next');
    expect((await rows())[0]).toBe(`small:${line('in 16 bits')}`);
    expect(await session.evaluate('$eip')).toBe('0x00000003');
    await session.go('next');
    await session.go('next');
    await session.go('next');
    expect((await rows())[0]).toBe(`back:${line('back:')}`);
  });
});

describe('code of 16 bits', () => {
  it('has its callers on the stack, and is stepped out of', async () => {
    await at('inner in 16 bits');
    expect(await rows()).toEqual([
      `small_inner:${line('inner in 16 bits')}`,
      `small_outer:${line('outer in 16 bits')}`,
      `small:${line('call small_outer')}`,
    ]);
    await session.go('stepOut');
    expect((await rows())[0]).toBe(`small_outer:${line('popw %bx')}`);
    await session.go('stepOut');
    expect((await rows())[0]).toBe(`small:${line('ljmpl $8, $back')}`);
  });
});

describe('virtual-8086 mode', () => {
  it('shows the code that runs, before a handler and below it', async () => {
    await at('pushl $0x10');
    await session.go('stepIn');
    await session.go('stepIn', 'instruction');
    // Nobody has called it.
    expect((await session.stack()).map((frame) => frame.instructionPointerReference)).toEqual(['0x00008000']);
    await session.go('stepIn', 'instruction');
    await session.go('stepIn', 'instruction');
    const [handler, entry, interrupted] = await session.stack();
    expect(handler!.name).toBe('protection');
    expect(entry!.name).toMatch(/^― #GP general protection, error code 0000 \(ring 3 → 0\) ―$/);
    expect(interrupted!.instructionPointerReference).toBe('0x00008003');
  });
});

describe('a task of the processor', () => {
  it('that is entered by a task gate has the stack of the task that was left below its own', async () => {
    await at('in the task of #DF');
    const frames = await session.stack();
    expect(frames.map(({ name }) => name)).toEqual([
      'doubled',
      '― #DF double fault, error code 0000 ―',
      'inner',
      'double',
      '_start',
    ]);
    expect(frames[2]!.line).toBe(line('no gate: #GP'));
    const value = (expression: string) => session.evaluate(expression, { frameId: frames[2]!.id });
    expect(await value('$ebx')).toBe('0x00001234');
    expect(await value('$eip == (int)&inner + 9')).toBe('1');
    // What is set is there when the task comes back.
    await session.client.customRequest('setExpression', {
      expression: '$esi',
      value: '0x9abc',
      frameId: frames[2]!.id,
    });
    expect(await session.evaluate('*(int *)((char *)&tss + 0x40)')).toBe(String(0x9abc));
  });
});
