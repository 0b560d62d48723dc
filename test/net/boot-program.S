/*
 * A network boot program (PXE): sums itself as it lies in memory and writes the sum in hexadecimal to port E9h. The
 * file is this code, padded with bytes of the test's choice to PARAGRAPHS * 16 bytes. Firmware loads it to
 * 0000:7C00 and calls it in real mode (Preboot Execution Environment 2.1, 4.4.5).
 * The sum of each byte is added to the last one, rotated left by a bit: order matters.
 */
	.code16
	.globl	_start
_start:
	cli
	cld
	movw	$0x07c0, %bp
	movw	$PARAGRAPHS, %dx
	xorl	%ebx, %ebx
paragraph:
	movw	%bp, %ds
	xorw	%si, %si
byte:
	xorl	%eax, %eax
	lodsb
	roll	$1, %ebx
	addl	%eax, %ebx
	cmpw	$16, %si
	jne	byte
	incw	%bp
	decw	%dx
	jnz	paragraph

	movw	$8, %cx
digit:
	roll	$4, %ebx
	movb	%bl, %al
	andb	$15, %al
	cmpb	$10, %al
	jb	decimal
	addb	$('a' - '0' - 10), %al
decimal:
	addb	$'0', %al
	outb	%al, $0xe9
	loop	digit
	movb	$'\n', %al
	outb	%al, $0xe9
halt:
	hlt
	jmp	halt
