/** What kernels in assembly of tests have in common: how they begin, and how addresses get into their tables. */

/** Loads `gdt_pointer`, whose entries 08h and 10h are flat code and data, and takes `stack` for its own. */
export const ASSEMBLY_ENTRY = `
	.text
	.globl _start
	.align 4
	.long 0x1badb002, 0, -0x1badb002
_start:
	movl $stack, %esp
	lgdt gdt_pointer
	ljmp $8, $1f
1:	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
`;

/** Writes where a segment begins into its descriptor (SDM vol. 3A, figure 3-8). @param base a symbol */
export const segmentBase = (selector: number, base: string): string => `
	movl $${base}, %eax
	movw %ax, gdt + ${selector} + 2
	shrl $16, %eax
	movb %al, gdt + ${selector} + 4
`;

/** Writes where a handler is into its gate (SDM vol. 3A, figure 6-2). @param handler a symbol */
export const gateOffset = (vector: number, handler: string): string => `
	movl $${handler}, %eax
	movw %ax, idt + ${vector} * 8
	shrl $16, %eax
	movw %ax, idt + ${vector} * 8 + 6
`;
