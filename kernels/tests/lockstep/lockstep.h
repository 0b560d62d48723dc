/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Common to the files of the lock-step image: the checksum and the flags that are defined after an instruction.
 *
 * CHECK mixes one register and the flags under a mask into the checksum. Masks name only flags the manual (Intel SDM
 * vol. 2) defines, and no address of code goes in, for assemblers choose encodings. So the printed sum is the same on
 * every right CPU, whoever built the image.
 */
#define CF	0x001
#define PF	0x004
#define AF	0x010
#define ZF	0x040
#define SF	0x080
#define OF	0x800
#define ARITHMETIC	(CF | PF | AF | ZF | SF | OF)
#define NO_CARRY	(PF | AF | ZF | SF | OF)	/* INC, DEC */
#define LOGIC		(CF | PF | ZF | SF | OF)	/* also shifts by 1 */
#define SHIFT		(CF | PF | ZF | SF)		/* shifts by n */
#define RESULT		(PF | ZF | SF)
#define NONE		0

#define SELECTOR_CODE		0x08
#define SELECTOR_DATA		0x10
#define SELECTOR_USER_CODE	0x1b	/* SYSEXIT wants kernel code, kernel data, user code, user data in a row */
#define SELECTOR_USER_DATA	0x23
#define SELECTOR_TSS		0x28
#define SELECTOR_OTHER_TSS	0x30
#define SELECTOR_BASED		0x38	/* data segment with its base at `window` */
#define SELECTOR_GATE		0x43	/* call gate for ring 3 */

#define HOLE		0x300000	/* a page that is not there until the fault handler maps it */
#define LOW_MEMORY	0x8000		/* reachable with 16-bit addresses */

	.macro CHECK value, flags
	pushfl
	pushl	\value
	pushl	$(\flags)
	call	mix
	.endm

/* The dword at an offset from ESP, no flags. */
	.macro CHECK_STACK offset
	pushfl
	pushl	\offset + 4(%esp)
	pushl	$NONE
	call	mix
	.endm
