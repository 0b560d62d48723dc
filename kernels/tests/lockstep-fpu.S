/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock-step image: x87, MMX, SSE and SSE2 on pseudo-random numbers. The instructions are those on which QEMU is exact, or is
 * so for these operands: no transcendental functions, no denormal operands, exceptions masked.
 */
#define GDT_ENTRIES
#define ROUNDS	60

#include "lockstep-start.inc.S"

main:
	movl	%cr0, %eax
	andl	$~0xc, %eax			/* TS, EM */
	orl	$0x22, %eax			/* NE, MP */
	movl	%eax, %cr0
	movl	%cr4, %eax
	orl	$0x600, %eax			/* OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	fninit
	movl	$ROUNDS, %ebp
1:	call	operands
	call	test_x87
	call	test_mmx
	call	test_sse
	call	test_sse2
	call	test_state
	decl	%ebp
	jnz	1b
	ret

/* Integers as they come, and two of each kind of floating-point number with a moderate exponent. */
operands:
	movl	$integers, %edi
	movl	$16, %ecx
	cld
1:	call	random
	stosl
	loop	1b
	movl	$singles, %edi
	movl	$8, %ecx
2:	call	random
	andl	$0x87ffffff, %eax
	orl	$0x38000000, %eax
	stosl
	loop	2b
	movl	$doubles, %edi
	movl	$4, %ecx
3:	call	random
	stosl
	call	random
	andl	$0x80ffffff, %eax
	orl	$0x3f000000, %eax
	stosl
	loop	3b
	ret

test_x87:
	fninit
	/* Each rounding and precision in turn: two bits each of the round's number. */
	movl	%ebp, %eax
	andl	$0xf, %eax
	shll	$8, %eax
	testl	$0x300, %eax
	jnz	1f
	orl	$0x300, %eax
1:	andl	$0xf00, %eax
	movl	%eax, %edx
	andl	$0x300, %edx
	cmpl	$0x100, %edx			/* reserved */
	jne	2f
	orl	$0x200, %eax
2:	orl	$0x7f, %eax
	movw	%ax, control
	fldcw	control
	flds	singles
	fldl	doubles
	fadd	%st(1), %st
	fmuls	singles + 4
	fsubl	doubles + 8
	fdivr	%st, %st(1)
	fstpt	extended
	fldt	extended
	fsubp	%st, %st(1)
	fildl	integers
	filds	integers + 4
	fildll	integers + 8
	fmulp	%st, %st(1)
	faddp	%st, %st(1)
	fdivl	doubles + 16
	fabs
	fsqrt
	fld	%st(0)
	fchs
	fxch	%st(2)
	fcom	%st(1)
	fnstsw	%ax
	fcomi	%st(1), %st
	fucomp	%st(1)
	fnstsw	%ax
	ftst
	fnstsw	%ax
	fxam
	fnstsw	%ax
	fld1
	fldz
	fldpi
	fldl2e
	frndint
	fistl	result
	fistps	result + 4
	fistpl	result + 8
	fstps	result + 12
	fstpl	result + 16
	fildl	integers + 12
	fbstp	result + 24
	fbld	result + 24
	fistpll	result + 40
	fld1
	fldz
	fcmovne	%st(1), %st
	fxtract
	fscale
	fstp	%st(1)
	fincstp
	fdecstp
	ffree	%st(3)
	fnstenv	environment
	fldenv	environment
	fnsave	saved
	frstor	saved
	fwait
	fninit
	ret

test_mmx:
	movq	integers, %mm0
	movq	integers + 8, %mm1
	movd	integers + 16, %mm2
	movq	%mm0, %mm3
	.irp	operation, paddb, paddsw, paddusb, psubd, psubsb, psubusw, pmullw, pmulhw, pmaddwd, pcmpeqb, pcmpgtw, pand, \
		pandn, por, pxor, packsswb, packuswb, packssdw, punpcklbw, punpckhwd, punpckldq, pavgb, pmaxub, pminsw, \
		psadbw, pmulhuw
	\operation	integers + 24, %mm0
	\operation	%mm1, %mm3
	.endr
	movl	integers + 4, %eax
	andl	$31, %eax
	movd	%eax, %mm4
	psllw	%mm4, %mm0
	psrad	%mm4, %mm1
	psrlq	$13, %mm3
	pshufw	$0x1b, %mm3, %mm5
	pinsrw	$2, %eax, %mm5
	pextrw	$1, %mm5, %ecx
	pmovmskb %mm5, %edx
	movq	%mm5, result
	movd	%mm3, result + 8
	emms
	ret

test_sse:
	movl	%ebp, %eax
	andl	$3, %eax
	shll	$13, %eax			/* rounding */
	orl	$0x1f80, %eax
	movl	%eax, control
	ldmxcsr	control
	movaps	singles, %xmm0
	movups	singles + 4, %xmm1
	.irp	operation, addps, subps, mulps, divps, minps, maxps, andps, orps, xorps, unpcklps, addss, mulss
	\operation	singles + 16, %xmm0
	\operation	%xmm1, %xmm0
	.endr
	movaps	singles, %xmm2
	cmpltps	singles + 16, %xmm2
	movmskps %xmm2, %eax
	movaps	singles, %xmm3
	mulps	%xmm3, %xmm3
	sqrtps	%xmm3, %xmm4
	sqrtss	%xmm3, %xmm5
	ucomiss	%xmm4, %xmm3
	shufps	$0x4e, %xmm4, %xmm3
	cvtsi2ss integers, %xmm6
	cvtss2si singles, %eax
	cvttss2si singles, %ecx
	cvtps2pi singles, %mm0
	cvtpi2ps integers, %xmm7
	emms
	movhlps	%xmm4, %xmm1
	movlps	%xmm1, result
	movss	%xmm4, result + 8
	stmxcsr	result + 12
	ret

test_sse2:
	movapd	doubles, %xmm0
	movupd	doubles + 8, %xmm1
	.irp	operation, addpd, subpd, mulpd, divpd, minpd, maxsd, andpd, unpckhpd, addsd, subsd
	\operation	doubles + 16, %xmm0
	\operation	%xmm1, %xmm0
	.endr
	movapd	doubles, %xmm2
	cmpnlepd doubles + 16, %xmm2
	movmskpd %xmm2, %eax
	movapd	doubles, %xmm3
	mulpd	%xmm3, %xmm3
	sqrtpd	%xmm3, %xmm4
	comisd	%xmm4, %xmm3
	cvtpd2ps %xmm3, %xmm5
	cvtps2pd singles, %xmm6
	cvtdq2ps integers, %xmm7
	cvtdq2pd integers, %xmm2
	cvtps2dq singles, %xmm1
	cvttpd2dq doubles, %xmm0
	cvtsd2ss doubles, %xmm5
	cvtss2sd singles, %xmm6
	movdqa	integers, %xmm0
	movdqu	integers + 4, %xmm1
	.irp	operation, paddq, psubq, pmuludq, paddb, pcmpgtd, packssdw, punpckhqdq, psadbw, pmaddwd, por, pandn
	\operation	integers + 16, %xmm0
	\operation	%xmm1, %xmm0
	.endr
	movdqa	integers, %xmm2
	pslldq	$3, %xmm2
	psrldq	$5, %xmm2
	pshufd	$0x39, %xmm2, %xmm3
	pshufhw	$0x39, %xmm3, %xmm4
	psllq	$9, %xmm4
	movntdq	%xmm4, result
	movq	%xmm3, result + 16
	movdq2q	%xmm3, %mm0
	movq2dq	%mm0, %xmm7
	emms
	ret

test_state:
	fld1
	fldl	doubles
	fxsave	saved
	fninit
	pxor	%xmm0, %xmm0
	fxrstor	saved
	fstp	%st(0)
	ret

	.bss
	.balign	16
saved:		.skip	512
environment:	.skip	32
integers:	.skip	64
singles:	.skip	48
doubles:	.skip	48
result:		.skip	64
extended:	.skip	16
control:	.skip	4
